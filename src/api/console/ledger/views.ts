import type { Fact, LedgerEntry } from '../../../domain/fact.ts'
import { Fault } from '../../../domain/fault.ts'
import type { DecisionId, HoldId } from '../../../domain/names.ts'
import type { FactSearch, StoreReads } from '../../../store/store.ts'
import { factWords } from '../../../words/entries.ts'
import { inert } from '../../../wire/inert.ts'
import type { LedgerEntryView, LedgerFound, LedgerLine } from './shapes.ts'

type Reads = Pick<StoreReads, 'head' | 'search' | 'entries' | 'leaves'>

export function findEntries(store: Reads, wanted: FactSearch): LedgerFound {
  const { entries, next } = store.search(wanted)
  return { size: store.head().size, entries: entries.map(lineOf), next }
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
