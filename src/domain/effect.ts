import type { Resource } from './resource.ts'

/** What an action does, worst first. */
export const effectKinds = [
  'unknown',
  'destroy',
  'disarm',
  'escalate',
  'disclose',
  'write',
  'read',
] as const
export type EffectKind = (typeof effectKinds)[number]
export type KnownEffectKind = Exclude<EffectKind, 'unknown'>

/** whole: all of the resource; some: a part of it */
export type Extent = 'whole' | 'some'

/** How an effect can be taken back; people read reversible, recoverable, irreversible. */
export type Undo = 'trivial' | 'from-safeguard' | 'never'
export type Reversibility = 'reversible' | 'recoverable' | 'irreversible'

export type Effect =
  | Readonly<{ kind: 'read' | 'disclose'; resource: Resource; extent: Extent }>
  | Readonly<{
      kind: 'write' | 'destroy' | 'disarm' | 'escalate'
      resource: Resource
      extent: Extent
      undo: Undo
    }>
  | UnknownEffect

/**
 * Not knowing, as a value. `legible` is true when a person could still judge it from the request
 * as shown (an operation that is not in the table), false when there is nothing to show (bytes that
 * do not parse, a persisted query's hash): the first can be held, the second is only refused.
 */
export type UnknownEffect = Readonly<{ kind: 'unknown'; why: string; legible: boolean }>

export function severity(kind: EffectKind): number {
  return effectKinds.length - effectKinds.indexOf(kind)
}

const reversibilityOfUndo: Readonly<Record<Undo, Reversibility>> = {
  trivial: 'reversible',
  'from-safeguard': 'recoverable',
  never: 'irreversible',
}

/** What cannot be judged cannot be taken back either. A disclosed secret stays disclosed. */
export function reversibilityOf(effect: Effect): Reversibility {
  switch (effect.kind) {
    case 'read':
      return 'reversible'
    case 'disclose':
    case 'unknown':
      return 'irreversible'
    default:
      return reversibilityOfUndo[effect.undo]
  }
}

const reversibilityRank: Readonly<Record<Reversibility, number>> = {
  reversible: 0,
  recoverable: 1,
  irreversible: 2,
}

/** The worst effect by kind, then by how hard it is to take back. */
export function worstEffect(first: Effect, ...rest: readonly Effect[]): Effect {
  let worst = first
  for (const effect of rest) {
    const graver = severity(effect.kind) - severity(worst.kind)
    const harder =
      reversibilityRank[reversibilityOf(effect)] - reversibilityRank[reversibilityOf(worst)]
    if (graver > 0 || (graver === 0 && harder > 0)) worst = effect
  }
  return worst
}
