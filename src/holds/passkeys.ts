import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'

import { Fault } from '../domain/fault.ts'
import type { Assertion } from '../domain/hold.ts'
import type { PasskeyId, PersonName } from '../domain/names.ts'
import type { PasskeyRecord, StoreReads } from '../store/store.ts'
import { inert } from '../wire/inert.ts'
import { bytesOf, readClientData, signCountOf } from './stored.ts'
import type { Site } from './stored.ts'

export interface Passkeys {
  /**
   * Verifies a browser's answer to exactly this challenge, by a passkey that is enrolled and not
   * revoked, of this person where one is named. Rejects with Fault('assertion-refused').
   */
  verify(answer: unknown, challenge: string, person: PersonName | null): Promise<VerifiedAnswer>
}

export interface VerifiedAnswer {
  readonly person: PersonName
  readonly assertion: Assertion
}

export interface PasskeysOptions {
  readonly store: Pick<StoreReads, 'passkey'>
  readonly webauthn: Site
}

/** What of the browser's answer counts, each part with its limit in characters. */
interface GivenAnswer {
  readonly id: PasskeyId
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
}

const idMax = 1400
const clientDataMax = 4096
const authenticatorDataMax = 2048
const signatureMax = 2048

export function createPasskeys({ store, webauthn }: PasskeysOptions): Passkeys {
  // Signing in leaves no fact, so its counters are remembered here, beside those of the store.
  const counters = new Map<PasskeyId, number>()

  function counterOf({ passkey }: PasskeyRecord): number {
    return Math.max(passkey.signCount, counters.get(passkey.id) ?? 0)
  }

  function enrolled(id: PasskeyId, person: PersonName | null): PasskeyRecord {
    const record = store.passkey(id)
    if (record === null || record.revokedAt !== null) {
      throw refused('the passkey is not enrolled here, or was revoked; use another')
    }
    if (person !== null && record.person !== person) {
      throw refused(`the passkey is not one of ${person}'s; use your own`)
    }
    return record
  }

  async function verify(
    answer: unknown,
    challenge: string,
    person: PersonName | null,
  ): Promise<VerifiedAnswer> {
    const given = readAnswer(answer)
    const { id } = given
    const record = enrolled(id, person)
    const assertion = assertionOf(given, record)
    await check(given, assertion, { record, counter: counterOf(record), challenge, webauthn })
    // Nothing stood still meanwhile: another answer may have come, the passkey may be gone.
    const known = counterOf(enrolled(id, person))
    const count = signCountOf(assertion)
    if ((count > 0 || known > 0) && count <= known) throw replayed()
    counters.set(id, count)
    return { person: record.person, assertion }
  }

  return { verify }
}

interface Expected {
  readonly record: PasskeyRecord
  readonly counter: number
  readonly challenge: string
  readonly webauthn: Site
}

async function check(
  given: GivenAnswer,
  assertion: Assertion,
  { record, counter, challenge, webauthn }: Expected,
): Promise<void> {
  const response = responseOf(given)
  try {
    if (readClientData(assertion).crossOrigin) throw refused('it was asked for by another site')
    const { verified } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...webauthn.origins],
      expectedRPID: webauthn.rpId,
      requireUserVerification: true,
      credential: {
        id: given.id,
        publicKey: new Uint8Array(bytesOf(record.passkey.publicKey)),
        counter,
      },
    })
    if (!verified) throw refused('the signature does not verify')
  } catch (fault) {
    const why = fault instanceof Error ? inert(fault.message.slice(0, 200)) : 'it is malformed'
    throw refused(`the passkey's answer was not accepted: ${why}; ask again`, fault)
  }
}

function responseOf({ id, ...response }: GivenAnswer): AuthenticationResponseJSON {
  return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
}

function assertionOf(given: GivenAnswer, { passkey }: PasskeyRecord): Assertion {
  const { clientDataJSON, authenticatorData, signature } = given
  return {
    passkey: passkey.id,
    clientDataJSON,
    authenticatorData,
    signature,
    publicKey: passkey.publicKey,
  }
}

/** AuthenticationResponseJSON; what else the browser says is not asked for and not believed. */
function readAnswer(answer: unknown): GivenAnswer {
  const response = memberOf(answer, 'response')
  const id = textOf(answer, 'id', idMax)
  const isKey = memberOf(answer, 'type') === 'public-key' && memberOf(answer, 'rawId') === id
  if (!isKey) throw incomplete()
  return {
    id: id as PasskeyId,
    clientDataJSON: textOf(response, 'clientDataJSON', clientDataMax),
    authenticatorData: textOf(response, 'authenticatorData', authenticatorDataMax),
    signature: textOf(response, 'signature', signatureMax),
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) throw incomplete()
  return (value as Readonly<Record<string, unknown>>)[name]
}

function textOf(value: unknown, name: string, max: number): string {
  const text = memberOf(value, name)
  if (typeof text !== 'string' || text.length > max || !/^[A-Za-z0-9_-]+$/.test(text)) {
    throw incomplete()
  }
  return text
}

function incomplete(): Fault {
  return refused('the browser sent no whole answer; try again')
}

function refused(why: string, cause?: unknown): Fault {
  return new Fault('assertion-refused', why, { cause })
}

function replayed(): Fault {
  return refused('the counter of the passkey went back: it may have been copied; revoke it')
}
