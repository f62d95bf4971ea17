import type { Decision } from '../../../domain/decision.ts'
import type { LedgerEntry } from '../../../domain/fact.ts'
import type { HoldId, Instant, PersonName, SafeguardName } from '../../../domain/names.ts'
import { grantersOf, peopleWanted, stateAt, whyNot } from '../../../holds/rules.ts'
import type { HoldRecord, StoreReads } from '../../../store/store.ts'
import { historyWords } from '../../../words/history.ts'
import { sentenceWords } from '../../../words/words.ts'
import { actionsBefore, planOf } from './around.ts'
import { keptOf } from './kept.ts'
import type { PastHolds } from './past.ts'
import type { LastProofs } from './proofs.ts'
import type { AnswerView, HistoryLine, HoldView, PastDecision, SafeguardView } from './shapes.ts'

export interface ViewParts {
  readonly store: StoreReads
  readonly past: PastHolds
  readonly proofs: LastProofs
  canProve(safeguards: readonly SafeguardName[], decision: Decision): string | null
}

export function viewHold(
  parts: ViewParts,
  record: HoldRecord,
  person: PersonName,
  now: Instant,
): HoldView {
  const { store } = parts
  const { hold, decision } = record
  const found = store.decision(hold.decision)
  const history = found?.history ?? []
  const mandate = store.mandate(hold.mandate)?.mandate
  const granters = grantersOf(hold, store)
  const candidate = store.person(person)
  return {
    now,
    hold,
    state: stateAt(record, now),
    decision,
    task: mandate?.task ?? null,
    granted: mandate?.scopes ?? [],
    ...keptOf(store, found?.index ?? null, history),
    safeguards: hold.safeguards.map((name) => safeguardOf(parts, name, decision)),
    peopleWanted: peopleWanted[hold.release],
    answers: answersOf(history, hold.id),
    history: history.map(lineOf),
    plan: planOf(store, hold, now),
    before: found === null ? [] : actionsBefore(store, decision, found.index),
    similar: similarTo(parts, record, now),
    whyNotRelease: whyNot(hold.release, granters, candidate, 'release'),
    whyNotRefuse: whyNot(hold.release, granters, candidate, 'refuse'),
  }
}

function safeguardOf(parts: ViewParts, name: SafeguardName, decision: Decision): SafeguardView {
  return { name, missing: parts.canProve([name], decision), proven: parts.proofs.of(name) }
}

function lineOf({ index, at, fact }: LedgerEntry): HistoryLine {
  return { index, at, says: historyWords(fact) }
}

/** What people said to that hold, in order, and how they had looked at it. */
function answersOf(history: readonly LedgerEntry[], hold: HoldId): readonly AnswerView[] {
  return history.flatMap(({ at, fact }): readonly AnswerView[] => {
    if (fact.kind === 'approved' && fact.hold === hold) {
      const { attention = null, binding } = fact
      return [{ at, person: binding.person, answer: 'release', attention }]
    }
    if (fact.kind !== 'settled' || fact.hold !== hold) return []
    const { settlement } = fact
    if (settlement.kind !== 'refused') return []
    return [
      { at, person: settlement.by, answer: 'refuse', attention: settlement.attention ?? null },
    ]
  })
}

const similarShownMax = 10

/** How the like was answered before; what still waits is no decision yet. */
function similarTo(
  { store, past }: ViewParts,
  { hold, decision }: HoldRecord,
  now: Instant,
): readonly PastDecision[] {
  const found: PastDecision[] = []
  for (const id of past.alike(decision)) {
    if (found.length >= similarShownMax) break
    const record = id === hold.id ? null : store.hold(id)
    if (record === null || stateAt(record, now).kind === 'waiting') continue
    found.push(pastDecisionOf(store, record, now))
  }
  return found
}

function pastDecisionOf(
  store: Pick<StoreReads, 'decision'>,
  record: HoldRecord,
  now: Instant,
): PastDecision {
  const { hold, decision } = record
  const history = store.decision(hold.decision)?.history ?? []
  const settled = history.findLast(({ fact }) => fact.kind === 'settled' && fact.hold === hold.id)
  const answers = answersOf(history, hold.id)
  return {
    id: hold.id,
    at: settled?.at ?? hold.expiresAt,
    sentence: sentenceWords(decision),
    state: stateAt(record, now),
    by: answers.map(({ person }) => person),
    attention: answers.at(-1)?.attention ?? null,
  }
}
