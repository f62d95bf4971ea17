// A person's answer, verified from what the ledger keeps, years later and with node:crypto alone:
// docs/formats/release.md. https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion
import { timingSafeEqual, verify } from 'node:crypto'

import { Fault } from '../domain/fault.ts'
import type { FactOf, Passkey } from '../domain/fact.ts'
import type { Answered, Assertion } from '../domain/hold.ts'
import { sha256 } from '../system/hash.ts'
import {
  challengeOf,
  digestOfBinding,
  togetherChallengeOf,
  togetherMax,
  togetherMin,
} from './binding.ts'
import { decodeCoseKey } from './cose.ts'

/** Where the people's console is. */
export interface Site {
  readonly rpId: string
  readonly origins: readonly string[]
}

export type StoredAnswer =
  | Readonly<{ kind: 'valid'; origin: string; signCount: number }>
  | Readonly<{ kind: 'invalid'; why: string }>

const userPresent = 0x01
const userVerified = 0x04
const authenticatorDataMin = 37

/** The answer in an `approved` fact, or in a `settled` one that refuses; null for none. */
export function answeredIn(fact: FactOf<'approved'> | FactOf<'settled'>): Answered | null {
  if (fact.kind === 'approved') return fact
  return fact.settlement.kind === 'refused' ? fact.settlement : null
}

/**
 * Whether that passkey signed exactly that binding, alone or among those of its batch. Total:
 * malformed bytes are invalid. Without a site, where the answer was given is read from it, and not
 * checked.
 */
export function verifyStoredRelease(
  answered: Answered,
  passkey: Pick<Passkey, 'id' | 'publicKey'>,
  site: Site | null,
): StoredAnswer {
  try {
    const { assertion } = answered
    const why = batchFlaw(answered) ?? findFlaw(answered, passkey, site)
    if (why !== null) return { kind: 'invalid', why }
    const { origin } = readClientData(assertion)
    return { kind: 'valid', origin, signCount: signCountOf(assertion) }
  } catch {
    return { kind: 'invalid', why: 'the stored answer is malformed' }
  }
}

/** The authenticator's counter, as it stands in the signed data. */
export function signCountOf(assertion: Assertion): number {
  return bytesOf(assertion.authenticatorData).readUInt32BE(33)
}

const digestPattern = /^[0-9a-f]{64}$/

/** Total as well: a batch comes from the ledger, and may be anything. */
function batchFlaw({ binding, batch }: Answered): string | null {
  if (batch === undefined) return null
  if (binding.answer !== 'release') return 'only releases are given together'
  const isList =
    Array.isArray(batch) &&
    batch.length >= togetherMin &&
    batch.length <= togetherMax &&
    batch.every((digest: unknown) => typeof digest === 'string' && digestPattern.test(digest)) &&
    new Set(batch).size === batch.length
  if (!isList) return `its batch is no list of ${togetherMin} to ${togetherMax} digests`
  return batch.includes(digestOfBinding(binding)) ? null : 'it is not one of its batch'
}

/** What a passkey must have signed for this answer to stand. */
function expectedChallenge({ binding, batch }: Answered): string {
  return batch === undefined ? challengeOf(binding) : togetherChallengeOf(batch)
}

function findFlaw(
  answered: Answered,
  passkey: Pick<Passkey, 'id' | 'publicKey'>,
  site: Site | null,
): string | null {
  const { assertion } = answered
  if (assertion.passkey !== passkey.id) return 'it names another passkey'
  if (assertion.publicKey !== passkey.publicKey) return 'its key is not the enrolled one'
  const client = readClientData(assertion)
  if (client.type !== 'webauthn.get') return 'it is not an assertion'
  if (client.challenge !== expectedChallenge(answered))
    return 'it signed something else than this binding'
  if (client.crossOrigin) return 'it was asked for by another site'
  const data = bytesOf(assertion.authenticatorData)
  if (data.length < authenticatorDataMin) return 'its authenticator data is too short'
  const flags = data.readUInt8(32)
  if ((flags & userPresent) === 0) return 'nobody was present'
  if ((flags & userVerified) === 0) return 'the person was not verified'
  if (site !== null) {
    if (!site.origins.includes(client.origin)) return `it was given at \`${client.origin}\``
    const expected = Buffer.from(sha256(site.rpId), 'hex')
    if (!timingSafeEqual(data.subarray(0, 32), expected)) return 'it was given to another site'
  }
  return signatureHolds(assertion, data) ? null : 'the signature does not verify'
}

function signatureHolds(assertion: Assertion, data: Buffer): boolean {
  const { key, hash } = decodeCoseKey(bytesOf(assertion.publicKey))
  const clientDataHash = Buffer.from(sha256(bytesOf(assertion.clientDataJSON)), 'hex')
  return verify(hash, Buffer.concat([data, clientDataHash]), key, bytesOf(assertion.signature))
}

interface ClientData {
  readonly type: string
  readonly challenge: string
  readonly origin: string
  readonly crossOrigin: boolean
}

/** The four members that matter; anything but a plain `false` or nothing is a cross origin. */
export function readClientData(assertion: Pick<Assertion, 'clientDataJSON'>): ClientData {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(assertion.clientDataJSON))
  const { type, challenge, origin, crossOrigin, topOrigin } = JSON.parse(text) as Readonly<
    Record<string, unknown>
  >
  const same = (crossOrigin === undefined || crossOrigin === false) && topOrigin === undefined
  return {
    type: String(type),
    challenge: String(challenge),
    origin: String(origin),
    crossOrigin: !same,
  }
}

/** Only the one spelling that encodes to itself. */
export function bytesOf(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url')
  if (bytes.toString('base64url') !== base64url)
    throw new Fault('not-base64url', 'the bytes are not base64url')
  return bytes
}
