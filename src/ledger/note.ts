// C2SP signed notes: a text that ends in a newline, an empty line, and signature lines `— <name>
// <base64(key id ‖ signature)>`. Ed25519 (type 1) signs the text itself. Read here: UTF-8 with no
// control character but the newline, at most 100 signatures, of which one must be by the key given.
// https://c2sp.org/signed-note
import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { Fault, assert } from '../domain/fault.ts'

export interface NoteSigner {
  readonly name: string
  /** `name+hash+key`: what a verifier needs */
  readonly vkey: string
  /** the whole note */
  sign(text: string): string
}

export interface NoteVerifier {
  readonly name: string
  readonly vkey: string
  /** the text, genuine; or throws */
  open(note: string): string
}

const ed25519 = 1
const seedBytes = 32
const keyIdBytes = 4
const signatureBytes = 64
const noteCharactersMax = 100_000
const signaturesMax = 100
const namePattern = /^[^\s+\p{Cc}]{1,255}$/u
const controls = /[\0-\x09\x0b-\x1f\x7f]/
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** In the form of `golang.org/x/mod/sumdb/note`: `PRIVATE+KEY+name+hash+base64(type ‖ seed)`. */
export function encodeSigningKey(name: string, seed: Uint8Array): string {
  assert(seed.length === seedBytes, 'an Ed25519 seed has 32 bytes')
  if (!namePattern.test(name)) {
    throw new Fault('ledger-origin', `\`${name}\` cannot name a ledger; use no space and no \`+\``)
  }
  const keyId = keyIdOf(name, publicBytes(privateKey(seed)))
  return `PRIVATE+KEY+${name}+${keyId}+${tagged(seed)}`
}

const signingKeyPattern = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/

export function createNoteSigner(signingKey: string): NoteSigner {
  const [, name = '', keyId, encoded = ''] = signingKeyPattern.exec(signingKey) ?? []
  const seed = untagged(encoded)
  if (seed === null || !namePattern.test(name)) throw unreadableKey('it is no signing key')
  const key = privateKey(seed)
  const publicKey = publicBytes(key)
  if (keyIdOf(name, publicKey) !== keyId) throw unreadableKey('its key and its name disagree')
  return {
    name,
    vkey: `${name}+${keyId}+${tagged(publicKey)}`,
    sign(text) {
      assert(text.endsWith('\n') && !controls.test(text), 'a note is lines of text')
      const signature = sign(null, Buffer.from(text), key)
      const line = Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')
      return `${text}\n\u2014 ${name} ${line}\n`
    },
  }
}

const vkeyPattern = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/

export function createNoteVerifier(vkey: string): NoteVerifier {
  const [, name = '', keyId, encoded = ''] = vkeyPattern.exec(vkey) ?? []
  const publicKey = untagged(encoded)
  if (publicKey === null || !namePattern.test(name) || keyIdOf(name, publicKey) !== keyId) {
    throw new Fault(
      'ledger-vkey',
      `\`${vkey}\` is no Ed25519 verifier key; it looks like \`name+hash+key\``,
    )
  }
  const key = createPublicKey({
    key: Buffer.concat([spkiPrefix, publicKey]),
    format: 'der',
    type: 'spki',
  })
  return { name, vkey, open: (note) => openNote(note, name, keyId, key) }
}

function openNote(note: string, name: string, keyId: string, key: KeyObject): string {
  if (note.length > noteCharactersMax) throw forged('it is too long')
  if (!note.isWellFormed() || note.includes('\uFFFD') || controls.test(note)) {
    throw forged('it is not plain text')
  }
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) throw forged('it has no signatures')
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > signaturesMax) throw forged('it has too many signatures')
  let genuine = 0
  for (const line of lines) {
    const signature = parseSignature(line)
    if (signature.name !== name || signature.keyId !== keyId) continue
    if (signature.bytes.length !== signatureBytes)
      throw forged('its signature has the wrong length')
    if (!verify(null, Buffer.from(text), key, signature.bytes))
      throw forged('its signature is wrong')
    genuine++
  }
  if (genuine !== 1) throw forged(`it has ${genuine} signatures by \`${name}\`, and needs one`)
  return text
}

function parseSignature(line: string): { name: string; keyId: string; bytes: Uint8Array } {
  const [, name, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? []
  const bytes = encoded === undefined ? null : decodeBase64(encoded)
  if (name === undefined || !namePattern.test(name)) throw forged('a signature line cannot be read')
  if (bytes === null || bytes.length <= keyIdBytes) throw forged('a signature line cannot be read')
  return {
    name,
    keyId: bytes.subarray(0, keyIdBytes).toString('hex'),
    bytes: bytes.subarray(keyIdBytes),
  }
}

/** Standard base64 in its one canonical spelling; null for anything else. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length)
}

function keyIdOf(name: string, publicKey: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ed25519), publicKey])
  return hash('sha256', bytes, 'hex').slice(0, 2 * keyIdBytes)
}

function tagged(bytes: Uint8Array): string {
  return Buffer.concat([Buffer.of(ed25519), bytes]).toString('base64')
}

function untagged(encoded: string): Buffer | null {
  const bytes = decodeBase64(encoded)
  return bytes?.[0] === ed25519 && bytes.length === 1 + seedBytes ? bytes.subarray(1) : null
}

function unreadableKey(why: string): Fault {
  return new Fault(
    'ledger-key',
    `the ledger's signing key cannot be read: ${why}; restore it from a copy`,
  )
}

function forged(why: string): Fault {
  return new Fault('ledger-forged', `the note cannot be trusted: ${why}`)
}
