import type { Impact } from './impact.ts'
import type { Standing } from './mandate.ts'
import type { TripReason } from './fact.ts'
import type { Digest } from './names.ts'
import type { NonEmpty } from './nonempty.ts'

/** Why the breaker does not let this pass; it has frozen the agent already, or is about to. */
export interface Trip {
  readonly reason: TripReason
  /** one clause, lower case: `more than 60 requests in a minute` */
  readonly says: string
}

/**
 * Learns from what agents try, in memory and at once, so that concurrent requests cannot all fit
 * under one budget. What it learnt is folded again from the ledger at a restart.
 */
export interface Breaker {
  /** Counts a request against its mandate and all its ancestors; null when it may go on. */
  charge(standing: Standing, impacts: NonEmpty<Impact>): Trip | null
  /**
   * Learns of a refusal or a hold; a Trip when it was one too many. The same request again is a
   * retry.
   */
  refused(standing: Standing, impacts: readonly Impact[], request: Digest): Trip | null
  /**
   * The request was charged, and is not let through after all, without being refused anew: it waits
   * for a person still, or a person said no. What it would have written and destroyed is given
   * back.
   */
  returned(standing: Standing, impacts: readonly Impact[]): void
  /** A credential that Holdpoint did not issue was used on a governed host by this agent. */
  pivoted(standing: Standing): Trip
}
