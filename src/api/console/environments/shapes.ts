// What the console's page is told. The page imports this file, so it holds types alone.
import type { Instant } from '../../../domain/names.ts'
import type { Survey } from '../../../inventory/survey.ts'

export interface EnvironmentsView extends Survey {
  readonly now: Instant
  /** when each provider was last walked whole */
  readonly discoveredAt: Readonly<Record<string, Instant>>
  /** why the last walk failed; null when it did not */
  readonly fault: string | null
  /** the file in which environments are classified, as the gate knows it */
  readonly configurationFile: string
}
