// The hook's desk, joined: reading, advice, disk, snapshots. Loaded by a hook that waits, so what
// is heavy is loaded when it is first needed.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { advise } from '../advice/advise.ts'
import { refusedBefore, remembered } from '../advice/refusals.ts'
import type { Mark } from '../advice/refusals.ts'
import { createHookDesk } from '../doors/hook/desk.ts'
import type { HookDesk } from '../doors/hook/desk.ts'
import type { AdvisedNote, HookParts, HookReading, HookSession } from '../doors/hook/parts.ts'
import { createKeptSessions } from '../hooks/sessions.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'
import { createClock } from '../system/clock.ts'
import { createHookDisk } from './advice-disk.ts'
import type { ReadingPlace } from './advice-reading.ts'

export interface DeskOptions {
  readonly home: string | null
  readonly environment: Readonly<Record<string, string | undefined>>
  /** where sessions are kept; null: in memory alone */
  readonly sessions: string | null
  /** fixed by who starts the agent; null: found from where the agent stands */
  readonly workTree: string | null
  readonly confined: boolean
  readonly governed: readonly string[]
  readonly snapshots: HookParts['snapshots']
  /** Null: nothing keeps a ledger. */
  readonly record: ((note: AdvisedNote) => Promise<void>) | null
  readonly tag: string
}

const secondsMax = 15

export function createAdviceDesk(options: DeskOptions): HookDesk {
  const { confined, governed, environment, record } = options
  const clock = createClock(null)
  const own = createHookDisk(null)
  const home = options.home === null ? null : own.follow(options.home, true)
  const temporary = temporaryFolders(environment).map((folder) => own.follow(folder, true))
  const workTree = options.workTree === null ? null : own.follow(options.workTree, true)
  const around = { home, temporary, workTree, confined, governed }
  return createHookDesk({
    ...{ around, clock, secondsMax },
    read: lazily({ home: options.home, temporary, environment }),
    advice: { advise, refusedBefore, remembered },
    disk: createHookDisk(home),
    sessions: sessionsIn(options, () => clock.milliseconds()),
    snapshots: onceEach(options.snapshots),
    record: record ?? (() => Promise.resolve()),
  })
}

/** A hook that is asked of a file needs none of it. */
function lazily(place: ReadingPlace): HookReading {
  let made: Promise<HookReading> | null = null
  const make = async (): Promise<HookReading> =>
    (await import('./advice-reading.ts')).createHookReading(place)
  const reading = (): Promise<HookReading> => (made ??= make())
  return {
    shell: async (...call) => (await reading()).shell(...call),
    tool: async (...call) => (await reading()).tool(...call),
  }
}

const workTreesMax = 16

/** Opened once for each work tree; where it could not be, it is tried again. */
function onceEach(open: HookParts['snapshots']): HookParts['snapshots'] {
  const opened = new Map<string, Snapshots>()
  return async (workTree) => {
    const known = opened.get(workTree)
    if (known !== undefined) return known
    const snapshots = await open(workTree)
    const [oldest] = opened.keys()
    if (opened.size >= workTreesMax && oldest !== undefined) opened.delete(oldest)
    if (snapshots !== null) opened.set(workTree, snapshots)
    return snapshots
  }
}

function temporaryFolders(environment: DeskOptions['environment']): readonly string[] {
  const own = environment['TMPDIR']
  const given = own !== undefined && own.startsWith('/') && own.length > 1 ? [own] : []
  return ['/tmp', '/var/tmp', ...given.map((folder) => folder.replace(/\/+$/, ''))]
}

function sessionsIn({ sessions, tag }: DeskOptions, milliseconds: () => number) {
  if (sessions === null) return { open: () => null, keep: () => undefined }
  return createKeptSessions<HookSession>(sessions, checkSession, { tag, milliseconds })
}

function checkSession(value: unknown): HookSession | null {
  if (typeof value !== 'object' || value === null) return null
  const { workTree, marks } = value as { workTree?: unknown; marks?: unknown }
  if (workTree !== null && typeof workTree !== 'string') return null
  const list: unknown = marks
  return Array.isArray(list) && list.every(isMark) ? { workTree, marks: list } : null
}

function isMark(value: unknown): value is Mark {
  if (typeof value !== 'object' || value === null) return false
  const { provider, type, id, at } = value as Record<string, unknown>
  const named = typeof provider === 'string' && typeof type === 'string'
  return named && (id === null || typeof id === 'string') && typeof at === 'number'
}

const packageFile = join(import.meta.dirname, '../../package.json')

export interface InstalledCode {
  readonly version: string
  /** something else is installed by now */
  readonly stale: () => boolean
}

/** What runs, told apart from what will be installed after it. */
export function installedCode(): InstalledCode {
  const print = (): string => {
    const found = statSync(packageFile, { throwIfNoEntry: false })
    return found === undefined ? '' : `${found.mtimeMs} ${found.size} ${found.ino}`
  }
  const began = print()
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }
  return { version, stale: () => print() !== began }
}
