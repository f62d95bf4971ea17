// Files by open folders, as openat(2) would: no part of a path that has been walked once is looked
// up again, so that a folder swapped for a symbolic link leads nowhere. Node has no openat; on
// Linux, a name below /proc/self/fd/N is the same. Elsewhere a folder is reached by its path.
//
// Names are bytes: kept as Latin-1 text, a character a byte, so that any name comes back as it was.
import { closeSync, constants, openSync } from 'node:fs'

import { Fault } from '../domain/fault.ts'

export interface Folder {
  readonly fd: number
  /** absolute, bytes as Latin-1 */
  readonly path: string
}

const byDescriptor = process.platform === 'linux'
/** macOS: no part of the path may be a symbolic link. */
const noFollowAny = process.platform === 'darwin' ? 0x2000_0000 : 0
const noFollow = constants.O_NOFOLLOW | noFollowAny
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | noFollow

const ascii = /^[\x20-\x7e]*$/

/** The path as Node takes it. */
export function native(raw: string): string | Buffer {
  return ascii.test(raw) ? raw : Buffer.from(raw, 'latin1')
}

export function rawOf(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1')
}

/** As people read it; bytes that are no UTF-8 are shown as U+FFFD. */
export function readable(raw: string): string {
  return Buffer.from(raw, 'latin1').toString('utf8')
}

export function at(folder: Folder, name: string): string | Buffer {
  return native(byDescriptor ? `/proc/self/fd/${folder.fd}/${name}` : `${folder.path}/${name}`)
}

/** The folder itself. */
export function itself(folder: Folder): string | Buffer {
  return native(byDescriptor ? `/proc/self/fd/${folder.fd}` : folder.path)
}

export function openRoot(path: string): Folder {
  if (process.platform === 'win32') {
    throw new Fault('snapshot-unsupported', 'files cannot be snapshotted on Windows yet')
  }
  return { fd: openSync(native(path), folderFlags), path }
}

export function openFolder(parent: Folder, name: string): Folder {
  return { fd: openSync(at(parent, name), folderFlags), path: `${parent.path}/${name}` }
}

export function closeFolder(folder: Folder): void {
  closeSync(folder.fd)
}

/** To read: does not wait for a fifo, does not follow a link. */
export function openToRead(folder: Folder, name: string): number {
  return openSync(at(folder, name), constants.O_RDONLY | constants.O_NONBLOCK | noFollow)
}

export function openNew(folder: Folder, name: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow
  return openSync(at(folder, name), flags, 0o600)
}

export interface Descent {
  /** The folder at this path from the root; open until another one is asked for. */
  at(path: string): Folder
  close(): void
}

/** Folders by their paths below a root, each part opened once while the next is in it. */
export function createDescent(root: Folder): Descent {
  const opened: { readonly path: string; readonly folder: Folder }[] = []

  function leave(path: string): void {
    for (let last = opened.at(-1); last !== undefined; last = opened.at(-1)) {
      if (path === last.path || path.startsWith(`${last.path}/`)) return
      closeFolder(last.folder)
      opened.pop()
    }
  }

  return {
    at(path) {
      leave(path)
      const depth = opened.length
      const names = path === '' ? [] : path.split('/')
      for (const [index, name] of names.entries()) {
        if (index < depth) continue
        const parent = opened.at(-1)?.folder ?? root
        const folder = openFolder(parent, name)
        opened.push({ path: names.slice(0, index + 1).join('/'), folder })
      }
      return opened.at(-1)?.folder ?? root
    },
    close() {
      for (const { folder } of opened.splice(0).reverse()) closeFolder(folder)
    },
  }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? ''
}
