import { readFileSync, statSync } from 'node:fs'

import { isClearance } from '../clearance.ts'
import type { Clearance } from '../clearance.ts'
import { Concealed } from '../domain/concealed.ts'
import { Fault, assert } from '../domain/fault.ts'
import { namePattern } from '../domain/names.ts'
import type { SecretName } from '../domain/names.ts'
import { writeFileDurably } from '../system/durable-file.ts'
import type { Random } from '../system/random.ts'
import {
  damaged,
  proveWhole,
  readVault,
  seal,
  secretsMax,
  unseal,
  vaultBytesMax,
  writeVault,
  wrongKey,
} from './vault-file.ts'
import type { SealedSecret, VaultContent } from './vault-file.ts'
import { deriveKeys, newDerivation } from './vault-key.ts'
import type { Derivation, VaultKey, VaultKeys } from './vault-key.ts'

/**
 * Keeps the real credentials. What was put is durable when `put` returns; nothing is kept in the
 * clear.
 */
export interface Vault {
  put(name: SecretName, value: Concealed): void
  /** Throws `secret-unknown` when there is none of that name. */
  remove(name: SecretName): void
  list(): readonly SecretName[]
  /** Demands a permission to act, whatever for. Does not spend it: whoever acts does. */
  open(name: SecretName, clearance: Clearance): Concealed
}

export interface VaultOptions {
  readonly file: string
  readonly key: VaultKey
  readonly random: Random
}

const valueCharactersMax = 8192
/** what a header can carry: visible ASCII, no white space */
const valuePattern = /^[\x21-\x7e]+$/
const temporaryTagBytes = 8

interface Loaded {
  readonly content: VaultContent
  readonly keys: VaultKeys
}

/** Opens the vault in `file`, which need not be there yet. Throws when the key is not its key. */
export function createVault({ file, key, random }: VaultOptions): Vault {
  const derive = rememberLast((derivation) => {
    const keys = deriveKeys(key, derivation)
    if (keys === null) throw wrongKey(file)
    return keys
  })
  let loaded = load()
  const opened = new Map<SecretName, Concealed>()

  function load(): Loaded {
    const text = readIfThere(file)
    if (text === null) {
      const derivation = newDerivation(key, random)
      const keys = derive(derivation)
      const check = keys.check.toString('base64url')
      return { content: { key: derivation, check, generation: 0, secrets: [] }, keys }
    }
    const { mac, ...content } = readVault(text, file)
    const keys = derive(content.key)
    proveWhole({ mac, ...content }, keys, file)
    return { content, keys }
  }

  /** Another process may have written meanwhile: what is there is what is changed. */
  function change(edit: (before: Loaded, generation: number) => readonly SealedSecret[]): void {
    const before = load()
    const generation = before.content.generation + 1
    const content = { ...before.content, generation, secrets: edit(before, generation) }
    const tag = random.bytes(temporaryTagBytes).toString('hex')
    writeFileDurably(file, writeVault(content, before.keys), 0o600, tag)
    loaded = { content, keys: before.keys }
    opened.clear()
  }

  function put(name: SecretName, value: Concealed): void {
    checkName(name)
    checkValue(name, value)
    change(({ content, keys }, generation) => {
      const others = content.secrets.filter((secret) => secret.name !== name)
      if (others.length >= secretsMax) {
        throw new Fault('vault-full', `the vault holds ${secretsMax} secrets; remove one first`)
      }
      return [...others, seal(name, generation, value.reveal(), keys, random)]
    })
  }

  function remove(name: SecretName): void {
    change(({ content }) => {
      find(content, name)
      return content.secrets.filter((secret) => secret.name !== name)
    })
  }

  function open(name: SecretName, clearance: Clearance): Concealed {
    assert(isClearance(clearance), 'the vault opens to a clearance only')
    let value = opened.get(name)
    if (value === undefined) {
      const { content, keys } = loaded
      value = new Concealed(name, unseal(find(content, name), keys, file))
      opened.set(name, value)
    }
    return value
  }

  return {
    put,
    remove,
    list: () => loaded.content.secrets.map(({ name }) => name).sort(),
    open,
  }
}

function readIfThere(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (!found.isFile() || found.size > vaultBytesMax) throw damaged(file, 'it is too large')
  return readFileSync(file, 'utf8')
}

/** Stretching a passphrase is slow on purpose, and once is enough. */
function rememberLast(derive: (derivation: Derivation) => VaultKeys) {
  let last: Readonly<{ derivation: string; keys: VaultKeys }> | null = null
  return (derivation: Derivation): VaultKeys => {
    const wanted = JSON.stringify(derivation)
    if (last?.derivation !== wanted) last = { derivation: wanted, keys: derive(derivation) }
    return last.keys
  }
}

function find(content: VaultContent, name: SecretName): SealedSecret {
  const secret = content.secrets.find((each) => each.name === name)
  if (secret !== undefined) return secret
  throw new Fault(
    'secret-unknown',
    `there is no secret \`${name}\`; put it with \`holdpoint secret put ${name}\``,
  )
}

function checkName(name: SecretName): void {
  if (namePattern.test(name)) return
  throw new Fault(
    'secret-name',
    'this cannot name a secret: use lower-case letters, digits and `-`, at most 63',
  )
}

function checkValue(name: SecretName, value: Concealed): void {
  const text = value.reveal()
  if (text.length <= valueCharactersMax && valuePattern.test(text)) return
  throw new Fault(
    'secret-value',
    `the value of \`${name}\` is not 1 to ${valueCharactersMax} visible ASCII characters; ` +
      'check for white space and line ends',
  )
}
