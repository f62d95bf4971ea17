// Enrolling people and letting them sign in. The first person enrols by a code that is printed on
// the gate's own terminal; from then on a passkey of an owner invites, and nothing else does.
import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server'
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server'
import { z } from 'zod'

import type { SignedDeed } from '../domain/deed.ts'
import type { Enrolment, Passkey, Role } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import { later } from '../domain/instant.ts'
import type { Assertion } from '../domain/hold.ts'
import { namePattern } from '../domain/names.ts'
import type { Digest, Instant, PasskeyId, PersonName } from '../domain/names.ts'
import { requestOptions } from '../holds/answering.ts'
import type { RequestOptions } from '../holds/answering.ts'
import { challengeOf } from '../holds/binding.ts'
import { createChallenges } from '../holds/challenges.ts'
import type { Challenges } from '../holds/challenges.ts'
import { decodeCoseKey } from '../holds/cose.ts'
import type { Passkeys } from '../holds/passkeys.ts'
import { readClientData } from '../holds/stored.ts'
import type { Site } from '../holds/stored.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { EnrolmentRecord, PasskeyRecord, StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { newId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { revocable, someoneIsEnrolled } from './revoking.ts'

export interface People {
  /** For the very first person, while nobody has a passkey. The code is kept nowhere else. */
  openEnrolment(invited: Invited): Promise<OpenedEnrolment>
  enrolOptions(code: string): Promise<Question<PublicKeyCredentialCreationOptionsJSON>>
  /** Makes the passkey count; a code is used once and may be tried five times. */
  enrol(code: string, nonce: string, response: unknown): Promise<SignedIn>
  signInOptions(): Question<RequestOptions>
  signIn(nonce: string, response: unknown): Promise<SignedIn>
  /**
   * What a passkey must sign to invite exactly this person in exactly these roles: an owner's for
   * others, one's own for another passkey of oneself.
   */
  inviteOptions(by: PersonName, invited: Invited): Question<RequestOptions>
  invite(by: PersonName, nonce: string, response: unknown): Promise<OpenedEnrolment>
  /** Throws unless this person may revoke that passkey now. */
  checkRevocable(by: PersonName, passkey: PasskeyId): void
  /** From then on it signs nothing in, and nothing that it has approved counts. */
  revoke(passkey: PasskeyId, deed: SignedDeed): Promise<void>
}

export interface Invited {
  readonly person: PersonName
  readonly roles: readonly Role[]
}

export interface OpenedEnrolment {
  readonly code: string
  readonly expiresAt: Instant
}

/** For the browser; the nonce comes back with the answer, once. */
export interface Question<O> {
  readonly nonce: string
  readonly options: O
}

export interface SignedIn {
  readonly person: PersonName
  readonly passkey: PasskeyId
}

export interface PeopleOptions {
  readonly ledger: Pick<Ledger, 'append'>
  readonly store: Pick<StoreReads, 'people' | 'person' | 'enrolment' | 'passkey'>
  readonly clock: Clock
  readonly random: Random
  readonly webauthn: Site
  readonly passkeys: Passkeys
}

const enrolmentSeconds = 600
const codeTriesMax = 5
const challengeSeconds = 300
const challengesMax = 1000
/** ES256, EdDSA, RS256: those whose stored answers an auditor can verify with common tools */
const algorithms = [-7, -8, -257]
const roles: readonly Role[] = ['owner', 'approver', 'auditor']

interface Asked {
  readonly nonce: string
  readonly challenge: string
}

/** What an inviter's passkey signs; kept, with the assertion, beside the fact. */
interface InvitationBinding extends Invited {
  readonly profile: 'holdpoint/invite/1'
  readonly nonce: string
  readonly by: PersonName
}

interface Parts extends PeopleOptions {
  readonly enrolments: Challenges<Asked & Readonly<{ codeHash: Digest }>>
  readonly signIns: Challenges<Asked>
  readonly invitations: Challenges<Asked & Readonly<{ binding: InvitationBinding }>>
  readonly failures: Map<Digest, number>
}

export function createPeople(options: PeopleOptions): People {
  const { clock, random } = options
  const limits = { clock, random, seconds: challengeSeconds, max: challengesMax }
  const parts: Parts = {
    ...options,
    enrolments: createChallenges(limits),
    signIns: createChallenges(limits),
    invitations: createChallenges(limits),
    failures: new Map(),
  }
  // Taken one by one: "nobody is enrolled yet" and "one more owner is left" must still be true when
  // it is written.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const working = turn.then(work)
    turn = working.catch(() => undefined)
    return working
  }
  return {
    openEnrolment: (invited) => openFirst(parts, invited),
    enrolOptions: (code) => enrolOptions(parts, code),
    enrol: (code, nonce, response) => inTurn(() => enrol(parts, code, nonce, response)),
    signInOptions: () => signInOptions(parts),
    signIn: (nonce, response) => signIn(parts, nonce, response),
    inviteOptions: (by, invited) => inviteOptions(parts, by, invited),
    invite: (by, nonce, response) => invite(parts, by, nonce, response),
    checkRevocable: (by, passkey) => void revocable(options.store, by, passkey),
    revoke: (passkey, deed) => inTurn(() => revoke(parts, passkey, deed)),
  }
}

