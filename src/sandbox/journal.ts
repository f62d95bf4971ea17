// What a run must put away afterwards, written down before it is made: a run that is killed leaves
// its page, and the next one puts away what is on it.
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import type { PathKind } from './places.ts'

/** Something empty that stands in the work tree so that nothing else can. */
export interface Placeholder {
  readonly path: string
  readonly kind: PathKind
}

export interface Page {
  readonly pid: number
  /** when that process began, in the kernel's own count: process ids come again */
  readonly began: string
  /** the run's private folder */
  readonly folder: string
  readonly placeholders: readonly Placeholder[]
  readonly lease: LeaseOfRun | null
}

/** The lease of a run, and the gate's state that knows it. */
export interface LeaseOfRun {
  readonly id: string
  readonly state: string
}

export interface Journal {
  write(page: Omit<Page, 'pid' | 'began'>): void
  /** Makes what stands in for what may not be made; those of another run that goes on are shared. */
  place(placeholders: readonly Placeholder[]): readonly Placeholder[]
  /** Puts away what this run made and no other still needs, and the page itself. */
  close(): void
}

export interface Opened {
  readonly journal: Journal
  /** leases of runs that ended without giving them back */
  readonly left: readonly LeaseOfRun[]
}

/** Puts away what runs left that are no more. */
export function openJournal(folder: string, pid: number): Opened {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const left: LeaseOfRun[] = []
  const living: Page[] = []
  const gone: { file: string; page: Page }[] = []
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const page = name.endsWith('.json') ? readPage(file) : null
    if (page === null) continue
    if (beganOf(page.pid) === page.began) living.push(page)
    else gone.push({ file, page })
  }
  for (const { file, page } of gone) {
    putAway(page, living)
    if (page.lease !== null) left.push(page.lease)
    rmSync(file, { force: true })
  }
  return { journal: createJournal(folder, pid), left }
}

function createJournal(folder: string, pid: number): Journal {
  const file = join(folder, `${pid}.json`)
  let page: Page = { pid, began: beganOf(pid) ?? '', folder: '', placeholders: [], lease: null }
  const write = (): void => {
    writeFileSync(file + '.new', JSON.stringify(page), { mode: 0o600, flush: true })
    renameSync(file + '.new', file)
  }
  return {
    write(next) {
      page = { ...page, ...next }
      write()
    },
    place(placeholders) {
      const shared = pagesBut(folder, pid).flatMap((other) => other.placeholders)
      const ours = placeholders.filter(({ path }) => !exists(path))
      const theirs = shared.filter(({ path }) => exists(path))
      page = { ...page, placeholders: [...ours, ...theirs] }
      write()
      for (const { path, kind } of ours) {
        if (kind === 'folder') mkdirSync(path)
        else writeFileSync(path, '', { flag: 'wx' })
      }
      return ours
    },
    close() {
      putAway(page, pagesBut(folder, pid))
      rmSync(file, { force: true })
    },
  }
}

function pagesBut(folder: string, pid: number): readonly Page[] {
  return readdirSync(folder).flatMap((name) => {
    const page = name.endsWith('.json') ? readPage(join(folder, name)) : null
    return page === null || page.pid === pid || beganOf(page.pid) !== page.began ? [] : [page]
  })
}

/** Only what is still empty: what somebody has filled meanwhile is theirs. */
function putAway(page: Page, living: readonly Page[]): void {
  const needed = new Set(living.flatMap(({ placeholders }) => placeholders.map(({ path }) => path)))
  for (const { path, kind } of page.placeholders.toReversed()) {
    if (needed.has(path)) continue
    try {
      if (kind === 'folder') rmdirSync(path)
      else if (lstatSync(path).isFile() && lstatSync(path).size === 0) unlinkSync(path)
    } catch {
      // Filled, or gone: either way nothing of ours is left there.
    }
  }
  if (page.folder !== '') rmSync(page.folder, { recursive: true, force: true })
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function readPage(file: string): Page | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Page
  } catch {
    return null
  }
}

/** Field 22 of /proc/PID/stat, after the name, which may hold anything; null when it has ended. */
function beganOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}
