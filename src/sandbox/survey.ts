// Looks through a work tree for what an agent must not read, reach or change there. What it finds
// is of the moment: what comes later was made by the agent itself, or by a person beside it.
import { lstatSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import type { FindTokens, Stand } from './mask.ts'
import { maskText } from './mask.ts'
import { laterRun, laterRunIfThere, maybeCredentials } from './places.ts'
import type { PathKind } from './places.ts'

export interface Survey {
  readonly masked: readonly MaskedFile[]
  /** sockets, that would lead out, and files of credentials that no copy can be made of */
  readonly hidden: readonly string[]
  /** there, and not to be changed */
  readonly fixed: readonly string[]
  /** not there, and not to be made */
  readonly missing: readonly Readonly<{ path: string; kind: PathKind }>[]
  /** folders that must keep their name, because something in them is fixed */
  readonly pinned: readonly string[]
  /** what could not be looked at, in words */
  readonly limits: readonly string[]
}

export interface MaskedFile {
  readonly path: string
  readonly text: string
  readonly leased: number
  readonly hidden: number
}

export interface SurveyOptions {
  readonly workTree: string
  readonly find: FindTokens
  readonly stand: Stand
  /** absolute paths in it that the agent must not change, or not see, for reasons of the caller's */
  readonly fixed: readonly string[]
}

const entriesMax = 200_000
const fileBytesMax = 1_048_576
const unlooked = new Set(['node_modules', '.git', '.hg', '.svn', '.venv', '__pycache__'])

export function survey(options: SurveyOptions): Survey {
  const { workTree } = options
  const walked = walk(options)
  const { fixed, missing } = later(workTree)
  const all = [...fixed, ...options.fixed]
  return {
    ...walked,
    fixed: all,
    missing,
    pinned: pinnedFor(workTree, [...all, ...missing.map(({ path }) => path)]),
  }
}

interface Walked {
  readonly masked: MaskedFile[]
  readonly hidden: string[]
  readonly limits: string[]
}

function walk(options: SurveyOptions): Walked {
  const walked: Walked = { masked: [], hidden: [], limits: [] }
  const folders = [options.workTree]
  let entries = 0
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder, walked.limits)) {
      if (++entries > entriesMax) {
        walked.limits.push(`more than ${entriesMax} files: the rest was not looked through`)
        return walked
      }
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!unlooked.has(entry.name)) folders.push(path)
      } else if (entry.isSocket() || entry.isFIFO()) {
        walked.hidden.push(path)
      } else if (entry.isFile() && maybeCredentials(entry.name)) {
        look(path, options, walked)
      }
    }
  }
  return walked
}

function entriesOf(folder: string, limits: string[]): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    limits.push(`\`${folder}\` cannot be read`)
    return []
  }
}

function look(path: string, { find, stand }: SurveyOptions, walked: Walked): void {
  const stat = lstatSync(path)
  if (stat.size === 0) return
  if (stat.nlink > 1) walked.limits.push(`\`${path}\` has another name, under which it can be read`)
  const text = stat.size > fileBytesMax ? null : readText(path)
  if (text === null) {
    walked.hidden.push(path)
    return
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) {
    walked.hidden.push(path)
    return
  }
  const masked = maskText(text, find(text, path), stand)
  if (masked !== null) walked.masked.push({ path, ...masked })
}

function readText(path: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch {
    return null
  }
}

function later(workTree: string): Pick<Survey, 'fixed' | 'missing'> {
  const fixed: string[] = []
  const missing: { path: string; kind: PathKind }[] = []
  const rows = [
    ...laterRun.map((row) => ({ ...row, only: false })),
    ...[...laterRunIfThere, ...gitRows(workTree)].map((row) => ({ ...row, only: true })),
  ]
  for (const { path, kind, only } of rows) {
    const whole = join(workTree, path)
    const stat = statOf(whole)
    if (stat !== null) {
      refuseLinks(workTree, path)
      fixed.push(whole)
    } else if (!only) {
      missing.push(absentPart(workTree, path, kind))
    }
  }
  return {
    fixed,
    missing: missing.filter(firstOfPath).filter((one) => !noRepository(workTree, one)),
  }
}

