// What the console's page is told. The page imports this file, so it holds types alone.
import type { Decision } from '../../../domain/decision.ts'
import type { Reversibility } from '../../../domain/effect.ts'
import type { Attention } from '../../../domain/fact.ts'
import type { Binding, Hold, HoldState } from '../../../domain/hold.ts'
import type { Scope } from '../../../domain/mandate.ts'
import type {
  AgentName,
  HoldId,
  Instant,
  PersonName,
  SafeguardName,
} from '../../../domain/names.ts'
import type { ReleaseRule } from '../../../domain/verdict.ts'
import type { Preview } from '../../../wire/recorded-request.ts'
import type { EnvironmentWords, Word } from '../../../words/words.ts'
import type { ActionSummary } from '../now/shapes.ts'

export interface HoldSummary {
  readonly id: HoldId
  readonly state: HoldState
  readonly sentence: readonly Word[]
  readonly environments: readonly EnvironmentWords[]
  readonly reversibility: Reversibility
  readonly agent: AgentName
  readonly release: ReleaseRule
  readonly openedAt: Instant
  readonly expiresAt: Instant
}

export interface HoldList {
  readonly now: Instant
  readonly waiting: readonly HoldSummary[]
  /** waiting ones that are not in this answer */
  readonly waitingMore: number
  readonly over: readonly HoldSummary[]
}

export interface HoldView {
  readonly now: Instant
  readonly hold: Hold
  readonly state: HoldState
  readonly decision: Decision
  /** in the human's own words; null when the mandate is not known any more */
  readonly task: string | null
  /** what that mandate grants; empty when it is not known any more */
  readonly granted: readonly Scope[]
  /** the request as judged, canonical JSON, whole; null with the reason in requestFlaw */
  readonly request: string | null
  readonly requestFlaw: string | null
  /** what a trial found, kept with that request; null for none, and while requestFlaw says why */
  readonly preview: Preview | null
  readonly safeguards: readonly SafeguardView[]
  readonly peopleWanted: number
  /** in order: approvals, or the refusal */
  readonly answers: readonly AnswerView[]
  readonly history: readonly HistoryLine[]
  /** other holds that wait under the same mandate and lease, oldest first */
  readonly plan: readonly HoldSummary[]
  /** what the agent asked for in the fifteen minutes before, newest first */
  readonly before: readonly ActionSummary[]
  /** past holds of the same verb and kind of resource, however they ended, newest first */
  readonly similar: readonly PastDecision[]
  /** why this person may not; null when they may */
  readonly whyNotRelease: string | null
  readonly whyNotRefuse: string | null
}

export interface SafeguardView {
  readonly name: SafeguardName
  /** why it cannot be proven here; null when it can be tried */
  readonly missing: string | null
  /** when it last succeeded here, and what it said then; null: never yet */
  readonly proven: Readonly<{ at: Instant; says: string }> | null
}

export interface AnswerView {
  readonly at: Instant
  readonly person: PersonName
  readonly answer: Binding['answer']
  /** null where it was not measured, as in older ledgers */
  readonly attention: Attention | null
}

export interface PastDecision {
  readonly id: HoldId
  readonly at: Instant
  readonly sentence: readonly Word[]
  readonly state: HoldState
  /** who answered; empty for nobody */
  readonly by: readonly PersonName[]
  /** of the last answer */
  readonly attention: Attention | null
}

export interface HistoryLine {
  readonly index: number
  readonly at: Instant
  readonly says: string
}

/** `options` is for the browser's passkey, `binding` is what it would sign. */
export interface AskedView {
  readonly nonce: string
  readonly options: Readonly<{ challenge: string }>
  readonly binding: Binding
}

export interface SettledView {
  readonly state: HoldState
}

/** The same for several holds of one plan; the challenge is over all of the bindings. */
export interface AskedTogetherView {
  readonly nonce: string
  readonly options: Readonly<{ challenge: string }>
  readonly bindings: readonly Binding[]
}

export interface SettledTogetherView {
  readonly states: Readonly<Record<HoldId, HoldState>>
}
