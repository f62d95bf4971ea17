// The vault's file, canonical JSON (RFC 8785) and a line feed:
//   { "profile": "holdpoint/vault/1", "key": how the key is derived, "check": of the key,
//     "generation": counts writes, "mac", "secrets": [{ "name", "version", "nonce", "sealed" }] }
// with bytes as base64url. sealed is AES-256-GCM of the value under a random 96-bit nonce, tag
// last; its additional data is the secret's name and version, so that no value can be moved under
// another name. mac is HMAC-SHA-256 over all the other members: nothing can be taken out, put in or
// put back alone.
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

import { Fault } from '../domain/fault.ts'
import { namePattern } from '../domain/names.ts'
import type { SecretName } from '../domain/names.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { readDerivation } from './vault-key.ts'
import type { Derivation, VaultKeys } from './vault-key.ts'

export interface VaultContent {
  readonly key: Derivation
  readonly check: string
  readonly generation: number
  readonly secrets: readonly SealedSecret[]
}

export interface SealedSecret {
  readonly name: SecretName
  /** the generation that put it */
  readonly version: number
  readonly nonce: string
  readonly sealed: string
}

/** A file that has the right shape; `proveWhole` says whether it is genuine. */
export interface ReadVault extends VaultContent {
  readonly mac: string
}

const profile = 'holdpoint/vault/1'
const nonceBytes = 12
const tagBytes = 16
export const secretsMax = 1000
export const vaultBytesMax = 16 * 1_048_576

export function writeVault(content: VaultContent, keys: VaultKeys): string {
  return `${canonicalJson({ profile, ...content, mac: macOf(content, keys) })}\n`
}

/** Throws `vault-damaged` for what is no vault. */
export function readVault(text: string, file: string): ReadVault {
  const members = parse(text)
  if (members === null) throw damaged(file, 'it is not JSON')
  const { key, check, generation, secrets, mac } = members
  if (members['profile'] !== profile) throw damaged(file, 'it is no vault of this version')
  const derivation = readDerivation(key)
  if (derivation === null) throw damaged(file, 'its key would be derived in a way that is not used')
  if (!isText(check) || !isText(mac) || !isCount(generation)) throw damaged(file, 'it is not whole')
  if (!Array.isArray(secrets) || secrets.length > secretsMax || !secrets.every(isSealed)) {
    throw damaged(file, 'its secrets are not whole')
  }
  return { key: derivation, check, generation, secrets, mac }
}

/** Throws `vault-wrong-key` or `vault-damaged`. */
export function proveWhole({ mac, ...content }: ReadVault, keys: VaultKeys, file: string): void {
  if (!equal(content.check, keys.check.toString('base64url'))) throw wrongKey(file)
  if (!equal(mac, macOf(content, keys))) throw damaged(file, 'it was changed or cut off')
}

export function wrongKey(file: string): Fault {
  return new Fault(
    'vault-wrong-key',
    `this is not the key of \`${file}\`; ` +
      'check the passphrase, the key file or the variable under `vault.key`',
  )
}

export function seal(
  name: SecretName,
  version: number,
  value: string,
  keys: VaultKeys,
  random: Random,
): SealedSecret {
  const nonce = random.bytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', keys.seal, nonce)
  cipher.setAAD(additionalData(name, version))
  const text = [cipher.update(value, 'latin1'), cipher.final()]
  const sealed = Buffer.concat([...text, cipher.getAuthTag()])
  return {
    name,
    version,
    nonce: nonce.toString('base64url'),
    sealed: sealed.toString('base64url'),
  }
}

/** Throws `vault-damaged` when it was not sealed under this name and version. */
export function unseal(secret: SealedSecret, keys: VaultKeys, file: string): string {
  const { name, version } = secret
  const bytes = Buffer.from(secret.sealed, 'base64url')
  try {
    const nonce = Buffer.from(secret.nonce, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', keys.seal, nonce, { authTagLength: tagBytes })
    decipher.setAAD(additionalData(name, version))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    const opened = Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()])
    return opened.toString('latin1')
  } catch {
    throw damaged(file, `the secret \`${name}\` does not open`)
  }
}

function additionalData(name: SecretName, version: number): Buffer {
  return Buffer.from(canonicalJson([profile, name, version]))
}

function macOf(content: VaultContent, keys: VaultKeys): string {
  const bytes = canonicalJson({ profile, ...content })
  return createHmac('sha256', keys.whole).update(bytes).digest('base64url')
}

function equal(given: string, wanted: string): boolean {
  const one = Buffer.from(given)
  const other = Buffer.from(wanted)
  return one.length === other.length && timingSafeEqual(one, other)
}

export function damaged(file: string, why: string): Fault {
  return new Fault(
    'vault-damaged',
    `\`${file}\` is not a whole vault: ${why}; ` +
      'put back a copy, or move it away and put the secrets again',
  )
}

function parse(text: string): Partial<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

function isSealed(value: unknown): value is SealedSecret {
  if (typeof value !== 'object' || value === null) return false
  const { name, version, nonce, sealed } = value as Partial<Record<string, unknown>>
  if (!isText(name) || !namePattern.test(name) || !isCount(version)) return false
  return isText(nonce) && isText(sealed)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
