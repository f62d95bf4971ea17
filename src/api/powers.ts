// The use cases that say who may do what: of the command line, and of the console. What gives power
// or restores it is a deed there: signed with a passkey.
// A deed is kept beside the fact that it became; what is done at a terminal has none.
import type { Concealed } from '../domain/concealed.ts'
import type { SignedDeed } from '../domain/deed.ts'
import type { Fact, Lease } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import { millisecondsOf } from '../domain/instant.ts'
import type { Mandate } from '../domain/mandate.ts'
import type { AgentName, Instant, LeaseId, MandateId, PersonName } from '../domain/names.ts'
import { narrower } from '../domain/narrow.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type {
  AgentRecord,
  Freeze,
  Kill,
  LeaseRecord,
  MandateRecord,
  StoreReads,
} from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { newId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { mandateFrom } from './mandate-request.ts'
import type { MandateRequest } from './mandate-request.ts'
import { notFound } from './not-found.ts'

export interface Powers {
  /** An agent by itself may do nothing: it needs a mandate and a lease. */
  addAgent(agent: AgentName, owner: PersonName): Promise<AgentRecord>
  /** The mandate as it would be granted now; nothing is written. */
  draftMandate(request: MandateRequest, by: PersonName): Mandate
  /** The same mandate; throws when it could not be granted now. */
  checkGrant(mandate: Mandate): Mandate
  /** Grants exactly this one, unless what it leans on has changed since it was drafted. */
  grantMandate(mandate: Mandate, deed?: SignedDeed): Promise<Mandate>
  /** Ends its leases too, those of mandates below it included. */
  revokeMandate(mandate: MandateId, by: PersonName): Promise<MandateRecord>
  /** The mandate under which such a lease would be issued now. */
  mandateFor(wanted: Pick<LeaseWanted, 'agent' | 'mandate'>): Mandate
  issueLease(wanted: LeaseWanted, deed?: SignedDeed): Promise<IssuedLease>
  revokeLease(lease: LeaseId, by: PersonName): Promise<LeaseRecord>
  /** The stop that stands for this agent, or for everyone. */
  killOf(agent: AgentName | null): Kill
  liftKill(agent: AgentName | null, by: PersonName, deed?: SignedDeed): Promise<void>
  freezeOf(agent: AgentName): Freeze
  resume(agent: AgentName, by: PersonName, deed?: SignedDeed): Promise<AgentRecord>
}

export interface LeaseWanted {
  readonly agent: AgentName
  /** null: the one mandate of this agent that stands */
  readonly mandate: MandateId | null
  readonly minutes: number
  readonly by: PersonName
}

/** The token is in here and nowhere else. */
export interface IssuedLease {
  readonly lease: Lease
  readonly token: Concealed
}

export interface LeaseDesk {
  issue(asked: {
    agent: AgentName
    mandate: MandateId
    ttlSeconds: number
    by: PersonName
    deed?: SignedDeed
  }): Promise<IssuedLease>
  revoke(lease: LeaseId, by: PersonName): Promise<void>
}

export interface PowersOptions {
  readonly ledger: Pick<Ledger, 'append'>
  readonly store: StoreReads
  readonly leases: LeaseDesk
  /** the providers that the configuration governs */
  readonly providers: readonly string[]
  readonly clock: Clock
  readonly random: Random
}

export function createPowers(options: PowersOptions): Powers {
  const { store } = options
  return {
    addAgent: (agent, owner) => addAgent(options, agent, owner),
    draftMandate: (request, by) => draftMandate(options, request, by),
    checkGrant: (mandate) => checkGrant(options, mandate),
    grantMandate: (mandate, deed) => grantMandate(options, mandate, deed),
    revokeMandate: (mandate, by) => revokeMandate(options, mandate, by),
    mandateFor: (wanted) => mandateFor(options, wanted),
    issueLease: (wanted, deed) => issueLease(options, wanted, deed),
    revokeLease: (lease, by) => revokeLease(options, lease, by),
    killOf: (agent) => killOf(store, agent),
    liftKill: async (agent, by, deed) => {
      killOf(store, agent)
      await append(options, { kind: 'kill-lifted', agent, by }, deed)
    },
    freezeOf: (agent) => freezeOf(store, agent),
    resume: async (agent, by, deed) => {
      freezeOf(store, agent)
      await append(options, { kind: 'resumed', agent, by }, deed)
      return agentOf(store, agent)
    },
  }
}

/** As it is kept beside a fact: canonical JSON. */
export function deedBytes(deed: SignedDeed): Uint8Array {
  return new TextEncoder().encode(canonicalJson(deed))
}

async function append(
  { ledger }: PowersOptions,
  fact: Fact,
  deed: SignedDeed | undefined,
): Promise<void> {
  await ledger.append(fact, deed === undefined ? undefined : deedBytes(deed))
}

async function addAgent(
  options: PowersOptions,
  agent: AgentName,
  owner: PersonName,
): Promise<AgentRecord> {
  const { store } = options
  if (store.agent(agent) !== null) {
    throw new Fault('already-there', `there is an agent \`${agent}\` already; give it a mandate`)
  }
  await append(options, { kind: 'agent-added', agent, owner }, undefined)
  return agentOf(store, agent)
}

function draftMandate(options: PowersOptions, request: MandateRequest, by: PersonName): Mandate {
  const { store, clock, random, providers } = options
  agentOf(store, request.agent)
  const now = clock.now()
  const parent = request.parent === undefined ? null : standing(store, request.parent, now)
  const id = newId<MandateId>(random, 'mandate')
  return mandateFrom(request, { id, by, now, providers, parent })
}

function checkGrant({ store, clock }: PowersOptions, mandate: Mandate): Mandate {
  const now = clock.now()
  agentOf(store, mandate.agent)
  if (mandate.expiresAt <= now) {
    throw new Fault('mandate-expiry', 'the mandate would be over already; ask for a longer one')
  }
  const parent = mandate.parent === null ? null : standing(store, mandate.parent, now)
  const wider = parent === null ? null : narrower(parent, mandate)
  if (wider !== null) throw new Fault('mandate-wider', `wider than its parent: ${wider}; narrow it`)
  return mandate
}

async function grantMandate(
  options: PowersOptions,
  mandate: Mandate,
  deed: SignedDeed | undefined,
): Promise<Mandate> {
  checkGrant(options, mandate)
  await append(options, { kind: 'mandate-granted', mandate }, deed)
  return mandate
}

async function revokeMandate(
  options: PowersOptions,
  mandate: MandateId,
  by: PersonName,
): Promise<MandateRecord> {
  const { store } = options
  if (mandateOf(store, mandate).endedAt !== null) {
    throw new Fault('already-ended', `the mandate \`${mandate}\` was revoked before`)
  }
  await append(options, { kind: 'mandate-revoked', mandate, by }, undefined)
  return mandateOf(store, mandate)
}

async function revokeLease(
  { store, leases }: PowersOptions,
  lease: LeaseId,
  by: PersonName,
): Promise<LeaseRecord> {
  if (store.lease(lease) === null) throw notFound('lease', lease, [])
  await leases.revoke(lease, by)
  const record = store.lease(lease)
  if (record === null) throw notFound('lease', lease, [])
  return record
}

function mandateFor(
  { store, clock }: PowersOptions,
  { agent, mandate }: Pick<LeaseWanted, 'agent' | 'mandate'>,
): Mandate {
  agentOf(store, agent)
  const now = clock.now()
  const chosen = mandate === null ? onlyMandate(store, agent, now) : standing(store, mandate, now)
  if (chosen.agent === agent) return chosen
  throw new Fault('wrong-agent', `the mandate \`${chosen.id}\` is for \`${chosen.agent}\``)
}

async function issueLease(
  options: PowersOptions,
  { agent, mandate, minutes, by }: LeaseWanted,
  deed: SignedDeed | undefined,
): Promise<IssuedLease> {
  const chosen = mandateFor(options, { agent, mandate })
  // Shorter where the mandate ends sooner: a lease never outlives it.
  const left = (millisecondsOf(chosen.expiresAt) - options.clock.milliseconds()) / 1000
  const ttlSeconds = Math.min(minutes * 60, Math.floor(left))
  const signed = deed === undefined ? {} : { deed }
  return options.leases.issue({ agent, mandate: chosen.id, ttlSeconds, by, ...signed })
}

function killOf(store: StoreReads, agent: AgentName | null): Kill {
  const found = store.killed().find((kill) => kill.agent === agent)
  if (found !== undefined) return found
  const whom = agent === null ? 'everyone' : `\`${agent}\``
  throw new Fault('not-killed', `the kill switch is not pulled for ${whom}`)
}

function freezeOf(store: StoreReads, agent: AgentName): Freeze {
  const { frozen } = agentOf(store, agent)
  if (frozen !== null) return frozen
  throw new Fault('not-frozen', `\`${agent}\` is not frozen; nothing to resume`)
}

export function agentOf(store: StoreReads, name: AgentName): AgentRecord {
  const record = store.agent(name)
  if (record !== null) return record
  throw notFound(
    'agent',
    name,
    store.agents().map((agent) => agent.name),
  )
}

export function mandateOf(store: StoreReads, id: MandateId): MandateRecord {
  const record = store.mandate(id)
  if (record === null) throw notFound('mandate', id, [])
  return record
}

export function stands({ mandate, endedAt }: MandateRecord, now: Instant): boolean {
  return endedAt === null && mandate.expiresAt > now
}

function standing(store: StoreReads, id: MandateId, now: Instant): Mandate {
  const record = mandateOf(store, id)
  if (stands(record, now)) return record.mandate
  throw new Fault('mandate-ended', `the mandate \`${id}\` has ended; grant a new one`)
}

function onlyMandate(store: StoreReads, agent: AgentName, now: Instant): Mandate {
  const found = store
    .mandates()
    .filter((one) => one.mandate.agent === agent && stands(one, now))
    .filter(({ mandate }) => mandate.widens === undefined)
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
