import type { Dirent } from 'node:fs'
import { open, opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { bundleBytesMax } from '../wire/tiles.ts'

/** A published log, to read: a folder, or a copy of what was served. */
export interface LogFiles {
  /** null for no such file; a file too large for any tile is cut just past what any may have */
  read(path: string): Promise<Uint8Array | null>
  /** names in a folder; none when it is not there */
  names(path: string): Promise<readonly string[]>
  /** every file below a folder, by its path in the log */
  walk(path: string): AsyncIterable<string>
}

export function openLogFiles(folder: string): LogFiles {
  async function read(path: string): Promise<Uint8Array | null> {
    const handle = await nullIfMissing(open(join(folder, path)))
    if (handle === null) return null
    try {
      const { size } = await handle.stat()
      const bytes = Buffer.alloc(Math.min(size, bundleBytesMax + 1))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  }

  async function* walk(path: string): AsyncGenerator<string> {
    const entries = await nullIfMissing(opendir(join(folder, path)))
    if (entries === null) return
    for await (const entry of entries as AsyncIterable<Dirent>) {
      const below = `${path}/${entry.name}`
      if (entry.isDirectory()) yield* walk(below)
      else yield below
    }
  }

  return {
    read,
    names: async (path) => (await nullIfMissing(readdir(join(folder, path)))) ?? [],
    walk,
  }
}

async function nullIfMissing<T>(opening: Promise<T>): Promise<T | null> {
  try {
    return await opening
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? fault.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw fault
  }
}
