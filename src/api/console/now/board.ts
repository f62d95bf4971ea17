import type { FactKind } from '../../../domain/fact.ts'
import type { AgentName, Instant } from '../../../domain/names.ts'
import { stateAt } from '../../../holds/rules.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { StoreReads } from '../../../store/store.ts'
import type { Clock } from '../../../system/clock.ts'
import { inert } from '../../../wire/inert.ts'
import { createActivity } from './activity.ts'
import type { Worked } from './activity.ts'
import { createBudgetBoard } from './budgets.ts'
import type { AgentAtWork, NowView } from './shapes.ts'
import { summaryOfDecided, summaryOfRecord } from './summary.ts'

/** What the page Now shows above its stream. */
export interface NowBoard {
  view(): NowView
}

export interface NowBoardParts {
  readonly ledger: Pick<Ledger, 'subscribe' | 'state' | 'size'>
  readonly store: StoreReads
  readonly clock: Clock
}

/** However many pages ask, it is made once in this time, unless something of `urgent` happened. */
const freshMilliseconds = 1000
const agentsShownMax = 50
const budgetsShownMax = 30
const namesMax = 1000

const urgent: ReadonlySet<FactKind> = new Set([
  'killed',
  'kill-lifted',
  'tripped',
  'resumed',
  'held',
  'settled',
  'mandate-granted',
  'mandate-revoked',
])

export function createNowBoard(parts: NowBoardParts): NowBoard {
  const { ledger, store, clock } = parts
  const activity = createActivity(parts)
  const budgets = createBudgetBoard(ledger, store)
  const names = store.agents().map(({ name }) => name)
  let made: NowView | null = null
  let madeAt = 0
  ledger.subscribe(({ fact }) => {
    if (fact.kind === 'agent-added') names.push(fact.agent)
    if (urgent.has(fact.kind)) made = null
  })

  function view(): NowView {
    const milliseconds = clock.milliseconds()
    if (made !== null && milliseconds - madeAt < freshMilliseconds) return made
    madeAt = milliseconds
    made = make(clock.now())
    return made
  }

  function make(now: Instant): NowView {
    const state = ledger.state()
    const worked = activity.atWork()
    const used = budgets.used(now)
    return {
      now,
      agents: worked.slice(0, agentsShownMax).map(agentsOf(store, now)),
      agentsMore: Math.max(0, worked.length - agentsShownMax),
      names: names.slice(-namesMax),
      frozen: store.frozen().map((freeze) => ({ ...freeze, says: inert(freeze.says) })),
      killed: store.killed(),
      budgets: used.slice(0, budgetsShownMax),
      budgetsMore: Math.max(0, used.length - budgetsShownMax),
      gate: { closed: state.kind === 'closed' ? state.why : null, size: ledger.size() },
    }
  }

  return { view }
}

function agentsOf(store: StoreReads, now: Instant): (worked: Worked) => AgentAtWork {
  const waiting = new Map<AgentName, number>()
  for (const record of store.holds({ state: 'waiting' })) {
    const { agent } = record.hold
    if (stateAt(record, now).kind === 'waiting') waiting.set(agent, (waiting.get(agent) ?? 0) + 1)
  }
  const killed = new Set(store.killed().map(({ agent }) => agent))
  return ({ agent, last, allow, hold, deny }) => {
    const record = store.decision(last.fact.decision.id)
    return {
      ...{ agent, allowed: allow, held: hold, denied: deny },
      last: record === null ? summaryOfDecided(last) : summaryOfRecord(record),
      waiting: agent === null ? 0 : (waiting.get(agent) ?? 0),
      stopped: killed.has(null) || killed.has(agent),
    }
  }
}
