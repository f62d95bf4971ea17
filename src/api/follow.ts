import type { LedgerEntry } from '../domain/fact.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { StoreReads } from '../store/store.ts'

interface FollowOptions {
  readonly store: Pick<StoreReads, 'entries'>
  readonly ledger: Pick<Ledger, 'subscribe'>
  readonly from: number
  readonly signal: AbortSignal
  /** false: ends after the last entry */
  readonly live: boolean
}

const countMax = 200

/** Reads at the speed of whoever listens: what is not read yet stays in the store. */
export async function* followEntries(options: FollowOptions): AsyncGenerator<LedgerEntry> {
  const { store, ledger, signal, live } = options
  let next = options.from
  let wake: () => void = () => undefined
  const unsubscribe = ledger.subscribe(() => wake())
  const stop = (): void => wake()
  signal.addEventListener('abort', stop)
  try {
    while (!signal.aborted) {
      // Asked for before reading, so that an entry that comes in between is not missed.
      const more = new Promise<void>((resolve) => (wake = resolve))
      const entries = store.entries(next, countMax)
      for (const entry of entries) {
        yield entry
        next = entry.index + 1
      }
      if (entries.length > 0) continue
      if (!live) return
      await more
    }
  } finally {
    signal.removeEventListener('abort', stop)
    unsubscribe()
  }
}
