// The snapshots of one work tree.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { systemRandom } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { createBlobReader } from './blobs.ts'
import type { Listing } from './entry.ts'
import { findGit } from './git.ts'
import { usualLimits } from './limits.ts'
import type { SnapshotLimits } from './limits.ts'
import { createLock } from './lock.ts'
import type { Observation } from './observe.ts'
import { isSelected, planOf } from './plan.ts'
import { rawOf } from './reach.ts'
import type { Kept } from './record.ts'
import { restore } from './restore.ts'
import { openShadow, preparePrivateFolder, refuseInside } from './shadow.ts'
import { resolveWorkTree, shadowFolder } from './shadow.ts'
import type { Selection, Snapshot, Snapshots } from './snapshots.ts'
import { createTaker } from './taking.ts'
import { needsTidying, tidy } from './tidy.ts'

export interface SnapshotsOptions {
  readonly workTree: string
  /** of the snapshots of all work trees, `snapshotsFolder(env)`; made when it is not there */
  readonly folder: string
  readonly clock: Clock
  /** PATH: where `git` is looked for */
  readonly searchPath: string
  readonly random?: Random
  readonly limits?: SnapshotLimits
}

/** Where snapshots are kept: with what else is the user's, and no program's to clean up. */
export function snapshotsFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME, HOME } = env
  const state = XDG_STATE_HOME?.startsWith('/') === true ? XDG_STATE_HOME : null
  if (state !== null) return join(state, 'holdpoint/snapshots')
  if (HOME?.startsWith('/') === true) return join(HOME, '.local/state/holdpoint/snapshots')
  throw new Fault('snapshot-no-home', 'there is no place for snapshots: set `HOME`')
}

/** Whether a folder has snapshots of its own. */
export function hasSnapshots(folder: string, workTree: string): boolean {
  return existsSync(join(shadowFolder(folder, workTree), 'holdpoint.json'))
}

export function openSnapshots(options: SnapshotsOptions): Promise<Snapshots> {
  return Promise.resolve().then(() => open(options))
}

function open(options: SnapshotsOptions): Snapshots {
  const { clock, random = systemRandom, limits = usualLimits } = options
  const workTree = resolveWorkTree(options.workTree)
  const all = preparePrivateFolder(options.folder)
  refuseInside(all, workTree)
  const folder = preparePrivateFolder(shadowFolder(all, workTree))
  const program = findGit(options.searchPath, workTree)
  const shadow = openShadow(program, folder, workTree)
  const lock = createLock(join(folder, 'lock'), limits.waitSecondsMax)
  const tidyLock = createLock(join(folder, 'tidy-lock'), 0)
  const closing = new AbortController()
  const raw = rawOf(workTree)
  const { signal } = closing
  const taker = createTaker({ workTree: raw, shadow, limits, clock, random, signal })
  let background: Promise<void> = Promise.resolve()

  const tidyNow = (): Promise<void> =>
    tidyLock.alone(() => tidy(shadow, lock, limits, clock.milliseconds()))

  async function find(id: string): Promise<Kept> {
    const records = shadow.isPrepared() ? await shadow.records() : []
    const found = records.find(({ snapshot }) => snapshot.id === id)
    if (found !== undefined) return found
    throw new Fault('not-found', `there is no snapshot \`${id}\`; \`--list\` shows them`)
  }

  return {
    take: (why) =>
      lock.alone(async () => {
        const { snapshot } = await taker.take(why, 'taken')
        // Nobody waits for it, and what it cannot do now it does next time.
        if (needsTidying(shadow)) background = background.then(tidyNow).catch(() => undefined)
        return snapshot
      }),
    list: async () => (await recordsOf()).map(({ snapshot }) => snapshot),
    async compare(id, selection) {
      const record = await find(id)
      const plan = planOf(await shadow.listing(record), (await taker.look()).known, selection)
      return { snapshot: record.snapshot, changes: plan.changes, stays: plan.stays }
    },
    restore: (id, selection) =>
      lock.alone(async () => {
        const record = await find(id)
        const then = await shadow.listing(record)
        return bringBack({ record, then, selection })
      }),
    tidy: tidyNow,
    async close() {
      closing.abort(new Fault('snapshot-closed', 'the snapshots have been closed'))
      await background
    },
  }

  async function recordsOf(): Promise<readonly Kept[]> {
    return shadow.isPrepared() ? await shadow.records() : []
  }

  async function bringBack({
    record,
    then,
    selection,
  }: Bringing): ReturnType<Snapshots['restore']> {
    const { snapshot } = record
    const { snapshot: before, observation } = await taker.take(undoWhy(snapshot), 'undoing')
    const plan = planOf(then, observation.known, selection)
    const blobs = createBlobReader(shadow.git)
    const parts = { blobs, random, left: observation.left }
    const failed = await restore(raw, plan, parts).finally(() => blobs.close())
    const { observation: after } = await taker.take(undoWhy(snapshot), 'undone')
    const sha256Kept = digestOf(then, then, selection)
    const sha256Now = digestOf(then, after.known, selection)
    const equal = sha256Kept === sha256Now && isExact(then, after, selection)
    const { changes, stays } = plan
    return { snapshot, changes, stays, before, failed, sha256Kept, sha256Now, equal }
  }
}

interface Bringing {
  readonly record: Kept
  readonly then: Listing
  readonly selection: Selection
}

function undoWhy({ at }: Snapshot): string {
  return `undo to ${at}`
}

/** Over paths, kinds, modes and content of what the snapshot has, as `listing` has it. */
function digestOf(then: Listing, listing: Listing, selection: Selection): string {
  let text = ''
  for (const path of then.keys()) {
    if (!isSelected(path, selection)) continue
    const entry = listing.get(path)
    const mode = entry?.kind === 'link' ? '' : entry?.mode.toString(8)
    text += `${entry?.kind ?? 'none'} ${mode ?? ''} ${entry?.id ?? ''} ${path}\0`
  }
  return sha256(Buffer.from(text, 'latin1'))
}

/** Nothing is there that should have gone. */
function isExact(then: Listing, after: Observation, selection: Selection): boolean {
  return planOf(then, after.known, selection).removed.length === 0
}
