// Where a path of this machine lies, seen from a work tree. Paths are absolute, POSIX, without
// `.` and `..`; links have been followed by whoever asks.
import type { Resource } from '../domain/resource.ts'
import type { Circumstances } from './advice.ts'

export type Place =
  /** it is not known where */
  | 'unknown'
  | 'root'
  /** the home folder, or what contains it */
  | 'home'
  /** the work tree as a whole, or what contains it */
  | 'whole-work-tree'
  /** a repository's history, refs and index */
  | 'git'
  /** in the work tree, and made again by a build or an install */
  | 'reproducible'
  | 'work-tree'
  /** a temporary folder as a whole, everybody's things in it */
  | 'whole-temporary'
  | 'temporary'
  | 'outside'

const reproducible = new Set([
  '.cache',
  '.gradle',
  '.mypy_cache',
  '.next',
  '.nuxt',
  '.nyc_output',
  '.parcel-cache',
  '.pytest_cache',
  '.ruff_cache',
  '.svelte-kit',
  '.tox',
  '.turbo',
  '.venv',
  '.vite',
  '.DS_Store',
  '__pycache__',
  'bower_components',
  'coverage',
  'dist',
  'node_modules',
  'target',
  'venv',
])
const reproducibleFile = /\.(pyc|pyo|o|class|tsbuildinfo)$/

/** Git leaves these behind when it is interrupted, and says itself that they are to be removed. */
const gitLock = /(^|\/)\.git\/([^/]+\/)*[^/]+\.lock$/

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

export function isOfThisMachine({ provider, type }: Resource): boolean {
  return provider === 'local' && (type === 'path' || type === 'below')
}

export function placeOf({ type, id }: Resource, around: Circumstances): Place {
  if (id === null) return 'unknown'
  const { workTree, home, temporary } = around
  if (id === '/') return 'root'
  if (home !== null && isWithin(home, id)) return 'home'
  if (workTree !== null && isWithin(workTree, id) && (type === 'path' || id !== workTree)) {
    return 'whole-work-tree'
  }
  if (workTree !== null && isWithin(id, workTree)) return inWorkTree(id.slice(workTree.length + 1))
  if (temporary.includes(id) && type === 'path') return 'whole-temporary'
  return isTemporary(id, around) ? 'temporary' : 'outside'
}

/** In a temporary folder; a home folder that lies in one is a home folder. */
export function isTemporary(id: string, { home, temporary }: Circumstances): boolean {
  if (home !== null && isWithin(id, home)) {
    return temporary.some((folder) => isWithin(id, folder) && isWithin(folder, home))
  }
  return temporary.some((folder) => isWithin(id, folder))
}

function inWorkTree(below: string): Place {
  const segments = below.split('/')
  if (segments.includes('.git')) return gitLock.test(below) ? 'reproducible' : 'git'
  const again = segments.some((one) => reproducible.has(one)) || reproducibleFile.test(below)
  return again ? 'reproducible' : 'work-tree'
}
