// What a snapshot says of itself: the message of its commit, one line of JSON.
import { instantOf } from '../domain/instant.ts'
import { damaged } from './entry.ts'
import type { Entry } from './entry.ts'
import { readable } from './reach.ts'
import type { Snapshot } from './snapshots.ts'
import type { Left } from './walk.ts'

export interface Kept {
  readonly snapshot: Snapshot
  /** the work tree itself; null when there was none */
  readonly root: Entry | null
}

const whyLengthMax = 500
const leftOutMax = 100

export function recordOf(
  about: Readonly<{ milliseconds: number; why: string; kind: Snapshot['kind'] }>,
  entries: ReadonlyMap<string, Entry>,
  left: readonly Left[],
): Kept {
  let files = 0
  let bytes = 0
  for (const { kind, size } of entries.values()) {
    if (kind === 'folder') continue
    files += 1
    bytes += size
  }
  const grave = left.filter(({ reproducible }) => !reproducible)
  const named = [...grave, ...left.filter(({ reproducible }) => reproducible)]
  const snapshot: Snapshot = {
    id: '',
    at: instantOf(about.milliseconds),
    why: shortWhy(about.why),
    again: [],
    kind: about.kind,
    files,
    bytes,
    leftOut: named.slice(0, leftOutMax).map((one) => ({ ...one, path: readable(one.path) })),
    leftOutMore: Math.max(0, named.length - leftOutMax),
  }
  return { snapshot, root: entries.get('') ?? null }
}

/** In one line: it is shown in lists. */
export function shortWhy(why: string): string {
  return why.replace(/\s+/g, ' ').trim().slice(0, whyLengthMax)
}

export function messageOf({ snapshot, root }: Kept): string {
  const { at, why, kind, files, bytes, leftOut, leftOutMore } = snapshot
  const kept = root && [root.mode, root.owner, root.group, root.modified]
  const message = { version: 1, at, why, kind, files, bytes, leftOut, leftOutMore, root: kept }
  return JSON.stringify(message)
}

/** The shadow repository is ours alone, so this checks for damage, not for malice. */
export function readMessage(id: string, message: string): Kept {
  const { version, root, ...said } = JSON.parse(message) as Omit<Snapshot, 'id' | 'again'> & {
    readonly version: number
    readonly root: readonly [number, number, number, number] | null
  }
  if (version !== 1) throw damaged(`it is of version ${version}`)
  const [mode = 0, owner = 0, group = 0, modified = 0] = root ?? []
  const entry: Entry = { kind: 'folder', mode, owner, group, modified, size: 0, id: '' }
  return { snapshot: { id, again: [], ...said }, root: root === null ? null : entry }
}
