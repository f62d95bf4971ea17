// A passkey in software, for tests: ES256, `none` attestation, user verified. It gives what a
// browser's navigator.credentials gives, in JSON form, and can be told to misbehave.
// https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data https://www.rfc-editor.org/rfc/rfc8949
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface Authenticator {
  /** of the last passkey registered; empty before */
  readonly id: string
  /** COSE, base64url; empty before a registration */
  readonly publicKey: string
  register(options: CreationOptions, misbehaviour?: Misbehaviour): RegistrationAnswer
  assert(options: AssertionOptions, misbehaviour?: Misbehaviour): AssertionAnswer
}

/** What of `PublicKeyCredentialCreationOptionsJSON` matters here. */
export interface CreationOptions {
  readonly challenge: string
}

export interface AssertionOptions {
  readonly challenge: string
}

export interface RegistrationAnswer {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly clientExtensionResults: object
  readonly response: Readonly<{ clientDataJSON: string; attestationObject: string }>
}

export interface AssertionAnswer {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly clientExtensionResults: object
  readonly response: Readonly<{
    clientDataJSON: string
    authenticatorData: string
    signature: string
  }>
}

/** What an honest authenticator and browser would not do. */
export interface Misbehaviour {
  readonly origin?: string
  readonly rpId?: string
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  readonly challenge?: string
  readonly type?: string
  readonly userVerified?: boolean
  readonly userPresent?: boolean
  readonly signCount?: number
}

export interface AuthenticatorOptions {
  readonly origin: string
  readonly rpId: string
  /** false for passkeys that never count, as synchronised ones do */
  readonly counts?: boolean
}

const present = 0x01
const verified = 0x04
const attested = 0x40

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  let key: KeyObject | null = null
  let id: Buffer = Buffer.alloc(0)
  let cose: Buffer = Buffer.alloc(0)
  let count = 0

  function clientData(type: string, challenge: string, wrong: Misbehaviour): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: wrong.type ?? type,
        challenge: wrong.challenge ?? challenge,
        origin: wrong.origin ?? options.origin,
        crossOrigin: wrong.crossOrigin ?? false,
        ...(wrong.topOrigin === undefined ? {} : { topOrigin: wrong.topOrigin }),
      }),
    )
  }

  function authenticatorData(wrong: Misbehaviour, credential: Buffer): Buffer {
    const flags =
      (wrong.userPresent === false ? 0 : present) |
      (wrong.userVerified === false ? 0 : verified) |
      (credential.length > 0 ? attested : 0)
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(wrong.signCount ?? (options.counts === false ? 0 : ++count))
    return Buffer.concat([
      digest(wrong.rpId ?? options.rpId),
      Buffer.from([flags]),
      counter,
      credential,
    ])
  }

  function register(asked: CreationOptions, wrong: Misbehaviour = {}): RegistrationAnswer {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    key = pair.privateKey
    id = randomBytes(32)
    cose = coseKey(pair.publicKey)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const credential = Buffer.concat([Buffer.alloc(16), length, id, cose])
    const attestation = Buffer.concat([
      Buffer.from([0xa3]),
      ...[cborText('fmt'), cborText('none'), cborText('attStmt'), Buffer.from([0xa0])],
      ...[cborText('authData'), cborBytes(authenticatorData(wrong, credential))],
    ])
    return {
      ...credentialOf(id),
      response: {
        clientDataJSON: clientData('webauthn.create', asked.challenge, wrong).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
      },
    }
  }

  function assert(asked: AssertionOptions, wrong: Misbehaviour = {}): AssertionAnswer {
    if (key === null) throw new Error('nothing was registered')
    const client = clientData('webauthn.get', asked.challenge, wrong)
    const data = authenticatorData(wrong, Buffer.alloc(0))
    const signature = sign('sha256', Buffer.concat([data, digest(client)]), key)
    return {
      ...credentialOf(id),
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    }
  }

  return {
    get id() {
      return id.toString('base64url')
    },
    get publicKey() {
      return cose.toString('base64url')
    },
    register,
    assert,
  }
}

function credentialOf(id: Buffer): Omit<AssertionAnswer, 'response'> {
  const text = id.toString('base64url')
  return { id: text, rawId: text, type: 'public-key', clientExtensionResults: {} }
}

function digest(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  // { 1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y }
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    cborBytes(Buffer.from(x, 'base64url')),
    Buffer.from([0x22]),
    cborBytes(Buffer.from(y, 'base64url')),
  ])
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 | text.length]), Buffer.from(text)])
}

function cborBytes(bytes: Buffer): Buffer {
  const head =
    bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 255]
  return Buffer.concat([Buffer.from(head), bytes])
}
