import type { KnownEffectKind } from './effect.ts'
import type { AgentName, AskId, Instant, LeaseId, MandateId, PersonName } from './names.ts'
import type { NonEmpty } from './nonempty.ts'

/** What a human asked for, as a grant. Its scopes ride in RFC 9396 `authorization_details`. */
export interface Mandate {
  readonly id: MandateId
  /** the task in the human's own words, at most 1,000 characters */
  readonly task: string
  readonly grantedBy: PersonName
  readonly agent: AgentName
  readonly scopes: NonEmpty<Scope>
  /** host names that may be tunnelled to, uninspected: `api.example.com`, `*.example.com` */
  readonly egress: readonly string[]
  readonly budget: Budget
  /** how long a held request may wait at its door before the agent is refused with its id, 0–300 */
  readonly holdWaitSeconds: number
  readonly grantedAt: Instant
  readonly expiresAt: Instant
  /** the mandate that this one narrows, for a sub-agent */
  readonly parent: MandateId | null
  /**
   * the mandate that it adds to while both stand, and the agent's asking that it answers; absent
   * for all others. No lease is issued for it, and its budget is that of what it widens
   */
  readonly widens?: Readonly<{ mandate: MandateId; ask: AskId }>
}

/**
 * One thing that a mandate allows. It cannot name the unknown: neither an `unknown` effect nor an
 * environment that is not known.
 */
export interface Scope {
  readonly effects: NonEmpty<KnownEffectKind>
  /** `pocketos/staging`, `pocketos/*`; matched against environment names, whole segments */
  readonly environments: NonEmpty<string>
  /** `railway:volume/*`, `railway:customDomain/*`, `railway:*` */
  readonly resources: NonEmpty<string>
}

/**
 * Limits of a mandate; null is no limit of this mandate's own. Reaching one freezes the agent, but
 * for `rows`, which asks a person instead.
 */
export interface Budget {
  readonly requestsPerMinute: number | null
  readonly writesPerMinute: number | null
  readonly requests: number | null
  readonly writes: number | null
  readonly destroys: number | null
  /** refusals and holds together */
  readonly denials: number | null
  readonly resources: number | null
  /** most rows that one statement may touch before a person is asked */
  readonly rows: number | null
}

/** Who stands before the gate: an agent, by a lease, for a mandate. */
export interface Standing {
  readonly agent: AgentName
  readonly owner: PersonName
  readonly lease: LeaseStanding
  readonly mandate: Mandate
  /** from the mandate itself up to the one a human granted, nearest first, itself excluded */
  readonly ancestors: readonly Mandate[]
}

export interface LeaseStanding {
  readonly id: LeaseId
  readonly expiresAt: Instant
}
