import type { Ask } from './ask.ts'
import type { Decision } from './decision.ts'
import type { EffectKind } from './effect.ts'
import type { Answered, Hold } from './hold.ts'
import type { Mandate } from './mandate.ts'
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
  SafeguardName,
  SecretName,
  UpstreamName,
} from './names.ts'
import type { Outcome } from './outcome.ts'

/** What happened. The ledger is the state: everything else is a fold over these. */
export type Fact = Readonly<
  | { kind: 'started'; version: string; policies: Digest; configuration: Digest }
  | { kind: 'policies-loaded'; policies: Digest; files: readonly string[] }
  | { kind: 'policies-rejected'; why: string }
  | { kind: 'agent-added'; agent: AgentName; owner: PersonName }
  | { kind: 'mandate-granted'; mandate: Mandate }
  | { kind: 'mandate-revoked'; mandate: MandateId; by: PersonName }
  | { kind: 'lease-issued'; lease: Lease; by: PersonName }
  | { kind: 'lease-revoked'; lease: LeaseId; by: PersonName }
  /** a person's push subscription, by its digest; itself it is beside the ledger */
  | { kind: 'push-subscribed'; person: PersonName; subscription: Digest }
  | { kind: 'push-unsubscribed'; person: PersonName; subscription: Digest }
  | { kind: 'secret-put'; secret: SecretName; by: PersonName }
  | { kind: 'secret-removed'; secret: SecretName; by: PersonName }
  | { kind: 'enrolment-opened'; enrolment: Enrolment }
  | {
      kind: 'person-enrolled'
      person: PersonName
      roles: readonly Role[]
      passkey: Passkey
      codeHash: Digest
    }
  | { kind: 'passkey-revoked'; passkey: PasskeyId; by: PersonName }
  /** before the console asks an OpenID provider who somebody is */
  | { kind: 'signing-in'; issuer: string; request: Digest }
  | { kind: 'signed-in'; person: PersonName; how: SignInMeans }
  /** before a message to people leaves: `request` is of what is said, without the channel's secret */
  | { kind: 'notifying'; channel: string; topic: NotificationTopic; about: string; request: Digest }
  /** how that ended, after its retries */
  | { kind: 'notified'; channel: string; topic: NotificationTopic; about: string; end: NotifiedEnd }
  /** evidence was taken out of the console, by whom, of which entries */
  | { kind: 'evidence-exported'; by: PersonName; from: number; to: number; sha256: Digest }
  /** an agent asks people for more than its mandate, or for help */
  | { kind: 'asked'; ask: Ask }
  /** refused: no; told: what to do instead. A yes is the mandate that widens its own */
  | { kind: 'ask-answered'; ask: AskId; answer: 'refused' | 'told'; by: PersonName; note: string }
  /** before Holdpoint itself reads a provider, to know what exists there */
  | { kind: 'discovering'; upstream: UpstreamName; request: Digest }
  /** before a request is tried in a transaction that is not committed, to know what it touches */
  | { kind: 'measuring'; upstream: UpstreamName; request: Digest }
  /** before Holdpoint itself changes a database: its own schema, or what it keeps there */
  | {
      kind: 'administering'
      upstream: UpstreamName
      work: AdministrativeWork
      request: Digest
      by: PersonName | null
    }
  /** an MCP server's tool may be called as it is defined now; by: null where it was seen first */
  | {
      kind: 'tool-pinned'
      upstream: UpstreamName
      tool: string
      definition: Digest
      by: PersonName | null
    }
  /**
   * what a hook answered before an agent ran something here: advice, and no decision of the gate.
   * `digest` is of the command's text, which is beside the ledger
   */
  | {
      kind: 'advised'
      agent: AgentName
      lease: LeaseId | null
      verdict: 'pass' | 'refuse'
      /** rows of the table that refused, see docs/hooks.md */
      codes: readonly string[]
      /** the worst one; null where nothing is known to happen */
      effect: EffectKind | null
      /** of the work tree, taken first */
      snapshot: string | null
      digest: Digest
    }
  | { kind: 'decided'; decision: Decision }
  | { kind: 'held'; hold: Hold }
  /** one person's yes: the whole assertion, what it signed, and how they had looked at it */
  | ({ kind: 'approved'; hold: HoldId; attention?: Attention } & Answered)
  | { kind: 'settled'; hold: HoldId; settlement: SettledHow }
  /** a release is spent, once, by the decision on the request that came again */
  | { kind: 'claimed'; hold: HoldId; decision: DecisionId }
  | { kind: 'guarded'; decision: DecisionId; safeguard: SafeguardName; proof: SafeguardProof }
  /**
   * the intent: written before the first byte goes upstream. standing: it is a read whose like may
   * be sent again in this session
   */
  | { kind: 'sent'; decision: DecisionId; request: Digest; upstream: string; standing?: true }
  | { kind: 'ended'; decision: DecisionId; outcome: Outcome }
  /** reads sent again in the same session under a decision that stands; counted, not listed */
  | { kind: 'repeated'; decision: DecisionId; count: number }
  /** what a decision let through was taken back, or as much of it as could be */
  | {
      kind: 'undone'
      decision: DecisionId
      by: PersonName
      /** the content is what it was: the hashes before and after are one */
      equal: boolean
      sha256: Digest | null
      conflicts: number
    }
  | { kind: 'tripped'; agent: AgentName; reason: TripReason; says: string }
  | { kind: 'resumed'; agent: AgentName; by: PersonName }
  | { kind: 'killed'; agent: AgentName | null; by: PersonName }
  | { kind: 'kill-lifted'; agent: AgentName | null; by: PersonName }
