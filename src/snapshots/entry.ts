// What a work tree holds, entry by entry, and how a folder is written down in the shadow
// repository.
//
// Every name stands there with `_` before it, so that no name means anything to git: not `.git`,
// not `.gitattributes`. Beside them, `=` says what git's trees do not: one record per entry, ended
// by NUL, `KIND MODE OWNER GROUP MODIFIED SIZE NAME`; modes are octal, times microseconds.
import { Fault } from '../domain/fault.ts'

export type Kind = 'file' | 'folder' | 'link'

export interface Entry {
  readonly kind: Kind
  /** permission bits */
  readonly mode: number
  readonly owner: number
  readonly group: number
  /** microseconds since 1970 */
  readonly modified: number
  readonly size: number
  /** of the blob: a file's content, a link's target. Empty for a folder */
  readonly id: string
}

/** Paths from the work tree, bytes as Latin-1; the work tree itself is the empty path. */
export type Listing = ReadonlyMap<string, Entry>

export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/')
  return cut < 0 ? '' : path.slice(0, cut)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `src/a.ts` → `_src/_a.ts` */
export function keptPath(path: string): string {
  return path === '' ? '' : `_${path.replaceAll('/', '/_')}`
}

export function descriptionPath(folder: string): string {
  return folder === '' ? '=' : `${keptPath(folder)}/=`
}

/** By path; what is kept is the same, whatever `modified` says. */
export function sameContent(a: Entry, b: Entry): boolean {
  return a.kind === b.kind && a.id === b.id
}

const letters = { file: 'f', folder: 'd', link: 'l' } as const

export function describeFolder(names: readonly string[], entries: readonly Entry[]): string {
  let text = ''
  for (const [index, name] of names.entries()) {
    const entry = entries[index]
    if (entry === undefined) continue
    const { kind, mode, owner, group, modified, size } = entry
    const letter = letters[kind]
    text += `${letter} ${mode.toString(8)} ${owner} ${group} ${modified} ${size} ${name}\0`
  }
  return text
}

const record = /^([fdl]) ([0-7]{1,4}) (\d{1,10}) (\d{1,10}) (-?\d{1,16}) (\d{1,16}) ([^/]+)$/s
const kinds: Readonly<Record<string, Kind>> = { f: 'file', d: 'folder', l: 'link' }

/** What `=` of one folder says, by name; the ids are in git's tree. */
export function readDescription(text: string): Map<string, Omit<Entry, 'id'>> {
  const found = new Map<string, Omit<Entry, 'id'>>()
  for (const one of text.split('\0').slice(0, -1)) {
    const match = record.exec(one)
    const [, letter = '', mode, owner, group, modified, size, name = ''] = match ?? []
    const kind = kinds[letter]
    if (kind === undefined || name === '.' || name === '..') throw damaged('a record is not one')
    found.set(name, {
      kind,
      mode: parseInt(mode ?? '', 8),
      owner: Number(owner),
      group: Number(group),
      modified: Number(modified),
      size: Number(size),
    })
  }
  return found
}

export function damaged(what: string): Fault {
  return new Fault('snapshot-damaged', `this snapshot is damaged: ${what}; try an older one`)
}

/** In a repository's own folder, not among what only ever grows: objects, large files, others. */
export function isRepositoryState(path: string): boolean {
  const match = /(?:^|\/)\.git\/(.*)$/s.exec(path)
  return match !== null && !/^(objects|lfs|annex|modules|worktrees)(\/|$)/.test(match[1] ?? '')
}

/** The repository's own folder that a path is in: `.git` of `.git/refs/heads`; null for none. */
export function repositoryOf(path: string): string | null {
  return /^(?:.*\/)?\.git(?=\/)/s.exec(path)?.[0] ?? null
}
