// What the console's page is told. The page imports this file, so it holds types alone.
import type { FactKind } from '../../../domain/fact.ts'
import type { DecisionId, Digest, HoldId, Instant } from '../../../domain/names.ts'

export interface LedgerFound {
  readonly size: number
  /** newest first */
  readonly entries: readonly LedgerLine[]
  /** `before` of the next page; null when nothing further back matches */
  readonly next: number | null
}

export interface LedgerLine {
  readonly index: number
  readonly at: Instant
  readonly kind: FactKind
  /** one line, inert */
  readonly says: string
}

export interface LedgerEntryView extends LedgerLine {
  /** the entry as it is hashed, canonical JSON, whole */
  readonly text: string
  /** salted hash of what is kept beside it; null for nothing */
  readonly beside: Digest | null
  /** what it is about, where that has a page */
  readonly decision: DecisionId | null
  readonly hold: HoldId | null
}
