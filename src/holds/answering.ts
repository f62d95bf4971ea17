import type { Decision } from '../domain/decision.ts'
import type { Attention, Fact } from '../domain/fact.ts'
import { assert, Fault } from '../domain/fault.ts'
import type { Answered, Assertion, Binding, Hold, HoldState } from '../domain/hold.ts'
import { later } from '../domain/instant.ts'
import type { HoldId, PersonName, SafeguardName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { HoldRecord, StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { standingApprovals } from './approvals.ts'
import { attentionOf } from './attention.ts'
import type { Look } from './attention.ts'
import { bindingOf, bindsHold, challengeOf } from './binding.ts'
import type { Challenges } from './challenges.ts'
import type { Passkeys } from './passkeys.ts'
import { grantersOf, isEnough, stateAt, whyNot } from './rules.ts'
import { verifyStoredRelease } from './stored.ts'
import type { Site } from './stored.ts'

/** How a person's answer is asked for and taken. */
export interface AnsweringParts {
  readonly ledger: Pick<Ledger, 'appendTogether'>
  readonly store: StoreReads
  readonly clock: Clock
  readonly webauthn: Site
  readonly passkeys: Passkeys
  readonly challenges: Challenges<Asked>
  /** why a safeguard could not be proven if it were released; null when all could */
  canProve(safeguards: readonly SafeguardName[], decision: Decision): string | null
}

export interface Asked {
  readonly binding: Binding
  readonly challenge: string
  readonly attention: Attention
}

/** What the browser needs; `options` is for navigator.credentials.get, in its JSON form. */
export interface AskedOptions {
  readonly binding: Binding
  readonly options: RequestOptions
}

export interface RequestOptions {
  readonly challenge: string
  readonly rpId: string
  readonly timeout: number
  readonly userVerification: 'required'
  readonly allowCredentials: readonly Readonly<{ id: string; type: 'public-key' }>[]
}

export const answerSeconds = 300
const noteCharactersMax = 1000

export interface Choice {
  readonly answer: Binding['answer']
  readonly note: string
  readonly look: Look
}

export function ask(
  parts: AnsweringParts,
  id: HoldId,
  person: PersonName,
  { answer, note, look }: Choice,
): AskedOptions {
  if (note.length > noteCharactersMax || !note.isWellFormed()) {
    throw new Fault(
      'note-too-long',
      `a note has at most ${noteCharactersMax} characters; shorten it`,
    )
  }
  const { hold } = answerable(parts, id, person, answer)
  const attention = attentionOf(answer, look)
  const { binding, challenge } = parts.challenges.put((nonce) => {
    const asked = bindingOf(hold, { person, answer, note, nonce })
    return { binding: asked, challenge: challengeOf(asked), attention }
  })
  return { binding, options: optionsFor(parts, person, challenge) }
}

/** For any passkey of theirs that is not revoked. */
export function optionsFor(
  { store, webauthn }: Pick<AnsweringParts, 'store' | 'webauthn'>,
  person: PersonName,
  challenge: string,
): RequestOptions {
  const passkeys = store.person(person)?.passkeys ?? []
  const live = passkeys.filter(({ revokedAt }) => revokedAt === null)
  return requestOptions(webauthn.rpId, challenge, live)
}

export function requestOptions(
  rpId: string,
  challenge: string,
  passkeys: readonly Readonly<{ passkey: Readonly<{ id: string }> }>[],
): RequestOptions {
  return {
    challenge,
    rpId,
    timeout: answerSeconds * 1000,
    userVerification: 'required',
    allowCredentials: passkeys.map(({ passkey }) => ({ id: passkey.id, type: 'public-key' })),
  }
}

/** Verifies and writes one answer. One at a time for a hold: two people may press at once. */
export async function settle(
  parts: AnsweringParts,
  { binding, challenge, attention }: Asked,
  response: unknown,
): Promise<HoldState> {
  const { person, hold } = binding
  const { assertion } = await parts.passkeys.verify(response, challenge, person)
  await parts.ledger.appendTogether(factsOf(parts, { binding, assertion }, attention))
  return stateAfter(parts, hold)
}

/** What one person's answer to one hold adds to the ledger, as things stand now. */
export function factsOf(
  parts: AnsweringParts,
  answered: Answered,
  attention: Attention,
): readonly Fact[] {
  const { binding, assertion } = answered
  const { person, answer, note } = binding
  checkStored(parts, answered, assertion)
  const record = answerable(parts, binding.hold, person, answer)
  const { hold } = record
  assert(bindsHold(binding, hold), 'what was asked is what is answered')
  if (answer === 'refuse') {
    const settlement = { kind: 'refused', by: person, note, attention, ...answered } as const
    return [{ kind: 'settled', hold: hold.id, settlement }]
  }
  const approvals = [...standingApprovals(record, parts.store, parts.webauthn), answered]
  const approved: Fact = { kind: 'approved', hold: hold.id, attention, ...answered }
  if (!isEnough(hold.release, approvals)) return [approved]
  const by = approvals.map((approval) => approval.binding.person)
  return [approved, { kind: 'settled', hold: hold.id, settlement: { kind: 'released', by } }]
}

function checkStored({ webauthn }: AnsweringParts, answered: Answered, by: Assertion): void {
  const passkey = { id: by.passkey, publicKey: by.publicKey }
  const stored = verifyStoredRelease(answered, passkey, webauthn)
  assert(stored.kind === 'valid', 'what a verified answer leaves can be verified again')
}

export function stateAfter({ store }: Pick<AnsweringParts, 'store'>, id: HoldId): HoldState {
  const record = store.hold(id)
  assert(record !== null, 'a settled hold is still there')
  return record.state
}

/** The hold, when this person may give this answer to it now. */
export function answerable(
  parts: AnsweringParts,
  id: HoldId,
  person: PersonName,
  answer: Binding['answer'],
): HoldRecord {
  const record = parts.store.hold(id)
  if (record === null) throw new Fault('unknown-hold', `there is no hold \`${id}\`; see the list`)
  const state = stateAt(record, parts.clock.now())
  if (state.kind !== 'waiting') {
    throw new Fault('hold-over', `the hold is ${state.kind} and takes no answer any more`)
  }
  const { hold, decision } = record
  const granters = grantersOf(hold, parts.store)
  const why = whyNot(hold.release, granters, parts.store.person(person), answer)
  if (why !== null) throw new Fault('may-not-answer', why)
  if (answer === 'refuse') return record
  if (state.approvals.includes(person)) {
    throw new Fault('approved-already', 'you have approved it; a second person must, too')
  }
  const over = whyAgentIsOver(parts, hold)
  if (over !== null)
    throw new Fault('agent-over', `${over}, so a release would let nothing through`)
  const missing = parts.canProve(hold.safeguards, decision)
  if (missing !== null) throw new Fault('safeguard-missing', missing)
  return record
}

/** Why nothing of this hold can pass any more, whatever people say; null when it could. */
export function whyAgentIsOver(
  { store, clock }: Pick<AnsweringParts, 'store' | 'clock'>,
  hold: Hold,
): string | null {
  const lease = store.lease(hold.lease)
  const mandate = store.mandate(hold.mandate)
  if (lease === null || lease.endedAt !== null || lease.lease.expiresAt <= clock.now()) {
    return 'the lease has ended'
  }
  if (mandate === null || mandate.endedAt !== null || mandate.mandate.expiresAt <= clock.now()) {
    return 'the mandate has ended'
  }
  if (store.killed().some(({ agent }) => agent === null || agent === hold.agent)) {
    return 'the agent was stopped'
  }
  return store.agent(hold.agent)?.frozen === null ? null : 'the agent is frozen'
}

/** When a hold opened now is over: never later than what it could be spent under. */
export function expiryOf(
  now: Hold['openedAt'],
  minutes: number,
  ends: readonly Hold['expiresAt'][],
): Hold['expiresAt'] {
  return [later(now, minutes * 60), ...ends].reduce((a, b) => (a < b ? a : b))
}
