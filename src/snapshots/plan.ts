// What bringing a snapshot back would change: the snapshot's listing against what is there now.
import { isRepositoryState, parentOf, repositoryOf } from './entry.ts'
import type { Entry, Listing } from './entry.ts'
import type { Change, Selection } from './snapshots.ts'

export interface Plan {
  /** sorted by path */
  readonly changes: readonly Change[]
  readonly stays: readonly string[]
  /** entries of the snapshot that are to be written, folders before what is in them */
  readonly written: readonly (readonly [path: string, entry: Entry])[]
  /** entries of now that go, what is in folders before the folders */
  readonly removed: readonly (readonly [path: string, entry: Entry])[]
}

/**
 * What was made since stays, unless `exact`. A repository's own state is brought back as a whole:
 * HEAD of then with a rebase of now is nobody's repository. Its objects stay; they say nothing.
 */
export function planOf(then: Listing, now: Listing, selection: Selection): Plan {
  const changes: Change[] = []
  const written: [string, Entry][] = []
  const blocked = new Set<string>()
  for (const [path, entry] of then) {
    if (!isSelected(path, selection) && !leadsToSelected(path, entry, now, selection)) continue
    const present = now.get(path)
    const kind = changeOf(entry, present)
    if (kind === null) continue
    // The work tree itself is no change to show, unless it is gone.
    if (path !== '') changes.push({ path, kind, of: entry.kind })
    written.push([path, entry])
    if (present?.kind === 'folder' && entry.kind !== 'folder') blocked.add(path)
  }
  const stays: string[] = []
  const removed: [string, Entry][] = []
  for (const [path, entry] of now) {
    if (then.has(path)) continue
    const inTheWay = blocked.size > 0 && isBelow(path, blocked)
    if (!inTheWay && !isSelected(path, selection)) continue
    if (inTheWay || selection.exact || isForeignState(path, then)) {
      removed.push([path, entry])
      changes.push({ path, kind: 'removed', of: entry.kind })
    } else stays.push(path)
  }
  return {
    changes: changes.sort((a, b) => compareText(a.path, b.path)),
    stays,
    written: written.sort(([a], [b]) => compareText(orderOf(a), orderOf(b))),
    removed: removed.sort(([a], [b]) => compareText(b, a)),
  }
}

export function isSelected(path: string, { paths }: Selection): boolean {
  return paths.length === 0 || paths.some((one) => isIn(path, one))
}

function isIn(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

/** A folder on the way to what was selected, and not there any more. */
function leadsToSelected(path: string, entry: Entry, now: Listing, selection: Selection): boolean {
  if (entry.kind !== 'folder' || now.get(path)?.kind === 'folder') return false
  return selection.paths.some((one) => path === '' || one.startsWith(`${path}/`))
}

function changeOf(then: Entry, now: Entry | undefined): Change['kind'] | null {
  if (now === undefined) return 'brought-back'
  if (now.kind !== then.kind || now.id !== then.id) return 'overwritten'
  // A link has no mode of its own.
  return now.kind !== 'link' && now.mode !== then.mode ? 'mode' : null
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
    if (folders.has(parent)) return true
  }
  return false
}

function isForeignState(path: string, then: Listing): boolean {
  const repository = isRepositoryState(path) ? repositoryOf(path) : null
  return repository !== null && then.get(repository)?.kind === 'folder'
}

/** Objects come before what names them, and HEAD, without which there is no repository, last. */
function orderOf(path: string): string {
  const repository = repositoryOf(path)
  if (repository === null) return path
  const rest = path.slice(repository.length + 1)
  const rank = /^objects(\/|$)/.test(rest) ? '0' : rest === 'HEAD' ? '2' : '1'
  return `${repository}/${rank}/${rest}`
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
