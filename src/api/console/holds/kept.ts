// The request as judged, kept beside the ledger, and what a trial found of it.
import type { LedgerEntry } from '../../../domain/fact.ts'
import type { StoreReads } from '../../../store/store.ts'
import { sha256 } from '../../../system/hash.ts'
import type { Preview } from '../../../wire/recorded-request.ts'
import type { HoldView } from './shapes.ts'

type Kept = Pick<HoldView, 'request' | 'requestFlaw' | 'preview'>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What is kept beside the ledger could be swapped: it is shown if its hash is the one written. */
export function keptOf(
  store: Pick<StoreReads, 'beside'>,
  index: number | null,
  history: readonly LedgerEntry[],
): Kept {
  const kept = index === null ? null : store.beside(index)
  const entry = history.find((candidate) => candidate.index === index)
  if (kept === null || entry === undefined) {
    return flawed('the request as judged was not kept; do not release')
  }
  if (sha256(Buffer.concat([kept.salt, kept.bytes])) !== entry.beside) {
    return flawed('what was kept is not what was judged; do not release')
  }
  const request = utf8.decode(kept.bytes)
  // Of the gate's own writing, as its hash says: recordRequest of src/wire/recorded-request.ts.
  const { preview = null } = JSON.parse(request) as Readonly<{ preview?: Preview }>
  return { request, requestFlaw: null, preview }
}

function flawed(requestFlaw: string): Kept {
  return { request: null, requestFlaw, preview: null }
}
