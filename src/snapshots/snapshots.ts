// What a work tree held, kept outside it, so that it can be brought back.
import type { Instant } from '../domain/names.ts'

export interface Snapshots {
  /**
   * Keeps the work tree as it is now; resolves once a crash cannot lose it. The same snapshot as
   * the last one when nothing has changed. Rejects with a Fault that says why it cannot. Who
   * begins something says `whyStart`.
   */
  take(why: string): Promise<Snapshot>
  /** newest first */
  list(): Promise<readonly Snapshot[]>
  /**
   * The newest since the last undo that would bring something back: what somebody means who names
   * none. Null when there is none.
   */
  latest(selection: Selection): Promise<Comparison | null>
  /** What bringing a snapshot back would change; changes nothing. */
  compare(id: string, selection: Selection): Promise<Comparison>
  /**
   * Brings a snapshot back, after one of what is there now, and reads again what it wrote. Called
   * again after a crash, it ends in the same state.
   */
  restore(id: string, selection: Selection): Promise<Restoration>
  /** Forgets what is too old, and packs the rest; what is taken meanwhile waits for milliseconds. */
  tidy(): Promise<void>
  /** Ends what runs in the background; nothing may be called afterwards. */
  close(): Promise<void>
}

/** The reason of a snapshot at the start of a session: what `--at start` finds. */
export const whyStart = 'start'

export interface Snapshot {
  /** 64 hexadecimal digits: a commit of the shadow repository */
  readonly id: string
  readonly at: Instant
  /** what it was taken before, in a few words: `before: git clean -fdx` */
  readonly why: string
  /** when it was asked for again, and nothing had changed: newest first, at most 20 */
  readonly again: readonly Occurrence[]
  /** others than `taken` are those that an undo takes itself, before it and after it */
  readonly kind: 'taken' | 'undoing' | 'undone' | 'undone-in-part'
  readonly files: number
  readonly bytes: number
  /** paths that were left out, and by which limit; at most 100, those that are no loss last */
  readonly leftOut: readonly LeftOut[]
  /** how many more were left out */
  readonly leftOutMore: number
}

export interface Occurrence {
  readonly at: Instant
  readonly why: string
}

export interface LeftOut {
  /** from the work tree, as people read it */
  readonly path: string
  readonly why: string
  /** no loss when it is destroyed: it can be made again, as `node_modules`; what cannot is lost */
  readonly reproducible: boolean
}

export interface Selection {
  /** from the work tree, its bytes as Latin-1; each with all in it. None: everything */
  readonly paths: readonly string[]
  /** what was made since goes, too */
  readonly exact: boolean
}

export interface Change {
  /** from the work tree, its bytes as Latin-1 */
  readonly path: string
  readonly kind: 'brought-back' | 'overwritten' | 'mode' | 'removed'
  readonly of: 'file' | 'folder' | 'link'
}

export interface Comparison {
  readonly snapshot: Snapshot
  /** sorted by path */
  readonly changes: readonly Change[]
  /** what was made since and stays */
  readonly stays: readonly string[]
}

export interface Restoration extends Comparison {
  /** what was there before it: to undo the undo */
  readonly before: Snapshot
  /** what could not be written, and why */
  readonly failed: readonly Readonly<{ path: string; why: string }>[]
  /** SHA-256 over what was selected: in the snapshot, and on disk afterwards */
  readonly sha256Kept: string
  readonly sha256Now: string
  readonly equal: boolean
}
