import type { Advise } from '../../advice/advice.ts'
import type { Circumstances } from '../../advice/advice.ts'
import type { Mark, refusedBefore, remembered } from '../../advice/refusals.ts'
import type { Action } from '../../domain/action.ts'
import type { EffectKind } from '../../domain/effect.ts'
import type { Digest } from '../../domain/names.ts'
import type { Snapshots } from '../../snapshots/snapshots.ts'
import type { Clock } from '../../system/clock.ts'
import type { HookAgentName } from './event.ts'

/** What a desk is made of; all of it is built in src/main/advice.ts. */
export interface HookParts {
  readonly read: HookReading
  readonly advice: Readonly<{
    advise: Advise
    refusedBefore: typeof refusedBefore
    remembered: typeof remembered
  }>
  readonly disk: HookDisk
  readonly sessions: HookSessions
  /** Null where nothing takes any; rejects with why none can be taken. */
  readonly snapshots: (workTree: string) => Promise<Snapshots | null>
  /** Resolves once it is kept; a rejection is a refusal. */
  readonly record: (note: AdvisedNote) => Promise<void>
  /** `workTree` null: found from where the agent stands, once in each session */
  readonly around: Omit<Circumstances, 'snapshots'>
  readonly clock: Clock
  readonly secondsMax: number
}

/** Where what is read stands. */
export interface Standing {
  readonly directory: string
  readonly workTree: string | null
}

export interface HookReading {
  shell(text: string, standing: Standing): Promise<readonly Action[]>
  /** What a tool of an MCP server would do, by its arguments. */
  tool(name: string, input: unknown, standing: Standing): Promise<readonly Action[]>
}

export interface HookDisk {
  /** The repository, or else the folder itself; null where that is a home folder or the root. */
  workTreeOf(directory: string): string | null
  /**
   * Where a path leads once every link in it is followed; `last`: the last segment too. What does
   * not exist yet stays as it is written.
   */
  follow(path: string, last: boolean): string
  exists(path: string): boolean
}

/** What is known of a conversation. */
export interface HookSession {
  readonly workTree: string | null
  readonly marks: readonly Mark[]
}

export interface HookSessions {
  /** null: not seen before, or not readable */
  open(key: string): HookSession | null
  keep(key: string, session: HookSession): void
}

/** What was advised, for a ledger. */
export interface AdvisedNote {
  readonly agent: HookAgentName
  readonly verdict: 'pass' | 'refuse'
  readonly codes: readonly string[]
  /** the worst one; null where nothing is known to happen */
  readonly effect: EffectKind | null
  /** the snapshot that was taken first */
  readonly snapshot: string | null
  /** of the text */
  readonly digest: Digest
  /** the command, or the paths: kept beside a ledger, never in it */
  readonly text: string
}
