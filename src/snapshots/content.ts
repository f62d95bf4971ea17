// Reads files as they are: the same bytes, whatever attributes or filters the work tree asks for.
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { closeSync, fstatSync, readSync } from 'node:fs'

import { codeOf, openToRead } from './reach.ts'
import type { Folder } from './reach.ts'
import { seenOf } from './walk.ts'
import type { Seen } from './walk.ts'

const chunkBytes = 1_048_576
/** up to here a file is read once, and sent from memory */
const wholeBytesMax = 16 * chunkBytes

export type Content =
  /** bytes: null for a file too large to keep in memory */
  | Readonly<{ kind: 'read'; id: string; seen: Seen; bytes: Buffer | null }>
  /** it is not what it was when it was listed */
  | Readonly<{ kind: 'moved' }>
  | Readonly<{ kind: 'unreadable'; why: string }>

/** Git's name for a blob, in a repository of SHA-256. */
export function blobId(bytes: Uint8Array): string {
  return blobHash(bytes.byteLength).update(bytes).digest('hex')
}

export function blobHash(size: number): Hash {
  return createHash('sha256').update(`blob ${size}\0`)
}

/** Reads a file that was seen; `steady` false takes it even while it changes. */
export function readContent(folder: Folder, name: string, seen: Seen, steady: boolean): Content {
  let fd: number
  try {
    fd = openToRead(folder, name)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EACCES' || code === 'EPERM') {
      return { kind: 'unreadable', why: 'it may not be read' }
    }
    return { kind: 'moved' }
  }
  try {
    return readOpened(fd, seen, steady)
  } catch (error) {
    return { kind: 'unreadable', why: `it cannot be read: ${codeOf(error)}` }
  } finally {
    closeSync(fd)
  }
}

function readOpened(fd: number, seen: Seen, steady: boolean): Content {
  const before = fstatSync(fd)
  if (!before.isFile()) return { kind: 'moved' }
  const now = seenOf(before, 'file', '')
  if (steady && !sameSeen(now, seen)) return { kind: 'moved' }
  const hash = blobHash(now.size)
  const whole = now.size <= wholeBytesMax ? Buffer.allocUnsafe(now.size) : null
  const chunk = whole ?? Buffer.allocUnsafe(chunkBytes)
  let read = 0
  while (read < now.size) {
    const into = whole === null ? 0 : read
    const most = Math.min(chunk.byteLength - into, now.size - read)
    const got = readSync(fd, chunk, into, most, read)
    if (got === 0) return { kind: 'moved' }
    hash.update(chunk.subarray(into, into + got))
    read += got
  }
  const after = seenOf(fstatSync(fd), 'file', '')
  if (steady && !sameSeen(after, now)) return { kind: 'moved' }
  return { kind: 'read', id: hash.digest('hex'), seen: now, bytes: whole }
}

/** The bytes of a large file, a piece at a time; zeros for what it has lost since. */
export function* readPieces(folder: Folder, name: string, size: number): Generator<Buffer> {
  const fd = openToRead(folder, name)
  try {
    let read = 0
    while (read < size) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - read))
      const got = readSync(fd, chunk, 0, chunk.byteLength, read)
      const piece = got === 0 ? chunk.fill(0) : chunk.subarray(0, got)
      read += piece.byteLength
      yield piece
    }
  } finally {
    closeSync(fd)
  }
}

/** Nothing has touched it: a change sets the time of change, which no program can set back. */
export function sameSeen(a: Seen, b: Seen): boolean {
  return (
    a.changed === b.changed &&
    a.modified === b.modified &&
    a.size === b.size &&
    a.inode === b.inode &&
    a.mode === b.mode &&
    a.owner === b.owner &&
    a.group === b.group &&
    a.kind === b.kind &&
    a.target === b.target
  )
}
