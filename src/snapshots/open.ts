// The snapshots of one work tree.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import type { Clock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { bringBack, compareWith, isLoss } from './bringing.ts'
import { findGit } from './git.ts'
import { usualLimits } from './limits.ts'
import type { SnapshotLimits } from './limits.ts'
import { createLock } from './lock.ts'
import type { Observation } from './observe.ts'
import { rawOf } from './reach.ts'
import type { Kept } from './record.ts'
import type { Shadow } from './shadow.ts'
import { openShadow, preparePrivateFolder, refuseInside } from './shadow.ts'
import { resolveWorkTree, shadowFolder } from './shadow.ts'
import type { Comparison, Selection, Snapshots } from './snapshots.ts'
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

  return {
    take: (why) =>
      lock.alone(async () => {
        const { snapshot } = await taker.take(why, 'taken')
        // Nobody waits for it, and what it cannot do now it does next time.
        if (needsTidying(shadow)) background = background.then(tidyNow).catch(() => undefined)
        return snapshot
      }),
    list: async () => (await recordsOf(shadow)).map(({ snapshot }) => snapshot),
    latest: async (selection) => latestOf(shadow, await taker.look(), selection),
    compare: async (id, selection) =>
      compareWith(shadow, await find(shadow, id), await taker.look(), selection),
    restore: (id, selection) =>
      lock.alone(async () => {
        const record = await find(shadow, id)
        return bringBack({ shadow, taker, random, workTree: raw }, record, selection)
      }),
    tidy: tidyNow,
    async close() {
      closing.abort(new Fault('snapshot-closed', 'the snapshots have been closed'))
      await background
    },
  }
}

async function recordsOf(shadow: Shadow): Promise<readonly Kept[]> {
  return shadow.isPrepared() ? await shadow.records() : []
}

async function find(shadow: Shadow, id: string): Promise<Kept> {
  const found = (await recordsOf(shadow)).find(({ snapshot }) => snapshot.id === id)
  if (found !== undefined) return found
  throw new Fault('not-found', `there is no snapshot \`${id}\`; \`--list\` shows them`)
}

async function latestOf(
  shadow: Shadow,
  now: Observation,
  selection: Selection,
): Promise<Comparison | null> {
  for (const record of await recordsOf(shadow)) {
    const { kind, again } = record.snapshot
    // What an undo left is where the next command began, if one did.
    if (kind === 'taken' || (kind !== 'undoing' && again.length > 0)) {
      const comparison = await compareWith(shadow, record, now, selection)
      if (comparison.changes.some(isLoss)) return comparison
    }
    if (kind === 'undone') return null
  }
  return null
}
