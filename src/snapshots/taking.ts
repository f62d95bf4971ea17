// Takes a snapshot: looks, writes what is new into the shadow repository, remembers what was seen.
import { statSync } from 'node:fs'
import { join } from 'node:path'

import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { newOrderedId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { Fault } from '../domain/fault.ts'
import { dropCache, readCache, writeCache } from './cache.ts'
import type { Cache, Known } from './cache.ts'
import { readPieces } from './content.ts'
import { differenceBetween } from './draft.ts'
import type { Difference } from './draft.ts'
import { startImport } from './import.ts'
import type { Import, Imported } from './import.ts'
import type { SnapshotLimits } from './limits.ts'
import { observe } from './observe.ts'
import type { Keep, Observation } from './observe.ts'
import { messageOf, recordOf, shortWhy } from './record.ts'
import { refsFolder } from './shadow.ts'
import type { Shadow } from './shadow.ts'
import type { Occurrence, Snapshot } from './snapshots.ts'

export interface Taking {
  readonly workTree: string
  readonly shadow: Shadow
  readonly limits: SnapshotLimits
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}

export interface Taken {
  readonly snapshot: Snapshot
  readonly observation: Observation
}

export interface Taker {
  /** Only under the lock. */
  take(why: string, kind: Snapshot['kind']): Promise<Taken>
  /** What is there now; keeps nothing. */
  look(): Promise<Observation>
}

export function createTaker(taking: Taking): Taker {
  const { shadow } = taking
  const cacheFile = join(shadow.folder, 'seen')
  let held: Readonly<{ cache: Cache; mark: string }> | null = null

  function current(): Cache | null {
    const mark = markOf(cacheFile)
    if (held !== null && held.mark === mark) return held.cache
    const cache = mark === '' ? null : readCache(cacheFile)
    held = cache && { cache, mark }
    return cache
  }

  function remember(cache: Cache): void {
    writeCache(cacheFile, cache)
    held = { cache, mark: markOf(cacheFile) }
  }

  return {
    async take(why, kind) {
      await shadow.prepare()
      const cache = current()
      try {
        return await takeOn(taking, cache, { why, kind }, remember)
      } catch (fault) {
        if (cache === null || !isOfStore(fault)) throw fault
        // What is remembered may name what the repository has lost: everything is read again.
        dropCache(cacheFile)
        held = null
        return await takeOn(taking, null, { why, kind }, remember)
      }
    },
    look: () => observeNow(taking, shadow.isPrepared() ? current() : null, null),
  }
}

function isOfStore(fault: unknown): boolean {
  return fault instanceof Fault && fault.code === 'snapshot-git'
}

/** Which writing of the file this is. */
function markOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.size}`
}

interface Occasion {
  readonly why: string
  readonly kind: Snapshot['kind']
}

async function takeOn(
  taking: Taking,
  cache: Cache | null,
  occasion: Occasion,
  remember: (cache: Cache) => void,
): Promise<Taken> {
  const { shadow } = taking
  const session = createSession(taking, cache)
  try {
    const observation = await observeNow(taking, cache, session.keep)
    const { known } = observation
    const left = sha256(JSON.stringify(observation.left))
    const touched = cache === null || differs(cache.known, known)
    const difference = touched ? differenceBetween(cache?.known ?? nothing, known) : null
    const same = difference === null && cache?.left === left
    if (cache !== null && same && occasion.kind === 'taken') {
      if (touched) remember({ ...cache, known })
      return { snapshot: shadow.again(cache.snapshot, againOf(taking, occasion)), observation }
    }
    const { snapshot, tree } = await session.commit(occasion, observation, difference)
    shadow.sync()
    remember({ snapshot, tree, left, known })
    return { snapshot, observation }
  } finally {
    session.close()
  }
}

const nothing: ReadonlyMap<string, Known> = new Map()

function againOf({ clock }: Taking, { why }: Occasion): Occurrence {
  return { at: clock.now(), why: shortWhy(why) }
}

async function observeNow(
  { workTree, limits, shadow, signal }: Taking,
  cache: Cache | null,
  keep: Keep | null,
): Promise<Observation> {
  const stamp = shadow.isPrepared() ? () => shadow.stamp() : () => 0
  const observed = await observe({ workTree, limits, cache, keep, signal, stamp })
  return observed ?? { known: new Map(), left: [] }
}

function differs(before: ReadonlyMap<string, Known>, now: ReadonlyMap<string, Known>): boolean {
  for (const [path, known] of now) if (before.get(path) !== known) return true
  return before.size !== now.size
}

interface Session {
  readonly keep: Keep
  commit(
    occasion: Occasion,
    observation: Observation,
    difference: Difference | null,
  ): Promise<Readonly<{ snapshot: Snapshot; tree: string }>>
  /** Keeps nothing, unless it was committed. */
  close(): void
}

/** One import, begun when there is something to import. */
function createSession(taking: Taking, cache: Cache | null): Session {
  const { shadow, clock, random } = taking
  let started: Import | null = null
  let kept: Set<string> | null = null

  function importing(): Import {
    if (started === null) {
      refuseFull(taking)
      started = startImport(shadow.git)
    }
    return started
  }

  function isNew(id: string): boolean {
    kept ??= new Set([...(cache?.known.values() ?? [])].map((known) => known.id))
    if (kept.has(id)) return false
    kept.add(id)
    return true
  }

  return {
    keep: {
      async whole(id, bytes) {
        if (isNew(id)) await importing().blob(bytes)
      },
      async large(id, folder, name, size) {
        if (!isNew(id)) return id
        return await importing().pieces(size, readPieces(folder, name, size))
      },
    },
    async commit(occasion, observation, difference) {
      const milliseconds = clock.milliseconds()
      const about = { ...occasion, milliseconds }
      const record = recordOf(about, observation.known, observation.left)
      for (const bytes of difference?.descriptions ?? []) await importing().blob(bytes)
      const imported: Imported = await importing().commit({
        ref: `${refsFolder}/${newOrderedId(random, 'at', milliseconds)}`,
        seconds: Math.floor(milliseconds / 1000),
        message: messageOf(record),
        tree: cache?.tree ?? null,
        removed: difference?.removed ?? [],
        added: difference?.added ?? [],
      })
      started = null
      return { snapshot: { ...record.snapshot, id: imported.commit }, tree: imported.tree }
    },
    close() {
      started?.abandon()
      started = null
    },
  }
}

function refuseFull({ shadow, limits }: Taking): void {
  if (shadow.bytes() <= limits.storeBytesMax) return
  const gibibytes = Math.round(limits.storeBytesMax / 1_073_741_824)
  throw new Fault(
    'snapshot-store-full',
    `the snapshots of this folder take more than ${gibibytes} GiB: ` +
      `remove \`${shadow.folder}\` when you need none of them`,
  )
}
