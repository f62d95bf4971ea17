// The history of repositories: every object that is in them, whether a ref, the reflog, a stash or
// nothing leads to it. What was removed from HEAD is a `git show` away.
import { lstatSync } from 'node:fs'
import { join } from 'node:path'

import type { Budget } from './budget.ts'
import { createByteReader } from './byte-reader.ts'
import { textOf } from './bytes.ts'
import type { Collector } from './collect.ts'
import { linesOf, startGit } from './git-process.ts'
import type { GitRun } from './git-process.ts'
import { shownPath } from './shown-path.ts'
import type { ScanWorld, Source } from './source.ts'
import { walk } from './tree.ts'

const repositoriesMax = 50
const objectsMax = 400_000
const commitsAskedMax = 40

export const gitHistory: Source = {
  name: 'git',
  about: 'every object of the repositories: all refs, stashes, the reflog, and unreachable ones',
  limits: { texts: 300_000, bytes: 2 ** 30, fileBytes: 4 * 2 ** 20, milliseconds: 120_000 },
  async read(world, collector, budget) {
    const folders = repositoriesOf(world, budget)
    for (const folder of folders) {
      if (!budget.left) return
      await readRepository(folder, { world, collector, budget })
    }
  },
}

interface Reading {
  readonly world: ScanWorld
  readonly collector: Collector
  readonly budget: Budget
}

/** Folders with a `.git` in them, below the paths; and the one around each. */
function repositoriesOf(world: ScanWorld, budget: Budget): readonly string[] {
  const found = new Set<string>()
  for (const path of world.paths) {
    for (let above = path; ; above = join(above, '..')) {
      if (hasGit(above)) {
        found.add(above)
        break
      }
      if (above === join(above, '..')) break
    }
    walk(path, world, budget, (file) => {
      const folder = /^(.*)\/\.git(?:\/packed-refs|\/config|\/description)?$/.exec(file)?.[1]
      if (folder !== undefined) found.add(folder)
    })
  }
  if (found.size > repositoriesMax) budget.stop(`stopped at ${repositoriesMax} repositories`)
  return [...found].slice(0, repositoriesMax)
}

function hasGit(folder: string): boolean {
  return lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined
}

async function readRepository(folder: string, reading: Reading): Promise<void> {
  const { budget, world } = reading
  const objects = await objectsOf(folder, reading)
  if (objects === null) {
    budget.stop(`\`${shownPath(folder, world)}\` could not be read by git`)
    return
  }
  const paths = await pathsOf(folder, reading)
  const found = await readObjects(folder, objects, paths, reading)
  await nameCommits(folder, found, reading)
}

function git(folder: string, words: readonly string[], { environment, home }: ScanWorld): GitRun {
  return startGit(folder, words, { path: environment['PATH'] ?? '/usr/bin:/bin', home })
}

/** Ids of what may hold text; null when git does not read this repository. */
async function objectsOf(folder: string, reading: Reading): Promise<readonly string[] | null> {
  const { budget, world } = reading
  const format = '--batch-check=%(objecttype) %(objectsize) %(objectname)'
  const run = git(folder, ['cat-file', '--batch-all-objects', '--unordered', format], world)
  const objects: string[] = []
  for await (const line of linesOf(run)) {
    const [, type, size, id] = /^(\w+) (\d+) ([0-9a-f]{40,64})$/.exec(line) ?? []
    if (type === undefined || id === undefined || type === 'tree') continue
    if (Number(size) > budget.limits.fileBytes) budget.pass('larger than the limit')
    else objects.push(id)
    if (objects.length < objectsMax && budget.left) continue
    if (objects.length >= objectsMax) budget.stop(`stopped at ${objectsMax} objects`)
    run.end()
    break
  }
  const code = await run.exit
  return code === 0 || objects.length > 0 ? objects : null
}

/** A path that each object has, or had; none for what nothing leads to. */
async function pathsOf(folder: string, { world, budget }: Reading): Promise<Map<string, string>> {
  const words = ['rev-list', '--objects', '--all', '--reflog', '--indexed-objects']
  const run = git(folder, words, world)
  const paths = new Map<string, string>()
  for await (const line of linesOf(run)) {
    const at = line.indexOf(' ')
    if (at > 0) paths.set(line.slice(0, at), line.slice(at + 1))
    else paths.set(line, '')
    if (paths.size < objectsMax * 2 && budget.left) continue
    run.end()
    break
  }
  await run.exit
  return paths
}

/** Ids of objects in which something was found, by what its places are called. */
async function readObjects(
  folder: string,
  objects: readonly string[],
  paths: ReadonlyMap<string, string>,
  { world, collector, budget }: Reading,
): Promise<ReadonlyMap<string, string>> {
  const run = git(folder, ['cat-file', '--batch', '--buffer'], world)
  run.child.stdin?.end(objects.join('\n') + '\n')
  const found = new Map<string, string>()
  const repository = shownPath(folder, world)
  for await (const { id, type, bytes } of objectsIn(run)) {
    if (!budget.left) {
      run.end()
      break
    }
    budget.spend(bytes.length)
    const path = paths.get(id)
    const name = `${repository}: ${nameOf(type, path)} ${id.slice(0, 12)}`
    const place = {
      source: 'git',
      name,
      commit: type === 'commit' ? id : null,
      file: null,
    } as const
    const known = path === undefined || path === '' ? type : path
    if (collector.offer({ place, path: known, text: textOf(bytes) })) found.set(name, id)
  }
  await run.exit
  return found
}

function nameOf(type: string, path: string | undefined): string {
  if (type !== 'blob') return `message of ${type}`
  if (path === undefined) return 'unreachable blob'
  return path === '' ? 'blob' : path
}

interface GitObject {
  readonly id: string
  readonly type: string
  readonly bytes: Buffer
}

/** `<id> <type> <size>`, a line end, the bytes, a line end; over and over. */
async function* objectsIn({ pieces }: GitRun): AsyncGenerator<GitObject> {
  const reader = createByteReader(pieces)
  for (;;) {
    const head = await reader.line(4096)
    if (head === null) return
    const match = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(head.toString('latin1'))
    if (match === null) continue
    const [, id = '', type = '', size = '0'] = match
    const bytes = await reader.exactly(Number(size) + 1)
    if (bytes === null) return
    yield { id, type, bytes: bytes.subarray(0, -1) }
  }
}

/** Which commit brought what was found: so that people can look, and tell whom to ask. */
async function nameCommits(
  folder: string,
  found: ReadonlyMap<string, string>,
  { world, collector, budget }: Reading,
): Promise<void> {
  const commits = new Map<string, string>()
  for (const [name, id] of [...found].slice(0, commitsAskedMax)) {
    const words = [
      'log',
      '--all',
      '--reflog',
      '-1',
      '--no-color',
      '--format=%H',
      `--find-object=${id}`,
    ]
    const run = git(folder, words, world)
    run.child.stdin?.end()
    for await (const line of linesOf(run)) {
      if (/^[0-9a-f]{40,64}$/.test(line)) commits.set(name, line)
      if (!budget.left) run.end()
    }
    await run.exit
  }
  collector.amend((place) =>
    place.source === 'git' && place.commit === null
      ? { ...place, commit: commits.get(place.name) ?? null }
      : place,
  )
}
