// What was refused a while ago, so that the same thing by another command is refused too. Trying
// again by another way is what agents do most often before an incident.
import type { Action } from '../domain/action.ts'
import type { EffectKind } from '../domain/effect.ts'
import { severity } from '../domain/effect.ts'
import type { Resource } from '../domain/resource.ts'
import type { Advice, Circumstances } from './advice.ts'
import { deed, named, refusedEffects } from './advise.ts'
import { isOfThisMachine, isWithin } from './places.ts'
import { person, seenOf } from './rules.ts'
import type { Acting } from './rules.ts'

/** One effect that was refused. */
export interface Mark {
  readonly provider: string
  readonly type: string
  readonly id: string | null
  readonly kind: EffectKind
  /** it would have lost what was there: as grave as a destruction */
  readonly loses: boolean
  readonly code: string
  /** milliseconds since 1970 */
  readonly at: number
}

export const refusalMinutes = 15
const marksMax = 100

/** The marks that stand, with those of a new refusal; the newest are kept. */
export function remembered(
  before: readonly Mark[],
  actions: readonly Action[],
  around: Circumstances,
  now: number,
): readonly Mark[] {
  const added = refusedEffects(actions, around).map(({ effect, code }): Mark => {
    const { provider, type, id } = effect.resource
    return { provider, type, id, kind: effect.kind, loses: losesAt(effect, around), code, at: now }
  })
  return [...standing(before, now), ...added].slice(-marksMax)
}

export function standing(marks: readonly Mark[], now: number): readonly Mark[] {
  return marks.filter(({ at }) => now - at < refusalMinutes * 60_000 && at <= now)
}

/** A refusal, when what passes by itself is the equal of something refused, or stronger. */
export function refusedBefore(
  marks: readonly Mark[],
  actions: readonly Action[],
  around: Circumstances,
  now: number,
): Extract<Advice, { kind: 'refuse' }> | null {
  const effects = actions.flatMap((action) => action.effects)
  for (const effect of effects) {
    if (effect.kind === 'unknown') continue
    const mark = standing(marks, now).find((one) => equalOrStronger(effect, one, around))
    if (mark === undefined) continue
    const minutes = Math.max(1, Math.round((now - mark.at) / 60_000))
    const what = `${deed(effect)} ${named(effect.resource, around)}`
    const ago = minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`
    const says = `it would ${what}: that was refused ${ago} (${mark.code}), and another command does not change it`
    return { kind: 'refuse', because: [{ code: 'refused-before', says }], instead: person }
  }
  return null
}

function losesAt(effect: Acting, around: Circumstances): boolean {
  return seenOf(effect, around).loses
}

function equalOrStronger(effect: Acting, mark: Mark, around: Circumstances): boolean {
  const asGrave =
    severity(effect.kind) >= severity(mark.kind) || (mark.loses && losesAt(effect, around))
  return asGrave && overlaps(effect.resource, mark)
}

/** The same thing, or something that it is part of. A part of it is judged by itself. */
function overlaps(resource: Resource, mark: Mark): boolean {
  if (resource.provider !== mark.provider) return false
  const { id } = resource
  if (isOfThisMachine(resource)) return id !== null && mark.id !== null && isWithin(mark.id, id)
  return resource.type === mark.type && (id === mark.id || id === null || mark.id === null)
}
