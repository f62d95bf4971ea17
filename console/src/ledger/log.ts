// The published ledger as a browser reads it: C2SP tlog-tiles, below `/ledger/`.
// https://c2sp.org/tlog-tiles
import { sha256 } from '@noble/hashes/sha2.js'

import type { Hash, NodeAt } from '../../../src/wire/merkle-proofs.ts'
import { decodeBundle, hashOf, levelWidth, tilePath, tileWidth } from '../../../src/wire/tiles.ts'
import { Unverified } from './checkpoint.ts'

/** One file of the log; null when there is none of that name. */
export type ReadFile = (path: string) => Promise<Uint8Array | null>

const hashBytes = 32

export function hashLeaf(entry: Uint8Array): Hash {
  const prefixed = new Uint8Array(entry.length + 1)
  prefixed.set(entry, 1)
  return sha256(prefixed)
}

export function hashNode(left: Hash, right: Hash): Hash {
  const both = new Uint8Array(1 + 2 * hashBytes)
  both[0] = 1
  both.set(left, 1)
  both.set(right, 1 + hashBytes)
  return sha256(both)
}

class Missing extends Error {
  readonly level: number
  readonly index: number

  constructor(level: number, index: number) {
    super('a tile is still to be read')
    this.level = level
    this.index = index
  }
}

/** Runs a computation over nodes of a tree of `size` until all the tiles it needs were read. */
export async function withNodes<T>(
  read: ReadFile,
  size: number,
  compute: (nodeAt: NodeAt) => T,
): Promise<T> {
  const tiles = new Map<string, Uint8Array>()
  for (;;) {
    try {
      return compute((level, index) => nodeIn(tiles, level, index))
    } catch (missing) {
      if (!(missing instanceof Missing)) throw missing
      const { level, index } = missing
      const width = Math.min(tileWidth, levelWidth(level, size) - index * tileWidth)
      const tile = await readTile(read, level, index, width)
      if (tile.length < width * hashBytes) throw new Unverified('a tile is too short')
      tiles.set(`${level}/${index}`, tile)
    }
  }
}

/** A node of the binary tree, computed from the tile that its subtree begins in. */
function nodeIn(tiles: ReadonlyMap<string, Uint8Array>, level: number, index: number): Hash {
  const tileLevel = Math.floor(level / 8)
  const count = 2 ** (level % 8)
  const first = index * count
  const tileIndex = Math.floor(first / tileWidth)
  const tile = tiles.get(`${tileLevel}/${tileIndex}`)
  if (tile === undefined) throw new Missing(tileLevel, tileIndex)
  return rootOf(Array.from({ length: count }, (_, i) => hashOf(tile, (first % tileWidth) + i)))
}

/** Of a number of hashes that is a power of two. */
function rootOf(hashes: readonly Hash[]): Hash {
  let level = hashes
  while (level.length > 1) {
    const above: Hash[] = []
    for (let i = 0; i < level.length; i += 2) {
      above.push(hashNode(level[i] as Hash, level[i + 1] as Hash))
    }
    level = above
  }
  return level[0] as Hash
}

/** The whole tile where the partial one is gone: it begins with the same hashes. */
async function readTile(
  read: ReadFile,
  level: number | 'entries',
  index: number,
  width: number,
): Promise<Uint8Array> {
  const tile =
    (await read(tilePath({ level, index, width }))) ??
    (await read(tilePath({ level, index, width: tileWidth })))
  if (tile === null) throw new Unverified('a tile of the ledger is missing')
  return tile
}

/** The entries of one bundle in a tree of `size`, as bytes. */
export async function readBundle(
  read: ReadFile,
  bundle: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  const width = Math.min(tileWidth, size - bundle * tileWidth)
  const bytes = await readTile(read, 'entries', bundle, width)
  for (const each of [width, tileWidth]) {
    try {
      return decodeBundle(bytes, each).slice(0, width)
    } catch {
      // It may be the whole one, which holds more entries than asked for.
    }
  }
  throw new Unverified('a bundle does not hold the entries it should')
}
