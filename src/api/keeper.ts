// What Holdpoint itself keeps in the databases that agents change, as the control plane asks for
// it. Only a gate that runs can: the control plane reaches neither credentials nor upstreams.
import type { DecisionId, Digest, Instant, PersonName, UpstreamName } from '../domain/names.ts'

/** Each rejects with a Fault that says why not and what to do; each is recorded before it acts. */
export interface DatabaseKeeper {
  /** Installs what keeps changes recoverable, or brings it up to date; one transaction. */
  enrol(asked: EnrolAsked): Promise<EnrolmentReport>
  /** Refused while something is kept there that was neither taken back nor has expired. */
  unenrol(asked: EnrolAsked): Promise<UnenrolmentReport>
  /** Of every database that the configuration names; what cannot be asked says why. */
  status(by: PersonName): Promise<readonly DatabaseReport[]>
  undo(asked: UndoAsked): Promise<UndoReport>
  /** everything that is kept, newest first */
  trash(by: PersonName): Promise<TrashReport>
  /** Only of what a person's passkey has signed: see purges.ts. */
  purge(asked: PurgeAsked): Promise<PurgeReport>
  /** Drops what is past its retention; called now and then. Faults go to `report`. */
  expire(): Promise<void>
}

export interface EnrolAsked {
  readonly upstream: UpstreamName
  /** null for the one that the configuration means */
  readonly database: string | null
  readonly by: PersonName
}

export interface EnrolmentReport {
  readonly upstream: UpstreamName
  readonly database: string
  readonly version: number
  /** the version that was there before; null for none */
  readonly before: number | null
  readonly captureKey: 'made' | 'there'
  /** what could not be protected, and why; empty when all of it is */
  readonly missing: readonly string[]
}

export interface UnenrolmentReport {
  readonly upstream: UpstreamName
  readonly database: string
}

export interface DatabaseReport {
  readonly upstream: UpstreamName
  readonly database: string
  readonly environment: string
  /** why it could not be looked at; null when it could */
  readonly fault: string | null
  readonly server: DatabaseServer | null
  readonly enrolment: DatabaseEnrolment | null
  /** the vault holds the key with which the gate switches capturing on */
  readonly captureKey: boolean
}

export interface DatabaseServer {
  /** `18.1` */
  readonly version: string
  readonly tls: boolean
  /** what the agents' role is, that makes it able to remove what protects; empty for nothing */
  readonly rolePower: readonly string[]
}

export interface DatabaseEnrolment {
  readonly version: number
  /** there is a newer one: enrol again */
  readonly outdated: boolean
  readonly missing: readonly string[]
  readonly kept: number
  readonly bytes: number
}

export interface UndoAsked {
  readonly decision: DecisionId
  readonly dryRun: boolean
  /** overwrite rows that have changed since */
  readonly force: boolean
  readonly by: PersonName
}

export interface UndoReport {
  readonly decision: DecisionId
  readonly upstream: UpstreamName
  readonly database: string
  readonly dryRun: boolean
  readonly done: boolean
  readonly restored: readonly RestoredTable[]
  readonly conflicts: readonly RowConflict[]
  readonly sha256Before: string | null
  readonly sha256After: string | null
  /** the content is what it was */
  readonly equal: boolean
  /** why it was not done, or not whole */
  readonly because: readonly string[]
}

export interface RestoredTable {
  /** empty where it is in none */
  readonly schema: string
  readonly name: string
  /** null where an object came back, and not rows */
  readonly rows: number | null
}

/** A row that is not as the change left it: somebody changed it since. */
export interface RowConflict {
  readonly schema: string
  readonly name: string
  readonly key: string
  /** as it is, and as the change left it; null when there is no such row */
  readonly now: string | null
  readonly then: string | null
}

export interface PurgeAsked {
  readonly item: TrashItem
  readonly by: PersonName
  /** of what was signed */
  readonly request: Digest
  /** what was signed and the assertion, canonical JSON; kept beside the ledger */
  readonly signed: Uint8Array
}

export interface PurgeReport {
  readonly purged: boolean
  readonly bytes: number
  readonly because: readonly string[]
}

export interface TrashReport {
  readonly kept: readonly TrashItem[]
  /** databases that could not be asked */
  readonly faults: readonly Readonly<{
    upstream: UpstreamName
    database: string
    says: string
  }>[]
}

export interface TrashItem {
  readonly upstream: UpstreamName
  readonly database: string
  /** its name in the database */
  readonly action: string
  /** null when the ledger does not know it */
  readonly decision: DecisionId | null
  readonly at: string
  /** rows, drop, image or database */
  readonly kind: string
  readonly statement: string
  readonly tables: readonly RestoredTable[]
  readonly bytes: number
  readonly expiresAt: Instant | null
  readonly undoneAt: string | null
}

/** A purge that waits for a person. */
export interface HeldPurge {
  readonly id: string
  readonly item: TrashItem
  /** who asked, as they say themselves */
  readonly askedBy: PersonName
  readonly openedAt: Instant
  /** after this, silence has meant no */
  readonly expiresAt: Instant
}

/** What a passkey signs, canonical (RFC 8785) and hashed. */
export interface PurgeBinding {
  readonly profile: 'holdpoint/purge/1'
  readonly answer: 'release' | 'refuse'
  readonly purge: string
  readonly upstream: UpstreamName
  readonly database: string
  readonly action: string
  readonly decision: DecisionId | null
  /** over what is kept, as it was shown */
  readonly item: Digest
  readonly person: PersonName
  readonly expiresAt: Instant
  /** 32 random bytes, base64url; used once */
  readonly nonce: string
}

export type PurgeOutcome =
  Readonly<{ kind: 'refused' }> | Readonly<{ kind: 'purged'; report: PurgeReport }>
