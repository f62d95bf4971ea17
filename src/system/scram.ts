// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), both sides, as PostgreSQL speaks them:
// the name in the exchange is empty and ignored, no authorization identity, no mandatory
// extension; channel binding is tls-server-end-point (RFC 5929). Anything else is a fault.
// https://www.rfc-editor.org/rfc/rfc5802
// https://www.postgresql.org/docs/current/sasl-authentication.html
import { createHash, createHmac, pbkdf2, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

import { Fault } from '../domain/fault.ts'
import { saslPrepare } from './saslprep.ts'

export const scramMechanism = 'SCRAM-SHA-256'
export const scramPlusMechanism = 'SCRAM-SHA-256-PLUS'

const keyBytes = 32
const saltBytesMax = 1_024
const nonceMax = 256
const iterationsMin = 4_096
const iterationsMax = 10_000_000
const messageMax = 4_096

/** What a server keeps of a password: enough to know it again, too little to log in with. */
export interface ScramVerifier {
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

export interface ScramSalt {
  readonly salt: Uint8Array
  readonly iterations: number
}

export function scramVerifier(password: string, { salt, iterations }: ScramSalt): ScramVerifier {
  const salted = pbkdf2Sync(saslPrepare(password), salt, iterations, keyBytes, 'sha256')
  return {
    storedKey: sha256(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  }
}

/** Whether the proof was made with the password of this verifier. */
export function scramProves(
  { storedKey }: Pick<ScramVerifier, 'storedKey'>,
  authMessage: string,
  proof: Uint8Array,
): boolean {
  if (proof.length !== keyBytes) return false
  const clientKey = xor(proof, hmac(storedKey, authMessage))
  return timingSafeEqual(sha256(clientKey), storedKey)
}

export function scramServerSignature(
  { serverKey }: Pick<ScramVerifier, 'serverKey'>,
  authMessage: string,
): Uint8Array {
  return hmac(serverKey, authMessage)
}

/** A client that has said all it has to say; whose password it is has still to be found out. */
export interface ScramProof {
  readonly authMessage: string
  readonly proof: Uint8Array
}

export interface ScramServer {
  /** Takes the first message of the client; gives what is answered. */
  begin(mechanism: string, clientFirst: Uint8Array): string
  end(clientFinal: Uint8Array): ScramProof
}

export interface ScramServerOptions extends ScramSalt {
  /** printable, without a comma; new for every exchange */
  readonly nonce: string
  /** data of tls-server-end-point; null: no channel binding is offered */
  readonly endpoint: Uint8Array | null
}

/** The mechanisms that such a server announces. */
export function scramMechanisms(endpoint: Uint8Array | null): readonly string[] {
  return endpoint === null ? [scramMechanism] : [scramPlusMechanism, scramMechanism]
}

export function createScramServer(options: ScramServerOptions): ScramServer {
  const { nonce: serverNonce, endpoint, salt, iterations } = options
  let begun: ClientFirst | null = null
  let serverFirst = ''

  function begin(mechanism: string, clientFirst: Uint8Array): string {
    check(begun === null, 'the exchange has begun already')
    const known = scramMechanisms(endpoint).includes(mechanism)
    check(known, 'the mechanism is none of those that were offered')
    begun = readClientFirst(textOf(clientFirst))
    checkBinding(begun.flag, mechanism === scramPlusMechanism, endpoint !== null)
    const salted = Buffer.from(salt).toString('base64')
    serverFirst = `r=${begun.nonce}${serverNonce},s=${salted},i=${iterations}`
    return serverFirst
  }

  function end(clientFinal: Uint8Array): ScramProof {
    check(begun !== null, 'the exchange has not begun')
    const { header, bare, nonce, flag } = begun
    const { binding, nonce: given, withoutProof, proof } = readClientFinal(textOf(clientFinal))
    const data = flag === 'p' && endpoint !== null ? endpoint : new Uint8Array()
    const expected = Buffer.concat([Buffer.from(header), data])
    check(sameBytes(binding, expected), 'the channel binding is not that of this connection')
    check(given === nonce + serverNonce, 'the nonce is not the one that was agreed')
    return { authMessage: `${bare},${serverFirst},${withoutProof}`, proof }
  }

  return { begin, end }
}

/**
 * `y` says: I could bind, and think that you cannot. Where binding was offered, someone in between
 * took the offer away.
 */
function checkBinding(flag: ClientFirst['flag'], plus: boolean, offered: boolean): void {
  if (plus) check(flag === 'p', 'the mechanism binds the channel, and the client does not')
  else check(flag !== 'p', 'the client binds the channel, and the mechanism does not')
  check(!(flag === 'y' && offered), 'the offer of channel binding did not reach the client')
}

interface ClientFirst {
  readonly flag: 'n' | 'y' | 'p'
  /** gs2-header, its last comma included */
  readonly header: string
  readonly bare: string
  readonly nonce: string
}

function readClientFirst(text: string): ClientFirst {
  const match = /^((n|y|p=tls-server-end-point),,)(n=[^,]*,r=([^,]+)(?:,[A-Za-z]=[^,]*)*)$/.exec(
    text,
  )
  check(match !== null, 'the first message is not of this kind')
  const [, header = '', flag = '', bare = '', nonce = ''] = match
  check(isNonce(nonce), 'the nonce is not printable, or too long')
  return { header, bare, nonce, flag: flag.startsWith('p') ? 'p' : flag === 'y' ? 'y' : 'n' }
}

function readClientFinal(text: string) {
  const match = /^(c=([^,]+),r=([^,]+)(?:,[A-Za-z]=[^,]*)*),p=([^,]+)$/.exec(text)
  check(match !== null, 'the last message is not of this kind')
  const [, withoutProof = '', binding = '', nonce = '', proof = ''] = match
  const decoded = base64(proof)
  check(decoded.length === keyBytes, 'the proof has the wrong length')
  return { binding: base64(binding), nonce, withoutProof, proof: decoded }
}

export interface ScramClient {
  readonly mechanism: string
  /** the first message */
  readonly first: string
  /** Takes the server's first message; gives the last one of the client. */
  answer(serverFirst: Uint8Array): Promise<string>
  /** Throws unless the server knows the password too. */
  finish(serverFinal: Uint8Array): void
}

export interface ScramClientOptions {
  readonly password: string
  /** printable, without a comma; new for every exchange */
  readonly nonce: string
  /** what the server announced */
  readonly mechanisms: readonly string[]
  /** data of tls-server-end-point; null: no TLS, or a certificate that has none */
  readonly endpoint: Uint8Array | null
}

/** Binds the channel where both sides can. */
export function createScramClient(options: ScramClientOptions): ScramClient {
  const { password, nonce, mechanisms, endpoint } = options
  const plus = endpoint !== null && mechanisms.includes(scramPlusMechanism)
  check(plus || mechanisms.includes(scramMechanism), 'the server offers no SCRAM-SHA-256')
  const header = plus ? 'p=tls-server-end-point,,' : endpoint === null ? 'n,,' : 'y,,'
  const bare = `n=,r=${nonce}`
  const bound = Buffer.concat([Buffer.from(header), plus ? endpoint : new Uint8Array()])
  let expected: Uint8Array | null = null

  async function answer(serverFirst: Uint8Array): Promise<string> {
    const text = textOf(serverFirst)
    const match = /^r=([^,]+),s=([^,]+),i=([1-9][0-9]{0,8})(?:,[A-Za-z]=[^,]*)*$/.exec(text)
    check(match !== null, 'the first message of the server is not of this kind')
    const [, agreed = '', encoded = '', count = ''] = match
    const own = agreed.startsWith(nonce) && agreed.length > nonce.length && isNonce(agreed)
    check(own, 'the nonce of the server does not begin with ours')
    const salt = base64(encoded)
    check(salt.length > 0 && salt.length <= saltBytesMax, 'the salt is empty or too long')
    const iterations = Number(count)
    check(
      iterations >= iterationsMin && iterations <= iterationsMax,
      `the server asks for ${iterations} iterations, and ${iterationsMin} to ${iterationsMax} are done`,
    )
    const salted = await deriveKey(saslPrepare(password), salt, iterations, keyBytes, 'sha256')
    const withoutProof = `c=${bound.toString('base64')},r=${agreed}`
    const authMessage = `${bare},${text},${withoutProof}`
    const clientKey = hmac(salted, 'Client Key')
    const proof = xor(clientKey, hmac(sha256(clientKey), authMessage))
    expected = hmac(hmac(salted, 'Server Key'), authMessage)
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`
  }

  function finish(serverFinal: Uint8Array): void {
    const text = textOf(serverFinal)
    const signature = /^v=([^,]+)(?:,[A-Za-z]=[^,]*)*$/.exec(text)?.[1]
    check(signature !== undefined && expected !== null, 'the server did not take the password')
    const given = base64(signature)
    check(sameBytes(given, expected), 'the server does not know the password')
  }

  return {
    mechanism: plus ? scramPlusMechanism : scramMechanism,
    first: header + bare,
    answer,
    finish,
  }
}

const deriveKey = promisify(pbkdf2)

/** Signature algorithms by the DER of their OID, and the hash that RFC 5929 4.1 prescribes. */
const signatureHashes: readonly (readonly [oid: string, hash: string])[] = [
  ['2a864886f70d010104', 'sha256'],
  ['2a864886f70d010105', 'sha256'],
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a8648ce3d0401', 'sha256'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
]

/**
 * tls-server-end-point of a certificate in DER; null where it is not defined (Ed25519, RSASSA-PSS).
 */
export function endpointOf(certificate: Uint8Array): Uint8Array | null {
  const outer = element(certificate, 0)
  const signed = outer === null ? null : element(certificate, outer.from)
  const algorithm = signed === null ? null : element(certificate, signed.to)
  const oid = algorithm === null ? null : element(certificate, algorithm.from)
  if (oid === null) return null
  const hex = Buffer.from(certificate.subarray(oid.from, oid.to)).toString('hex')
  const hash = signatureHashes.find(([known]) => known === hex)?.[1]
  return hash === undefined ? null : createHash(hash).update(certificate).digest()
}

/** Where the contents of a DER element lie. */
function element(bytes: Uint8Array, at: number): Readonly<{ from: number; to: number }> | null {
  const short = bytes[at + 1]
  if (short === undefined) return null
  if (short < 0x80) return within(bytes, at + 2, short)
  const count = short - 0x80
  if (count < 1 || count > 3) return null
  let length = 0
  for (const byte of bytes.subarray(at + 2, at + 2 + count)) length = length * 256 + byte
  return within(bytes, at + 2 + count, length)
}

function within(bytes: Uint8Array, from: number, length: number) {
  return from + length <= bytes.length ? { from, to: from + length } : null
}

function isNonce(text: string): boolean {
  return text.length <= nonceMax && /^[\x21-\x2b\x2d-\x7e]+$/.test(text)
}

/** Canonical, or not at all. */
function base64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  check(bytes.toString('base64') === text, 'a value is not base64')
  return bytes
}

function textOf(bytes: Uint8Array): string {
  check(bytes.length <= messageMax, 'a message is too long')
  check(!bytes.includes(0), 'a message holds a NUL')
  const text = Buffer.from(bytes).toString('utf8')
  check(sameBytes(Buffer.from(text), bytes), 'a message is not UTF-8')
  return text
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, i) => byte ^ (other[i] ?? 0))
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function check(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Fault('scram', `${why}; try again, and check the password`)
}
