// What the console's page is told. The page imports this file, so it holds types alone.
import type { Instant } from '../../../domain/names.ts'

/** An invitation, whose code is shown once. */
export interface OpenedView {
  readonly code: string
  readonly expiresAt: Instant
}
