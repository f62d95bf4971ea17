// What a database that is not enrolled can tell of a trial: how many rows, by table. Nothing is
// kept.
import type { Measured, MeasuredTable } from '../../domain/trial.ts'
import type { Row } from './exchange.ts'

interface Counted {
  readonly schema: string
  readonly name: string
  readonly figures: readonly [inserted: number, updated: number, deleted: number]
}

export function measuredByCounters(before: readonly Row[], after: readonly Row[]): Measured {
  const earlier = readCounters(before)
  const tables: MeasuredTable[] = []
  const because = ['this database is not enrolled, so nothing of it is kept']
  let complete = true
  if (![...before, ...after].every((row) => row[6] === 'on')) {
    because.push('the server does not count rows (`track_counts` is off)')
    complete = false
  }
  for (const [relation, { schema, name, figures }] of readCounters(after)) {
    if (schema === 'pg_toast') continue
    const [inserted, updated, deleted] = figures.map(
      (figure, i) => figure - (earlier.get(relation)?.figures[i] ?? 0),
    )
    if (!inserted && !updated && !deleted) continue
    if (schema === 'pg_catalog' && complete) {
      because.push('it changed more than rows')
      complete = false
    }
    const counts = { inserted: inserted ?? 0, updated: updated ?? 0, deleted: deleted ?? 0 }
    tables.push({ schema, name, ...counts, total: null })
  }
  return { tables, dropped: [], kept: null, because, complete, samples: [] }
}

function readCounters(rows: readonly Row[]): ReadonlyMap<string, Counted> {
  const counted = new Map<string, Counted>()
  for (const [relation, schema, name, inserted, updated, deleted] of rows) {
    if (relation == null || relation === '0') continue
    const figures = [Number(inserted), Number(updated), Number(deleted)] as const
    counted.set(relation, { schema: schema ?? '', name: name ?? '', figures })
  }
  return counted
}
