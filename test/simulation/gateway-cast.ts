// The props of the enumeration: an enrolled person's yes, and what safeguards say.
import type { Fact, SafeguardProof } from '../../src/domain/fact.ts'
import type { Hold } from '../../src/domain/hold.ts'
import { later } from '../../src/domain/instant.ts'
import type * as names from '../../src/domain/names.ts'
import type { SqlPayload } from '../../src/domain/request.ts'
import type { Measured } from '../../src/domain/trial.ts'
import { sha256 } from '../../src/system/hash.ts'

/** Enough of an enrolled person's yes for the store, which leaves signatures to `holds`. */
export function approvalOf(
  hold: Hold,
  owner: names.PersonName,
  start: names.Instant,
): readonly Fact[] {
  const codeHash = sha256('code')
  const id = 'passkey' as names.PasskeyId
  const { id: holdId, ...terms } = hold
  const assertion = {
    passkey: id,
    clientDataJSON: 'e30',
    authenticatorData: Buffer.alloc(37).toString('base64url'),
    signature: 'AA',
    publicKey: 'AA',
  }
  return [
    {
      kind: 'enrolment-opened',
      enrolment: {
        person: owner,
        roles: ['owner'],
        codeHash,
        invitedBy: null,
        expiresAt: later(start, 600),
      },
    },
    {
      kind: 'person-enrolled',
      person: owner,
      roles: ['owner'],
      passkey: { id, publicKey: 'AA', signCount: 0, backedUp: false, aaguid: 'none' },
      codeHash,
    },
    {
      kind: 'approved',
      hold: holdId,
      binding: {
        ...terms,
        profile: 'holdpoint/release/1',
        answer: 'release',
        hold: holdId,
        person: owner,
        note: '',
        nonce: 'AA',
      },
      assertion,
    },
  ]
}

export const proofs: Readonly<Record<SafeguardProof['kind'], SafeguardProof>> = {
  proven: { kind: 'proven', says: 'exported', artefact: 'a', bytes: 1, sha256: sha256('a') },
  failed: { kind: 'failed', why: 'no room' },
}

export const sqlPayload: SqlPayload = {
  kind: 'sql',
  upstream: 'db' as names.UpstreamName,
  database: 'shop',
  form: 'simple',
  text: 'DELETE FROM users',
  settings: [],
  parameters: [],
  types: [],
  messages: new Uint8Array(),
  unreadable: null,
}

/** What a trial found: nothing that matters to the play but whether it was kept. */
export function measured(kept: boolean): Measured {
  const proof = { says: 'kept', bytes: 1, sha256: sha256('kept') }
  const found = { tables: [], dropped: [], because: [], complete: true, samples: [] }
  return { ...found, kept: kept ? proof : null }
}
