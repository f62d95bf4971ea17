// What a replay is asked, and what it says. The console's page imports this file: types alone.
import type { EffectKind } from '../domain/effect.ts'
import type { Mandate } from '../domain/mandate.ts'
import type {
  AgentName,
  DecisionId,
  Digest,
  Instant,
  MandateId,
  SafeguardName,
} from '../domain/names.ts'
import type { Reason, ReleaseRule, Verdict } from '../domain/verdict.ts'
import type { EnvironmentWords, Word } from '../words/words.ts'

export interface ReplayAsked {
  /** at most seven days back; what is older is left out */
  readonly since: Instant
  /** the whole set to judge by, each file with its text; the one in force when not given */
  readonly policy?: readonly Readonly<{ name: string; text: string }>[]
  /** stands in the place of the recorded mandate; need not be granted, its parent must be */
  readonly mandate?: Mandate
  /** whose recorded traffic; that of the mandate's agent, or else everyone's, when not given */
  readonly traffic?: Traffic
}

/** null: whichever */
export interface Traffic {
  readonly agent: AgentName | null
  readonly mandate: MandateId | null
}

export interface ReplayReport {
  readonly since: Instant
  readonly until: Instant
  /** the set that it was judged by now */
  readonly policies: Digest
  /** why it stopped before `since`, so that older traffic was not looked at; null: it did not */
  readonly stoppedBy: 'decisions' | 'entries' | 'time' | null
  /** decisions on the traffic asked for; judged again, or skipped */
  readonly considered: number
  readonly judged: number
  /** of those judged: the same request under the same mandate is one, however often it came */
  readonly requests: number
  /** of those judged: recorded under another policy set than the one in force */
  readonly underOtherPolicies: number
  /**
   * of those judged: refused before they were tried, so that nobody knows how many rows they would
   * have touched
   */
  readonly unmeasured: number
  readonly skipped: readonly Skipped[]
  /** every pair that there was; the sum of `decisions` is `judged` */
  readonly cells: readonly ReplayCell[]
  /** the same verdict, but for other reasons, or asking other people or safeguards */
  readonly amended: Counted
  /** at most 200, what would be let through first, newest first */
  readonly changes: readonly ReplayChange[]
  /** requests whose verdict changes, in all */
  readonly changed: number
}

export interface Counted {
  readonly decisions: number
  /** each request under its mandate once */
  readonly requests: number
}

export type SkipReason =
  /** refused before anything was read: no lease, an ended one, somebody else's credential */
  | 'not-read'
  /** the breaker said no, whatever the policies said */
  | 'breaker'
  /** its agent, lease or mandate is not in the store */
  | 'standing-unknown'

export interface Skipped {
  readonly why: SkipReason
  readonly decisions: number
}

export type VerdictKind = Verdict['kind']

export interface ReplayCell extends Counted {
  readonly was: VerdictKind
  readonly would: VerdictKind
}

export interface ReplayChange {
  /** the newest decision of those alike */
  readonly decision: DecisionId
  readonly index: number
  readonly at: Instant
  readonly agent: AgentName | null
  /** `POST railway /graphql/v2` */
  readonly line: string
  readonly sentence: readonly Word[]
  readonly environments: readonly EnvironmentWords[]
  readonly effect: EffectKind
  readonly was: VerdictTold
  readonly would: VerdictTold
  /** less strict: it would be let through, or asked of a person instead of refused */
  readonly loosened: boolean
  readonly unmeasured: boolean
  /** decisions alike: the same request, mandate and change */
  readonly times: number
}

export interface VerdictTold {
  readonly kind: VerdictKind
  readonly because: readonly Reason[]
  readonly safeguards: readonly SafeguardName[]
  /** null where nobody is asked */
  readonly release: ReleaseRule | null
}
