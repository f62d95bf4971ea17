import type { Scope } from './mandate.ts'
import type { AgentName, AskId, Instant, LeaseId, MandateId, PersonName } from './names.ts'
import type { NonEmpty } from './nonempty.ts'

/**
 * What an agent asks of people beside its requests. It waits as a hold does, and silence is no; a
 * yes to `access` is a mandate that widens its own, signed with a passkey.
 */
export interface Ask {
  readonly id: AskId
  readonly agent: AgentName
  readonly lease: LeaseId
  readonly mandate: MandateId
  readonly askedAt: Instant
  readonly expiresAt: Instant
  readonly wants: Wants
}

export type Wants =
  | Readonly<{
      kind: 'access'
      scopes: NonEmpty<Scope>
      egress: readonly string[]
      /** how long, at most */
      minutes: number
    }>
  | Readonly<{ kind: 'help' }>

/**
 * The agent's own words about it, which may hold secrets: kept beside the ledger, shown inert, as a
 * quotation, and never as Holdpoint's.
 */
export interface AskWords {
  /** why it wants more, or what it is stuck on */
  readonly reason: string
  /** what it has tried, in order */
  readonly tried: readonly string[]
  /** what it would do next, were nobody to answer; null when it does not say */
  readonly intends: string | null
}

export type AskState =
  | Readonly<{ kind: 'waiting' | 'expired' }>
  | Readonly<{ kind: 'granted'; by: PersonName; mandate: MandateId; until: Instant }>
  /** refused: no; told: what to do instead */
  | Readonly<{ kind: 'refused' | 'told'; by: PersonName; note: string }>
