import type { Decision } from './decision.ts'
import type {
  AgentName,
  DecisionId,
  Digest,
  HoldId,
  Instant,
  LeaseId,
  MandateId,
  PasskeyId,
  PersonName,
  SafeguardName,
} from './names.ts'
import type { ReleaseRule } from './verdict.ts'

/** A wait for a person. */
export interface Hold {
  readonly id: HoldId
  readonly decision: DecisionId
  readonly agent: AgentName
  readonly lease: LeaseId
  readonly mandate: MandateId
  /** who granted the mandate: the rules of separation ask */
  readonly grantedBy: PersonName
  readonly request: Digest
  /** of the canonical impacts: what a release was given for must still be what happens */
  readonly impacts: Digest
  readonly policies: Digest
  readonly safeguards: readonly SafeguardName[]
  readonly release: ReleaseRule
  readonly openedAt: Instant
  /** after this, silence has meant no; also the last moment at which a release can be spent */
  readonly expiresAt: Instant
}

export type HoldState =
  | Readonly<{ kind: 'waiting'; approvals: readonly PersonName[] }>
  | Readonly<{ kind: 'released'; by: readonly PersonName[] }>
  | Readonly<{ kind: 'refused'; by: PersonName; note: string }>
  | Readonly<{ kind: 'expired' }>
  | Readonly<{ kind: 'withdrawn'; why: string }>
  | Readonly<{ kind: 'spent'; decision: DecisionId }>

/**
 * What a passkey signs, canonical (RFC 8785) and hashed: the WebAuthn challenge is its SHA-256.
 * Every field is checked again when the release is spent.
 */
export interface Binding {
  readonly profile: 'holdpoint/release/1'
  readonly answer: 'release' | 'refuse'
  readonly hold: HoldId
  readonly decision: DecisionId
  readonly request: Digest
  readonly impacts: Digest
  readonly agent: AgentName
  readonly lease: LeaseId
  readonly mandate: MandateId
  readonly policies: Digest
  readonly safeguards: readonly SafeguardName[]
  readonly release: ReleaseRule
  readonly person: PersonName
  readonly expiresAt: Instant
  /** what the person tells the agent; empty for none */
  readonly note: string
  /** 32 random bytes, base64url; used once */
  readonly nonce: string
}

/** A whole WebAuthn assertion, kept so that a third party can verify it years later. */
export interface Assertion {
  readonly passkey: PasskeyId
  /** base64url, as the browser gave them */
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  /** COSE public key, base64url */
  readonly publicKey: string
}

/** An answer as facts keep it: what was signed, and the signature. */
export interface Answered {
  readonly binding: Binding
  readonly assertion: Assertion
  /**
   * where one passkey answered several holds of one plan: SHA-256 of the canonical JSON of each
   * binding, in the order shown. The challenge is then over all of them, and this one is among them
   */
  readonly batch?: readonly Digest[]
}

/** What a hold's answer is to the gateway. */
export type Settlement =
  | Readonly<{ kind: 'released'; hold: Hold; decision: Decision }>
  | Readonly<{ kind: 'waiting'; hold: HoldId; expiresAt: Instant }>
  | Readonly<{ kind: 'refused'; hold: HoldId; by: PersonName; note: string }>
