import type { HoldId } from '../../../domain/names.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { StoreReads } from '../../../store/store.ts'

export const overShownMax = 50

/** The last holds that were answered; asking the store for all of them would grow with its age. */
export interface RecentHolds {
  newestFirst(): readonly HoldId[]
}

export function createRecentHolds(
  ledger: Pick<Ledger, 'subscribe'>,
  store: Pick<StoreReads, 'holds'>,
): RecentHolds {
  const over = store.holds().filter(({ state }) => state.kind !== 'waiting')
  const ids = over.slice(-overShownMax).map(({ hold }) => hold.id)
  ledger.subscribe(({ fact }) => {
    if (fact.kind !== 'settled' && fact.kind !== 'claimed') return
    const at = ids.indexOf(fact.hold)
    if (at >= 0) ids.splice(at, 1)
    ids.push(fact.hold)
    if (ids.length > overShownMax) ids.shift()
  })
  return { newestFirst: () => ids.toReversed() }
}