/** Without a repository there is nothing to keep: git init may be what the agent was asked to do. */
function noRepository(workTree: string, { path }: { path: string }): boolean {
  return path === join(workTree, '.git')
}

function firstOfPath(one: { path: string }, at: number, all: readonly { path: string }[]): boolean {
  return all.findIndex(({ path }) => path === one.path) === at
}

/** `.vscode/tasks.json` where there is no `.vscode`: the folder itself cannot be made then. */
function absentPart(
  workTree: string,
  path: string,
  kind: PathKind,
): { path: string; kind: PathKind } {
  const parts = path.split('/')
  for (let count = 1; count < parts.length; count++) {
    const part = join(workTree, ...parts.slice(0, count))
    const stat = statOf(part)
    if (stat === null) return { path: part, kind: 'folder' }
    if (!stat.isDirectory()) refuseLinks(workTree, parts.slice(0, count).join('/'))
  }
  return { path: join(workTree, path), kind }
}

/** A link can be replaced whatever is mounted where it leads: it is refused rather than trusted. */
function refuseLinks(workTree: string, path: string): void {
  const parts = path.split('/')
  for (let count = 1; count <= parts.length; count++) {
    const part = join(workTree, ...parts.slice(0, count))
    if (statOf(part)?.isSymbolicLink() !== true) continue
    throw new Fault(
      'run-link',
      `\`${part}\` is a symbolic link, which an agent could replace with what runs outside later; ` +
        'put the file itself there, or remove it for the run',
    )
  }
}

/** Of the repository: modules inside it, and hooks that its configuration keeps elsewhere. */
function gitRows(workTree: string): readonly { path: string; kind: PathKind }[] {
  const rows: { path: string; kind: PathKind }[] = []
  const modules = join(workTree, '.git/modules')
  const folders = [modules]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (statOf(folder)?.isDirectory() !== true) continue
    if (statOf(join(folder, 'HEAD')) !== null) {
      const path = folder.slice(workTree.length + 1)
      rows.push({ path: `${path}/hooks`, kind: 'folder' }, { path: `${path}/config`, kind: 'file' })
    }
    for (const entry of entriesOf(folder, [])) {
      if (entry.isDirectory() && !inModule.has(entry.name)) folders.push(join(folder, entry.name))
    }
  }
  const config = readText(join(workTree, '.git/config')) ?? ''
  for (const [, value = ''] of config.matchAll(
    /^\s*(?:hookspath|path)\s*=\s*"?([^"\n]+?)"?\s*$/gim,
  )) {
    const path = join(workTree, value).startsWith(workTree) ? value.replace(/^\.\//, '') : ''
    if (path !== '' && !path.startsWith('/')) rows.push({ path, kind: 'folder' })
  }
  return rows
}

const inModule = new Set(['objects', 'refs', 'logs', 'hooks', 'info', 'branches'])

/** Every folder on the way: where one has something fixed in it, no other can take its place. */
function pinnedFor(workTree: string, paths: readonly string[]): readonly string[] {
  const pinned = new Set<string>()
  for (const path of paths) {
    if (!path.startsWith(workTree + '/')) continue
    const parts = path.slice(workTree.length + 1).split('/')
    for (let count = 1; count < parts.length; count++) {
      const part = join(workTree, ...parts.slice(0, count))
      if (statOf(part)?.isDirectory() === true) pinned.add(part)
    }
  }
  return [...pinned].toSorted((one, other) => one.length - other.length)
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

/** The folder that the agent works on: the repository that it stands in, else the folder itself. */
export function workTreeOf(cwd: string, home: string | null): string {
  const here = realpathSync(cwd)
  let found = here
  for (let folder = here; folder !== '/'; folder = join(folder, '..')) {
    if (statOf(join(folder, '.git')) === null) continue
    found = folder
    break
  }
  const usable = (tree: string): boolean => {
    const homeReal = home === null ? null : realpathSync(home)
    return tree !== '/' && tree !== homeReal && homeReal?.startsWith(tree + '/') !== true
  }
  if (usable(found)) return found
  if (usable(here)) return here
  throw new Fault(
    'run-work-tree',
    `\`${here}\` is the home folder, or above it: all of it would be the agent's; ` +
      'run this in the folder of the work',
  )
}
