import type { Concealed } from './concealed.ts'
import type { Standing } from './mandate.ts'

/** Who stands before the gate, by the credentials presented. */
export type Identity = Readonly<{ kind: 'known'; standing: Standing }> | Stranger

/** Someone who is not let in, and why. */
export interface Stranger {
  readonly kind: 'stranger'
  readonly code: StrangerCode
  /** one clause, lower case, no full stop */
  readonly says: string
  /** what to do next */
  readonly instead: string
  /** whose connection it is all the same, when another lease that stands says so */
  readonly standing: Standing | null
  /** a credential that Holdpoint did not issue; null when there was none */
  readonly foreign: Concealed | null
}

export type StrangerCode =
  | 'no-lease'
  | 'unknown-lease'
  | 'lease-expired'
  | 'lease-revoked'
  | 'mandate-expired'
  | 'mandate-revoked'
  | 'frozen'
  | 'killed'
  | 'foreign-credential'
  | 'two-leases'
  | 'misplaced-lease'
