import type { Decision } from '../../../domain/decision.ts'
import type { LedgerEntry } from '../../../domain/fact.ts'
import type { Instant, PersonName, SafeguardName } from '../../../domain/names.ts'
import { grantersOf, peopleWanted, stateAt, whyNot } from '../../../holds/rules.ts'
import type { HoldRecord, StoreReads } from '../../../store/store.ts'
import { sha256 } from '../../../system/hash.ts'
import { historyWords } from '../../../words/history.ts'
import { environmentsOf, reversibilityWords, sentenceWords } from '../../../words/words.ts'
import { overShownMax } from './recent.ts'
import type { RecentHolds } from './recent.ts'
import type { HoldList, HoldSummary, HoldView } from './shapes.ts'

export interface ViewParts {
  readonly store: StoreReads
  canProve(safeguards: readonly SafeguardName[], decision: Decision): string | null
}

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

function summaryOf(record: HoldRecord, now: Instant): HoldSummary {
  const { hold, decision } = record
  return {
    id: hold.id,
    state: stateAt(record, now),
    sentence: sentenceWords(decision),
    environments: environmentsOf(decision),
    reversibility: reversibilityWords(decision),
    agent: hold.agent,
    release: hold.release,
    openedAt: hold.openedAt,
    expiresAt: hold.expiresAt,
  }
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
    ...requestOf(store, found?.index ?? null, found?.history ?? []),
    safeguards: hold.safeguards.map((name) => ({
      name,
      missing: parts.canProve([name], decision),
    })),
    peopleWanted: peopleWanted[hold.release],
    history: (found?.history ?? []).map(({ index, at, fact }) => ({
      index,
      at,
      says: historyWords(fact),
    })),
    whyNotRelease: whyNot(hold.release, granters, candidate, 'release'),
    whyNotRefuse: whyNot(hold.release, granters, candidate, 'refuse'),
  }
}

type RequestView = Pick<HoldView, 'request' | 'requestFlaw'>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What is kept beside the ledger could be swapped: it is shown if its hash is the one written. */
function requestOf(
  store: StoreReads,
  index: number | null,
  history: readonly LedgerEntry[],
): RequestView {
  const kept = index === null ? null : store.beside(index)
  const entry = history.find((candidate) => candidate.index === index)
  if (kept === null || entry === undefined) {
    return { request: null, requestFlaw: 'the request as judged was not kept; do not release' }
  }
  if (sha256(Buffer.concat([kept.salt, kept.bytes])) !== entry.beside) {
    return { request: null, requestFlaw: 'what was kept is not what was judged; do not release' }
  }
  return { request: utf8.decode(kept.bytes), requestFlaw: null }
}
