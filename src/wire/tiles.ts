// C2SP tlog-tiles: `tile/<L>/<N>[.p/<W>]` holds hashes, `tile/entries/<N>[.p/<W>]` the entries,
// each with its length before it in two bytes. L is 0 to 63; N is in groups of three digits, all
// but the last with an `x` before them; a whole tile is 256 wide, a partial one W, 1 to 255.
// Anything else is no tile.
// https://c2sp.org/tlog-tiles
import { Fault, assert } from '../domain/fault.ts'
import { entryBytesMax } from './ledger-entry.ts'

export const tileWidth = 256
const hashBytes = 32
export const bundleBytesMax = tileWidth * (2 + entryBytesMax)

/** level is `entries` for a bundle; width is 256 for a whole tile. */
export interface Tile {
  readonly level: number | 'entries'
  readonly index: number
  readonly width: number
}

export function tilePath({ level, index, width }: Tile): string {
  const partial = width === tileWidth ? '' : `.p/${width}`
  return `tile/${level}/${indexPath(index)}${partial}`
}

function indexPath(index: number): string {
  const last = String(index % 1000).padStart(3, '0')
  let path = last
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`
  }
  return path
}

const tilePattern = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** null for what is no tile's path; what is one has exactly this spelling and no other. */
export function parseTilePath(path: string): Tile | null {
  const match = tilePattern.exec(path)
  if (match === null) return null
  const level: Tile['level'] = match[1] === 'entries' ? 'entries' : Number(match[1])
  const index = Number((match[2] ?? '').replaceAll(/[x/]/g, ''))
  const width = match[3] === undefined ? tileWidth : Number(match[3])
  const tile = { level, index, width }
  if (width > tileWidth || (level !== 'entries' && level > 63)) return null
  return tilePath(tile) === path ? tile : null
}

/**
 * The tiles at the right edge of a tree, that are not whole; no entries where the size is a
 * multiple.
 */
export function partialTiles(size: number): readonly Tile[] {
  const tiles: Tile[] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / tileWidth)) {
    const tile = { level, index: Math.floor(count / tileWidth), width: count % tileWidth }
    if (tile.width > 0) tiles.push(tile)
    if (tile.width > 0 && level === 0) tiles.push({ ...tile, level: 'entries' })
  }
  return tiles
}

/** How many hashes a level has in a tree of this size. */
export function levelWidth(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level)
}

export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const total = entries.reduce((sum, entry) => sum + 2 + entry.length, 0)
  const bundle = new Uint8Array(total)
  let offset = 0
  for (const entry of entries) {
    assert(entry.length <= entryBytesMax, 'an entry fits its length prefix')
    bundle[offset] = entry.length >> 8
    bundle[offset + 1] = entry.length & 255
    bundle.set(entry, offset + 2)
    offset += 2 + entry.length
  }
  return bundle
}

/** Exactly `width` entries and not a byte more, or this throws. */
export function decodeBundle(bundle: Uint8Array, width: number): readonly Uint8Array[] {
  const entries: Uint8Array[] = []
  let offset = 0
  while (entries.length < width) {
    const [high, low] = [bundle[offset], bundle[offset + 1]]
    if (high === undefined || low === undefined) throw malformed(`it ends after ${entries.length}`)
    const end = offset + 2 + high * 256 + low
    if (end > bundle.length) throw malformed(`entry ${entries.length} of it is cut short`)
    entries.push(bundle.subarray(offset + 2, end))
    offset = end
  }
  if (offset !== bundle.length)
    throw malformed(`${bundle.length - offset} bytes follow its last entry`)
  return entries
}

/** One of the hashes in a tile. */
export function hashOf(tile: Uint8Array, position: number): Uint8Array {
  return tile.subarray(position * hashBytes, (position + 1) * hashBytes)
}

function malformed(why: string): Fault {
  return new Fault('ledger-malformed', `the bundle does not hold the entries it should: ${why}`)
}
