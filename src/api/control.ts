// The administration of a gate by people, as use cases. The command line runs them in its own
// process when no gate runs, and through the control socket when one does.
import type { LedgerEntry } from '../domain/fact.ts'
import type { HoldState } from '../domain/hold.ts'
import type { Mandate } from '../domain/mandate.ts'
import type { Digest, HoldId, Instant, SecretName } from '../domain/names.ts'
import type { LedgerState } from '../ledger/ledger.ts'
import type {
  AgentRecord,
  AskRecord,
  DecisionRecord,
  Freeze,
  HoldRecord,
  Kill,
  LeaseRecord,
  MandateRecord,
} from '../store/store.ts'
import type { ControlInput } from './control-inputs.ts'
import type {
  DatabaseReport,
  EnrolmentReport,
  HeldPurge,
  TrashReport,
  UndoReport,
  UnenrolmentReport,
} from './keeper.ts'
import type { CredentialAnswer } from './credential-checker.ts'
import type { ExportReport, RestoreReport } from './exports.ts'
import type { ToolReport } from './mcp-tools.ts'
import type { OpenedEnrolment } from './people.ts'
import type { IssuedLease } from './powers.ts'

export type { IssuedLease } from './powers.ts'

/** Each rejects with a Fault that says why not and what to do; nothing is half done. */
export interface Control {
  readonly status: (input: ControlInput<'status'>) => Promise<Status>
  readonly agentAdd: (input: ControlInput<'agentAdd'>) => Promise<AgentRecord>
  readonly agentList: (input: ControlInput<'agentList'>) => Promise<readonly AgentRecord[]>
  readonly mandateGrant: (input: ControlInput<'mandateGrant'>) => Promise<Mandate>
  /** Ends its leases too, those of mandates below it included. */
  readonly mandateRevoke: (input: ControlInput<'mandateRevoke'>) => Promise<MandateRecord>
  readonly mandateList: (input: ControlInput<'mandateList'>) => Promise<readonly MandateRecord[]>
  /** The token is in this answer and nowhere else. */
  readonly leaseIssue: (input: ControlInput<'leaseIssue'>) => Promise<IssuedLease>
  readonly leaseRevoke: (input: ControlInput<'leaseRevoke'>) => Promise<LeaseRecord>
  readonly leaseList: (input: ControlInput<'leaseList'>) => Promise<readonly LeaseRecord[]>
  /** Writes down what a hook of `holdpoint run` answered; resolves once it is durable. */
  readonly advised: (input: ControlInput<'advised'>) => Promise<void>
  readonly secretPut: (input: ControlInput<'secretPut'>) => Promise<void>
  readonly secretRemove: (input: ControlInput<'secretRemove'>) => Promise<void>
  /** names, never values */
  readonly secretList: (input: ControlInput<'secretList'>) => Promise<readonly SecretName[]>
  /** Asks a provider what a credential is that was found; the question is recorded before. */
  readonly credentialCheck: (input: ControlInput<'credentialCheck'>) => Promise<CredentialAnswer>
  readonly holdList: (input: ControlInput<'holdList'>) => Promise<readonly HoldRecord[]>
  readonly holdShow: (input: ControlInput<'holdShow'>) => Promise<HoldShown>
  /** newest first: what agents ask of people, beside holds */
  readonly askList: (input: ControlInput<'askList'>) => Promise<readonly AskRecord[]>
  /** No, or what to do instead; a yes gives power, and takes a passkey in the console. */
  readonly askAnswer: (input: ControlInput<'askAnswer'>) => Promise<AskRecord>
  readonly explain: (input: ControlInput<'explain'>) => Promise<Explanation>
  readonly entries: (input: ControlInput<'entries'>) => Promise<readonly LedgerEntry[]>
  /** Ends every lease and open connection of the agent, or of everyone; survives a restart. */
  readonly kill: (input: ControlInput<'kill'>) => Promise<void>
  readonly killLift: (input: ControlInput<'killLift'>) => Promise<void>
  /** A person closes the breaker again. */
  readonly resume: (input: ControlInput<'resume'>) => Promise<AgentRecord>
  /** A code for the very first owner; refused once anyone is enrolled. */
  readonly enrolFirst: (input: ControlInput<'enrolFirst'>) => Promise<OpenedEnrolment>
  /** Keeps the old policies when the new ones are invalid, and says so by rejecting. */
  readonly policiesReload: (input: ControlInput<'policiesReload'>) => Promise<LoadedPolicies>
  /** Installs, with the configured admin role, what keeps a database's changes recoverable. */
  readonly postgresEnrol: (input: ControlInput<'postgresEnrol'>) => Promise<EnrolmentReport>
  readonly postgresUnenrol: (input: ControlInput<'postgresUnenrol'>) => Promise<UnenrolmentReport>
  readonly postgresStatus: (
    input: ControlInput<'postgresStatus'>,
  ) => Promise<readonly DatabaseReport[]>
  /** Takes back what a decision let through, as far as it was kept. */
  readonly undo: (input: ControlInput<'undo'>) => Promise<UndoReport>
  readonly trashList: (input: ControlInput<'trashList'>) => Promise<TrashReport>
  /** Held for a person; nothing is purged by asking. */
  readonly trashPurge: (input: ControlInput<'trashPurge'>) => Promise<HeldPurge>
  /** Reads a file that an export left, to its end; whether it is whole, and what is in it. */
  readonly backupVerify: (input: ControlInput<'backupVerify'>) => Promise<ExportReport>
  /** Brings one of its databases back, as a new one. */
  readonly backupRestore: (input: ControlInput<'backupRestore'>) => Promise<RestoreReport>
  /** The tools of MCP servers, and which are withheld. */
  readonly mcpTools: (input: ControlInput<'mcpTools'>) => Promise<readonly ToolReport[]>
  /** A person accepts a tool as it is defined now. */
  readonly mcpAccept: (input: ControlInput<'mcpAccept'>) => Promise<void>
  /** Entries from an index on, then those to come; ends after the last one when no gate runs. */
  readonly follow: (from: number, signal: AbortSignal) => AsyncIterable<LedgerEntry>
}

