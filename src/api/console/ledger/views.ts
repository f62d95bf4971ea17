import type { Fact, LedgerEntry } from '../../../domain/fact.ts'
import { Fault } from '../../../domain/fault.ts'
import type { DecisionId, HoldId } from '../../../domain/names.ts'
import type { FactSearch, StoreReads } from '../../../store/store.ts'
import { factWords } from '../../../words/entries.ts'
import { inert } from '../../../wire/inert.ts'
import type { LedgerEntryView, LedgerFound, LedgerLine } from './shapes.ts'

type Reads = Pick<StoreReads, 'head' | 'search' | 'entries' | 'leaves'>

/** looked through without a pause, and for one answer */
const stretch = 2000
const stretchesMax = 10

/** Newest first, from a bounded part of the log; the gate does something else in between. */
export async function findEntries(store: Reads, wanted: FactSearch): Promise<LedgerFound> {
  const lines: LedgerLine[] = []
  let next: number | null = wanted.before ?? store.head().size
  for (let i = 0; i < stretchesMax && next !== null && lines.length < wanted.limit; i++) {
    if (i > 0) await new Promise((resolve) => setImmediate(resolve))
    const limit = wanted.limit - lines.length
    const found = store.search({ ...wanted, before: next, limit, stretch })
    lines.push(...found.entries.map(lineOf))
    next = found.next
  }
  return { size: store.head().size, entries: lines, next }
}

export function viewEntry(store: Reads, index: number): LedgerEntryView {
  const [entry] = store.entries(index, 1)
  const [leaf] = store.leaves(index, 1)
  if (entry === undefined || leaf === undefined) throw noEntry(index, store.head().size)
  return {
    ...lineOf(entry),
    text: new TextDecoder('utf-8', { fatal: true }).decode(leaf),
    beside: entry.beside,
    ...subjectOf(entry.fact),
  }
}

function lineOf({ index, at, fact }: LedgerEntry): LedgerLine {
  return { index, at, kind: fact.kind, says: inert(factWords(fact)) }
}

function subjectOf(fact: Fact): { decision: DecisionId | null; hold: HoldId | null } {
  switch (fact.kind) {
    case 'decided':
      return { decision: fact.decision.id, hold: null }
    case 'held':
      return { decision: fact.hold.decision, hold: fact.hold.id }
    case 'claimed':
      return { decision: fact.decision, hold: fact.hold }
    case 'approved':
    case 'settled':
      return { decision: null, hold: fact.hold }
    case 'guarded':
    case 'sent':
    case 'ended':
    case 'repeated':
    case 'undone':
      return { decision: fact.decision, hold: null }
    default:
      return { decision: null, hold: null }
  }
}

function noEntry(index: number, size: number): Fault {
  const newest = size === 0 ? 'it is empty' : `the newest is ${size - 1}`
  return new Fault('not-found', `the ledger has no entry ${index}; ${newest}`)
}
