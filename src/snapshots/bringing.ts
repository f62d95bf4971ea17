// Brings a snapshot back: what it would change, and the three steps of doing it.
import { sha256 } from '../system/hash.ts'
import type { Random } from '../system/random.ts'
import { createBlobReader } from './blobs.ts'
import type { Listing } from './entry.ts'
import type { Observation } from './observe.ts'
import { isSelected, planOf } from './plan.ts'
import type { Kept } from './record.ts'
import { restore } from './restore.ts'
import type { Shadow } from './shadow.ts'
import type { Change, Comparison, Restoration, Selection, Snapshot } from './snapshots.ts'
import type { Taker } from './taking.ts'

export interface Bringing {
  readonly shadow: Shadow
  readonly taker: Taker
  readonly random: Random
  /** bytes as Latin-1 */
  readonly workTree: string
}

export async function compareWith(
  shadow: Shadow,
  record: Kept,
  now: Observation,
  selection: Selection,
): Promise<Comparison> {
  const { changes, stays } = planOf(await shadow.listing(record), now.known, selection)
  return { snapshot: record.snapshot, changes, stays }
}

/** Only under the lock: keeps what is there, brings back, looks again. */
export async function bringBack(
  { shadow, taker, random, workTree }: Bringing,
  record: Kept,
  selection: Selection,
): Promise<Restoration> {
  const { snapshot } = record
  const then = await shadow.listing(record)
  const { snapshot: before, observation } = await taker.take(undoWhy(snapshot), 'undoing')
  const plan = planOf(then, observation.known, selection)
  const blobs = createBlobReader(shadow.git)
  const parts = { blobs, random, left: observation.left }
  const failed = await restore(workTree, plan, parts).finally(() => blobs.close())
  const ended = selection.paths.length === 0 ? 'undone' : 'undone-in-part'
  // Reads again what was written: its ids are those of what is on disk now.
  const { observation: after } = await taker.take(undoWhy(snapshot), ended)
  const sha256Kept = digestOf(then, then, selection)
  const sha256Now = digestOf(then, after.known, selection)
  const equal = sha256Kept === sha256Now && isExact(then, after, selection)
  const { changes, stays } = plan
  return { snapshot, changes, stays, before, failed, sha256Kept, sha256Now, equal }
}

function undoWhy({ at }: Snapshot): string {
  return `undo to ${at}`
}

/** What git writes whenever it looks is no reason to take anything back. */
export function isLoss({ path, kind }: Change): boolean {
  return kind !== 'removed' && !/(^|\/)\.git\/index$/.test(path)
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
