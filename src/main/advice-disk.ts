import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import type { HookDisk } from '../doors/hook/parts.ts'

const linksMax = 40

/** The disk as the hook's desk sees it: where links lead, and where a work tree begins. */
export function createHookDisk(home: string | null): HookDisk {
  return {
    follow: (path, last) =>
      last || path === '/'
        ? led(path, linksMax)
        : join(led(dirname(path), linksMax), basename(path)),
    exists: (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
    workTreeOf: (directory) => workTreeOf(led(resolve(directory), linksMax), home),
  }
}

/** With every link followed, those that lead nowhere too; what is not there stays as written. */
function led(path: string, links: number): string {
  if (path === '/') return path
  try {
    return realpathSync.native(path)
  } catch {
    const above = led(dirname(path), links)
    const here = join(above, basename(path))
    const target = links === 0 ? null : linkAt(here)
    return target === null ? here : led(resolve(above, target), links - 1)
  }
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

/** A home folder is nobody's work tree, even where it is a repository of settings. */
function workTreeOf(directory: string, home: string | null): string | null {
  const tooLarge = (folder: string): boolean =>
    folder === '/' || (home !== null && `${home}/`.startsWith(`${folder}/`))
  for (let folder = directory; !tooLarge(folder); folder = dirname(folder)) {
    if (lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined) return folder
  }
  return tooLarge(directory) ? null : directory
}
