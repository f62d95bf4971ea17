// How messages ended lately, newest first, out of the ledger.
import type { FactOf, LedgerEntry } from '../domain/fact.ts'
import type { StoreReads } from '../store/store.ts'

export type NotifiedEntry = LedgerEntry & Readonly<{ fact: FactOf<'notified'> }>

const lookedAtMax = 300

export function recentEnds(store: Pick<StoreReads, 'search'>): readonly NotifiedEntry[] {
  const { entries } = store.search({ kinds: ['notified'], limit: lookedAtMax })
  return entries as readonly NotifiedEntry[]
}

/** The newest end of each channel that is among these. */
export function lastByChannel(ends: readonly NotifiedEntry[]): ReadonlyMap<string, NotifiedEntry> {
  const last = new Map<string, NotifiedEntry>()
  for (const entry of ends) {
    if (!last.has(entry.fact.channel)) last.set(entry.fact.channel, entry)
  }
  return last
}