async function openFirst(parts: Parts, invited: Invited): Promise<OpenedEnrolment> {
  if (someoneIsEnrolled(parts.store)) {
    throw new Fault(
      'enrolment-closed',
      'somebody is enrolled already; an owner invites others in the console',
    )
  }
  if (!invited.roles.includes('owner')) {
    throw new Fault('enrolment-roles', 'the first person is an owner; add the role `owner`')
  }
  return openEnrolment(parts, invited, null)
}

async function openEnrolment(
  { ledger, clock, random }: Parts,
  invited: Invited,
  signed: Readonly<{ binding: InvitationBinding; assertion: Assertion }> | null,
): Promise<OpenedEnrolment> {
  checkInvited(invited)
  const code = `hpe_${newId<string>(random, '').slice(1)}`
  const expiresAt = later(clock.now(), enrolmentSeconds)
  const { person, roles: granted } = invited
  const invitedBy = signed?.binding.by ?? null
  const enrolment: Enrolment = {
    ...{ person, roles: granted, codeHash: sha256(code), invitedBy, expiresAt },
  }
  const beside = signed === null ? undefined : Buffer.from(canonicalJson(signed))
  await ledger.append({ kind: 'enrolment-opened', enrolment }, beside)
  return { code, expiresAt }
}

function checkInvited({ person, roles: wanted }: Invited): void {
  if (!namePattern.test(person)) {
    throw new Fault('name-invalid', 'a name has lower-case letters, digits and hyphens, 63 at most')
  }
  const known = wanted.length > 0 && wanted.every((role) => roles.includes(role))
  if (!known || new Set(wanted).size !== wanted.length) {
    throw new Fault('enrolment-roles', `name at least one role of: ${roles.join(', ')}`)
  }
  if (wanted.includes('auditor') && wanted.length > 1) {
    throw new Fault('enrolment-roles', 'an auditor has no other role: who judges does not decide')
  }
}

async function enrolOptions(
  parts: Parts,
  code: string,
): Promise<Question<PublicKeyCredentialCreationOptionsJSON>> {
  const { enrolment } = openCode(parts, code)
  const { codeHash } = enrolment
  const asked = parts.enrolments.put((nonce) => {
    const challenge = challengeOf({ profile: 'holdpoint/enrol/1', nonce, codeHash })
    return { nonce, challenge, codeHash }
  })
  const known = parts.store.person(enrolment.person)?.passkeys ?? []
  const options = await generateRegistrationOptions({
    rpName: 'Holdpoint',
    rpID: parts.webauthn.rpId,
    userName: enrolment.person,
    challenge: new Uint8Array(Buffer.from(asked.challenge, 'base64url')),
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: known.map(({ passkey }) => ({ id: passkey.id })),
    timeout: challengeSeconds * 1000,
  })
  return { nonce: asked.nonce, options }
}

async function enrol(
  parts: Parts,
  code: string,
  nonce: string,
  response: unknown,
): Promise<SignedIn> {
  const { enrolment } = openCode(parts, code)
  const { codeHash, person, roles: granted } = enrolment
  try {
    const asked = required(parts.enrolments.take(nonce))
    if (asked.codeHash !== codeHash) throw challengeUnknown()
    const passkey = await verifyRegistration(parts, asked.challenge, response)
    openCode(parts, code)
    await parts.ledger.append({
      kind: 'person-enrolled',
      person,
      roles: granted,
      passkey,
      codeHash,
    })
    return { person, passkey: passkey.id }
  } catch (fault) {
    parts.failures.set(codeHash, (parts.failures.get(codeHash) ?? 0) + 1)
    throw fault
  }
}

/** The enrolment of a code that may still be used. Why one may not is not told to guessers. */
function openCode(parts: Parts, typed: string): EnrolmentRecord {
  const codeHash = sha256(typed.trim().toLowerCase())
  const record = parts.store.enrolment(codeHash)
  const tries = parts.failures.get(codeHash) ?? 0
  const usable =
    record !== null &&
    record.usedAt === null &&
    record.enrolment.expiresAt > parts.clock.now() &&
    tries < codeTriesMax &&
    inviterStands(parts, record.enrolment)
  if (!usable) {
    throw new Fault('code-unknown', 'the code is wrong, used, or too old; ask for a new one')
  }
  return record
}

