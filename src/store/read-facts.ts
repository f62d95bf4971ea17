import type { DatabaseSync } from 'node:sqlite'

import type { LedgerEntry } from '../domain/fact.ts'
import type { Instant } from '../domain/names.ts'
import { parseEntry } from '../wire/ledger-entry.ts'
import { bytesOf, numberOf, textOf, textOrNull } from './rows.ts'
import type { Row } from './rows.ts'
import type { EntryOf, StoreReads } from './store.ts'

type FactReads = Pick<
  StoreReads,
  'head' | 'entries' | 'leaves' | 'hashes' | 'nodes' | 'checkpoint' | 'beside' | 'recent'
>

const range = 'WHERE idx >= ? AND idx < ? ORDER BY idx'
const newline = 10

/**
 * A tile is read as one row, not as 256: a third of the work, and it is done beside the requests.
 * Canonical JSON has no line break in it, so one can stand between two entries.
 */
const joinedLeaves = `
  SELECT CAST(group_concat(CAST(leaf AS TEXT), char(${newline})) AS BLOB) AS leaves
  FROM (SELECT leaf FROM facts ${range})`
const joinedHashes = "SELECT group_concat(hex(hash), '') AS hashes"

export function readFacts(database: DatabaseSync): FactReads {
  const head = database.prepare('SELECT idx, at FROM facts ORDER BY idx DESC LIMIT 1')
  const entries = database.prepare(`SELECT leaf FROM facts ${range}`)
  const leaves = database.prepare(joinedLeaves)
  const hashes = database.prepare(`${joinedHashes} FROM (SELECT hash FROM facts ${range})`)
  const nodes = database.prepare(
    `${joinedHashes} FROM (SELECT hash FROM nodes WHERE level = ? AND idx >= ? AND idx < ?
      ORDER BY idx)`,
  )
  const checkpoint = database.prepare('SELECT size, root FROM checkpoint')
  const beside = database.prepare(
    'SELECT salt, beside FROM facts WHERE idx = ? AND salt IS NOT NULL',
  )
  const firstSince = createFirstSince(database)
  const decided = database.prepare(
    "SELECT leaf FROM facts WHERE idx >= ? AND idx < ? AND kind = 'decided' ORDER BY idx",
  )

  function size(): number {
    const row = head.get()
    return row === undefined ? 0 : numberOf(row, 'idx') + 1
  }

  function* recent(since: Instant): Generator<EntryOf<'decided'>> {
    const rowsAtOnce = 256
    const end = size()
    for (let from = firstSince(since, end); from < end; from += rowsAtOnce) {
      for (const row of decided.all(from, Math.min(end, from + rowsAtOnce))) {
        yield entryOf(row) as EntryOf<'decided'>
      }
    }
  }

  return {
    head() {
      const row = head.get()
      if (row === undefined) return { size: 0, at: null }
      return { size: numberOf(row, 'idx') + 1, at: textOf(row, 'at') as Instant }
    },
    entries: (from, count) => entries.all(from, from + count).map(entryOf),
    leaves: (from, count) => splitLeaves(leaves.get(from, from + count)),
    hashes: (from, count) => splitHashes(hashes.get(from, from + count)),
    nodes: (level, from, count) => splitHashes(nodes.get(level, from, from + count)),
    checkpoint() {
      const row = checkpoint.get()
      return row === undefined ? null : { size: numberOf(row, 'size'), root: bytesOf(row, 'root') }
    },
    beside(index) {
      const row = beside.get(index)
      return row === undefined
        ? null
        : { salt: bytesOf(row, 'salt'), bytes: bytesOf(row, 'beside') }
    },
    recent,
  }
}

/** Times never decrease along the log: the first one not before `since` is found by halving. */
export function createFirstSince(database: DatabaseSync): (since: Instant, size: number) => number {
  const time = database.prepare('SELECT at FROM facts WHERE idx = ?')
  return (since, size) => {
    let [low, high] = [0, size]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = time.get(middle)
      if (row !== undefined && textOf(row, 'at') < since) low = middle + 1
      else high = middle
    }
    return low
  }
}

export function entryOf(row: Row): LedgerEntry {
  return parseEntry(Buffer.from(bytesOf(row, 'leaf')).toString())
}

function splitLeaves(row: Row | undefined): readonly Uint8Array[] {
  if (row === undefined || row['leaves'] === null) return []
  const bytes = bytesOf(row, 'leaves')
  const leaves: Uint8Array[] = []
  let start = 0
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    leaves.push(bytes.subarray(start, end))
    start = end + 1
  }
  return [...leaves, bytes.subarray(start)]
}

function splitHashes(row: Row | undefined): Uint8Array {
  return Buffer.from(row === undefined ? '' : (textOrNull(row, 'hashes') ?? ''), 'hex')
}
