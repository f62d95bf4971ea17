// A push service and the browser behind it: takes what RFC 8030 says, checks who sent it (VAPID,
// RFC 8292), and decrypts it as a browser would (RFC 8291, aes128gcm of RFC 8188), by node:crypto
// alone.
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, verify } from 'node:crypto'
import type { ECDH } from 'node:crypto'

import type { Got } from './receivers.ts'

export interface TestBrowser {
  readonly subscription: Readonly<{
    endpoint: string
    keys: Readonly<{ p256dh: string; auth: string }>
  }>
  decrypt(got: Got): string
}

export function createTestBrowser(endpoint: string): TestBrowser {
  const own = createECDH('prime256v1')
  own.generateKeys()
  const auth = Buffer.from('0123456789abcdef')
  const p256dh = own.getPublicKey('base64url')
  return {
    subscription: { endpoint, keys: { p256dh, auth: auth.toString('base64url') } },
    decrypt: ({ body }) => decrypt(own, auth, body),
  }
}

/** RFC 8188 §2.1: salt, record size, key id; one record. RFC 8291 §3.4: the keys. */
function decrypt(own: ECDH, auth: Buffer, body: Buffer): string {
  const salt = body.subarray(0, 16)
  const idLength = body.readUInt8(20)
  const sender = body.subarray(21, 21 + idLength)
  const record = body.subarray(21 + idLength)
  const shared = own.computeSecret(sender)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), own.getPublicKey(), sender])
  const ikm = Buffer.from(hkdfSync('sha256', shared, auth, info, 32))
  const derive = (use: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', ikm, salt, `Content-Encoding: ${use}\0`, length))
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  decipher.setAuthTag(record.subarray(-16))
  const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()])
  const end = plain.lastIndexOf(2)
  return plain.subarray(0, end).toString()
}

/** The claims of the VAPID header, once its signature is seen to be by its key. */
export function vapidOf({ headers }: Got): Readonly<{ key: string; aud: string; sub: string }> {
  const [, jwt = '', key = ''] =
    /^vapid t=([^,]+), k=(\S+)$/.exec(headers.authorization ?? '') ?? []
  const [head = '', claims = '', signature = ''] = jwt.split('.')
  const point = Buffer.from(key, 'base64url')
  const jwk = {
    ...{ kty: 'EC', crv: 'P-256' },
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const good = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  if (!good) throw new Error('the VAPID signature is wrong')
  const { aud, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    aud: string
    sub: string
  }
  return { key, aud, sub }
}
