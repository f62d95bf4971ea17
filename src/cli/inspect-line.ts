// One line of `holdpoint inspect`: a request in, what it would do out.
import type { Action } from '../domain/action.ts'
import { reversibilityOf, worstEffect } from '../domain/effect.ts'
import type { Effect, EffectKind, Reversibility } from '../domain/effect.ts'
import { mapNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { UpstreamName } from '../domain/names.ts'
import { showResource } from '../domain/resource.ts'
import { createWrittenReader } from '../api/written-request.ts'
import type { ReadWritten, WrittenOptions } from '../api/written-request.ts'
import type { Provider } from '../providers/provider.ts'
import type { SqlReading } from '../reading/reading.ts'

export interface Inspected {
  readonly id?: string | number
  readonly effect: EffectKind
  readonly reversibility: Reversibility
  readonly actions: readonly InspectedAction[]
  readonly why: string
}

export interface InspectedAction {
  readonly verb: string
  readonly effect: EffectKind
  readonly reversibility: Reversibility
  /** `railway:volume/ID`; null where nobody knows */
  readonly resource: string | null
}

export interface Misread {
  readonly id?: string | number
  readonly error: string
}

/** Reads one line; never rejects. */
export type InspectLine = (text: string) => Promise<Inspected | Misread>

/** Where a statement is read for; a line says nothing of it. */
const place = { upstream: 'postgres', database: 'database', environment: 'postgres/database' }

export function createInspector(
  providers: readonly Provider[],
  interpret: WrittenOptions['interpret'],
  reading: SqlReading,
): InspectLine {
  const upstreams = providers.map(({ name, hosts, credentialHeaders }) => ({
    ...{ name: name as UpstreamName, hosts },
    credentialHeaders: credentialHeaders.map((header) => header.name),
  }))
  const read = createWrittenReader({ upstreams, interpret, reading, sqlPlace: () => place })
  return (text) => inspectLine(text, read)
}

async function inspectLine(text: string, read: ReadWritten): Promise<Inspected | Misread> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { error: 'not JSON' }
  }
  const answer = await read(value)
  return { ...idOf(value), ...shown(answer) }
}

function shown(answer: Awaited<ReturnType<ReadWritten>>): Inspected | Misread {
  switch (answer.kind) {
    case 'read':
      return told(answer.actions)
    case 'unread':
      return unread(answer.why)
    case 'error':
      return { error: answer.says }
  }
}

function idOf(value: unknown): { id?: string | number } {
  if (typeof value !== 'object' || value === null || !('id' in value)) return {}
  const { id } = value
  return typeof id === 'string' || typeof id === 'number' ? { id } : {}
}

/** Refused before anyone reads it: what it would do is not known. */
function unread(why: string): Inspected {
  const verb = 'unread'
  return {
    effect: 'unknown',
    reversibility: 'irreversible',
    actions: [{ verb, effect: 'unknown', reversibility: 'irreversible', resource: null }],
    why,
  }
}

interface Told {
  readonly action: Action
  readonly effect: Effect
}

function told(actions: NonEmpty<Action>): Inspected {
  const [first, ...rest] = actions.flatMap((action) =>
    mapNonEmpty(action.effects, (effect): Told => ({ action, effect })),
  )
  if (first === undefined) return unread('nothing was read')
  const all = [first, ...rest]
  const worst = worstEffect(first.effect, ...rest.map(({ effect }) => effect))
  const teller = all.find(({ effect }) => effect === worst) ?? first
  return {
    effect: worst.kind,
    reversibility: reversibilityOf(worst),
    actions: all.map(({ action, effect }) => ({
      verb: action.verb,
      effect: effect.kind,
      reversibility: reversibilityOf(effect),
      resource: effect.kind === 'unknown' ? null : showResource(effect.resource),
    })),
    why: whyOf(teller),
  }
}

const effectVerbs: Readonly<Record<Exclude<EffectKind, 'unknown'>, string>> = {
  destroy: 'destroys',
  disarm: 'weakens a protection of',
  escalate: 'gains power over',
  disclose: 'discloses secrets of',
  write: 'changes',
  read: 'reads',
}

function whyOf({ action, effect }: Told): string {
  if (effect.kind === 'unknown') return effect.why
  const extent = effect.extent === 'some' ? ' a part of' : ''
  return `\`${action.verb}\` ${effectVerbs[effect.kind]}${extent} ${showResource(effect.resource)}`
}
