import type { Action } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import { isNonEmpty } from '../domain/nonempty.ts'
import { showResource } from '../domain/resource.ts'
import type { Resource } from '../domain/resource.ts'
import type { Reason } from '../domain/verdict.ts'
import { inert } from '../wire/inert.ts'
import type { Advise, Circumstances } from './advice.ts'
import { isOfThisMachine, isWithin } from './places.ts'
import { rules, seenOf } from './rules.ts'
import type { Acting, Seen } from './rules.ts'

/** More are the same thing said again. */
const reasonsMax = 3
const nameCharactersMax = 120

interface Finding {
  readonly reason: Reason
  readonly instead: string
}

/**
 * What to answer before these are done. Pure and total; what no row of the table refuses passes.
 */
export const advise: Advise = (actions, around) => {
  const effects = actions.flatMap((action) => action.effects.map((effect) => ({ action, effect })))
  const findings = effects.flatMap(({ action, effect }) => findingOf(action, effect, around))
  const told = distinct(findings).slice(0, reasonsMax)
  const [first] = told
  const because = told.map(({ reason }) => reason)
  if (first !== undefined && isNonEmpty(because)) {
    return { kind: 'refuse', because, instead: first.instead }
  }
  const snapshot = effects.some(
    ({ effect }) =>
      effect.kind !== 'unknown' && wantsSnapshot(seenOf(effect, around)) && around.snapshots,
  )
  return { kind: 'pass', snapshot }
}

function findingOf(action: Action, effect: Effect, around: Circumstances): readonly Finding[] {
  if (effect.kind === 'unknown') return [unknownFinding(action, effect.why)]
  const seen = seenOf(effect, around)
  const rule = rules.find((row) => row.applies(seen))
  if (rule === undefined) return []
  const says = `it would ${deed(effect)} ${named(effect.resource, around)}: ${rule.why}`
  return [{ reason: { code: rule.code, says }, instead: rule.instead }]
}

/** The effects for which something is refused, with the code of the row that refuses. */
export function refusedEffects(
  actions: readonly Action[],
  around: Circumstances,
): readonly Readonly<{ effect: Acting; code: string }>[] {
  return actions
    .flatMap(({ effects }) => effects)
    .flatMap((effect) => {
      if (effect.kind === 'unknown') return []
      const seen = seenOf(effect, around)
      const rule = rules.find((row) => row.applies(seen))
      return rule === undefined ? [] : [{ effect, code: rule.code }]
    })
}

function unknownFinding({ evidence }: Action, why: string): Finding {
  const where = evidence.excerpt === '' ? '' : ` in \`${clipped(evidence.excerpt)}\``
  return {
    reason: { code: 'not-known', says: `what it would do is not known${where}: ${inert(why)}` },
    instead: 'write out in plain commands what should happen, one step at a time',
  }
}

/** Of what is made again by a build nothing is kept; of the rest of the work tree, a snapshot. */
function wantsSnapshot({ loses, place, resource, around }: Seen): boolean {
  if (loses && place === 'work-tree') return true
  const { workTree } = around
  const inDatabase = resource.provider === 'sqlite' && resource.id !== null && workTree !== null
  return loses && inDatabase && isWithin(resource.id, workTree)
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>()
  for (const finding of findings) {
    if (!seen.has(finding.reason.says)) seen.set(finding.reason.says, finding)
  }
  return [...seen.values()]
}

const deeds: Readonly<Record<Acting['kind'], string>> = {
  destroy: 'delete or overwrite',
  disarm: 'weaken',
  escalate: 'gain power through',
  disclose: 'show',
  write: 'write to',
  read: 'read',
}

export function deed({ kind }: Acting): string {
  return deeds[kind]
}

/** As a person would say it: `src/a.ts`, `~/x`, or `railway:volume/pg-data`. */
export function named(resource: Resource, { workTree, home }: Circumstances): string {
  const { id, type, provider } = resource
  if (provider === 'local' && id === null) return `a ${type} that is not named`
  if (!isOfThisMachine(resource) || id === null) return `\`${clipped(showResource(resource))}\``
  const inTree = workTree !== null && isWithin(id, workTree) && id !== workTree
  const inHome = home !== null && isWithin(id, home) && id !== home
  const path = inTree
    ? id.slice(workTree.length + 1)
    : inHome
      ? `~/${id.slice(home.length + 1)}`
      : id
  return type === 'below' ? `something in \`${clipped(path)}\`` : `\`${clipped(path)}\``
}

function clipped(text: string): string {
  const plain = inert(text).replaceAll('`', "'")
  return plain.length > nameCharactersMax ? `${plain.slice(0, nameCharactersMax)}…` : plain
}
