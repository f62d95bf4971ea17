import type { Assertion } from './hold.ts'
import type { Mandate } from './mandate.ts'
import type { AgentName, AskId, Instant, MandateId, PasskeyId, PersonName } from './names.ts'

/** What gives or restores power, and so is signed with a passkey in the console. */
export type Deed = Readonly<
  | { kind: 'mandate-grant'; mandate: Mandate }
  /** a yes to what an agent asked for: the mandate that widens its own */
  | { kind: 'ask-grant'; ask: AskId; mandate: Mandate }
  | { kind: 'lease-issue'; agent: AgentName; mandate: MandateId; minutes: number }
  /** since: when the stop that it lifts was pulled; agent: null for everyone */
  | { kind: 'kill-lift'; agent: AgentName | null; since: Instant }
  /** since: when the breaker froze it */
  | { kind: 'resume'; agent: AgentName; since: Instant }
  /** person: whose it is */
  | { kind: 'passkey-revoke'; passkey: PasskeyId; person: PersonName }
>

export type DeedKind = Deed['kind']

/** What the passkey signs; its canonical JSON is hashed into the challenge. */
export interface DeedBinding {
  readonly profile: 'holdpoint/deed/1'
  readonly deed: Deed
  readonly person: PersonName
  /** 32 random bytes, base64url */
  readonly nonce: string
}

/** Kept beside the fact that the deed became. */
export interface SignedDeed {
  readonly binding: DeedBinding
  readonly assertion: Assertion
}
