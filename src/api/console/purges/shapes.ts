// What the console's page is told. The page imports this file, so it holds types alone.
import type { Instant } from '../../../domain/names.ts'
import type { HeldPurge, PurgeBinding } from '../../keeper.ts'

export interface PurgeList {
  readonly now: Instant
  readonly waiting: readonly HeldPurge[]
}

export interface AskedPurgeView {
  readonly nonce: string
  readonly binding: PurgeBinding
  readonly options: Readonly<{ challenge: string }>
}
