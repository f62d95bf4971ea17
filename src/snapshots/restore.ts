// Brings entries of a snapshot back into a work tree. Each file is written beside its place and
// renamed into it, so that it is the old one or the new one, whole, at any moment; called again
// after a crash it ends in the same state. Nothing is followed: folders are reached by descriptor.
import { closeSync, fchmodSync, fchownSync, fstatSync, futimesSync, lchownSync } from 'node:fs'
import { lutimesSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { lstatSync, symlinkSync, unlinkSync, writeSync } from 'node:fs'

import { Fault } from '../domain/fault.ts'
import type { Random } from '../system/random.ts'
import type { BlobReader } from './blobs.ts'
import { nameOf, parentOf } from './entry.ts'
import type { Entry } from './entry.ts'
import type { Plan } from './plan.ts'
import { at, closeFolder, codeOf, createDescent, itself, native } from './reach.ts'
import { openNew, readable } from './reach.ts'
import type { Descent, Folder } from './reach.ts'
import { openedRoot } from './walk.ts'
import type { Left } from './walk.ts'

export interface Failure {
  readonly path: string
  readonly why: string
}

interface Work {
  readonly descent: Descent
  readonly blobs: BlobReader
  readonly random: Random
  /** not in any snapshot: never overwritten */
  readonly unkept: ReadonlySet<string>
  readonly failed: Failure[]
}

const besidePrefix = '.holdpoint-undo-'

export async function restore(
  workTree: string,
  plan: Plan,
  parts: Readonly<{ blobs: BlobReader; random: Random; left: readonly Left[] }>,
): Promise<readonly Failure[]> {
  const root = openedRoot(workTree) ?? remake(workTree)
  const descent = createDescent(root)
  const failed: Failure[] = []
  const unkept = new Set(parts.left.map(({ path }) => path))
  const work: Work = { descent, blobs: parts.blobs, random: parts.random, unkept, failed }
  try {
    for (const path of new Set(plan.written.map(([one]) => parentOf(one)))) sweep(work, path)
    for (const [path, entry] of plan.removed) attempt(work, path, () => remove(work, path, entry))
    for (const [path, entry] of plan.written) {
      if (entry.kind === 'folder') attempt(work, path, () => makeFolder(work, path))
    }
    for (const [path, entry] of plan.written) {
      if (entry.kind !== 'folder') await attemptLater(work, path, () => write(work, path, entry))
    }
    // The deepest first: a folder that may not be written to must have all in it by then.
    for (const [path, entry] of plan.written.toReversed()) {
      if (entry.kind === 'folder') attempt(work, path, () => finishFolder(work, path, entry))
    }
  } finally {
    descent.close()
    closeFolder(root)
  }
  return failed
}

function remake(workTree: string): Folder {
  mkdirSync(native(workTree), { mode: 0o700 })
  const root = openedRoot(workTree)
  if (root === null) throw new Fault('snapshot-moved', `\`${workTree}\` went away again`)
  return root
}

function attempt({ failed }: Work, path: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    failed.push({ path: readable(path), why: whyOf(error) })
  }
}

async function attemptLater(work: Work, path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    work.failed.push({ path: readable(path), why: whyOf(error) })
  }
}

function whyOf(error: unknown): string {
  if (error instanceof Fault) return error.message
  const code = codeOf(error)
  if (code === 'ENOTEMPTY') return 'something that is in no snapshot is in it: move it away'
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be written'
  if (code === 'ENOSPC') return 'there is no space left'
  return `it cannot be written: ${code || String(error)}`
}

/** What an undo left beside when it was killed. */
function sweep(work: Work, path: string): void {
  try {
    const folder = work.descent.at(path)
    for (const name of readdirSync(itself(folder), 'latin1')) {
      if (name.startsWith(besidePrefix)) unlinkSync(at(folder, name))
    }
  } catch {
    // Not there yet, or not a folder: nothing of ours is in it.
  }
}

function remove(work: Work, path: string, entry: Entry): void {
  const folder = work.descent.at(parentOf(path))
  if (entry.kind !== 'folder') unlinkSync(at(folder, nameOf(path)))
  else rmdirSync(at(folder, nameOf(path)))
}

function makeFolder(work: Work, path: string): void {
  if (path !== '') {
    const parent = work.descent.at(parentOf(path))
    const place = at(parent, nameOf(path))
    const there = lstatSync(place, { throwIfNoEntry: false })
    if (there !== undefined && !there.isDirectory()) {
      refuseUnkept(work, path)
      unlinkSync(place)
    }
    if (there?.isDirectory() !== true) mkdirSync(place, { mode: 0o700 })
  }
  const { fd } = work.descent.at(path)
  fchmodSync(fd, (fstatSync(fd).mode & 0o7777) | 0o700)
}

function finishFolder(work: Work, path: string, entry: Entry): void {
  const { fd } = work.descent.at(path)
  own(fd, entry)
  fchmodSync(fd, entry.mode)
  futimesSync(fd, entry.modified / 1e6, entry.modified / 1e6)
}

async function write(work: Work, path: string, entry: Entry): Promise<void> {
  const folder = work.descent.at(parentOf(path))
  const name = nameOf(path)
  const there = lstatSync(at(folder, name), { throwIfNoEntry: false })
  if (there !== undefined) refuseUnkept(work, path)
  const beside = `${besidePrefix}${work.random.bytes(12).toString('hex')}`
  try {
    if (entry.kind === 'link') await writeLink(work, folder, beside, entry)
    else await writeFile(work, folder, beside, entry)
    // What is in it has gone already; what is in no snapshot keeps it, and fails.
    if (there?.isDirectory() === true) rmdirSync(at(folder, name))
    renameSync(at(folder, beside), at(folder, name))
  } catch (error) {
    if (lstatSync(at(folder, beside), { throwIfNoEntry: false })) unlinkSync(at(folder, beside))
    throw error
  }
}

function refuseUnkept({ unkept }: Work, path: string): void {
  if (!unkept.has(path)) return
  throw new Fault('snapshot-unkept', 'what is there now is in no snapshot: move it away')
}

async function writeFile(work: Work, folder: Folder, name: string, entry: Entry): Promise<void> {
  const fd = openNew(folder, name)
  try {
    await work.blobs.copy(entry.id, (piece) => {
      for (let done = 0; done < piece.byteLength;) {
        done += writeSync(fd, piece, done, piece.byteLength - done)
      }
    })
    const owned = own(fd, entry)
    // As somebody else's, it may not run as its owner.
    fchmodSync(fd, owned ? entry.mode : entry.mode & 0o777)
    futimesSync(fd, entry.modified / 1e6, entry.modified / 1e6)
  } finally {
    closeSync(fd)
  }
}

async function writeLink(work: Work, folder: Folder, name: string, entry: Entry): Promise<void> {
  const pieces: Buffer[] = []
  await work.blobs.copy(entry.id, (piece) => pieces.push(piece))
  symlinkSync(Buffer.concat(pieces), at(folder, name))
  const { uid, gid } = lstatSync(at(folder, name))
  if (process.getuid?.() === 0 && (uid !== entry.owner || gid !== entry.group)) {
    lchownSync(at(folder, name), entry.owner, entry.group)
  }
  lutimesSync(at(folder, name), entry.modified / 1e6, entry.modified / 1e6)
}

/** Only root can give a file away; false when it is not whose it was. */
function own(fd: number, entry: Entry): boolean {
  const { uid, gid } = fstatSync(fd)
  if (uid === entry.owner && gid === entry.group) return true
  if (process.getuid?.() !== 0) return uid === entry.owner
  fchownSync(fd, entry.owner, entry.group)
  return true
}
