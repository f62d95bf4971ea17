import type { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { Fact, Lease } from '../domain/fact.ts'
import { millisecondsOf } from '../domain/instant.ts'
import type { Mandate } from '../domain/mandate.ts'
import type {
  AgentName,
  DecisionId,
  HoldId,
  LeaseId,
  MandateId,
  PersonName,
  SecretName,
} from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type {
  AgentRecord,
  HoldRecord,
  LeaseRecord,
  MandateRecord,
  StoreReads,
} from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { newId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { stateAt } from '../holds/rules.ts'
import type {
  Control,
  Explanation,
  GateReport,
  HoldShown,
  IssuedLease,
  LoadedPolicies,
  Status,
} from './control.ts'
import type { ExportKeeper } from './exports.ts'
import { followEntries } from './follow.ts'
import type { DatabaseKeeper } from './keeper.ts'
import { mandateFrom } from './mandate-request.ts'
import { notFound } from './not-found.ts'
import type { People } from './people.ts'
import type { Purges } from './purges.ts'

export interface ControlParts {
  readonly version: string
  readonly ledger: Pick<Ledger, 'append' | 'subscribe' | 'state' | 'size'>
  readonly store: StoreReads
  readonly leases: LeaseDesk
  /** may throw the Fault of a key that is not there: asked only when a secret is meant */
  readonly secrets: () => Secrets
  readonly people: Pick<People, 'openEnrolment'>
  /** the providers that the configuration governs */
  readonly providers: readonly string[]
  readonly clock: Clock
  readonly random: Random
  /** null when no gate runs on this state */
  readonly gate: RunningGate | null
}

export interface LeaseDesk {
  issue(asked: {
    agent: AgentName
    mandate: MandateId
    ttlSeconds: number
    by: PersonName
  }): Promise<{ lease: Lease; token: Concealed }>
  revoke(lease: LeaseId, by: PersonName): Promise<void>
}

export interface Secrets {
  put(name: SecretName, value: Concealed): void
  remove(name: SecretName): void
  list(): readonly SecretName[]
}

export interface RunningGate {
  report(): GateReport
  reloadPolicies(): Promise<LoadedPolicies>
  /** what is kept in databases; absent where none is governed */
  readonly keeper?: DatabaseKeeper
  readonly purges?: Purges
  /** absent where no database could be exported */
  readonly exports?: ExportKeeper
}

export function createControl(parts: ControlParts): Control {
  const { store, ledger } = parts
  return {
    status: () => answer(() => statusOf(parts)),
    ...agentOperations(parts),
    ...mandateOperations(parts),
    ...leaseOperations(parts),
    ...secretOperations(parts),
    ...reading(parts),
    ...breakerOperations(parts),
    ...databaseOperations(parts),
    enrolFirst: ({ person }) => parts.people.openEnrolment({ person, roles: ['owner'] }),
    policiesReload: async () => {
      if (parts.gate === null) {
        throw new Fault('no-gate', 'no gate runs here; it reads its policies when it starts')
      }
      return parts.gate.reloadPolicies()
    },
    follow: (from, signal) =>
      followEntries({ store, ledger, from, signal, live: parts.gate !== null }),
  }
}

function statusOf({ version, ledger, store, clock, gate }: ControlParts): Status {
  const now = clock.now()
  const waiting = store.holds({ state: 'waiting' })
  return {
    version,
    ledger: { state: ledger.state(), size: ledger.size(), at: store.head().at },
    agents: store.agents().length,
    people: store.people().length,
    waiting: waiting.filter((record) => stateAt(record, now).kind === 'waiting').length,
    frozen: store.frozen(),
    killed: store.killed(),
    gate: gate?.report() ?? null,
  }
}

type AgentOperations = Pick<Control, 'agentAdd' | 'agentList'>

function agentOperations({ ledger, store }: ControlParts): AgentOperations {
  return {
    async agentAdd({ agent, owner }) {
      if (store.agent(agent) !== null) {
        throw new Fault(
          'already-there',
          `there is an agent \`${agent}\` already; give it a mandate`,
        )
      }
      await ledger.append({ kind: 'agent-added', agent, owner })
      return agentOf(store, agent)
    },
    agentList: () => answer(() => store.agents()),
  }
}

type MandateOperations = Pick<Control, 'mandateGrant' | 'mandateRevoke' | 'mandateList'>

function mandateOperations(parts: ControlParts): MandateOperations {
  const { ledger, store, clock, random, providers } = parts
  return {
    async mandateGrant({ request, by }) {
      agentOf(store, request.agent)
      const now = clock.now()
      const parent = request.parent === undefined ? null : standing(store, request.parent, now)
      const id = newId<MandateId>(random, 'mandate')
      const mandate = mandateFrom(request, { id, by, now, providers, parent })
      await ledger.append({ kind: 'mandate-granted', mandate })
      return mandate
    },
    async mandateRevoke({ mandate, by }) {
      if (mandateOf(store, mandate).endedAt !== null) {
        throw new Fault('already-ended', `the mandate \`${mandate}\` was revoked before`)
      }
      await ledger.append({ kind: 'mandate-revoked', mandate, by })
      return mandateOf(store, mandate)
    },
    mandateList: ({ ended }) =>
      answer(() => {
        const now = clock.now()
        return store.mandates().filter((one) => ended || stands(one, now))
      }),
  }
}

type LeaseOperations = Pick<Control, 'leaseIssue' | 'leaseRevoke' | 'leaseList'>

function leaseOperations({ leases, store, clock }: ControlParts): LeaseOperations {
  return {
    async leaseIssue({ agent, mandate, minutes, by }): Promise<IssuedLease> {
      agentOf(store, agent)
      const now = clock.now()
      const chosen =
        mandate === null ? onlyMandate(store, agent, now) : standing(store, mandate, now)
      if (chosen.agent !== agent) {
        throw new Fault('wrong-agent', `the mandate \`${chosen.id}\` is for \`${chosen.agent}\``)
      }
      // Shorter where the mandate ends sooner: a lease never outlives it.
      const left = (millisecondsOf(chosen.expiresAt) - millisecondsOf(now)) / 1000
      const ttlSeconds = Math.min(minutes * 60, Math.floor(left))
      return leases.issue({ agent, mandate: chosen.id, ttlSeconds, by })
    },
    async leaseRevoke({ lease, by }) {
      if (store.lease(lease) === null) throw notFound('lease', lease, [])
      await leases.revoke(lease, by)
      const record = store.lease(lease)
      if (record === null) throw notFound('lease', lease, [])
      return record
    },
    leaseList: ({ ended }) =>
      answer(() => {
        const now = clock.now()
        const isLive = ({ lease, endedAt }: LeaseRecord): boolean =>
          endedAt === null && lease.expiresAt > now
        return store.leases().filter((one) => ended || isLive(one))
      }),
  }
}

type SecretOperations = Pick<Control, 'secretPut' | 'secretRemove' | 'secretList'>

/** The fact is written first: a secret that is there was put there by someone. */
function secretOperations({ ledger, secrets }: ControlParts): SecretOperations {
  return {
    async secretPut({ secret, value, by }) {
      const vault = secrets()
      await ledger.append({ kind: 'secret-put', secret, by })
      vault.put(secret, value)
    },
    async secretRemove({ secret, by }) {
      const vault = secrets()
      if (!vault.list().includes(secret)) throw notFound('secret', secret, vault.list())
      await ledger.append({ kind: 'secret-removed', secret, by })
      vault.remove(secret)
    },
    secretList: () => answer(() => secrets().list()),
  }
}

type Reading = Pick<Control, 'holdList' | 'holdShow' | 'explain' | 'entries'>

function reading({ store, clock }: ControlParts): Reading {
  const list = (all: boolean): readonly HoldRecord[] => {
    const now = clock.now()
    return store
      .holds(all ? {} : { state: 'waiting' })
      .map((record) => ({ ...record, state: stateAt(record, now) }))
      .filter(({ state }) => all || state.kind === 'waiting')
  }
  const show = (hold: HoldId): HoldShown => {
    const record = store.hold(hold)
    if (record === null) throw notFound('hold', hold, [])
    const decided = store.decision(record.hold.decision)
    const request = decided === null ? null : requestAt(store, decided.index)
    return { ...record, state: stateAt(record, clock.now()), request }
  }
  return {
    holdList: ({ all }) => answer(() => list(all)),
    holdShow: ({ hold }) => answer(() => show(hold)),
    explain: ({ decision }) => answer(() => explain(store, decision)),
    entries: ({ from, count }) => answer(() => store.entries(from, count)),
  }
}

function explain(store: StoreReads, id: DecisionId): Explanation {
  const record = store.decision(id)
  if (record === null) throw notFound('decision', id, [])
  const { mandate } = record.decision
  const held = record.history.find(({ fact }) => fact.kind === 'held')?.fact
  return {
    ...record,
    request: requestAt(store, record.index),
    mandate: mandate === null ? null : (store.mandate(mandate)?.mandate ?? null),
    hold: held?.kind === 'held' ? held.hold.id : null,
  }
}

function requestAt(store: StoreReads, index: number): string | null {
  const kept = store.beside(index)
  return kept === null ? null : new TextDecoder().decode(kept.bytes)
}

type BreakerOperations = Pick<Control, 'kill' | 'killLift' | 'resume'>

function breakerOperations({ ledger, store }: ControlParts): BreakerOperations {
  const record = async (fact: Fact): Promise<void> => {
    await ledger.append(fact)
  }
  return {
    async kill({ agent, by }) {
      if (agent !== null) agentOf(store, agent)
      await record({ kind: 'killed', agent, by })
    },
    async killLift({ agent, by }) {
      if (!store.killed().some((kill) => kill.agent === agent)) {
        const whom = agent === null ? 'everyone' : `\`${agent}\``
        throw new Fault('not-killed', `the kill switch is not pulled for ${whom}`)
      }
      await record({ kind: 'kill-lifted', agent, by })
    },
    async resume({ agent, by }) {
      if (agentOf(store, agent).frozen === null) {
        throw new Fault('not-frozen', `\`${agent}\` is not frozen; nothing to resume`)
      }
      await record({ kind: 'resumed', agent, by })
      return agentOf(store, agent)
    },
  }
}

type DatabaseOperations = Pick<
  Control,
  | 'postgresEnrol'
  | 'postgresUnenrol'
  | 'postgresStatus'
  | 'undo'
  | 'trashList'
  | 'trashPurge'
  | 'backupVerify'
  | 'backupRestore'
>

/** Only the gate that runs reaches databases: it alone has their credentials and records first. */
function databaseOperations({ gate }: ControlParts): DatabaseOperations {
  const part = <T>(found: T | undefined): T => {
    if (gate === null) {
      throw new Fault('no-gate', 'no gate runs here, and only it reaches databases: holdpoint up')
    }
    if (found !== undefined) return found
    throw new Fault('no-databases', 'no PostgreSQL upstream is configured; add one')
  }
  const keeper = (): DatabaseKeeper => part(gate?.keeper)
  const exports = (): ExportKeeper => part(gate?.exports)
  return {
    postgresEnrol: async (input) => keeper().enrol(input),
    postgresUnenrol: async (input) => keeper().unenrol(input),
    postgresStatus: async ({ by }) => keeper().status(by),
    undo: async (input) => keeper().undo(input),
    trashList: async ({ by }) => keeper().trash(by),
    async trashPurge({ action, by }) {
      const { kept } = await keeper().trash(by)
      const item = kept.find((one) => one.decision === action || one.action === action)
      if (item === undefined || gate?.purges === undefined) {
        const says = `nothing is kept of \`${action}\`; \`holdpoint trash list\` shows what is`
        throw new Fault('not-found', says)
      }
      return gate.purges.ask(item, by)
    },
    backupVerify: async (input) => exports().verify(input),
    backupRestore: async (input) => exports().restore(input),
  }
}

/** What is read at once, as a promise: a throw is a rejection. */
function answer<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => resolve(read()))
}

