// What a work tree held, kept outside it, so that it can be brought back.
import type { Instant } from '../domain/names.ts'

export interface Snapshots {
  /**
   * Keeps the work tree as it is now; resolves once a crash cannot lose it. The same snapshot as the
   * last one when nothing has changed. Rejects with a Fault that says why it cannot.
   */
  take(why: string): Promise<Snapshot>
  /** newest first */
  list(): Promise<readonly Snapshot[]>
}

export interface Snapshot {
  /** 40 hexadecimal digits */
  readonly id: string
  readonly at: Instant
  /** what it was taken before, in a few words: `before: git clean -fdx` */
  readonly why: string
  readonly files: number
  /** paths that were left out, and by which limit; at most 100 */
  readonly leftOut: readonly Readonly<{ path: string; why: string }>[]
}
