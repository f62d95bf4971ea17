// What a hook answers before an agent runs something. Advice: it sends nothing, holds nothing, and
// is no boundary; what an agent may do to infrastructure is decided at the doors.
import type { Action } from '../domain/action.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Reason } from '../domain/verdict.ts'

export type Advice =
  /** snapshot: what it would do to the work tree can be taken back, if a snapshot is taken first */
  | Readonly<{ kind: 'pass'; snapshot: boolean }>
  | Readonly<{ kind: 'refuse'; because: NonEmpty<Reason>; instead: string }>

/** Where the advice is given. */
export interface Circumstances {
  /** absolute; null: the agent works in no folder that can be snapshotted */
  readonly workTree: string | null
  readonly home: string | null
  readonly temporary: readonly string[]
  /** snapshots can be taken of the work tree */
  readonly snapshots: boolean
  /** the agent's only way out is the gate, by `holdpoint run`: what leaves is judged there */
  readonly confined: boolean
  /** providers whose requests the gate judges itself: `railway`, `postgres` */
  readonly governed: readonly string[]
}

export type Advise = (actions: readonly Action[], circumstances: Circumstances) => Advice