function agentOf(store: StoreReads, name: AgentName): AgentRecord {
  const record = store.agent(name)
  if (record !== null) return record
  throw notFound(
    'agent',
    name,
    store.agents().map((agent) => agent.name),
  )
}

function mandateOf(store: StoreReads, id: MandateId): MandateRecord {
  const record = store.mandate(id)
  if (record === null) throw notFound('mandate', id, [])
  return record
}

function stands({ mandate, endedAt }: MandateRecord, now: string): boolean {
  return endedAt === null && mandate.expiresAt > now
}

function standing(store: StoreReads, id: MandateId, now: string): Mandate {
  const record = mandateOf(store, id)
  if (stands(record, now)) return record.mandate
  throw new Fault('mandate-ended', `the mandate \`${id}\` has ended; grant a new one`)
}

function onlyMandate(store: StoreReads, agent: AgentName, now: string): Mandate {
  const found = store.mandates().filter((one) => one.mandate.agent === agent && stands(one, now))
  const [first, second] = found
  if (first === undefined) {
    throw new Fault(
      'no-mandate',
      `\`${agent}\` has no mandate; \`holdpoint mandate grant\` gives one`,
    )
  }
  if (second !== undefined) {
    const ids = found.map(({ mandate }) => `\`${mandate.id}\``).join(', ')
    throw new Fault(
      'several-mandates',
      `\`${agent}\` has several; say which with \`--mandate\`: ${ids}`,
    )
  }
  return first.mandate
}
