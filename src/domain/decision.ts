import type { Impact } from './impact.ts'
import type {
  AgentName,
  DecisionId,
  Digest,
  Instant,
  LeaseId,
  MandateId,
  RequestId,
} from './names.ts'
import type { Verdict } from './verdict.ts'

/** A verdict with its inputs: a ruling that can be explained and replayed. */
export interface Decision {
  readonly id: DecisionId
  readonly request: RequestSummary
  /** who asked; all null for a stranger */
  readonly agent: AgentName | null
  readonly lease: LeaseId | null
  readonly mandate: MandateId | null
  /** empty only when the verdict fell before the request was interpreted */
  readonly impacts: readonly Impact[]
  readonly verdict: Verdict
  readonly policies: Digest
  /** the inventory snapshot on which impacts were placed; null when nothing was placed */
  readonly inventory: Digest | null
  readonly at: Instant
}

/**
 * What the ledger says of a request. The request itself, which may hold secrets, stays beside it.
 */
export interface RequestSummary {
  readonly id: RequestId
  readonly door: string
  readonly digest: Digest
  /** `POST railway /graphql/v2`; no query string, no body */
  readonly line: string
  /** a salted hash of a credential that Holdpoint did not issue; null when there was none */
  readonly foreignCredential: Digest | null
}
