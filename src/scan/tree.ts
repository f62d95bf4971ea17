// The work tree: every file in it, ignored and untracked ones too. Links are not followed: what
// they lead to is outside, or is met anyway.
import { lstatSync, opendirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

import type { Budget } from './budget.ts'
import { readFileText } from './bytes.ts'
import type { Collector } from './collect.ts'
import type { SourceName } from './finding.ts'
import { shownPath } from './shown-path.ts'
import type { ScanWorld, Source } from './source.ts'

const depthMax = 64

/** What package managers fill, from elsewhere and again at any time. */
const installed = new Set(['node_modules', 'site-packages', 'bower_components', '__pycache__'])

/** Of git's own folder: what people write in it. The history is another source. */
const ofGit =
  /^(?:config|config\.worktree|FETCH_HEAD|COMMIT_EDITMSG|packed-refs|description|hooks|info|logs|modules|worktrees|rebase-merge|rebase-apply)$/

export const workTree: Source = {
  name: 'work-tree',
  about: 'every file below the paths given, ignored and untracked ones too',
  limits: { texts: 200_000, bytes: 2 * 2 ** 30, fileBytes: 32 * 2 ** 20, milliseconds: 120_000 },
  read(world, collector, budget) {
    for (const root of world.paths) {
      walk(root, world, budget, (file) =>
        readOne(file, below(root, file), 'work-tree', { world, collector, budget }),
      )
    }
  },
}

/** What is above the root says nothing of a file: people keep repositories in `~/test`. */
function below(root: string, file: string): string {
  return file === root ? basename(file) : relative(root, file)
}

export interface Reading {
  readonly world: ScanWorld
  readonly collector: Collector
  readonly budget: Budget
}

export function readOne(
  path: string,
  readAs: string,
  source: SourceName,
  { world, collector, budget }: Reading,
): void {
  const read = readFileText(path, budget.limits.fileBytes)
  if (read.kind === 'passed') {
    if (read.why !== 'empty') budget.pass(read.why)
    return
  }
  budget.spend(read.bytes)
  const file = { path, readAs }
  const place = { source, name: shownPath(path, world), commit: null, file }
  collector.offer({ place, path: readAs, text: read.text })
}

/** Every file below a path, folder by folder; stops when the budget does. */
export function walk(
  start: string,
  world: ScanWorld,
  budget: Budget,
  each: (file: string) => void,
): void {
  const waiting: { path: string; depth: number }[] = []
  try {
    const stat = lstatSync(start)
    if (stat.isDirectory()) waiting.push({ path: start, depth: 0 })
    else if (stat.isFile()) each(start)
    else budget.pass(stat.isSymbolicLink() ? 'symbolic link' : 'no regular file')
  } catch {
    budget.stop(`\`${shownPath(start, world)}\` could not be read`)
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!enter(next, waiting, budget, each)) return
  }
}

/** False when the budget is used up. */
function enter(
  { path, depth }: Readonly<{ path: string; depth: number }>,
  waiting: { path: string; depth: number }[],
  budget: Budget,
  each: (file: string) => void,
): boolean {
  let folder
  try {
    folder = opendirSync(path, { bufferSize: 256 })
  } catch {
    budget.pass('folder not readable')
    return true
  }
  const inGit = /(?:^|\/)\.git$/.test(path)
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      if (!budget.left) return false
      const child = join(path, entry.name)
      if (inGit && !ofGit.test(entry.name)) continue
      if (entry.isFile()) each(child)
      else if (entry.isSymbolicLink()) budget.pass('symbolic link')
      else if (!entry.isDirectory()) budget.pass('no regular file')
      else if (installed.has(entry.name)) budget.pass(`folder \`${entry.name}\``)
      else if (depth >= depthMax) budget.stop(`stopped at ${depthMax} folders deep`)
      else waiting.push({ path: child, depth: depth + 1 })
    }
  } catch {
    budget.pass('folder not readable')
  } finally {
    folder.closeSync()
  }
  return true
}
