// What a work tree holds now, by what is known of it already: only what was touched is read.
import { setImmediate } from 'node:timers/promises'

import type { Cache, Known } from './cache.ts'
import { knownOf } from './cache.ts'
import { blobId, readContent, sameSeen } from './content.ts'
import { nameOf, parentOf } from './entry.ts'
import type { SnapshotLimits } from './limits.ts'
import { closeFolder, codeOf, createDescent } from './reach.ts'
import type { Descent, Folder } from './reach.ts'
import { openedRoot, walk } from './walk.ts'
import type { Left, Seen, Walked } from './walk.ts'

export interface Observation {
  /** parents before what is in them; the work tree itself is the empty path */
  readonly known: ReadonlyMap<string, Known>
  readonly left: readonly Left[]
}

/** Content that was read, for whoever keeps it. */
export interface Keep {
  whole(id: string, bytes: Uint8Array): Promise<void>
  /** Too large for memory, and read again: the name of what was read, which may have changed. */
  large(id: string, folder: Folder, name: string, size: number): Promise<string>
}

export interface Observing {
  readonly workTree: string
  readonly limits: SnapshotLimits
  readonly cache: Cache | null
  readonly keep: Keep | null
  readonly signal: AbortSignal
  /** the file system's time, in microseconds */
  readonly stamp: () => number
}

const passesMax = 3
/** Two changes nearer to each other than this may carry the same time. */
const grainMicroseconds = 2_000_000
const bytesPerTurn = 8 * 1_048_576
const filesPerTurn = 200

/**
 * Null when the work tree is gone. All of it is as it was at one moment, unless it keeps changing:
 * then what changed while it was read is named among what was left out.
 */
export async function observe(observing: Observing): Promise<Observation | null> {
  const read = new Map<string, Known>()
  for (let pass = 1; ; pass++) {
    const stamp = observing.stamp()
    const walked = await walk(observing.workTree, observing.limits, observing.signal)
    if (walked === null) return null
    const steady = pass < passesMax
    const observed = await readAll(observing, { walked, read, stamp, steady })
    if (observed !== null) return observed
  }
}

interface Pass {
  readonly walked: Walked
  /** what earlier passes have read */
  readonly read: Map<string, Known>
  readonly stamp: number
  readonly steady: boolean
}

/** Null when something is not what it was when it was listed. */
async function readAll(observing: Observing, pass: Pass): Promise<Observation | null> {
  const root = openedRoot(observing.workTree)
  if (root === null) return null
  const descent = createDescent(root)
  const known = new Map<string, Known>()
  const left = [...pass.walked.left]
  const turns = createTurns(observing.signal)
  try {
    for (const [path, seen] of pass.walked.seen) {
      const before = pass.read.get(path) ?? observing.cache?.known.get(path)
      if (before !== undefined && !before.recent && sameSeen(before.seen, seen)) {
        known.set(path, before)
        continue
      }
      const recent = Math.max(seen.changed, seen.modified) >= pass.stamp - grainMicroseconds
      const one = await readOne(observing, descent, path, seen, pass.steady)
      if (one.kind === 'moved') {
        if (pass.steady) return null
        left.push({ path, why: 'it changes all the time', reproducible: false })
        continue
      }
      if (one.kind === 'unreadable') {
        left.push({ path, why: one.why, reproducible: false })
        continue
      }
      const now = knownOf(one.seen, one.id, recent || !pass.steady)
      known.set(path, now)
      pass.read.set(path, now)
      if (!sameSeen(one.seen, seen)) {
        left.push({ path, why: 'kept, but it changed while it was read', reproducible: false })
      }
      await turns.after(seen.kind === 'file' ? seen.size : 0)
    }
  } finally {
    descent.close()
    closeFolder(root)
  }
  return { known, left: left.sort((a, b) => (a.path < b.path ? -1 : 1)) }
}

type One =
  | Readonly<{ kind: 'read'; id: string; seen: Seen }>
  | Readonly<{ kind: 'moved' }>
  | Readonly<{ kind: 'unreadable'; why: string }>

async function readOne(
  { keep }: Observing,
  descent: Descent,
  path: string,
  seen: Seen,
  steady: boolean,
): Promise<One> {
  if (seen.kind === 'folder') return { kind: 'read', id: '', seen }
  if (seen.kind === 'link') {
    const target = Buffer.from(seen.target, 'latin1')
    const id = blobId(target)
    await keep?.whole(id, target)
    return { kind: 'read', id, seen }
  }
  const name = nameOf(path)
  let folder: Folder
  try {
    folder = descent.at(parentOf(path))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return { kind: 'moved' }
  }
  const content = readContent(folder, name, seen, steady)
  if (content.kind !== 'read') return content
  const { id, bytes } = content
  if (keep === null) return content
  if (bytes !== null) {
    await keep.whole(id, bytes)
    return content
  }
  const kept = await keep.large(id, folder, name, content.seen.size)
  return kept !== id && steady ? { kind: 'moved' } : { ...content, id: kept }
}

/** Lets others have the loop from time to time. */
function createTurns(signal: AbortSignal): { after(bytes: number): Promise<void> } {
  let bytesSince = 0
  let filesSince = 0
  return {
    async after(bytes) {
      bytesSince += bytes
      filesSince += 1
      if (bytesSince < bytesPerTurn && filesSince < filesPerTurn) return
      bytesSince = 0
      filesSince = 0
      await setImmediate()
      signal.throwIfAborted()
    },
  }
}
