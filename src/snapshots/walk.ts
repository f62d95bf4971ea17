// Looks at every entry of a work tree, following nothing, and says what is left out.
import { closeSync, fstatSync, lstatSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { Fault } from '../domain/fault.ts'
import { repositoryOf } from './entry.ts'
import type { Kind } from './entry.ts'
import { madeAgainBy } from './limits.ts'
import type { SnapshotLimits } from './limits.ts'
import { at, closeFolder, codeOf, itself, openFolder, openRoot, openToRead } from './reach.ts'
import type { Folder } from './reach.ts'

/** One entry as `lstat` sees it: enough to know whether it has been touched. */
export interface Seen {
  readonly kind: Kind
  readonly mode: number
  readonly owner: number
  readonly group: number
  /** microseconds */
  readonly modified: number
  /** microseconds; no program can set it */
  readonly changed: number
  readonly size: number
  readonly inode: number
  /** a link's, bytes as Latin-1; else empty */
  readonly target: string
}

export interface Left {
  readonly path: string
  readonly why: string
  readonly reproducible: boolean
}

export interface Walked {
  /** parents before what is in them; the work tree itself is the empty path */
  readonly seen: ReadonlyMap<string, Seen>
  readonly left: readonly Left[]
}

interface Walk {
  readonly workTree: string
  readonly seen: Map<string, Seen>
  readonly left: Left[]
  readonly device: number
  readonly limits: SnapshotLimits
  readonly signal: AbortSignal
  /** looked at since others had a turn */
  since: number
}

const turnEvery = 2000

/** Null when there is no work tree: it has been removed. */
export async function walk(
  workTree: string,
  limits: SnapshotLimits,
  signal: AbortSignal,
): Promise<Walked | null> {
  const root = openedRoot(workTree)
  if (root === null) return null
  try {
    const stats = fstatSync(root.fd)
    const state: Walk = {
      ...{ workTree, seen: new Map(), left: [], device: stats.dev },
      ...{ limits, signal, since: 0 },
    }
    state.seen.set('', seenOf(stats, 'folder', ''))
    await walkFolder(state, root, '', 0)
    return settle(state)
  } finally {
    closeFolder(root)
  }
}

export function openedRoot(workTree: string): Folder | null {
  try {
    return openRoot(workTree)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return null
    if (code === 'ENOTDIR' || code === 'ELOOP') {
      throw new Fault(
        'snapshot-not-folder',
        `\`${workTree}\` is not a folder any more: look at what stands there, and move it away`,
      )
    }
    throw new Fault('snapshot-unreadable', `\`${workTree}\` cannot be read: ${code}`)
  }
}

async function walkFolder(state: Walk, folder: Folder, path: string, depth: number): Promise<void> {
  const names = readdirSync(itself(folder), 'latin1')
  // What refers is read before what is referred to: an object named by a ref that was seen is seen.
  if (path === '.git' || path.endsWith('/.git')) names.sort(objectsLast)
  const beside = new Set(names)
  for (const name of names) {
    const child = path === '' ? name : `${path}/${name}`
    const stats = lstatSync(at(folder, name), { throwIfNoEntry: false })
    if (stats === undefined) continue
    if (++state.since >= turnEvery) await turn(state)
    if (stats.isDirectory()) await walkInto(state, folder, name, child, { stats, depth, beside })
    else if (stats.isFile()) {
      lookAtFile(state, child, stats)
      if (name === '.git') lookAtPointer(state, folder, name, child)
    } else if (stats.isSymbolicLink()) lookAtLink(state, folder, name, child, stats)
    else leave(state, child, ...oddity(stats))
  }
}

async function turn(state: Walk): Promise<void> {
  state.since = 0
  const { entriesMax } = state.limits
  if (state.seen.size > entriesMax) {
    throw new Fault(
      'snapshot-too-many',
      `this work tree has more than ${entriesMax} files: work in a smaller folder of it`,
    )
  }
  await setImmediate()
  state.signal.throwIfAborted()
}

function objectsLast(a: string, b: string): number {
  return Number(a === 'objects') - Number(b === 'objects')
}

interface FolderAt {
  readonly stats: Stats
  readonly depth: number
  readonly beside: ReadonlySet<string>
}

async function walkInto(
  state: Walk,
  parent: Folder,
  name: string,
  path: string,
  { stats, depth, beside }: FolderAt,
): Promise<void> {
  if (stats.dev !== state.device) {
    leave(state, path, 'another file system is mounted there', false)
    return
  }
  if (depth >= state.limits.depthMax) {
    leave(state, path, `more than ${state.limits.depthMax} folders deep`, false)
    return
  }
  let folder: Folder
  try {
    folder = openFolder(parent, name)
  } catch (error) {
    leave(state, path, unreadableWhy(error), false)
    return
  }
  try {
    const again = madeAgainBy(name, beside, () => readdirSync(itself(folder), 'latin1'))
    if (again !== null) {
      leave(state, path, `${again} makes it again`, true)
      return
    }
    state.seen.set(path, seenOf(stats, 'folder', ''))
    await walkFolder(state, folder, path, depth + 1)
  } catch (error) {
    if (codeOf(error) === '' || error instanceof Fault) throw error
    leave(state, path, unreadableWhy(error), false)
  } finally {
    closeFolder(folder)
  }
}

function lookAtFile(state: Walk, path: string, stats: Stats): void {
  const { fileBytesMax, repositoryFileBytesMax } = state.limits
  if (stats.size > fileBytesMax) {
    const most = repositoryOf(path) === null ? fileBytesMax : repositoryFileBytesMax
    if (stats.size > most) {
      leave(state, path, `larger than ${inMebibytes(most)}`, false)
      return
    }
  }
  state.seen.set(path, seenOf(stats, 'file', ''))
}

function lookAtLink(state: Walk, folder: Folder, name: string, path: string, stats: Stats): void {
  try {
    const target = readlinkSync(at(folder, name), 'latin1')
    state.seen.set(path, seenOf(stats, 'link', target))
    if (name === '.git') leave(state, path, ...away)
  } catch (error) {
    leave(state, path, unreadableWhy(error), false)
  }
}

/** A fifo or a socket holds nothing: whoever uses it makes it again. */
function oddity(stats: Stats): readonly [why: string, reproducible: boolean] {
  if (stats.isFIFO()) return ['not a file: a fifo', true]
  if (stats.isSocket()) return ['not a file: a socket', true]
  return ['not a file: a device', false]
}

const pointerBytesMax = 4096

/** What a linked work tree or a submodule has for a repository; only said when it lies elsewhere. */
function lookAtPointer(state: Walk, folder: Folder, name: string, path: string): void {
  let target: string
  try {
    target = readStart(folder, name)
  } catch {
    return
  }
  const named = /^gitdir: (.+?)\n*$/s.exec(target)?.[1]
  if (named === undefined) return
  const lies = resolve('/', state.workTree, dirname(path), named)
  if (lies !== state.workTree && !lies.startsWith(`${state.workTree}/`)) leave(state, path, ...away)
}

/** What is kept is the pointer; nothing that is done to it harms what it points to. */
const away = ['the repository that it points to lies elsewhere, and is not kept', true] as const

function readStart(folder: Folder, name: string): string {
  const fd = openToRead(folder, name)
  try {
    const bytes = Buffer.alloc(pointerBytesMax)
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.byteLength, 0))
  } finally {
    closeSync(fd)
  }
}

