import type { FactKind, FactOf } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { Instant } from '../domain/names.ts'

/** Where and when the fact that is being folded stands. */
export interface Place {
  readonly index: number
  readonly at: Instant
}

/**
 * Checks a fact of one kind against what was before it, then folds it in. A fold that throws
 * `conflict` has changed nothing.
 */
export type Fold<K extends FactKind> = (fact: FactOf<K>, place: Place) => void

/** One per kind of fact; null for what changes nothing but the ledger itself. */
export type Folds = { readonly [K in FactKind]: Fold<K> | null }

/** `says` is what is so, `instead` what to do about it. */
export function conflict(says: string, instead: string): never {
  throw new Fault('conflict', `${says}; ${instead}`)
}