export interface HoldShown extends HoldRecord {
  readonly state: HoldState
  /** every entry about its decision, in order */
  readonly history: readonly LedgerEntry[]
  /** the request as judged; null when it was not kept */
  readonly request: string | null
}

export interface Explanation extends DecisionRecord {
  readonly request: string | null
  readonly mandate: Mandate | null
  /** the hold that it opened, if it did */
  readonly hold: HoldId | null
}

export interface LoadedPolicies {
  readonly digest: Digest
  readonly files: readonly string[]
}

export interface Status {
  readonly version: string
  readonly ledger: Readonly<{ state: LedgerState; size: number; at: Instant | null }>
  readonly agents: number
  readonly people: number
  readonly waiting: number
  readonly frozen: readonly Freeze[]
  readonly killed: readonly Kill[]
  /** null when no gate runs on this state */
  readonly gate: GateReport | null
}

/** What only a running gate knows. */
export interface GateReport {
  /** where agents speak MCP, and what servers there are */
  readonly mcp?: string
  readonly mcpServers?: readonly Readonly<{ name: string; environment: string }>[]
  readonly pid: number
  readonly startedAt: Instant
  /** `127.0.0.1:7400` */
  readonly agents: string
  readonly console: string
  readonly policies: Digest
  readonly connections: number
  readonly upstreams: readonly UpstreamReport[]
  /** where agents connect to databases, `127.0.0.1:7432`; absent where none is governed */
  readonly postgres?: string
  readonly databases?: readonly GovernedServer[]
  /** who is told of holds, trips and kills; absent in older gates */
  readonly notifications?: NotificationReport
}

export interface NotificationReport {
  readonly channels: readonly ChannelReport[]
  /** holds that wait, and of which nobody could be told */
  readonly unreachable: readonly HoldId[]
}

export interface ChannelReport {
  readonly name: string
  readonly kind: string
  /** secrets that it needs and the vault does not have */
  readonly missing: readonly SecretName[]
  /** why its last message did not arrive; null when it did, or there was none */
  readonly failure: string | null
}

/** A PostgreSQL server, by the name that agents give as user. */
export interface GovernedServer {
  readonly name: string
  readonly database: string
  readonly environment: string
  /** the vault holds the password of the role that agents work as */
  readonly credential: boolean
}

export interface UpstreamReport {
  readonly name: string
  readonly hosts: readonly string[]
  /** the vault holds the secret that it needs */
  readonly credential: boolean
  /** when what exists there was last walked whole; null for never */
  readonly discoveredAt: Instant | null
  /** why the last walk failed; null when it did not */
  readonly discoveryFault: string | null
}
