import { Fault } from '../domain/fault.ts'
import type { Instant } from '../domain/names.ts'
import type { StoreReads, TreeNode } from '../store/store.ts'
import { parseEntry } from '../wire/ledger-entry.ts'
import type { Checkpoint } from './checkpoint.ts'
import { Frontier, emptyRoot, equal, hashBytes, hashLeaf } from './merkle.ts'
import type { Hash, OnNode } from './merkle.ts'
import { hashOf, levelWidth, tileWidth } from '../wire/tiles.ts'

/** Binary levels in one level of tiles. */
const tileHeight = 8
const rowsAtOnce = 1024

/** The tree over what the store holds, and the nodes that no saved checkpoint has kept yet. */
export interface Tree {
  readonly frontier: Frontier
  readonly unsaved: TreeNode[]
}

/** Keeps the nodes that tiles above the lowest are made of. */
export function collectTileNodes(unsaved: TreeNode[]): OnNode {
  return (level, index, hash) => {
    if (level % tileHeight === 0) unsaved.push({ level: level / tileHeight, index, hash })
  }
}

/**
 * Rebuilds the tree at a start: as it was at the last signed checkpoint, which must have the root
 * that was signed; then entry by entry to the end, each hashed and read again. A tail that does not
 * hold together is refused: what is in it may have been sent.
 */
export function restoreTree(store: StoreReads): Tree {
  const saved = store.checkpoint() ?? { size: 0, root: emptyRoot }
  const head = store.head()
  if (head.size < saved.size) {
    throw damaged(`it holds ${head.size} entries and a checkpoint over ${saved.size} was signed`)
  }
  const frontier = frontierAt(store, saved.size)
  if (!equal(frontier.root(), saved.root)) {
    throw damaged(`its first ${saved.size} entries do not have the root that was signed for them`)
  }
  const unsaved: TreeNode[] = []
  appendTail(store, frontier, head.size, collectTileNodes(unsaved))
  return { frontier, unsaved }
}

/** From the few hashes at the right edge; reads no entry. */
function frontierAt(store: StoreReads, size: number): Frontier {
  const frontier = new Frontier()
  let level = 0
  while (levelWidth(level + 1, size) > 0) level++
  for (; level >= 0; level--) {
    const total = levelWidth(level, size)
    const width = total % tileWidth
    const hashes =
      level === 0 ? store.hashes(total - width, width) : store.nodes(level, total - width, width)
    if (hashes.length !== width * hashBytes) throw damaged('hashes of its tree are missing')
    for (let i = 0; i < width; i++) frontier.appendSubtree(level * tileHeight, hashOf(hashes, i))
  }
  return frontier
}

function appendTail(store: StoreReads, frontier: Frontier, size: number, onNode: OnNode): void {
  let last = '' as Instant
  while (frontier.size < size) {
    const from = frontier.size
    const leaves = store.leaves(from, rowsAtOnce)
    const hashes = store.hashes(from, rowsAtOnce)
    if (leaves.length === 0) throw damaged(`entry ${from} is missing`)
    for (const [i, leaf] of leaves.entries()) {
      last = checkTailEntry(leaf, hashOf(hashes, i), frontier.size, last)
      frontier.append(hashOf(hashes, i), onNode)
    }
  }
}

function checkTailEntry(leaf: Uint8Array, hash: Hash, index: number, last: Instant): Instant {
  if (!equal(hashLeaf(leaf), hash)) throw damaged(`entry ${index} does not have its hash`)
  const entry = parseEntry(Buffer.from(leaf).toString())
  if (entry.index !== index) throw damaged(`entry ${index} says it is entry ${entry.index}`)
  if (entry.at < last) throw damaged(`entry ${index} is older than the one before it`)
  return entry.at
}

/**
 * What was published must be a beginning of what the store holds, or the store has been turned
 * back.
 */
export function checkPublished(published: Checkpoint, store: StoreReads): void {
  const saved = store.checkpoint() ?? { size: 0, root: emptyRoot }
  if (published.size > saved.size) {
    throw new Fault(
      'ledger-rolled-back',
      `${published.size} entries were published and the store knows of ${saved.size}; ` +
        'put the newer store back, or start a new ledger in another folder',
    )
  }
  if (!equal(frontierAt(store, published.size).root(), published.root)) {
    throw damaged('its entries are not the ones that were published')
  }
}

function damaged(why: string): Fault {
  return new Fault(
    'ledger-damaged',
    `the store cannot be trusted: ${why}; put back a whole copy of the state folder`,
  )
}
