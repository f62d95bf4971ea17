import type { LedgerEntry } from '../../../domain/fact.ts'
import type { DecisionId } from '../../../domain/names.ts'
import type { Outcome } from '../../../domain/outcome.ts'
import type { EntryOf, StoreReads } from '../../../store/store.ts'
import type { ActionsEvent, ActionSummary } from './shapes.ts'
import { holdMetBy, isDecided, summaryOfDecided } from './summary.ts'

/** What was decided and what ended since the last beat of the stream. */
export interface GatheredActions {
  /** Cheap: nothing is put into words before it is taken. */
  add(entry: LedgerEntry): void
  /** null where there was neither */
  take(): ActionsEvent | null
  clear(): void
}

/** in one event; ten times as many in a second are not read by anybody */
const decidedMax = 80
const endedMax = 800

export function createGatheredActions(store: Pick<StoreReads, 'holdFor'>): GatheredActions {
  let decided: EntryOf<'decided'>[] = []
  let ended = new Map<DecisionId, Outcome['kind']>()
  let leftOut = 0

  function add(entry: LedgerEntry): void {
    if (isDecided(entry)) {
      if (decided.length < decidedMax) decided.push(entry)
      else leftOut++
      return
    }
    const { fact } = entry
    if (fact.kind === 'ended' && ended.size < endedMax) ended.set(fact.decision, fact.outcome.kind)
  }

  function summaryOf(entry: EntryOf<'decided'>): ActionSummary {
    const { decision } = entry.fact
    const outcome = ended.get(decision.id) ?? null
    ended.delete(decision.id)
    return summaryOfDecided(entry, { outcome, hold: holdMetBy(store, decision) })
  }

  function take(): ActionsEvent | null {
    if (decided.length === 0 && ended.size === 0) return null
    const actions = decided.map(summaryOf)
    const rest = [...ended].map(([decision, outcome]) => ({ decision, outcome }))
    const event = { decided: actions, ended: rest, leftOut }
    clear()
    return event
  }

  function clear(): void {
    decided = []
    ended = new Map()
    leftOut = 0
  }

  return { add, take, clear }
}