function unreadableWhy(error: unknown): string {
  const code = codeOf(error)
  return code === 'EACCES' || code === 'EPERM' ? 'it may not be read' : `it cannot be read: ${code}`
}

function leave({ left }: Walk, path: string, why: string, reproducible: boolean): void {
  left.push({ path, why, reproducible })
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`
}

export function seenOf(stats: Stats, kind: Kind, target: string): Seen {
  return {
    kind,
    mode: stats.mode & 0o7777,
    owner: stats.uid,
    group: stats.gid,
    modified: Math.round(stats.mtimeMs * 1000),
    changed: Math.round(stats.ctimeMs * 1000),
    size: kind === 'folder' ? 0 : stats.size,
    inode: stats.ino,
    target,
  }
}

/** Everything together has a limit, too: the largest files go first, and are named. */
function settle(state: Walk): Walked {
  const { seen, left, limits } = state
  let bytes = 0
  for (const { size } of seen.values()) bytes += size
  if (bytes > limits.bytesMax) {
    const largest = [...seen].sort(([, a], [, b]) => b.size - a.size)
    for (const [path, { size, kind }] of largest) {
      if (bytes <= limits.bytesMax) break
      if (kind !== 'file') continue
      seen.delete(path)
      bytes -= size
      left.push({
        path,
        why: `all files together are larger than ${inMebibytes(limits.bytesMax)}`,
        reproducible: false,
      })
    }
  }
  return { seen, left }
}
