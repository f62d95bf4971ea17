import type { DatabaseSync } from 'node:sqlite'

import { createFirstSince, entryOf } from './read-facts.ts'
import { numberOf } from './rows.ts'
import type { FactSearch, Found, StoreReads } from './store.ts'

/** entries read for one answer, whether they match or not: a search never holds the gate up */
const scannedMax = 20_000

export function readSearch(database: DatabaseSync): Pick<StoreReads, 'search'> {
  const scan = database.prepare(
    `SELECT idx, leaf FROM facts WHERE idx < ?1 AND idx >= ?2
       AND (?3 IS NULL OR kind IN (SELECT value FROM json_each(?3)))
       AND (?4 IS NULL OR instr(lower(CAST(leaf AS TEXT)), ?4) > 0)
     ORDER BY idx DESC LIMIT ?5`,
  )
  const last = database.prepare('SELECT max(idx) AS idx FROM facts')
  const firstSince = createFirstSince(database)

  function size(): number {
    const idx = last.get()?.['idx'] ?? null
    return idx === null ? 0 : Number(idx) + 1
  }

  function search(wanted: FactSearch): Found {
    const { before, kinds, text, since, until, limit, stretch = scannedMax } = wanted
    const end = size()
    const top = Math.min(before ?? end, until === undefined ? end : firstSince(until, end))
    const bottom = since === undefined ? 0 : firstSince(since, end)
    const floor = Math.max(bottom, top - Math.min(stretch, scannedMax))
    const rows = scan.all(
      top,
      floor,
      kinds === undefined ? null : JSON.stringify(kinds),
      text === undefined || text === '' ? null : text.toLowerCase(),
      limit,
    )
    const lowest = rows.at(-1)
    const isFull = rows.length === limit && lowest !== undefined
    const reached = isFull ? numberOf(lowest, 'idx') : floor
    return { entries: rows.map(entryOf), next: reached <= bottom ? null : reached }
  }

  return { search }
}
