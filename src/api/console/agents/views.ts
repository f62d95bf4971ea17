import { inert } from '../../../wire/inert.ts'
import type { AgentName, Instant, MandateId } from '../../../domain/names.ts'
import { notFound } from '../../not-found.ts'
import { stands } from '../../powers.ts'
import { stateAt } from '../../../holds/rules.ts'
import type {
  AgentRecord,
  Kill,
  LeaseRecord,
  MandateRecord,
  StoreReads,
} from '../../../store/store.ts'
import { mandateWords } from '../../../words/mandate.ts'
import { budgetLines } from '../now/budgets.ts'
import type { LastSeen } from './last-seen.ts'
import type { AgentDetailView, AgentsView, AgentView, LeaseView, MandateView } from './shapes.ts'

const agentsMax = 200
const endedMax = 20

export interface AgentViewParts {
  readonly store: StoreReads
  readonly lastSeen: LastSeen
}

export function viewAgents(parts: AgentViewParts, now: Instant): AgentsView {
  const { store } = parts
  const seen = look(parts, now)
  const agents = store.agents()
  return {
    now,
    agents: agents.slice(0, agentsMax).map((agent) => viewAgent(seen, agent)),
    agentsMore: Math.max(0, agents.length - agentsMax),
    everyone: seen.killed.find(({ agent }) => agent === null) ?? null,
  }
}

export function viewAgentWhole(
  parts: AgentViewParts,
  name: AgentName,
  now: Instant,
): AgentDetailView {
  const { store } = parts
  const agent = store.agent(name)
  if (agent === null) throw notFound('agent', name, [])
  const seen = look(parts, now)
  const own = seen.mandates.filter(({ mandate }) => mandate.agent === name)
  const ended = own.filter((record) => !stands(record, now)).toReversed()
  const below = seen.mandates.filter(
    (record) => stands(record, now) && agentAbove(seen, record) === name,
  )
  const names = new Set(below.map(({ mandate }) => mandate.agent).filter((each) => each !== name))
  return {
    now,
    agent: viewAgent(seen, agent),
    below: [...names],
    ended: ended.slice(0, endedMax).map((record) => viewMandate(seen, record)),
    everyone: seen.killed.find((kill) => kill.agent === null) ?? null,
  }
}

/** What is read once for one answer. */
interface Seen extends AgentViewParts {
  readonly now: Instant
  readonly mandates: readonly MandateRecord[]
  readonly byId: ReadonlyMap<MandateId, MandateRecord>
  readonly leases: readonly LeaseRecord[]
  readonly killed: readonly Kill[]
  readonly waiting: ReadonlyMap<AgentName, number>
}

function look(parts: AgentViewParts, now: Instant): Seen {
  const { store } = parts
  const mandates = store.mandates()
  const waiting = new Map<AgentName, number>()
  for (const record of store.holds({ state: 'waiting' })) {
    const { agent } = record.hold
    if (stateAt(record, now).kind === 'waiting') waiting.set(agent, (waiting.get(agent) ?? 0) + 1)
  }
  return {
    ...parts,
    ...{ now, mandates, waiting, killed: store.killed() },
    byId: new Map(mandates.map((record) => [record.mandate.id, record])),
    leases: store
      .leases()
      .filter(({ lease, endedAt }) => endedAt === null && lease.expiresAt > now),
  }
}

function viewAgent(seen: Seen, { name, owner, addedAt, frozen }: AgentRecord): AgentView {
  const own = seen.mandates.filter(({ mandate }) => mandate.agent === name)
  const standing = own.filter((record) => stands(record, seen.now)).toReversed()
  const above = standing.map((record) => agentAbove(seen, record))
  return {
    ...{ name, owner, addedAt },
    frozen:
      frozen === null ? null : { reason: frozen.reason, says: inert(frozen.says), at: frozen.at },
    killed: seen.killed.find(({ agent }) => agent === name) ?? null,
    under: above.find((agent) => agent !== null && agent !== name) ?? null,
    mandates: standing.map((record) => viewMandate(seen, record)),
    mandatesEnded: own.length - standing.length,
    waiting: seen.waiting.get(name) ?? 0,
    lastSeen: seen.lastSeen(name),
  }
}

function agentAbove({ byId }: Seen, { mandate }: MandateRecord): AgentName | null {
  return mandate.parent === null ? null : (byId.get(mandate.parent)?.mandate.agent ?? null)
}

function viewMandate(seen: Seen, record: MandateRecord): MandateView {
  const { mandate, endedAt } = record
  const { mandates, leases, store, now } = seen
  const below = mandates.filter((one) => one.mandate.parent === mandate.id && stands(one, now))
  const live = leases.filter(({ lease }) => lease.mandate === mandate.id)
  return {
    mandate,
    words: mandateWords(mandate),
    endedAt,
    stands: stands(record, now),
    under: agentAbove(seen, record),
    below: below.length,
    leases: live.map(viewLease),
    budget: budgetLines(mandate, store.spent(mandate.id)),
  }
}

/** Its token's hash is left out: it is nobody's business. */
function viewLease({ lease: { id, issuedAt, expiresAt } }: LeaseRecord): LeaseView {
  return { id, issuedAt, expiresAt }
}
