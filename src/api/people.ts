// Enrolling people and letting them sign in. The first person enrols by a code that is printed on
// the gate's own terminal; from then on a passkey of an owner invites, and nothing else does.
import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server'
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server'
import { z } from 'zod'

import type { Enrolment, Passkey, Role } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import { later } from '../domain/instant.ts'
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

export interface People {
  /** For the very first person, while nobody has a passkey. The code is kept nowhere else. */
  openEnrolment(invited: Invited): Promise<OpenedEnrolment>
  enrolOptions(code: string): Promise<Question<PublicKeyCredentialCreationOptionsJSON>>
  /** Makes the passkey count; a code is used once and may be tried five times. */
  enrol(code: string, nonce: string, response: unknown): Promise<SignedIn>
  signInOptions(): Question<RequestOptions>
  signIn(nonce: string, response: unknown): Promise<SignedIn>
  /** What an owner's passkey must sign to invite exactly this person in exactly these roles. */
  inviteOptions(by: PersonName, invited: Invited): Question<RequestOptions>
  invite(by: PersonName, nonce: string, response: unknown): Promise<OpenedEnrolment>
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
  readonly store: Pick<StoreReads, 'people' | 'person' | 'enrolment'>
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

interface Parts extends PeopleOptions {
  readonly enrolments: Challenges<Asked & Readonly<{ codeHash: Digest }>>
  readonly signIns: Challenges<Asked>
  readonly invitations: Challenges<Asked & Readonly<{ by: PersonName; invited: Invited }>>
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
  // Taken one by one: "nobody is enrolled yet" must still be true when it is written.
  let turn: Promise<unknown> = Promise.resolve()
  return {
    openEnrolment: (invited) => openFirst(parts, invited),
    enrolOptions: (code) => enrolOptions(parts, code),
    enrol: (code, nonce, response) => {
      const enrolling = turn.then(() => enrol(parts, code, nonce, response))
      turn = enrolling.catch(() => undefined)
      return enrolling
    },
    signInOptions: () => signInOptions(parts),
    signIn: (nonce, response) => signIn(parts, nonce, response),
    inviteOptions: (by, invited) => inviteOptions(parts, by, invited),
    invite: (by, nonce, response) => invite(parts, by, nonce, response),
  }
}

async function openFirst(parts: Parts, invited: Invited): Promise<OpenedEnrolment> {
  if (someoneIsEnrolled(parts)) {
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
  invitedBy: PersonName | null,
): Promise<OpenedEnrolment> {
  checkInvited(invited)
  const code = `hpe_${newId<string>(random, '').slice(1)}`
  const expiresAt = later(clock.now(), enrolmentSeconds)
  const enrolment: Enrolment = { ...invited, codeHash: sha256(code), invitedBy, expiresAt }
  await ledger.append({ kind: 'enrolment-opened', enrolment })
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

function someoneIsEnrolled({ store }: Pick<Parts, 'store'>): boolean {
  return store.people().some(({ passkeys }) => passkeys.some(({ revokedAt }) => revokedAt === null))
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

/** A code of the beginning ends with the beginning; an owner's, with the owner. */
function inviterStands(parts: Parts, { invitedBy }: Enrolment): boolean {
  if (invitedBy === null) return !someoneIsEnrolled(parts)
  const inviter = parts.store.person(invitedBy)
  if (inviter === null || !inviter.roles.includes('owner')) return false
  return inviter.passkeys.some(({ revokedAt }) => revokedAt === null)
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
  return { person, passkey: assertion.passkey }
}

function inviteOptions(parts: Parts, by: PersonName, invited: Invited): Question<RequestOptions> {
  checkInvited(invited)
  const inviter = checkInviter(parts, by, invited)
  const { nonce, challenge } = parts.invitations.put((nonce) => {
    const { person, roles: granted } = invited
    const bound = { profile: 'holdpoint/invite/1', nonce, by, person, roles: granted }
    return { nonce, challenge: challengeOf(bound), by, invited }
  })
  const live = inviter.filter(({ revokedAt }) => revokedAt === null)
  return { nonce, options: requestOptions(parts.webauthn.rpId, challenge, live) }
}

/** The passkeys of an owner who may invite exactly that person. */
function checkInviter(
  parts: Parts,
  by: PersonName,
  { person, roles: wanted }: Invited,
): readonly PasskeyRecord[] {
  const inviter = parts.store.person(by)
  if (inviter?.roles.includes('owner') !== true) {
    throw new Fault('may-not-invite', 'only an owner invites; ask one')
  }
  const known = parts.store.person(person)
  if (known === null) return inviter.passkeys
  const same =
    known.roles.length === wanted.length && known.roles.every((role) => wanted.includes(role))
  if (person !== by || !same) {
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
  const asked = required(parts.invitations.take(nonce))
  if (asked.by !== by) throw challengeUnknown()
  await parts.passkeys.verify(response, asked.challenge, by)
  checkInviter(parts, by, asked.invited)
  return openEnrolment(parts, asked.invited, by)
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
