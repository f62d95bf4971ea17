// What goes to the worker that judges by drafts, and what comes back.
import type { Impact } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'
import type { Digest } from '../domain/names.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { PolicySource } from '../policy/policy.ts'

export type ToJudge =
  | Readonly<{ kind: 'load'; schema: string; sets: readonly (readonly PolicySource[])[] }>
  | Readonly<{
      kind: 'judge'
      /** which of the sets */
      set: number
      /** those not told before, by the number that cases give */
      standings: readonly (readonly [number, Standing])[]
      cases: readonly NumberedCase[]
    }>

export interface NumberedCase {
  readonly standing: number
  readonly impacts: NonEmpty<Impact>
}

export type FromJudge =
  | Readonly<{ kind: 'loaded'; digests: readonly Digest[] }>
  /** a policy is not valid; `says` names file, line and column */
  | Readonly<{ kind: 'invalid'; code: string; says: string }>
  /** Cedar itself gave up, and can be trusted with nothing more */
  | Readonly<{ kind: 'broken' }>
  | Readonly<{ kind: 'judged'; verdicts: readonly Verdict[] }>
