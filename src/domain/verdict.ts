import type { Digest, SafeguardName } from './names.ts'
import type { NonEmpty } from './nonempty.ts'

/**
 * Who may release: `owner`, any one owner or approver; `other-person`, one who did not grant the
 * mandate; `two-person`, two of them, neither of whom granted it.
 */
export type ReleaseRule = 'owner' | 'other-person' | 'two-person'

export type Verdict =
  | Readonly<{ kind: 'allow'; because: NonEmpty<Reason>; safeguards: readonly SafeguardName[] }>
  | Readonly<{
      kind: 'hold'
      because: NonEmpty<Reason>
      safeguards: readonly SafeguardName[]
      release: ReleaseRule
    }>
  | Readonly<{ kind: 'deny'; because: NonEmpty<Reason>; instead: string }>

/** Why, for people and programs. */
export interface Reason {
  /** stable: a policy's id, or the gate's own (`no-lease`, `foreign-credential`, `breaker-open`) */
  readonly code: string
  /** one clause, lower case, no full stop */
  readonly says: string
}

/** The policy set that judged, so that a ruling can be replayed. */
export interface PolicySet {
  readonly digest: Digest
}
