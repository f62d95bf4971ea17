// What one snapshot changes in the shadow repository, against the one before.
import type { Known } from './cache.ts'
import { blobId } from './content.ts'
import { describeFolder, descriptionPath, keptPath, nameOf, parentOf } from './entry.ts'
import type { Entry } from './entry.ts'
import type { Draft } from './import.ts'

type Tree = ReadonlyMap<string, Known>

export interface Difference {
  /** paths in the repository */
  readonly removed: Draft['removed']
  readonly added: Draft['added']
  /** what describes folders, to be kept as blobs */
  readonly descriptions: readonly Buffer[]
}

/** Null when nothing is different that a snapshot keeps. */
export function differenceBetween(before: Tree, now: Tree): Difference | null {
  const dirty = new Set<string>()
  const removed: string[] = []
  const added: Draft['added'][number][] = []
  for (const [path, entry] of before) {
    const kept = now.get(path)
    if (kept !== undefined && isFolder(kept) === isFolder(entry)) continue
    if (path === '') continue
    dirty.add(parentOf(path))
    // What is in a folder that goes, goes with it.
    const parent = now.get(parentOf(path))
    if (parent !== undefined && isFolder(parent)) removed.push(keptPath(path))
  }
  for (const [path, entry] of now) {
    const old = before.get(path)
    if (old !== undefined && sameRecord(old, entry)) continue
    dirty.add(path === '' ? '' : parentOf(path))
    if (isFolder(entry)) {
      if (old === undefined || !isFolder(old)) dirty.add(path)
    } else if (old?.id !== entry.id || modeOf(old) !== modeOf(entry)) {
      added.push({ path: keptPath(path), mode: modeOf(entry), id: entry.id })
    }
  }
  if (dirty.size === 0) return null
  const descriptions = describe(now, dirty)
  for (const [folder, bytes] of descriptions) {
    added.push({ path: descriptionPath(folder), mode: '100644', id: blobId(bytes) })
  }
  return { removed, added, descriptions: [...descriptions.values()] }
}

function isFolder({ kind }: Entry): boolean {
  return kind === 'folder'
}

function modeOf({ kind, mode }: Entry): string {
  if (kind === 'link') return '120000'
  return (mode & 0o100) === 0 ? '100644' : '100755'
}

function sameRecord(a: Entry, b: Entry): boolean {
  return (
    a.id === b.id &&
    a.modified === b.modified &&
    a.mode === b.mode &&
    a.kind === b.kind &&
    a.owner === b.owner &&
    a.group === b.group &&
    a.size === b.size
  )
}

function describe(now: Tree, dirty: ReadonlySet<string>): Map<string, Buffer> {
  const children = new Map<string, Map<string, Entry>>()
  for (const folder of dirty) {
    const entry = now.get(folder)
    if (entry !== undefined && isFolder(entry)) children.set(folder, new Map())
  }
  for (const [path, entry] of now) {
    if (path !== '') children.get(parentOf(path))?.set(nameOf(path), entry)
  }
  const descriptions = new Map<string, Buffer>()
  for (const [folder, entries] of children) {
    const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
    const text = describeFolder(
      sorted.map(([name]) => name),
      sorted.map(([, entry]) => entry),
    )
    descriptions.set(folder, Buffer.from(text, 'latin1'))
  }
  return descriptions
}
