import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'

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

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)

const answerShape = z.object({
  id: base64url.max(1400),
  rawId: base64url.max(1400),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url.max(4096),
    authenticatorData: base64url.max(2048),
    signature: base64url.max(2048),
  }),
})

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
    const parsed = answerShape.safeParse(answer)
    if (!parsed.success) throw refused('the browser sent no whole answer; try again')
    const id = parsed.data.id as PasskeyId
    const record = enrolled(id, person)
    const assertion = assertionOf(parsed.data, record)
    await check(parsed.data, assertion, { record, counter: counterOf(record), challenge, webauthn })
    // Nothing stood still meanwhile: another answer may have come, the passkey may be gone.
    const count = signCountOf(assertion)
    if (count !== 0 && count <= counterOf(enrolled(id, person))) throw replayed()
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
  answer: z.infer<typeof answerShape>,
  assertion: Assertion,
  { record, counter, challenge, webauthn }: Expected,
): Promise<void> {
  const response: AuthenticationResponseJSON = { ...answer, clientExtensionResults: {} }
  try {
    if (readClientData(assertion).crossOrigin) throw refused('it was asked for by another site')
    const { verified } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...webauthn.origins],
      expectedRPID: webauthn.rpId,
      requireUserVerification: true,
      credential: {
        id: answer.id,
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

function assertionOf(answer: z.infer<typeof answerShape>, { passkey }: PasskeyRecord): Assertion {
  const { clientDataJSON, authenticatorData, signature } = answer.response
  return {
    passkey: passkey.id,
    clientDataJSON,
    authenticatorData,
    signature,
    publicKey: passkey.publicKey,
  }
}

function refused(why: string, cause?: unknown): Fault {
  return new Fault('assertion-refused', why, { cause })
}

function replayed(): Fault {
  return refused('the counter of the passkey went back: it may have been copied; revoke it')
}
