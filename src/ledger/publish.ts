import { Fault } from '../domain/fault.ts'
import type { Store } from '../store/store.ts'
import { checkpointText } from './checkpoint.ts'
import type { PublishedFolder } from './files.ts'
import type { Hash } from './merkle.ts'
import type { NoteSigner } from './note.ts'
import { encodeBundle, levelWidth, tilePath, tileWidth } from '../wire/tiles.ts'
import type { Tile } from '../wire/tiles.ts'

/** Writes at once, so that a burst neither opens too many files nor waits for one at a time. */
const writesAtOnce = 8

export interface Publication {
  readonly from: number
  readonly size: number
  readonly root: Hash
}

/**
 * Writes the tiles that the tree has gained between two sizes, then the checkpoint that vouches for
 * them. The caller has saved that checkpoint: what is signed here is never signed otherwise again.
 */
export async function publish(
  store: Pick<Store, 'hashes' | 'nodes' | 'leaves'>,
  folder: PublishedFolder,
  signer: NoteSigner,
  { from, size, root }: Publication,
): Promise<void> {
  await inTurns(newTiles(from, size), (tile) => folder.put(tilePath(tile), contentOf(store, tile)))
  await folder.sync()
  await folder.put('checkpoint', signer.sign(checkpointText({ origin: signer.name, size, root })))
  await folder.sync()
  for (const path of outgrown(from, size)) await folder.remove(path)
}

/** Everything between the sizes, each whole tile once, and the partial ones of the new size. */
function* newTiles(from: number, size: number): Generator<Tile> {
  for (let level = 0; levelWidth(level, size) > 0; level++) {
    const [before, now] = [levelWidth(level, from), levelWidth(level, size)]
    if (before === now) continue
    for (let index = Math.floor(before / tileWidth); index * tileWidth < now; index++) {
      const width = Math.min(tileWidth, now - index * tileWidth)
      if (level === 0) yield { level: 'entries', index, width }
      yield { level, index, width }
    }
  }
}

function contentOf(store: Pick<Store, 'hashes' | 'nodes' | 'leaves'>, tile: Tile): Uint8Array {
  const from = tile.index * tileWidth
  switch (tile.level) {
    case 'entries': {
      const leaves = store.leaves(from, tile.width)
      return encodeBundle(whole(leaves, leaves.length, tile.width))
    }
    case 0: {
      const hashes = store.hashes(from, tile.width)
      return whole(hashes, hashes.length, tile.width * hashBytes)
    }
    default: {
      const nodes = store.nodes(tile.level, from, tile.width)
      return whole(nodes, nodes.length, tile.width * hashBytes)
    }
  }
}

const hashBytes = 32

/**
 * A store whose disk is full has rolled back what is in the journal only: until it is opened again,
 * it has less than the tree, and half a tile is never published.
 */
function whole<T>(content: T, length: number, wanted: number): T {
  if (length === wanted) return content
  throw new Fault('store-behind', 'the store has less than the ledger; restart the gate')
}

/** Folders of partial tiles that are whole now: a reader finds the whole one instead. */
function* outgrown(from: number, size: number): Generator<string> {
  for (let level = 0; levelWidth(level, from) > 0; level++) {
    const index = Math.floor(levelWidth(level, from) / tileWidth)
    const wasPartial = levelWidth(level, from) % tileWidth > 0
    if (!wasPartial || levelWidth(level, size) < (index + 1) * tileWidth) continue
    if (level === 0) yield `${tilePath({ level: 'entries', index, width: tileWidth })}.p`
    yield `${tilePath({ level, index, width: tileWidth })}.p`
  }
}

async function inTurns<T>(items: Iterator<T>, each: (item: T) => Promise<void>): Promise<void> {
  async function takeTurns(): Promise<void> {
    for (let next = items.next(); next.done !== true; next = items.next()) await each(next.value)
  }
  await Promise.all(Array.from({ length: writesAtOnce }, takeTurns))
}
