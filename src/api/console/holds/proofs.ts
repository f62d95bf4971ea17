import type { FactOf, LedgerEntry } from '../../../domain/fact.ts'
import type { SafeguardName } from '../../../domain/names.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { StoreReads } from '../../../store/store.ts'
import { inert } from '../../../wire/inert.ts'
import type { SafeguardView } from './shapes.ts'

/** When each safeguard last succeeded here. */
export interface LastProofs {
  of(safeguard: SafeguardName): SafeguardView['proven']
}

/** stretches of the ledger, and entries of each, that are looked through when the gate starts */
const searchesMax = 5
const entriesMax = 500

export function createLastProofs(
  ledger: Pick<Ledger, 'subscribe'>,
  store: Pick<StoreReads, 'search'>,
): LastProofs {
  const proofs = new Map<SafeguardName, NonNullable<SafeguardView['proven']>>()

  function take({ at, fact }: LedgerEntry): void {
    if (fact.kind !== 'guarded') return
    const says = provenWords(fact)
    if (says !== null) proofs.set(fact.safeguard, { at, says })
  }

  for (const entry of guardedOf(store).toReversed()) take(entry)
  ledger.subscribe(take)
  return { of: (safeguard) => proofs.get(safeguard) ?? null }
}

function provenWords({ proof }: FactOf<'guarded'>): string | null {
  return proof.kind === 'proven' ? inert(proof.says) : null
}

/** Newest first. */
function guardedOf(store: Pick<StoreReads, 'search'>): readonly LedgerEntry[] {
  const found: LedgerEntry[] = []
  let before: number | null | undefined
  for (let i = 0; i < searchesMax && before !== null; i++) {
    const wanted = { kinds: ['guarded'], limit: entriesMax } as const
    const { entries, next } = store.search(before === undefined ? wanted : { ...wanted, before })
    found.push(...entries)
    before = next
  }
  return found
}
