import type { TrashItem, TrashReport } from '../api/keeper.ts'
import { instantOf, millisecondsOf } from '../domain/instant.ts'
import type { DecisionId, Instant, PersonName } from '../domain/names.ts'
import type { StoreReads } from '../store/store.ts'
import { administer, everyDatabase, saysOf } from './administer.ts'
import type { KeeperOptions, Task } from './administer.ts'
import { readEnrolment } from './look.ts'
import { readTrash } from './read.ts'

const utc = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const trashSql = `SELECT action, ${utc('at')}, kind, statement, tables, bytes,
  ${utc('expires_at')}, ${utc('undone_at')} FROM holdpoint.trash()`

/** Of every database, newest first. One that cannot be asked says so beside the rest. */
export async function listTrash(options: KeeperOptions, by: PersonName): Promise<TrashReport> {
  const kept: TrashItem[] = []
  const faults: TrashReport['faults'][number][] = []
  for (const { settings, database } of everyDatabase(options)) {
    const where = { upstream: settings.name, database }
    const task: Task = { settings, database, work: 'trash', by }
    try {
      const rows = await administer(options, task, async (client) =>
        (await readEnrolment(client)) === null ? [] : client.query(trashSql),
      )
      for (const item of readTrash(rows)) {
        kept.push({ ...where, ...item, decision: decisionOf(options.store, item) })
      }
    } catch (fault) {
      faults.push({ ...where, says: saysOf(fault) })
    }
  }
  return { kept: kept.sort((a, b) => b.at.localeCompare(a.at)), faults }
}

/** how far the database's clock may be from ours, in milliseconds */
const skewMax = 600_000

/** The decision whose request the database names; looked for around the time that it says. */
function decisionOf(
  store: Pick<StoreReads, 'recent'>,
  { action, at }: Pick<TrashItem, 'action' | 'at'>,
): DecisionId | null {
  if (at === '') return null
  const around = millisecondsOf(at as Instant)
  const until = instantOf(around + skewMax)
  let found: DecisionId | null = null
  for (const { fact, at: when } of store.recent(instantOf(around - skewMax))) {
    if (when > until) break
    // The last one: a request that was held has several, and only the last let it through.
    if (fact.decision.request.id === action) found = fact.decision.id
  }
  return found
}
