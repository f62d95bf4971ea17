import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Whole or not at all, at any moment: written beside, made durable, then renamed into its place.
 */
export function writeFileDurably(file: string, content: string, mode: number): void {
  const beside = `${file}.new`
  rmSync(beside, { force: true })
  const handle = openSync(beside, 'wx', mode)
  try {
    writeFileSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(beside, file)
  syncFolder(dirname(file))
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/**
 * The published folder, to write: a file is put in its place whole, and `sync` makes the places
 * durable.
 */
export interface PublishedFolder {
  put(path: string, content: Uint8Array | string): Promise<void>
  /** All that was put survives a crash when this resolves. */
  sync(): Promise<void>
  /** A folder below it, with all it holds; nothing when there is none. */
  remove(path: string): Promise<void>
}

const scratch = '.new'

export async function openPublishedFolder(folder: string): Promise<PublishedFolder> {
  await rm(join(folder, scratch), { recursive: true, force: true })
  await mkdir(join(folder, scratch), { recursive: true })
  const known = new Set<string>()
  const unsynced = new Set<string>()
  let count = 0

  async function put(path: string, content: Uint8Array | string): Promise<void> {
    const parent = join(folder, dirname(path))
    if (!known.has(parent)) await makeFolder(parent)
    const beside = join(folder, scratch, String(count++))
    const handle = await open(beside, 'wx')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, join(folder, path))
    unsynced.add(parent)
  }

  async function makeFolder(path: string): Promise<void> {
    const first = await mkdir(path, { recursive: true })
    known.add(path)
    if (first === undefined) return
    for (let made = path; made.length >= first.length; made = dirname(made)) {
      unsynced.add(dirname(made))
    }
  }

  async function sync(): Promise<void> {
    const parents = [...unsynced]
    unsynced.clear()
    await Promise.all(parents.map(syncParent))
  }

  async function syncParent(path: string): Promise<void> {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async function remove(path: string): Promise<void> {
    known.delete(join(folder, path))
    await rm(join(folder, path), { recursive: true, force: true })
  }

  return { put, sync, remove }
}
