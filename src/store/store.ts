import type { Ask, AskState, AskWords } from '../domain/ask.ts'
import type { Decision } from '../domain/decision.ts'
import type {
  Enrolment,
  Fact,
  FactKind,
  FactOf,
  Lease,
  LedgerEntry,
  Passkey,
  Role,
  TripReason,
} from '../domain/fact.ts'
import type { Hold, HoldState } from '../domain/hold.ts'
import type { Mandate } from '../domain/mandate.ts'
import type {
  AgentName,
  AskId,
  DecisionId,
  Digest,
  HoldId,
  Instant,
  LeaseId,
  MandateId,
  PasskeyId,
  PersonName,
  UpstreamName,
} from '../domain/names.ts'

/**
 * Keeps the facts and their folds. What is read here is never ahead of, behind or beside the facts:
 * a fact and all that it changes are one transaction. Written for the ledger alone; everyone may
 * read.
 */
export interface Store extends StoreReads {
  /**
   * Runs `work` in one transaction. When this returns, what `work` put can be read, and survives
   * the end of the process; once a `sync` after it resolves, a power loss too. When it throws, the
   * ledger must ask nothing more of this store but reads: what was put is either all there or not
   * at all, and only opening it again tells which.
   */
  write(work: (group: Group) => void): void
  /**
   * Resolves, off the main loop and in the order of the calls, when all that was written before is
   * durable. After it has rejected once it always will.
   */
  sync(): Promise<void>
  /**
   * Keeps what is about to be signed, durable when this returns, with everything before it. Refuses
   * a size below the last one, and another root for the same size: two checkpoints that disagree
   * are never signed.
   */
  saveCheckpoint(checkpoint: SavedCheckpoint, nodes: readonly TreeNode[]): void
  close(): void
}

/** A transaction under way. */
export interface Group {
  /** the index that the next fact gets */
  readonly next: number
  /**
   * Puts a fact in its place and folds it. Throws Fault('conflict') when it cannot be true after
   * those before it, earlier ones of this group included; then nothing has changed and the group
   * may go on.
   */
  put(fact: Fact, row: FactRow): void
  /** When `work` throws, what it put has not been put, and the group may go on. */
  together<T>(work: () => T): T
}

/** A fact as it is kept. */
export interface FactRow {
  readonly index: number
  readonly at: Instant
  /** the entry's bytes, and their RFC 6962 leaf hash */
  readonly leaf: Uint8Array
  readonly hash: Uint8Array
  readonly beside: Beside | null
}

/** What may hold personal data or secrets: only its salted hash is in the entry. */
export interface Beside {
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
}

export interface SavedCheckpoint {
  readonly size: number
  readonly root: Uint8Array
}

/** The hash over 256^level entries from index · 256^level on. */
export interface TreeNode {
  /** 1 or more */
  readonly level: number
  readonly index: number
  readonly hash: Uint8Array
}

export interface StoreReads {
  head(): { readonly size: number; readonly at: Instant | null }
  /** in order, at most `count`, fewer at the end */
  entries(from: number, count: number): readonly LedgerEntry[]
  leaves(from: number, count: number): readonly Uint8Array[]
  /** leaf hashes, 32 bytes each, one after the other */
  hashes(from: number, count: number): Uint8Array
  /** saved nodes of one level, 32 bytes each, one after the other */
  nodes(level: number, from: number, count: number): Uint8Array
  checkpoint(): SavedCheckpoint | null
  beside(index: number): Beside | null
  /** newest first; reads a bounded stretch of the log, and says where to go on */
  search(wanted: FactSearch): Found
  /** decided facts not older than `since`, in order; for the breaker's windows after a restart */
  recent(since: Instant): IterableIterator<EntryOf<'decided'>>

  agents(): readonly AgentRecord[]
  agent(name: AgentName): AgentRecord | null
  mandates(): readonly MandateRecord[]
  mandate(id: MandateId): MandateRecord | null
  leases(): readonly LeaseRecord[]
  lease(id: LeaseId): LeaseRecord | null
  /** what is kept beside the fact that issued it */
  besideLease(id: LeaseId): Beside | null
  leaseByTokenHash(tokenHash: Digest): LeaseRecord | null
  frozen(): readonly Freeze[]
  killed(): readonly Kill[]
  spent(mandate: MandateId): Spent

