// What the console's page is told. The page imports this file, so it holds types alone.
import type { EffectKind } from '../../../domain/effect.ts'
import type { TripReason } from '../../../domain/fact.ts'
import type { AgentName, DecisionId, HoldId, Instant, PersonName } from '../../../domain/names.ts'
import type { Outcome } from '../../../domain/outcome.ts'
import type { Verdict } from '../../../domain/verdict.ts'
import type { EnvironmentWords, Word } from '../../../words/words.ts'

/** A decision on one line. Names in it may be cut short, which is said; all is inert. */
export interface ActionSummary {
  /** of its `decided` entry */
  readonly index: number
  readonly decision: DecisionId
  readonly at: Instant
  /** null for a stranger */
  readonly agent: AgentName | null
  readonly sentence: readonly Word[]
  readonly environments: readonly EnvironmentWords[]
  /** the worst of what it would do */
  readonly effect: EffectKind
  readonly verdict: Verdict['kind']
  /** the first reason's code */
  readonly because: string
  /** the same reason as a clause */
  readonly says: string
  /** null: not sent, or not over yet */
  readonly outcome: Outcome['kind'] | null
  /** the hold that it waits or waited at; null for none */
  readonly hold: HoldId | null
  /** `POST railway /graphql/v2` */
  readonly line: string
}

/** One event of the stream, under the topic `actions`. */
export interface ActionsEvent {
  /** what was decided, oldest first */
  readonly decided: readonly ActionSummary[]
  /** what became of earlier ones */
  readonly ended: readonly EndedAction[]
  /** how many decisions were too many for this event: `/api/actions` has them */
  readonly leftOut: number
}

export interface EndedAction {
  readonly decision: DecisionId
  readonly outcome: Outcome['kind']
}

/** What was before, newest first. */
export interface ActionList {
  readonly actions: readonly ActionSummary[]
  /** `before` of the next question; null when there is nothing further back */
  readonly next: number | null
}

export interface NowView {
  readonly now: Instant
  readonly agents: readonly AgentAtWork[]
  /** agents at work that are not in this answer */
  readonly agentsMore: number
  /** of all agents that were added, the last thousand */
  readonly names: readonly AgentName[]
  readonly frozen: readonly FrozenAgent[]
  readonly killed: readonly KilledAgent[]
  readonly budgets: readonly BudgetUse[]
  /** mandates with limits that are not in this answer */
  readonly budgetsMore: number
  readonly gate: GateState
}

/** An agent that did something in the last five minutes. */
export interface AgentAtWork {
  /** null: strangers, all of them together */
  readonly agent: AgentName | null
  readonly allowed: number
  readonly held: number
  readonly denied: number
  readonly last: ActionSummary
  /** holds of this agent that wait now */
  readonly waiting: number
  readonly stopped: boolean
}

export interface FrozenAgent {
  readonly agent: AgentName
  readonly reason: TripReason
  readonly says: string
  readonly at: Instant
}

/** agent is null for every agent */
export interface KilledAgent {
  readonly agent: AgentName | null
  readonly by: PersonName
  readonly at: Instant
}

/** How much of what a standing mandate limits is used up. */
export interface BudgetUse {
  readonly mandate: string
  readonly agent: AgentName
  readonly lines: readonly BudgetLine[]
}

export interface BudgetLine {
  readonly what: 'requests' | 'writes' | 'destroys' | 'denials' | 'resources'
  readonly used: number
  readonly limit: number
}

export interface GateState {
  /** why the ledger takes nothing more; null while it is open */
  readonly closed: string | null
  /** entries of the ledger */
  readonly size: number
}
