import type { Decision } from '../domain/decision.ts'
import { Fault } from '../domain/fault.ts'
import type { Binding, Hold } from '../domain/hold.ts'
import type { Digest, PersonName, SafeguardName } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

export interface BindingChoice {
  readonly person: PersonName
  readonly answer: Binding['answer']
  readonly note: string
  /** 32 random bytes, base64url */
  readonly nonce: string
}

/** All that a release is for; whatever is not in here could be changed behind a person's back. */
export function bindingOf(hold: Hold, choice: BindingChoice): Binding {
  return {
    profile: 'holdpoint/release/1',
    answer: choice.answer,
    hold: hold.id,
    decision: hold.decision,
    request: hold.request,
    impacts: hold.impacts,
    agent: hold.agent,
    lease: hold.lease,
    mandate: hold.mandate,
    policies: hold.policies,
    safeguards: hold.safeguards,
    release: hold.release,
    person: choice.person,
    expiresAt: hold.expiresAt,
    note: choice.note,
    nonce: choice.nonce,
  }
}

/** Whether the binding is for this hold, every field of it. */
export function bindsHold(binding: Binding, hold: Hold): boolean {
  return canonicalJson(binding) === canonicalJson(bindingOf(hold, binding))
}

/** The WebAuthn challenge: base64url of SHA-256 over the canonical JSON. */
export function challengeOf(bound: object): string {
  return Buffer.from(sha256(canonicalJson(bound)), 'hex').toString('base64url')
}

/** How many holds one passkey may answer together. */
export const togetherMin = 2
export const togetherMax = 20

/** One of a batch, as the challenge over all of them names it. */
export function digestOfBinding(binding: Binding): Digest {
  return sha256(canonicalJson(binding))
}

/** Another profile than that of a single release: neither can be taken for the other. */
export function togetherChallengeOf(batch: readonly Digest[]): string {
  return challengeOf({ profile: 'holdpoint/releases/1', bindings: batch })
}

/** What a release was given for, and what must be found again when it is spent. */
export interface Terms {
  readonly impacts: Digest
  readonly policies: Digest
  readonly safeguards: readonly SafeguardName[]
  readonly release: Hold['release']
}

export function termsOf(decision: Decision): Terms {
  const { verdict } = decision
  if (verdict.kind !== 'hold') throw new Fault('bug', 'only a held decision has terms of release')
  return {
    impacts: sha256(canonicalJson(decision.impacts)),
    policies: decision.policies,
    safeguards: [...verdict.safeguards].sort(),
    release: verdict.release,
  }
}

export function sameTerms(terms: Terms, hold: Hold): boolean {
  return (
    terms.impacts === hold.impacts &&
    terms.policies === hold.policies &&
    terms.release === hold.release &&
    canonicalJson(terms.safeguards) === canonicalJson([...hold.safeguards].sort())
  )
}
