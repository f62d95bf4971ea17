import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Whole or not at all, at any moment: written beside, made durable, then renamed into its place.
 * `tag` keeps two writers from sharing what is beside.
 */
export function writeFileDurably(file: string, content: string, mode: number, tag: string): void {
  const beside = `${file}.${tag}.new`
  const handle = openSync(beside, 'wx', mode)
  try {
    try {
      writeFileSync(handle, content)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(beside, file)
  } catch (fault) {
    rmSync(beside, { force: true })
    throw fault
  }
  syncFolder(dirname(file))
}

/** A new file that must not be there yet, whole and durable. */
export function createFileDurably(file: string, content: string, mode: number): void {
  const handle = openSync(file, 'wx', mode)
  try {
    writeFileSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  syncFolder(dirname(file))
}

/** Makes the names in a folder durable: of files that are new, or were renamed. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
