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

/** The words in it are the agent's own: shown inert, as a quotation, and never as Holdpoint's. */
export type Wants =
  | Readonly<{
      kind: 'access'
      reason: string
      scopes: NonEmpty<Scope>
      egress: readonly string[]
      /** how long, at most */
      minutes: number
    }>
  | Readonly<{
      kind: 'help'
      /** what it is stuck on */
      situation: string
      /** what it has tried, in order */
      tried: readonly string[]
      /** what it would do next, were nobody to answer; null when it does not know */
      intends: string | null
    }>

export type AskState =
  | Readonly<{ kind: 'waiting' | 'expired' }>
  | Readonly<{ kind: 'granted'; by: PersonName; mandate: MandateId; until: Instant }>
  /** refused: no; told: what to do instead */
  | Readonly<{ kind: 'refused' | 'told'; by: PersonName; note: string }>
