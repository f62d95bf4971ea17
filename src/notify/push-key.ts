// The key by which push services know this gate, made at the first start with a web-push channel.
// VAPID, RFC 8292: ECDSA on P-256. https://www.rfc-editor.org/rfc/rfc8292
import { createECDH } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'

import { Fault } from '../domain/fault.ts'
import { createFileDurably } from '../system/durable-file.ts'
import type { PushKey } from './channel.ts'

const prefix = 'hpv_'
const keyPattern = /^hpv_[A-Za-z0-9_-]{43}$/
const curve = 'prime256v1'
const keyBytes = 32

export function openPushKey(file: string): PushKey {
  if (!existsSync(file)) {
    const made = createECDH(curve)
    made.generateKeys()
    const bytes = Buffer.alloc(keyBytes)
    const key = made.getPrivateKey()
    key.copy(bytes, keyBytes - key.length)
    createFileDurably(file, `${prefix}${bytes.toString('base64url')}\n`, 0o600)
  }
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new Fault('push-key-exposed', `others can read \`${file}\`; run \`chmod 600 ${file}\``)
  }
  const text = readFileSync(file, 'utf8').trimEnd()
  if (!keyPattern.test(text)) {
    throw new Fault(
      'push-key-malformed',
      `\`${file}\` holds no push key; put it back, or remove it`,
    )
  }
  const privateKey = text.slice(prefix.length)
  const opened = createECDH(curve)
  opened.setPrivateKey(privateKey, 'base64url')
  return { privateKey, publicKey: opened.getPublicKey('base64url') }
}
