import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'

import type { Assertion, Binding } from '../domain/hold.ts'
import type { PasskeyId } from '../domain/names.ts'
import { createAuthenticator } from '../../test/authenticator.ts'
import { challengeOf } from './binding.ts'
import { decodeCoseKey } from './cose.ts'
import { verifyStoredRelease } from './stored.ts'

const site = { rpId: 'localhost', origins: ['http://localhost:7401'] }
const binding = {
  ...{ profile: 'holdpoint/release/1', answer: 'release', hold: 'hold_a', decision: 'dec_a' },
  ...{ request: 'r', impacts: 'i', agent: 'cursor', lease: 'lease_a', mandate: 'mandate_a' },
  ...{ policies: 'p', safeguards: [], release: 'owner', person: 'alice' },
  ...{ expiresAt: '2026-04-24T03:13:00.000Z', note: '', nonce: 'n' },
} as unknown

function stored(): { binding: Binding; assertion: Assertion } {
  const passkey = createAuthenticator({ origin: 'http://localhost:7401', rpId: 'localhost' })
  passkey.register({ challenge: 'x' })
  const { id, response } = passkey.assert({ challenge: challengeOf(binding as Binding) })
  const assertion = { passkey: id as PasskeyId, ...response, publicKey: passkey.publicKey }
  return { binding: binding as Binding, assertion }
}

function keyOf({ assertion }: { assertion: Assertion }): { id: PasskeyId; publicKey: string } {
  return { id: assertion.passkey, publicKey: assertion.publicKey }
}

test('what was signed verifies from what is stored, with and without knowing the site', () => {
  const answered = stored()
  const valid = { kind: 'valid', origin: 'http://localhost:7401', signCount: 2 }
  assert.deepEqual(verifyStoredRelease(answered, keyOf(answered), site), valid)
  assert.deepEqual(verifyStoredRelease(answered, keyOf(answered), null), valid)
})

test('every member of the binding is bound', () => {
  const answered = stored()
  for (const name of Object.keys(answered.binding)) {
    const altered = { ...answered.binding, [name]: 'altered' }
    const read = verifyStoredRelease({ ...answered, binding: altered }, keyOf(answered), site)
    assert.equal(read.kind, 'invalid', name)
  }
})

test('any byte of the stored answer, altered, is caught; cut or garbled ones too', () => {
  const answered = stored()
  for (const name of ['clientDataJSON', 'authenticatorData', 'signature', 'publicKey'] as const) {
    const bytes = Buffer.from(answered.assertion[name], 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes)
      altered.writeUInt8(altered.readUInt8(at) ^ 0x20, at)
      const assertion = { ...answered.assertion, [name]: altered.toString('base64url') }
      const read = verifyStoredRelease(
        { binding: answered.binding, assertion },
        keyOf(answered),
        site,
      )
      assert.equal(read.kind, 'invalid', `${name} at ${at}`)
    }
    for (const text of [
      '',
      '!',
      answered.assertion[name].slice(0, 8),
      `${answered.assertion[name]}=`,
    ]) {
      const assertion = { ...answered.assertion, [name]: text }
      const read = verifyStoredRelease(
        { binding: answered.binding, assertion },
        keyOf(answered),
        site,
      )
      assert.equal(read.kind, 'invalid', `${name} as \`${text}\``)
    }
  }
})

test('another passkey, or another site, is not the one', () => {
  const answered = stored()
  const other = keyOf(stored())
  assert.equal(verifyStoredRelease(answered, other, site).kind, 'invalid')
  const elsewhere = { rpId: 'localhost', origins: ['http://localhost:1'] }
  assert.equal(verifyStoredRelease(answered, keyOf(answered), elsewhere).kind, 'invalid')
  const party = { rpId: 'example.com', origins: site.origins }
  assert.equal(verifyStoredRelease(answered, keyOf(answered), party).kind, 'invalid')
})

const ed25519 = generateKeyPairSync('ed25519')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

test('Ed25519 and RSA keys are read as well', () => {
  const message = createHash('sha256').update('x').digest()
  const x = Buffer.from(ed25519.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const edwards = Buffer.concat([Buffer.from([0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32]), x])
  const { key, hash } = decodeCoseKey(edwards)
  assert.equal(hash, null)
  assert.deepEqual(key.export({ format: 'jwk' }), ed25519.publicKey.export({ format: 'jwk' }))
  assert.ok(sign(null, message, ed25519.privateKey).length === 64)
  const n = Buffer.from(rsa.publicKey.export({ format: 'jwk' }).n ?? '', 'base64url')
  const head = [0xa4, 1, 3, 3, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00]
  const exponent = Buffer.from([0x21, 0x43, 1, 0, 1])
  const decoded = decodeCoseKey(Buffer.concat([Buffer.from(head), n, exponent]))
  assert.equal(decoded.hash, 'sha256')
  assert.deepEqual(decoded.key.export({ format: 'jwk' }), rsa.publicKey.export({ format: 'jwk' }))
})

test('keys of other kinds, and malformed ones, are refused', () => {
  const { assertion } = stored()
  const good = Buffer.from(assertion.publicKey, 'base64url')
  assert.doesNotThrow(() => decodeCoseKey(good))
  for (let length = 0; length < good.length; length++) {
    assert.throws(() => decodeCoseKey(good.subarray(0, length)), { name: 'Fault' })
  }
  const bad = ['a0', 'a10102', 'ff', 'bfff', 'a2010201', 'a201020102', `${good.toString('hex')}00`]
  for (const hex of bad) assert.throws(() => decodeCoseKey(Buffer.from(hex, 'hex')), hex)
})
