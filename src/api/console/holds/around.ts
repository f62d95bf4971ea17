// What stands around a hold: what else waits under its lease, and what the agent did just before.
import type { Decision } from '../../../domain/decision.ts'
import type { Hold } from '../../../domain/hold.ts'
import { instantOf, millisecondsOf } from '../../../domain/instant.ts'
import type { Instant } from '../../../domain/names.ts'
import { stateAt } from '../../../holds/rules.ts'
import type { StoreReads } from '../../../store/store.ts'
import type { ActionSummary } from '../now/shapes.ts'
import { isDecided, summaryOfDecided, summaryOfRecord } from '../now/summary.ts'
import type { HoldSummary } from './shapes.ts'
import { summaryOf } from './summary.ts'

/** Other holds that wait for a person under the same mandate and lease, oldest first. */
export function planOf(
  store: Pick<StoreReads, 'holds'>,
  hold: Hold,
  now: Instant,
): readonly HoldSummary[] {
  return store
    .holds({ state: 'waiting', agent: hold.agent })
    .filter((record) => record.hold.id !== hold.id && isOfPlan(record.hold, hold))
    .filter((record) => stateAt(record, now).kind === 'waiting')
    .map((record) => summaryOf(record, now))
}

function isOfPlan(one: Hold, other: Hold): boolean {
  return one.lease === other.lease && one.mandate === other.mandate
}

const beforeMilliseconds = 15 * 60_000
export const beforeShownMax = 50
/** stretches of the ledger that are looked through for one answer */
const searchesMax = 3

/** What the agent asked for in the fifteen minutes before that decision, newest first. */
export function actionsBefore(
  store: Pick<StoreReads, 'search' | 'decision'>,
  decision: Decision,
  index: number,
): readonly ActionSummary[] {
  const { agent } = decision
  if (agent === null) return []
  const since = instantOf(millisecondsOf(decision.at) - beforeMilliseconds)
  const found: ActionSummary[] = []
  let before: number | null = index
  for (let i = 0; i < searchesMax && before !== null && found.length < beforeShownMax; i++) {
    const limit = beforeShownMax - found.length
    // In canonical JSON no text that an agent wrote can look like this member: its quotes are
    // escaped. So the database looks for the agent's entries, and few others are parsed.
    const text = `"agent":"${agent}"`
    const { entries, next } = store.search({ before, kinds: ['decided'], text, since, limit })
    for (const entry of entries) {
      if (!isDecided(entry) || entry.fact.decision.agent !== agent) continue
      const record = store.decision(entry.fact.decision.id)
      found.push(record === null ? summaryOfDecided(entry) : summaryOfRecord(record))
    }
    before = next
  }
  return found
}
