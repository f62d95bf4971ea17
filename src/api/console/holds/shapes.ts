// What the console's page is told. The page imports this file, so it holds types alone.
import type { Decision } from '../../../domain/decision.ts'
import type { Reversibility } from '../../../domain/effect.ts'
import type { Binding, Hold, HoldState } from '../../../domain/hold.ts'
import type { Scope } from '../../../domain/mandate.ts'
import type { AgentName, HoldId, Instant, SafeguardName } from '../../../domain/names.ts'
import type { ReleaseRule } from '../../../domain/verdict.ts'
import type { EnvironmentWords, Word } from '../../../words/words.ts'

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
  readonly safeguards: readonly SafeguardView[]
  readonly peopleWanted: number
  readonly history: readonly HistoryLine[]
  /** why this person may not; null when they may */
  readonly whyNotRelease: string | null
  readonly whyNotRefuse: string | null
}

export interface SafeguardView {
  readonly name: SafeguardName
  /** why it cannot be proven here; null when it can be tried */
  readonly missing: string | null
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
