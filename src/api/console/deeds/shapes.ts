// What the console's page is told. The page imports this file, so it holds types alone.
import type { DeedBinding } from '../../../domain/deed.ts'
import type { Mandate } from '../../../domain/mandate.ts'
import type { AgentName, Instant, LeaseId, MandateId } from '../../../domain/names.ts'

export type { DeedWritten } from '../../deed-kinds.ts'

export interface AskedDeedView {
  readonly nonce: string
  readonly binding: DeedBinding
  readonly options: Readonly<{ challenge: string }>
}

/** What has been done. */
export type DeedDoneView = Readonly<
  | { kind: 'mandate-grant'; mandate: Mandate }
  | { kind: 'ask-grant'; mandate: Mandate }
  | { kind: 'lease-issue'; issued: IssuedLeaseView }
  | { kind: 'kill-lift' | 'resume' | 'passkey-revoke' }
>

/** Told once: no later answer holds the token. */
export interface IssuedLeaseView {
  readonly lease: LeaseId
  readonly agent: AgentName
  readonly mandate: MandateId
  readonly expiresAt: Instant
  readonly token: string
  /** what an agent's environment needs, `NAME=value` */
  readonly environment: readonly EnvironmentLine[]
}

export interface EnvironmentLine {
  readonly says: string
  readonly line: string
}
