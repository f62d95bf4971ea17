// One work tree's shadow repository: its folder, its list, what its snapshots hold.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import { createFileDurably, syncFolder } from '../system/durable-file.ts'
import { sha256 } from '../system/hash.ts'
import { damaged, readDescription } from './entry.ts'
import type { Entry } from './entry.ts'
import { createGit } from './git.ts'
import type { Git } from './git.ts'
import { createNotes } from './notes.ts'
import { readMessage } from './record.ts'
import type { Kept } from './record.ts'
import type { Occurrence, Snapshot } from './snapshots.ts'

export interface Shadow {
  readonly git: Git
  readonly folder: string
  /** Makes it, unless it is there. Only under the lock. */
  prepare(): Promise<void>
  isPrepared(): boolean
  /** newest first */
  records(): Promise<readonly Kept[]>
  listing(record: Kept): Promise<ReadonlyMap<string, Entry>>
  /** Notes that a snapshot was asked for again. Lost in a crash, and no harm done. */
  again(snapshot: Snapshot, occurrence: Occurrence): Snapshot
  /** The file system's time, in microseconds. */
  stamp(): number
  /** of packs */
  bytes(): number
  /** Makes the names of packs and refs durable. */
  sync(): void
}

export const refsFolder = 'refs/snapshots'

/** Where the snapshots of a work tree are, below the folder of all snapshots. */
export function shadowFolder(folder: string, workTree: string): string {
  return join(folder, sha256(Buffer.from(workTree, 'utf8')).slice(0, 40))
}

/** The work tree without symbolic links on its way; it may be gone. */
export function resolveWorkTree(workTree: string): string {
  try {
    return realpathSync(workTree)
  } catch {
    try {
      return join(realpathSync(dirname(workTree)), basename(workTree))
    } catch {
      throw new Fault('snapshot-not-folder', `there is no folder \`${dirname(workTree)}\``)
    }
  }
}

/** Ours alone: whoever else could write there could write into the work tree, one undo later. */
export function preparePrivateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stats = lstatSync(folder)
  const owner = process.getuid?.()
  if (!stats.isDirectory() || (owner !== undefined && stats.uid !== owner)) {
    throw new Fault('snapshot-not-private', `\`${folder}\` is not a folder of yours: move it away`)
  }
  if ((stats.mode & 0o077) !== 0) chmodSync(folder, 0o700)
  return realpathSync(folder)
}

export function refuseInside(folder: string, workTree: string): void {
  const inside = (inner: string, outer: string): boolean =>
    inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`)
  if (!inside(folder, workTree) && !inside(workTree, folder)) return
  throw new Fault(
    'snapshot-inside',
    `snapshots are kept in \`${folder}\`, which may not be in the work tree: work in a folder`,
  )
}

export function openShadow(program: string, folder: string, workTree: string): Shadow {
  const git = createGit(program, folder)
  const about = join(folder, 'holdpoint.json')
  const notesFile = join(folder, 'again')
  const stampFile = join(folder, 'stamp')
  const packs = join(folder, 'objects/pack')
  return {
    git,
    folder,
    isPrepared: () => existsSync(about),
    async prepare() {
      if (existsSync(about)) return
      await git.run(['init', '--quiet', '--bare', '--object-format=sha256', '--template='])
      mkdirSync(join(folder, refsFolder), { recursive: true })
      mkdirSync(packs, { recursive: true })
      createFileDurably(about, `${JSON.stringify({ version: 1, workTree })}\n`, 0o600)
    },
    async records() {
      const format = '--format=%(objectname) %(contents:subject)'
      const text = (await git.run(['for-each-ref', format, refsFolder])).toString('utf8')
      const lines = text.split('\n').filter((line) => line !== '')
      const records = lines.map((line) => readMessage(line.slice(0, 64), line.slice(65)))
      const noted = createNotes(notesFile).read()
      return records
        .map(({ snapshot, root }) => ({
          snapshot: { ...snapshot, again: noted.get(snapshot.id) ?? [] },
          root,
        }))
        .sort((a, b) => compareText(b.snapshot.at, a.snapshot.at))
    },
    again(snapshot, occurrence) {
      const again = createNotes(notesFile).add(snapshot.id, occurrence)
      return { ...snapshot, again }
    },
    listing: (record) => readListing(git, record),
    stamp() {
      writeFileSync(stampFile, '')
      // Written by the kernel's clock, as every other file's time is.
      utimesSyncNow(stampFile)
      return Math.round(statSync(stampFile).ctimeMs * 1000)
    },
    bytes: () =>
      readdirSync(packs).reduce((sum, name) => {
        const stats = statSync(join(packs, name), { throwIfNoEntry: false })
        return sum + (stats?.size ?? 0)
      }, 0),
    sync() {
      syncFolder(packs)
      syncFolder(join(folder, refsFolder))
    },
  }
}

/** Changing a file's times sets its time of change to now. */
function utimesSyncNow(file: string): void {
  utimesSync(file, 0, 0)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

async function readListing(git: Git, record: Kept): Promise<ReadonlyMap<string, Entry>> {
  const { snapshot, root } = record
  const listing = new Map<string, Entry>()
  if (root === null) return listing
  listing.set('', root)
  const text = (await git.run(['ls-tree', '-r', '-t', '-z', snapshot.id])).toString('latin1')
  const ids = new Map<string, string>()
  const descriptions = new Map<string, string>()
  for (const line of text.split('\0').slice(0, -1)) {
    const [, kind = '', id = '', path = ''] =
      /^\d{6} (blob|tree) ([0-9a-f]{64})\t(.*)$/s.exec(line) ?? []
    if (kind === '') throw damaged('its tree cannot be read')
    if (path === '=' || path.endsWith('/=')) descriptions.set(path.slice(0, -2), id)
    else ids.set(workTreePath(path), kind === 'blob' ? id : '')
  }
  const texts = await readBlobs(git, [...new Set(descriptions.values())])
  for (const [folder, id] of descriptions) {
    const path = folder === '' ? '' : workTreePath(folder)
    for (const [name, entry] of readDescription(texts.get(id) ?? '')) {
      const child = path === '' ? name : `${path}/${name}`
      const blob = ids.get(child)
      if (blob === undefined || (entry.kind === 'folder') !== (blob === '')) {
        throw damaged('its tree and its records differ')
      }
      listing.set(child, { ...entry, id: blob })
    }
  }
  if (listing.size !== ids.size + 1) throw damaged('something in it has no record')
  return new Map([...listing].sort(([a], [b]) => compareText(a, b)))
}

/** `_src/_a.ts` → `src/a.ts` */
function workTreePath(kept: string): string {
  return kept
    .split('/')
    .map((part) => part.slice(1))
    .join('/')
}

async function readBlobs(git: Git, ids: readonly string[]): Promise<Map<string, string>> {
  const input = ids.map((id) => `${id}\n`).join('')
  const output = await git.run(['cat-file', '--batch', '--buffer'], input)
  const found = new Map<string, string>()
  let from = 0
  for (const id of ids) {
    const end = output.indexOf(0x0a, from)
    const [, size] = /^[0-9a-f]{64} blob (\d+)$/.exec(output.toString('latin1', from, end)) ?? []
    if (end < 0 || size === undefined) throw damaged('part of it is missing')
    const start = end + 1
    found.set(id, output.toString('latin1', start, start + Number(size)))
    from = start + Number(size) + 1
  }
  return found
}
