import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

import type { Digest } from '../domain/names.ts'

export type Artefact =
  | Readonly<{ kind: 'found'; bytes: number; sha256: Digest }>
  | Readonly<{ kind: 'unfit'; why: string }>

export async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch (error) {
    // Not being allowed to look is no proof of absence.
    return codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR'
  }
}

/** Reads the file whole, once: what is hashed is what is there. No links, no devices. */
export async function weigh(file: string): Promise<Artefact> {
  let handle: FileHandle
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
    handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    return { kind: 'unfit', why: openingFailed(codeOf(error)) }
  }
  try {
    return await weighOpen(handle)
  } catch (error) {
    return { kind: 'unfit', why: `it could not be read whole (${codeOf(error)})` }
  } finally {
    await handle.close()
  }
}

async function weighOpen(handle: FileHandle): Promise<Artefact> {
  const before = await handle.stat()
  if (!before.isFile()) return { kind: 'unfit', why: 'it is not a regular file' }
  if (before.size === 0) return { kind: 'unfit', why: 'it is empty' }
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of handle.createReadStream({ autoClose: false, start: 0 })) {
    const part = chunk as Uint8Array
    hash.update(part)
    bytes += part.byteLength
  }
  const after = await handle.stat()
  if (bytes !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    return { kind: 'unfit', why: 'it was still being written when the command had ended' }
  }
  return { kind: 'found', bytes, sha256: hash.digest('hex') as Digest }
}

function openingFailed(code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'the command left no such file'
  if (code === 'ELOOP') return 'it is a symbolic link'
  return `it cannot be opened (${code})`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
