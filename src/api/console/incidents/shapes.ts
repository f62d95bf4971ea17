// What the console's page is told. The page imports this file, so it holds types alone.
import type { Instant } from '../../../domain/names.ts'
import type { EvidenceFormat } from '../../../evidence/file.ts'
import type { Incident } from '../../../evidence/incident.ts'

export interface IncidentView {
  readonly now: Instant
  readonly incident: Incident
}

/** What an export is asked for: one decision, or a range. */
export interface ExportBody {
  readonly format: EvidenceFormat
  readonly decision?: string
  readonly since?: string
  readonly until?: string
  readonly agent?: string
}