>

export type AdministrativeWork =
  | 'enrol'
  | 'unenrol'
  | 'status'
  | 'trash'
  | 'undo'
  | 'purge'
  | 'expire'
  | 'export'
  | 'verify'
  | 'restore'

/** `about` is the id of the hold, or the agent's name, or `all` */
export type NotificationTopic = 'held' | 'escalated' | 'asked' | 'tripped' | 'killed' | 'test'

export type NotifiedEnd =
  | Readonly<{ kind: 'delivered'; attempts: number }>
  | Readonly<{ kind: 'failed'; attempts: number; why: string }>

/** By whom a sign-in was vouched for. */
export type SignInMeans =
  | Readonly<{ kind: 'passkey'; passkey: PasskeyId }>
  | Readonly<{ kind: 'openid'; issuer: string; subject: string }>

/**
 * How a person looked at a hold before they answered: what regulators ask about automation bias.
 * Measured by the gate, but for `impactSeen`, which the page says.
 */
export interface Attention {
  /** from the gate's showing them the hold to their answer, in milliseconds; null: never shown */
  readonly milliseconds: number | null
  /** the whole impact came into view */
  readonly impactSeen: boolean
  /** how many holds one passkey answered together; 1 for this alone */
  readonly together: number
  readonly marks: readonly AttentionMark[]
}

/** hasty: within three seconds; impact-unseen: not scrolled into view; not-shown: never opened */
export type AttentionMark = 'hasty' | 'impact-unseen' | 'not-shown'

export type FactKind = Fact['kind']
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>

export interface Lease {
  readonly id: LeaseId
  readonly agent: AgentName
  readonly mandate: MandateId
  /** SHA-256 of the token; the token itself is shown once and kept nowhere */
  readonly tokenHash: Digest
  readonly issuedAt: Instant
  readonly expiresAt: Instant
}

export type Role = 'owner' | 'approver' | 'auditor'

/** An invitation to enrol a passkey, by a code shown once. */
export interface Enrolment {
  readonly person: PersonName
  readonly roles: readonly Role[]
  readonly codeHash: Digest
  /** null for the very first person, whose code is printed on the gate's own terminal */
  readonly invitedBy: PersonName | null
  readonly expiresAt: Instant
}

export interface Passkey {
  readonly id: PasskeyId
  readonly publicKey: string
  readonly signCount: number
  readonly backedUp: boolean
  readonly aaguid: string
}

export type SettledHow =
  | Readonly<{ kind: 'released'; by: readonly PersonName[] }>
  | (Readonly<{ kind: 'refused'; by: PersonName; note: string; attention?: Attention }> & Answered)
  | Readonly<{ kind: 'expired' }>
  | Readonly<{ kind: 'withdrawn'; why: string }>

export type SafeguardProof =
  | Readonly<{ kind: 'proven'; says: string; artefact: string; bytes: number; sha256: Digest }>
  | Readonly<{ kind: 'failed'; why: string }>

export type TripReason = 'budget' | 'credential-pivot' | 'escalation-after-refusal'

/** A fact in its place. */
export interface LedgerEntry {
  readonly index: number
  readonly at: Instant
  readonly fact: Fact
  /** salted hash of what is kept beside the ledger for this entry; null for nothing */
  readonly beside: Digest | null
}