  people(): readonly PersonRecord[]
  person(name: PersonName): PersonRecord | null
  passkey(id: PasskeyId): PasskeyRecord | null
  enrolment(codeHash: Digest): EnrolmentRecord | null
  /** not used yet, newest first; whether they are too old is for the reader */
  unusedEnrolments(count: number): readonly EnrolmentRecord[]
  /** how each tool of an MCP server is accepted, by name */
  toolPins(upstream: UpstreamName): readonly ToolPin[]
  /** of one person, or of all; what is kept beside is the browser's own subscription, as JSON */
  pushSubscriptions(person?: PersonName | null): readonly PushSubscriptionRecord[]

  /** newest first, at most `count`; whether one has expired is for the reader */
  asks(count: number): readonly AskRecord[]
  ask(id: AskId): AskRecord | null

  /** oldest first */
  holds(filter?: HoldFilter): readonly HoldRecord[]
  hold(id: HoldId): HoldRecord | null
  /** the newest hold for the same request under the same lease */
  holdFor(request: Digest, lease: LeaseId): HoldRecord | null
  decision(id: DecisionId): DecisionRecord | null
  /** sent, and no outcome written: after a crash, these are `unknown` */
  decisionsWithoutOutcome(): readonly DecisionId[]
}

export interface FactSearch {
  /** only entries below this index; from the newest on when not given */
  readonly before?: number
  readonly kinds?: readonly FactKind[]
  /** found anywhere in the entry's text, letters of either case */
  readonly text?: string
  readonly since?: Instant
  /** not itself included */
  readonly until?: Instant
  readonly limit: number
  /** entries looked at, whether they match or not; as many as is bearable when not given */
  readonly stretch?: number
}

export interface Found {
  readonly entries: readonly LedgerEntry[]
  /** `before` of the next search; null when nothing further back can match */
  readonly next: number | null
}

export interface PushSubscriptionRecord {
  readonly person: PersonName
  readonly subscription: Digest
  readonly beside: Beside
}

export type EntryOf<K extends FactKind> = LedgerEntry & Readonly<{ fact: FactOf<K> }>

export interface AgentRecord {
  readonly name: AgentName
  readonly owner: PersonName
  readonly addedAt: Instant
  /** null while the breaker lets it go on */
  readonly frozen: Freeze | null
  /** by name; a kill of everyone is in `killed()` alone */
  readonly killed: boolean
}

export interface Freeze {
  readonly agent: AgentName
  readonly reason: TripReason
  readonly says: string
  readonly at: Instant
}

/** agent is null for everyone */
export interface Kill {
  readonly agent: AgentName | null
  readonly by: PersonName
  readonly at: Instant
}

/**
 * endedAt: revoked, itself or with a mandate above it; null is not yet. Expiry is for the reader.
 */
export interface MandateRecord {
  readonly mandate: Mandate
  readonly endedAt: Instant | null
}

export interface LeaseRecord {
  readonly lease: Lease
  readonly endedAt: Instant | null
}

export interface PersonRecord {
  readonly name: PersonName
  readonly roles: readonly Role[]
  readonly passkeys: readonly PasskeyRecord[]
}

export interface PasskeyRecord {
  /** signCount is the highest one seen in any assertion since */
  readonly passkey: Passkey
  readonly person: PersonName
  readonly enrolledAt: Instant
  readonly revokedAt: Instant | null
}

export interface EnrolmentRecord {
  readonly enrolment: Enrolment
  readonly usedAt: Instant | null
}

/** `expired` is not a state of a record: what waits has expired when its time is over */
export interface AskRecord {
  readonly ask: Ask
  readonly words: AskWords
  readonly state: AskState
}

export interface HoldFilter {
  readonly state?: HoldState['kind']
  readonly agent?: AgentName
}

export interface HoldRecord {
  readonly hold: Hold
  readonly state: HoldState
  readonly decision: Decision
}

export interface DecisionRecord {
  readonly decision: Decision
  /** of its `decided` entry */
  readonly index: number
  /**
   * every entry about it, in order: decided, held, approved, settled, claimed, guarded, sent,
   * repeated, ended, undone
   */
  readonly history: readonly LedgerEntry[]
}

/** Counted over decided facts of the mandate and of all mandates below it. */
export interface Spent {
  readonly requests: number
  /** requests that were let through and whose worst effect is a write or graver */
  readonly writes: number
  /** effects that destroy, let through */
  readonly destroys: number
  /** denials, and holds that were opened */
  readonly denials: number
  /** every distinct resource touched, as `provider:type/id` */
  readonly resources: readonly string[]
}

export interface ToolPin {
  readonly tool: string
  readonly definition: Digest
}