/** A code of the beginning ends with the beginning; another, with what its inviter may do. */
function inviterStands({ store }: Parts, enrolment: Enrolment): boolean {
  const { invitedBy } = enrolment
  if (invitedBy === null) return !someoneIsEnrolled(store)
  try {
    checkInviter(store, invitedBy, enrolment)
    return true
  } catch {
    return false
  }
}

function livePasskeys(passkeys: readonly PasskeyRecord[]): readonly PasskeyRecord[] {
  return passkeys.filter(({ revokedAt }) => revokedAt === null)
}

const registrationShape = z.object({
  id: z.string().max(1400),
  rawId: z.string().max(1400),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: z.string().max(4096),
    attestationObject: z.string().max(16_384),
  }),
})

async function verifyRegistration(
  { webauthn }: Parts,
  challenge: string,
  response: unknown,
): Promise<Passkey> {
  try {
    const given = registrationShape.parse(response)
    if (readClientData(given.response).crossOrigin)
      throw new Fault('cross-origin', 'another site asked')
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...given, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...webauthn.origins],
      expectedRPID: webauthn.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    })
    if (!verified) throw new Fault('unverified', 'it does not verify')
    const { credential, credentialBackedUp, aaguid } = registrationInfo
    decodeCoseKey(credential.publicKey)
    return {
      id: credential.id as PasskeyId,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      signCount: credential.counter,
      backedUp: credentialBackedUp,
      aaguid,
    }
  } catch (cause) {
    throw new Fault('passkey-refused', 'the new passkey was not accepted; try again', { cause })
  }
}

function signInOptions(parts: Parts): Question<RequestOptions> {
  const { nonce, challenge } = parts.signIns.put((nonce) => {
    return { nonce, challenge: challengeOf({ profile: 'holdpoint/sign-in/1', nonce }) }
  })
  return { nonce, options: requestOptions(parts.webauthn.rpId, challenge, []) }
}

async function signIn(parts: Parts, nonce: string, response: unknown): Promise<SignedIn> {
  const { challenge } = required(parts.signIns.take(nonce))
  const { person, assertion } = await parts.passkeys.verify(response, challenge, null)
  const { passkey } = assertion
  await parts.ledger.append({ kind: 'signed-in', person, how: { kind: 'passkey', passkey } })
  return { person, passkey }
}

function inviteOptions(parts: Parts, by: PersonName, invited: Invited): Question<RequestOptions> {
  checkInvited(invited)
  const live = livePasskeys(checkInviter(parts.store, by, invited))
  const { person, roles: granted } = invited
  const asked = parts.invitations.put((nonce) => {
    const profile = 'holdpoint/invite/1'
    const binding = { profile, nonce, by, person, roles: granted } as const
    return { nonce, challenge: challengeOf(binding), binding }
  })
  return { nonce: asked.nonce, options: requestOptions(parts.webauthn.rpId, asked.challenge, live) }
}

/** The passkeys of whoever may invite exactly that person. */
function checkInviter(
  store: Pick<StoreReads, 'person'>,
  by: PersonName,
  { person, roles: wanted }: Invited,
): readonly PasskeyRecord[] {
  const inviter = store.person(by)
  const mayInvite = person === by || inviter?.roles.includes('owner') === true
  if (inviter === null || !mayInvite || livePasskeys(inviter.passkeys).length === 0) {
    throw new Fault(
      'may-not-invite',
      'only an owner invites others, and whoever has a passkey adds another; ask an owner',
    )
  }
  const known = store.person(person)
  if (known === null) return inviter.passkeys
  const same =
    known.roles.length === wanted.length && known.roles.every((role) => wanted.includes(role))
  // Whoever has lost all their passkeys comes back under their name, and in no other roles.
  const lost = livePasskeys(known.passkeys).length === 0
  if ((person !== by && !lost) || !same) {
    throw new Fault(
      'name-taken',
      `\`${person}\` is enrolled; only they add a passkey of their own, in the same roles`,
    )
  }
  return inviter.passkeys
}

async function invite(
  parts: Parts,
  by: PersonName,
  nonce: string,
  response: unknown,
): Promise<OpenedEnrolment> {
  const { binding, challenge } = required(parts.invitations.take(nonce))
  if (binding.by !== by) throw challengeUnknown()
  const { assertion } = await parts.passkeys.verify(response, challenge, by)
  checkInviter(parts.store, by, binding)
  return openEnrolment(parts, binding, { binding, assertion })
}

async function revoke(
  { store, ledger }: Parts,
  passkey: PasskeyId,
  deed: SignedDeed,
): Promise<void> {
  const by = deed.binding.person
  revocable(store, by, passkey)
  await ledger.append({ kind: 'passkey-revoked', passkey, by }, Buffer.from(canonicalJson(deed)))
}

function required<T>(asked: T | null): T {
  if (asked === null) throw challengeUnknown()
  return asked
}

function challengeUnknown(): Fault {
  return new Fault(
    'challenge-unknown',
    'this answer was used, is too old, or was never asked for; ask again',
  )
}
