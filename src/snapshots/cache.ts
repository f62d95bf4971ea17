// What the last snapshot saw of each entry, so that the next one reads only what has been touched.
// It is worth nothing by itself: without it, or when it cannot be read, everything is read again.
//
// A line of JSON, then records ended by NUL:
// KIND MODE OWNER GROUP MODIFIED CHANGED SIZE INODE RECENT ID TARGET-BYTES PATH[TARGET]
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

import type { Entry, Kind } from './entry.ts'
import type { Snapshot } from './snapshots.ts'
import type { Seen } from './walk.ts'

export interface Known extends Entry {
  readonly seen: Seen
  /** touched so shortly before it was read that another touch could look the same */
  readonly recent: boolean
}

export interface Cache {
  /** the last one, and the tree of its commit */
  readonly snapshot: Snapshot
  readonly tree: string
  /** what was left out, to see whether that changes */
  readonly left: string
  readonly known: ReadonlyMap<string, Known>
}

const version = 1
const letters = { file: 'f', folder: 'd', link: 'l' } as const
const kinds: Readonly<Record<string, Kind>> = { f: 'file', d: 'folder', l: 'link' }

export function writeCache(file: string, cache: Cache): void {
  const { snapshot, tree, left, known } = cache
  const parts = [`${JSON.stringify({ version, snapshot, tree, left })}\0`]
  for (const [path, { seen, recent, id }] of known) {
    const { kind, mode, owner, group, modified, changed, size, inode, target } = seen
    parts.push(
      `${letters[kind]} ${mode} ${owner} ${group} ${modified} ${changed} ${size} ${inode} ` +
        `${recent ? 1 : 0} ${id === '' ? '-' : id} ${target.length} ${path}${target}\0`,
    )
  }
  // Names are Latin-1 already; the first line may hold anything.
  parts[0] = Buffer.from(parts[0] ?? '', 'utf8').toString('latin1')
  const beside = `${file}.new`
  writeFileSync(beside, parts.join(''), { encoding: 'latin1', mode: 0o600 })
  renameSync(beside, file)
}

export function readCache(file: string): Cache | null {
  try {
    return parseCache(readFileSync(file, 'latin1'))
  } catch {
    return null
  }
}

export function dropCache(file: string): void {
  rmSync(file, { force: true })
}

function parseCache(text: string): Cache | null {
  const records = text.split('\0')
  const head = JSON.parse(Buffer.from(records[0] ?? '', 'latin1').toString('utf8')) as {
    version: number
    snapshot: Snapshot
    tree: string
    left: string
  }
  // A file cut short does not end in NUL.
  if (head.version !== version || records.at(-1) !== '') return null
  const known = new Map<string, Known>()
  for (let at = 1; at < records.length - 1; at++) {
    const one = parseRecord(records[at] ?? '')
    if (one === null) return null
    known.set(one.path, one.known)
  }
  return { snapshot: head.snapshot, tree: head.tree, left: head.left, known }
}

const fieldsBeforePath = 11

function parseRecord(record: string): { path: string; known: Known } | null {
  const fields: string[] = []
  let from = 0
  for (let field = 0; field < fieldsBeforePath; field++) {
    const end = record.indexOf(' ', from)
    if (end < 0) return null
    fields.push(record.slice(from, end))
    from = end + 1
  }
  const [letter = '', mode, owner, group, modified, changed, size, inode, recent, id = '', long] =
    fields
  const kind = kinds[letter]
  if (kind === undefined) return null
  const cut = record.length - Number(long)
  const seen: Seen = {
    kind,
    mode: Number(mode),
    owner: Number(owner),
    group: Number(group),
    modified: Number(modified),
    changed: Number(changed),
    size: Number(size),
    inode: Number(inode),
    target: record.slice(cut),
  }
  return {
    path: record.slice(from, cut),
    known: knownOf(seen, id === '-' ? '' : id, recent === '1'),
  }
}

export function knownOf(seen: Seen, id: string, recent: boolean): Known {
  const { kind, mode, owner, group, modified, size } = seen
  return { kind, mode, owner, group, modified, size, id, seen, recent }
}
