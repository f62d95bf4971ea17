// RFC 9053 public keys as WebAuthn gives them: a CBOR map (RFC 8949, definite lengths) of small
// integers to integers and byte strings. Taken: EC2/P-256/ES256, OKP/Ed25519/EdDSA, RSA/RS256; all
// else is refused.
// https://www.rfc-editor.org/rfc/rfc9053
// https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples
import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { Fault } from '../domain/fault.ts'

export interface CredentialKey {
  readonly key: KeyObject
  /** what `crypto.verify` wants as its algorithm: null where the key says it all */
  readonly hash: 'sha256' | null
}

const label = { keyType: 1, algorithm: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 }
const mapEntriesMax = 8

export function decodeCoseKey(bytes: Uint8Array): CredentialKey {
  const map = readMap(bytes)
  const [type, algorithm] = [map.get(label.keyType), map.get(label.algorithm)]
  if (type === 2 && algorithm === -7 && map.get(label.curve) === 1) {
    const jwk = { kty: 'EC', crv: 'P-256', x: text(map, label.x, 32), y: text(map, label.y, 32) }
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), hash: 'sha256' }
  }
  if (type === 1 && algorithm === -8 && map.get(label.curve) === 6) {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: text(map, label.x, 32) }
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), hash: null }
  }
  if (type === 3 && algorithm === -257) {
    const jwk = {
      kty: 'RSA',
      n: text(map, label.modulus, null),
      e: text(map, label.exponent, null),
    }
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), hash: 'sha256' }
  }
  throw new Fault(
    'passkey-unsupported',
    'the passkey is neither ES256, Ed25519 nor RS256; use another',
  )
}

function text(
  map: ReadonlyMap<number, number | Buffer>,
  key: number,
  length: number | null,
): string {
  const value = map.get(key)
  if (!(value instanceof Buffer) || (length !== null && value.length !== length)) throw malformed()
  return value.toString('base64url')
}

function readMap(bytes: Uint8Array): ReadonlyMap<number, number | Buffer> {
  const reader = { bytes: Buffer.from(bytes), at: 0 }
  const head = readHead(reader)
  if (head.major !== 5 || head.value > mapEntriesMax) throw malformed()
  const map = new Map<number, number | Buffer>()
  for (let i = 0; i < head.value; i++) {
    const key = readInteger(reader)
    if (typeof key !== 'number' || map.has(key)) throw malformed()
    map.set(key, readInteger(reader))
  }
  if (reader.at !== reader.bytes.length) throw malformed()
  return map
}

/** An integer, or a byte string. */
function readInteger(reader: Reader): number | Buffer {
  const { major, value } = readHead(reader)
  if (major === 0) return value
  if (major === 1) return -1 - value
  if (major !== 2 || reader.at + value > reader.bytes.length) throw malformed()
  reader.at += value
  return reader.bytes.subarray(reader.at - value, reader.at)
}

interface Reader {
  readonly bytes: Buffer
  at: number
}

function readHead(reader: Reader): Readonly<{ major: number; value: number }> {
  const first = reader.bytes[reader.at++]
  if (first === undefined) throw malformed()
  const [major, short] = [first >> 5, first & 31]
  if (short < 24) return { major, value: short }
  const length = short === 24 ? 1 : short === 25 ? 2 : 0
  if (length === 0 || reader.at + length > reader.bytes.length) throw malformed()
  reader.at += length
  return { major, value: reader.bytes.readUIntBE(reader.at - length, length) }
}

function malformed(): Fault {
  return new Fault(
    'passkey-malformed',
    'the public key of the passkey is not a COSE key; enrol it again',
  )
}
