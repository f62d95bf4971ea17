// What the console's page is told. The page imports this file, so it holds types alone.
import type { EffectKind } from '../../../domain/effect.ts'
import type { TripReason } from '../../../domain/fact.ts'
import type { Mandate } from '../../../domain/mandate.ts'
import type { AgentName, Instant, LeaseId, MandateId, PersonName } from '../../../domain/names.ts'
import type { Protection } from '../../../domain/resource.ts'
import type { Cell } from '../../../policy/matrix.ts'
import type { MandateWords } from '../../../words/mandate.ts'
import type { BudgetLine, KilledAgent } from '../now/shapes.ts'

export interface AgentsView {
  readonly now: Instant
  readonly agents: readonly AgentView[]
  /** agents that are not in this answer */
  readonly agentsMore: number
  /** the stop of every agent; null while there is none */
  readonly everyone: KilledAgent | null
}

export interface AgentView {
  readonly name: AgentName
  readonly owner: PersonName
  readonly addedAt: Instant
  readonly frozen: Readonly<{ reason: TripReason; says: string; at: Instant }> | null
  /** stopped by name */
  readonly killed: KilledAgent | null
  /** the agent from whose mandate one of its own was cut; null for none */
  readonly under: AgentName | null
  /** those that stand, newest first */
  readonly mandates: readonly MandateView[]
  readonly mandatesEnded: number
  /** holds that wait for a person */
  readonly waiting: number
  /** its newest action; null when none is among the last ones of the record */
  readonly lastSeen: Instant | null
}

export interface MandateView {
  readonly mandate: Mandate
  readonly words: MandateWords
  /** revoked, by itself or with one above it; null: not revoked, yet it may be over */
  readonly endedAt: Instant | null
  readonly stands: boolean
  /** whose mandate it narrows */
  readonly under: AgentName | null
  /** mandates that stand and narrow this one: they end with it */
  readonly below: number
  /** those that can be used now */
  readonly leases: readonly LeaseView[]
  readonly budget: readonly BudgetLine[]
}

export interface LeaseView {
  readonly id: LeaseId
  readonly issuedAt: Instant
  readonly expiresAt: Instant
}

export interface AgentDetailView {
  readonly now: Instant
  readonly agent: AgentView
  /** agents that work under a mandate of this one */
  readonly below: readonly AgentName[]
  /** newest first, as many as fit */
  readonly ended: readonly MandateView[]
  readonly everyone: KilledAgent | null
}

/** What a mandate lets its agent do where. */
export interface MatrixView {
  readonly mandate: MandateId
  readonly effects: readonly EffectKind[]
  readonly places: readonly PlaceView[]
  readonly cells: readonly Cell[]
  /** environments that are known and not shown */
  readonly leftOut: number
  /** patterns of the mandate that fit no environment which is known */
  readonly nothingFound: readonly string[]
}

export interface PlaceView {
  /** empty for a place that nobody knows */
  readonly name: string
  readonly protection: Protection
  readonly found: boolean
  /** a scope of the mandate names it */
  readonly touched: boolean
}

/** A mandate as it would be granted now. */
export interface DraftView {
  readonly mandate: Mandate
  readonly words: MandateWords
  readonly matrix: MatrixView
}

/** What a form can offer. */
export interface ChoicesView {
  readonly environments: readonly EnvironmentChoice[]
  readonly agents: readonly AgentName[]
  readonly mandates: readonly ParentChoice[]
  /** people who may answer for an agent */
  readonly owners: readonly PersonName[]
  readonly providers: readonly string[]
  /** kinds of resources that are there: `railway:volume` */
  readonly kinds: readonly string[]
}

export interface EnvironmentChoice {
  readonly name: string
  readonly protection: Protection
  readonly providers: readonly string[]
}

export interface ParentChoice {
  readonly id: MandateId
  readonly agent: AgentName
  readonly task: string
  readonly expiresAt: Instant
}
