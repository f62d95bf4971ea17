import type { Decision } from '../domain/decision.ts'
import { assert, Fault } from '../domain/fault.ts'
import type { Answered, Binding, Hold, HoldState } from '../domain/hold.ts'
import { later } from '../domain/instant.ts'
import type { HoldId, PersonName, SafeguardName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { HoldRecord, StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { standingApprovals } from './approvals.ts'
import { bindingOf, bindsHold, challengeOf } from './binding.ts'
import type { Challenges } from './challenges.ts'
import type { Passkeys } from './passkeys.ts'
import { grantersOf, isEnough, stateAt, whyNot } from './rules.ts'
import { verifyStoredRelease } from './stored.ts'
import type { Site } from './stored.ts'

/** How a person's answer is asked for and taken. */
export interface AnsweringParts {
  readonly ledger: Pick<Ledger, 'append'>
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
}

/** What the browser needs; `options` is for navigator.credentials.get, in its JSON form. */
export interface AskedOptions extends Asked {
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

export function ask(
  parts: AnsweringParts,
  id: HoldId,
  person: PersonName,
  answer: Binding['answer'],
  note: string,
): AskedOptions {
  if (note.length > noteCharactersMax || !note.isWellFormed()) {
    throw new Fault(
      'note-too-long',
      `a note has at most ${noteCharactersMax} characters; shorten it`,
    )
  }
  const { hold } = answerable(parts, id, person, answer)
  const asked = parts.challenges.put((nonce) => {
    const binding = bindingOf(hold, { person, answer, note, nonce })
    return { binding, challenge: challengeOf(binding) }
  })
  const passkeys = parts.store.person(person)?.passkeys ?? []
  const live = passkeys.filter(({ revokedAt }) => revokedAt === null)
  return { ...asked, options: requestOptions(parts.webauthn.rpId, asked.challenge, live) }
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
  { binding, challenge }: Asked,
  response: unknown,
): Promise<HoldState> {
  const { person, answer, hold: id } = binding
  const { assertion } = await parts.passkeys.verify(response, challenge, person)
  const answered = { binding, assertion }
  const stored = verifyStoredRelease(
    answered,
    { id: assertion.passkey, publicKey: assertion.publicKey },
    parts.webauthn,
  )
  assert(stored.kind === 'valid', 'what a verified answer leaves can be verified again')
  const record = answerable(parts, id, person, answer)
  assert(bindsHold(binding, record.hold), 'what was asked is what is answered')
  await write(parts, record, answered)
  const after = parts.store.hold(id)
  assert(after !== null, 'a settled hold is still there')
  return after.state
}

async function write(parts: AnsweringParts, record: HoldRecord, answered: Answered): Promise<void> {
  const { hold } = record
  const { binding, assertion } = answered
  const { person, note } = binding
  if (binding.answer === 'refuse') {
    const settlement = { kind: 'refused', by: person, note, binding, assertion } as const
    await parts.ledger.append({ kind: 'settled', hold: hold.id, settlement })
    return
  }
  const approvals = [...standingApprovals(record, parts.store, parts.webauthn), answered]
  const approving = parts.ledger.append({ kind: 'approved', hold: hold.id, binding, assertion })
  if (!isEnough(hold.release, approvals)) {
    await approving
    return
  }
  // In the same turn as the approval: both are kept, or neither.
  const by = approvals.map((approval) => approval.binding.person)
  const settling = parts.ledger.append({
    kind: 'settled',
    hold: hold.id,
    settlement: { kind: 'released', by },
  })
  await Promise.all([approving, settling])
}

/** The hold, when this person may give this answer to it now. */
function answerable(
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
