import type { Instant } from '../../../domain/names.ts'
import { stateAt } from '../../../holds/rules.ts'
import type { StoreReads } from '../../../store/store.ts'
import { overShownMax } from './recent.ts'
import type { RecentHolds } from './recent.ts'
import type { HoldList } from './shapes.ts'
import { summaryOf } from './summary.ts'

const waitingShownMax = 200

export function listHolds(
  store: Pick<StoreReads, 'holds' | 'hold'>,
  recent: RecentHolds,
  now: Instant,
): HoldList {
  const open = store.holds({ state: 'waiting' }).toReversed()
  const waiting = open.filter((record) => stateAt(record, now).kind === 'waiting')
  const silent = open.filter((record) => !waiting.includes(record))
  const settled = recent.newestFirst().flatMap((id) => store.hold(id) ?? [])
  return {
    now,
    waiting: waiting.slice(0, waitingShownMax).map((record) => summaryOf(record, now)),
    waitingMore: Math.max(0, waiting.length - waitingShownMax),
    over: [...silent, ...settled].slice(0, overShownMax).map((record) => summaryOf(record, now)),
  }
}
