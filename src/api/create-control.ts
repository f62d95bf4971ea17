import type { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { DecisionId, HoldId, SecretName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { HoldRecord, LeaseRecord, StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import type { Random } from '../system/random.ts'
import { stateAt } from '../holds/rules.ts'
import type { Asks } from './asks.ts'
import type {
  Control,
  Explanation,
  GateReport,
  HoldShown,
  LoadedPolicies,
  Status,
} from './control.ts'
import type { CredentialChecker } from './credential-checker.ts'
import type { ExportKeeper } from './exports.ts'
import { followEntries } from './follow.ts'
import type { DatabaseKeeper } from './keeper.ts'
import { notFound } from './not-found.ts'
import type { ToolsKeeper } from './mcp-tools.ts'
import type { People } from './people.ts'
import { agentOf, createPowers, stands } from './powers.ts'
import type { LeaseDesk } from './powers.ts'
import type { Purges } from './purges.ts'

export interface ControlParts {
  readonly version: string
  readonly ledger: Pick<Ledger, 'append' | 'subscribe' | 'state' | 'size'>
  readonly store: StoreReads
  readonly leases: LeaseDesk
  /** may throw the Fault of a key that is not there: asked only when a secret is meant */
  readonly secrets: () => Secrets
  readonly people: Pick<People, 'openEnrolment'>
  readonly asks: Pick<Asks, 'list' | 'answer'>
  /** the providers that the configuration governs */
  readonly providers: readonly string[]
  readonly clock: Clock
  readonly random: Random
  /** null when no gate runs on this state */
  readonly gate: RunningGate | null
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
  readonly tools?: ToolsKeeper
  readonly checker?: CredentialChecker
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
    credentialCheck: async ({ provider, value }) => {
      if (parts.gate?.checker !== undefined) return parts.gate.checker.check(provider, value)
      throw new Fault('no-gate', 'no gate runs here, and only it asks providers: holdpoint up')
    },
    ...reading(parts),
    ...breakerOperations(parts),
    ...databaseOperations(parts),
    ...toolOperations(parts),
    askList: () => answer(() => parts.asks.list()),
    askAnswer: ({ ask, answer, by, note }) => parts.asks.answer(ask, answer, by, note),
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

function agentOperations(parts: ControlParts): AgentOperations {
  const powers = createPowers(parts)
  return {
    agentAdd: async ({ agent, owner }) => powers.addAgent(agent, owner),
    agentList: () => answer(() => parts.store.agents()),
  }
}

type MandateOperations = Pick<Control, 'mandateGrant' | 'mandateRevoke' | 'mandateList'>

function mandateOperations(parts: ControlParts): MandateOperations {
  const { store, clock } = parts
  const powers = createPowers(parts)
  return {
    mandateGrant: async ({ request, by }) => powers.grantMandate(powers.draftMandate(request, by)),
    mandateRevoke: async ({ mandate, by }) => powers.revokeMandate(mandate, by),
    mandateList: ({ ended }) =>
      answer(() => {
        const now = clock.now()
        return store.mandates().filter((one) => ended || stands(one, now))
      }),
  }
}

type LeaseOperations = Pick<Control, 'leaseIssue' | 'leaseRevoke' | 'leaseList' | 'advised'>

function leaseOperations(parts: ControlParts): LeaseOperations {
  const { store, clock, ledger } = parts
  const powers = createPowers(parts)
  return {
    async advised({ text, ...said }) {
      const { agent, lease } = said
      agentOf(store, agent)
      if (lease !== null && store.lease(lease)?.lease.agent !== agent) {
        throw notFound('lease', lease, [])
      }
      await ledger.append({ kind: 'advised', ...said, digest: sha256(text) }, Buffer.from(text))
    },
    leaseIssue: async (wanted) => powers.issueLease(wanted),
    leaseRevoke: async ({ lease, by }) => powers.revokeLease(lease, by),
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
    const history = decided?.history ?? []
    return { ...record, state: stateAt(record, clock.now()), history, request }
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

function breakerOperations(parts: ControlParts): BreakerOperations {
  const { ledger, store } = parts
  const powers = createPowers(parts)
  return {
    async kill({ agent, by }) {
      if (agent !== null) agentOf(store, agent)
      await ledger.append({ kind: 'killed', agent, by })
    },
    killLift: async ({ agent, by }) => powers.liftKill(agent, by),
    resume: async ({ agent, by }) => powers.resume(agent, by),
  }
}

type ToolOperations = Pick<Control, 'mcpTools' | 'mcpAccept'>

/** Only the gate that runs has seen what servers say of their tools now. */
function toolOperations({ gate }: ControlParts): ToolOperations {
  const keeper = (): ToolsKeeper => {
    if (gate?.tools !== undefined) return gate.tools
    throw new Fault('no-gate', 'no gate runs here, and only it reaches MCP servers: holdpoint up')
  }
  return {
    mcpTools: () => answer(() => keeper().list()),
    async mcpAccept({ upstream, tool, definition, by }) {
      const known = keeper().list()
      const found = known.find((one) => one.upstream === upstream && one.tool === tool)
      if (found?.definition !== definition) {
        const says = `\`${tool}\` of \`${upstream}\` is not defined so (any more); look again`
        throw new Fault('tool-changed', says)
      }
      await keeper().accept(upstream, tool, definition, by)
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
