import { hkdfSync, scryptSync } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'

import { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import { createFileDurably } from '../system/durable-file.ts'
import type { Random } from '../system/random.ts'

/** What a vault is opened with: 32 random bytes, or words that 32 bytes are stretched from. */
export type VaultKey =
  Readonly<{ kind: 'key'; text: Concealed }> | Readonly<{ kind: 'passphrase'; text: Concealed }>

/** How the key is come by; kept in the vault's file. */
export type Derivation =
  | Readonly<{ kind: 'key' }>
  | Readonly<{ kind: 'scrypt'; N: number; r: number; p: number; salt: string }>

/** What is made of the key: one for each use, so that none can stand in for another. */
export interface VaultKeys {
  /** seals values, AES-256-GCM */
  readonly seal: Buffer
  /** proves that the file is whole, HMAC-SHA-256 */
  readonly whole: Buffer
  /** tells a wrong key from a damaged file */
  readonly check: Buffer
}

const keyPrefix = 'hpk_'
const keyBytes = 32
const keyPattern = /^hpk_[A-Za-z0-9_-]{43}$/
const passphraseCharactersMin = 8
const passphraseCharactersMax = 1024
const saltBytes = 16
/** OWASP's figures for scrypt; a file that asks for less was tampered with */
const scrypt = { N: 131_072, r: 8, p: 1 } as const
const scryptMemoryMax = 256 * 1_048_576
const info = (use: string): string => `holdpoint/vault/1 ${use}`

export function vaultKeyFromPassphrase(passphrase: Concealed): VaultKey {
  const { length } = passphrase.reveal()
  if (length < passphraseCharactersMin || length > passphraseCharactersMax) {
    throw new Fault(
      'vault-key-malformed',
      `a passphrase has ${passphraseCharactersMin} to ${passphraseCharactersMax} characters; ` +
        'choose another',
    )
  }
  return { kind: 'passphrase', text: passphrase }
}

/** Refused when others could have read it. */
export function vaultKeyFromFile(file: string): VaultKey {
  const handle = openKeyFile(file)
  try {
    if ((fstatSync(handle).mode & 0o077) !== 0) {
      throw new Fault('vault-key-exposed', `others can read \`${file}\`; run \`chmod 600 ${file}\``)
    }
    return keyFrom(readFileSync(handle, 'utf8').trimEnd(), `\`${file}\``)
  } finally {
    closeSync(handle)
  }
}

/** value: of the variable that holds the key; the caller reads the environment. */
export function vaultKeyFromEnvironment(variable: string, value: string | undefined): VaultKey {
  if (value === undefined || value === '') {
    throw new Fault(
      'vault-key-missing',
      `\`${variable}\` is not set; set it to the vault's key, which starts with \`${keyPrefix}\``,
    )
  }
  return keyFrom(value, `\`${variable}\``)
}

/** Makes a key and its file, which must not be there yet. */
export function createVaultKeyFile(file: string, random: Random): VaultKey {
  const text = `hpk_${random.bytes(keyBytes).toString('base64url')}`
  createFileDurably(file, `${text}\n`, 0o600)
  return keyFrom(text, `\`${file}\``)
}

function openKeyFile(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (cause) {
    const says = `\`${file}\`, the vault's key, cannot be read; put it back`
    throw new Fault('vault-key-missing', says, { cause })
  }
}

function keyFrom(text: string, where: string): VaultKey {
  if (!keyPattern.test(text)) {
    throw new Fault(
      'vault-key-malformed',
      `${where} holds no vault key: it is \`${keyPrefix}\` and 43 characters of base64url`,
    )
  }
  return { kind: 'key', text: new Concealed('vault key', text) }
}

export function newDerivation(key: VaultKey, random: Random): Derivation {
  if (key.kind === 'key') return { kind: 'key' }
  return { kind: 'scrypt', ...scrypt, salt: random.bytes(saltBytes).toString('base64url') }
}

/**
 * Null for a derivation weaker than any that is made here, or so heavy that it would stop the gate.
 */
export function readDerivation(value: unknown): Derivation | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null
  if (value.kind === 'key') return { kind: 'key' }
  if (value.kind !== 'scrypt') return null
  const { N, r, p, salt } = value as Partial<Record<string, unknown>>
  if (N !== scrypt.N || r !== scrypt.r || p !== scrypt.p) return null
  if (typeof salt !== 'string' || Buffer.from(salt, 'base64url').length !== saltBytes) return null
  return { kind: 'scrypt', N, r, p, salt }
}

/**
 * Takes about half a second for a passphrase: that is what it is for. Null when the kinds differ.
 */
export function deriveKeys(key: VaultKey, derivation: Derivation): VaultKeys | null {
  const root = rootOf(key, derivation)
  if (root === null) return null
  const derive = (use: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', root, '', info(use), length))
  return { seal: derive('seal', 32), whole: derive('whole', 32), check: derive('check', 16) }
}

function rootOf(key: VaultKey, derivation: Derivation): Buffer | null {
  const text = key.text.reveal()
  if (derivation.kind === 'key') {
    return key.kind === 'key' ? Buffer.from(text.slice(keyPrefix.length), 'base64url') : null
  }
  if (key.kind !== 'passphrase') return null
  const { N, r, p, salt } = derivation
  return scryptSync(text.normalize('NFKC'), Buffer.from(salt, 'base64url'), keyBytes, {
    N,
    r,
    p,
    maxmem: scryptMemoryMax,
  })
}
