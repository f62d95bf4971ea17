// What a person fills in to grant a mandate, and the request that it makes.
import type { DeedWritten } from '../../../src/api/console/deeds/shapes.ts'
import { requestFrom } from '../../../src/api/mandate-templates.ts'
import type { MandateTemplate } from '../../../src/api/mandate-templates.ts'

export type Request = Extract<DeedWritten, { kind: 'mandate-grant' }>['request']

export interface ScopeForm {
  readonly effects: readonly string[]
  /** a line each; empty is all that is governed */
  readonly resources: string
}

export interface GrantForm {
  readonly agent: string
  readonly task: string
  readonly minutes: string
  readonly environments: readonly string[]
  /** others, a line each: names and patterns that are not on the list */
  readonly others: string
  readonly scopes: readonly ScopeForm[]
  readonly budget: Readonly<Record<string, string>>
  readonly egress: string
  readonly holdWaitSeconds: string
  readonly parent: string
}

export const budgetNames = [
  ['rows', 'rows that one statement may touch unasked'],
  ['writes', 'writes'],
  ['destroys', 'destructions'],
  ['denials', 'refusals and holds'],
  ['requests', 'requests'],
  ['resources', 'resources touched'],
  ['requestsPerMinute', 'requests a minute'],
  ['writesPerMinute', 'writes a minute'],
] as const

export function formFrom(
  template: MandateTemplate,
  agent: string,
  known: readonly string[],
): GrantForm {
  const request = requestFrom(template, { agent, environments: known.filter(template.fits) })
  return {
    ...{ agent, task: request.task, minutes: String(template.minutes), others: '', parent: '' },
    environments: known.filter(template.fits),
    scopes: template.scopes.map(({ effects, resources }) => ({
      effects,
      resources: resources.join('\n'),
    })),
    budget: Object.fromEntries(
      Object.entries(template.budget).map(([name, limit]) => [name, String(limit)]),
    ),
    ...{ egress: '', holdWaitSeconds: '0' },
  }
}

/** null while it is not whole enough to be asked about. */
export function requestOf(form: GrantForm): Request | null {
  const locations = [...form.environments, ...lines(form.others)]
  const scopes = form.scopes.filter(({ effects }) => effects.length > 0)
  const isWhole = form.agent !== '' && form.task.trim() !== '' && form.minutes !== ''
  if (!isWhole || locations.length === 0 || scopes.length === 0) return null
  return {
    task: form.task,
    agent: form.agent,
    expiresInMinutes: Number(form.minutes),
    egress: lines(form.egress),
    budget: Object.fromEntries(
      Object.entries(form.budget).flatMap(([name, limit]) =>
        limit === '' ? [] : [[name, Number(limit)]],
      ),
    ),
    holdWaitSeconds: Number(form.holdWaitSeconds),
    ...(form.parent === '' ? {} : { parent: form.parent }),
    authorization_details: scopes.map(({ effects, resources }) => ({
      type: 'holdpoint' as const,
      actions: [...effects],
      locations,
      ...(lines(resources).length === 0 ? {} : { resources: lines(resources) }),
    })),
  }
}

function lines(text: string): string[] {
  return text.split(/[\s,]+/).filter((line) => line !== '')
}
