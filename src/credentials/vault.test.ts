import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { format, inspect } from 'node:util'

import { clearToDiscover } from '../clearance.ts'
import type { Clearance } from '../clearance.ts'
import { Concealed } from '../domain/concealed.ts'
import type { SecretName, UpstreamName } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { systemRandom as random } from '../system/random.ts'
import { openLedger, temporaryFolder } from '../../test/receipts.ts'
import {
  createVaultKeyFile,
  vaultKeyFromEnvironment,
  vaultKeyFromFile,
  vaultKeyFromPassphrase,
} from './vault-key.ts'
import type { VaultKey } from './vault-key.ts'
import { createVault } from './vault.ts'
import type { Vault } from './vault.ts'

const account = 'railway-account' as SecretName
const domains = 'railway-domains' as SecretName
const token = 'f1d2c3b4-0000-4000-8000-1234567890ab'
const concealed = (text: string): Concealed => new Concealed('given', text)
const faults = (code: string, says = /./) => ({ name: 'Fault', code, message: says })

async function clearance(t: TestContext): Promise<Clearance> {
  const { ledger } = await openLedger(t)
  const upstream = 'railway' as UpstreamName
  const request = sha256('')
  return clearToDiscover(await ledger.append({ kind: 'discovering', upstream, request }))
}

interface Place {
  readonly folder: string
  readonly file: string
  readonly key: VaultKey
  readonly open: (key?: VaultKey) => Vault
}

function place(t: TestContext): Place {
  const folder = temporaryFolder(t)
  const file = join(folder, 'vault.json')
  const key = createVaultKeyFile(join(folder, 'vault.key'), random)
  return { folder, file, key, open: (with_ = key) => createVault({ file, key: with_, random }) }
}

test('what was put is there again, for whoever has a clearance', async (t) => {
  const { open, file } = place(t)
  const vault = open()
  vault.put(account, concealed(token))
  vault.put(domains, concealed('!~'.repeat(4096)))
  const again = open()
  const cleared = await clearance(t)
  assert.deepEqual(again.list(), [account, domains])
  assert.equal(again.open(account, cleared).reveal(), token)
  assert.equal(again.open(domains, cleared).reveal().length, 8192)
  assert.equal(again.open(account, cleared), again.open(account, cleared))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  again.put(account, concealed('another'))
  assert.equal(again.open(account, cleared).reveal(), 'another')
  again.remove(account)
  assert.throws(() => again.open(account, cleared), faults('secret-unknown', /secret put/))
  assert.throws(() => again.remove(account), faults('secret-unknown'))
  assert.deepEqual(open().list(), [domains])
})

test('nothing opens without a clearance, or to what only looks like one', async (t) => {
  const vault = place(t).open()
  vault.put(account, concealed(token))
  const cleared = await clearance(t)
  for (const copy of [Object.assign({}, cleared), Object.create(cleared) as object]) {
    assert.throws(() => vault.open(account, copy as Clearance), faults('bug'))
  }
})

test('a value shows nowhere: in no file, no vault, no gift and no fault', async (t) => {
  const { open, folder } = place(t)
  const vault = open()
  vault.put(account, concealed(token))
  const opened = vault.open(account, await clearance(t))
  const shown = [
    JSON.stringify({ vault, opened }),
    inspect({ vault, opened }, { depth: 9, showHidden: true }),
    format('%s %o %j', opened, opened, opened),
    String(opened),
    ...readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')),
  ]
  for (const value of [`${token}\n`, `${token} `, `${token}é`, token.repeat(300), '']) {
    assert.throws(
      () => vault.put(account, concealed(value)),
      (fault: unknown) => {
        shown.push(inspect(fault, { showHidden: true }))
        return fault instanceof Error && 'code' in fault && fault.code === 'secret-value'
      },
    )
  }
  const bytes = Buffer.from(token)
  const encoded = [token, bytes.toString('base64url'), bytes.toString('hex')]
  for (const text of shown) for (const form of encoded) assert.ok(!text.includes(form), text)
})

test('names are names', (t) => {
  const vault = place(t).open()
  for (const name of ['', 'A', '../x', '__proto__', 'a'.repeat(64)]) {
    assert.throws(() => vault.put(name as SecretName, concealed('x')), faults('secret-name'))
  }
  vault.put('constructor' as SecretName, concealed('x'))
  assert.deepEqual(vault.list(), ['constructor'])
})

test('a wrong key says so, and so does a key of the other kind', (t) => {
  const { open, folder } = place(t)
  open().put(account, concealed(token))
  const other = createVaultKeyFile(join(folder, 'other.key'), random)
  assert.throws(() => open(other), faults('vault-wrong-key', /vault\.key/))
  const passphrase = vaultKeyFromPassphrase(concealed('correct horse'))
  assert.throws(() => open(passphrase), faults('vault-wrong-key'))
})

test('a passphrase opens what it closed, at the full cost and no less', (t) => {
  const { open, file } = place(t)
  const right = vaultKeyFromPassphrase(concealed('correct horse'))
  open(right).put(account, concealed(token))
  const written = JSON.parse(readFileSync(file, 'utf8')) as { key: Record<string, unknown> }
  const { salt, ...cost } = written.key
  assert.equal(Buffer.from(String(salt), 'base64url').length, 16)
  assert.deepEqual(cost, { kind: 'scrypt', N: 131_072, r: 8, p: 1 })
  assert.deepEqual(open(right).list(), [account])
  const wrong = vaultKeyFromPassphrase(concealed('incorrect horse'))
  assert.throws(() => open(wrong), faults('vault-wrong-key'))
  const others = [{ N: 1024 }, { N: 1 << 24 }, { r: 1 }, { p: 64 }, { salt: '' }, { kind: 'none' }]
  for (const weaker of others) {
    const key = { ...written.key, ...weaker }
    writeFileSync(file, JSON.stringify({ ...written, key }))
    assert.throws(() => open(right), faults('vault-damaged'))
  }
})

type Written = Record<string, unknown> & { secrets: Record<string, unknown>[] }

type Edit = (vault: Written, before: Written) => object

const tamperings: readonly (readonly [what: string, edit: Edit])[] = [
  [
    'two values exchanged',
    ({ secrets: [one, other], ...vault }) => {
      const exchanged = [
        { ...one, name: other?.['name'] },
        { ...other, name: one?.['name'] },
      ]
      return { ...vault, secrets: exchanged }
    },
  ],
  ['one secret taken out', (vault) => ({ ...vault, secrets: vault.secrets.slice(1) })],
  ['an older value put back', (vault, before) => ({ ...vault, secrets: before.secrets })],
  [
    'a version changed',
    ({ secrets, ...vault }) => {
      return { ...vault, secrets: secrets.map((secret) => ({ ...secret, version: 9 })) }
    },
  ],
  ['a generation changed', (vault) => ({ ...vault, generation: 0 })],
  ['another profile', (vault) => ({ ...vault, profile: 'holdpoint/vault/0' })],
  ['no mac', (vault) => ({ ...vault, mac: undefined })],
  ['an empty mac', (vault) => ({ ...vault, mac: '' })],
  ['secrets that are none', (vault) => ({ ...vault, secrets: [null, 7] })],
]

for (const [what, edit] of tamperings) {
  test(`a vault with ${what} is damaged, and says which file`, (t) => {
    const { open, file } = place(t)
    const vault = open()
    const read = (): Written => JSON.parse(readFileSync(file, 'utf8')) as Written
    vault.put(account, concealed('old'))
    vault.put(domains, concealed('other'))
    const before = read()
    vault.put(account, concealed('new'))
    writeFileSync(file, JSON.stringify(edit(read(), before)))
    assert.throws(() => open(), faults('vault-damaged', /vault\.json/))
    // A vault that is open already does not write over it either.
    assert.throws(() => vault.put(account, concealed('x')), faults('vault-damaged'))
  })
}

test('cut off or flipped anywhere, it is damaged or has another key, and never opens', (t) => {
  const { open, file } = place(t)
  open().put(account, concealed(token))
  const whole = readFileSync(file)
  const refused = /^vault-(damaged|wrong-key)$/
  const isRefused = (fault: unknown): boolean =>
    fault instanceof Error && 'code' in fault && refused.test(String(fault.code))
  for (let length = 0; length < whole.length - 1; length += 7) {
    writeFileSync(file, whole.subarray(0, length))
    assert.throws(() => open(), isRefused)
  }
  for (let at = 0; at < whole.length - 1; at += 3) {
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    writeFileSync(file, flipped)
    assert.throws(() => open(), isRefused)
  }
})

test('a write leaves nothing beside the vault, and keeps what another wrote', (t) => {
  const { open, folder } = place(t)
  const one = open()
  const other = open()
  one.put(account, concealed('one'))
  other.put(domains, concealed('other'))
  assert.deepEqual(open().list(), [account, domains])
  assert.deepEqual(readdirSync(folder).sort(), ['vault.json', 'vault.key'])
})

test('key files are made private, and refused when they are not', (t) => {
  const { folder, file } = place(t)
  const keyFile = join(folder, 'vault.key')
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)
  assert.match(readFileSync(keyFile, 'utf8'), /^hpk_[A-Za-z0-9_-]{43}\n$/)
  createVault({ file, key: vaultKeyFromFile(keyFile), random }).put(account, concealed(token))
  for (const mode of [0o640, 0o604, 0o644, 0o660]) {
    chmodSync(keyFile, mode)
    assert.throws(() => vaultKeyFromFile(keyFile), faults('vault-key-exposed', /chmod 600/))
  }
  assert.throws(() => vaultKeyFromFile(join(folder, 'none')), faults('vault-key-missing'))
  assert.throws(() => createVaultKeyFile(keyFile, random), { code: 'EEXIST' })
  assert.ok(existsSync(file))
})

test('keys are told apart from what is none, without showing it', () => {
  const key = `hpk_${'a'.repeat(43)}`
  const read = vaultKeyFromEnvironment('HOLDPOINT_VAULT_KEY', key)
  assert.ok(!inspect(read, { depth: 9 }).includes(key))
  assert.throws(
    () => vaultKeyFromEnvironment('HOLDPOINT_VAULT_KEY', undefined),
    faults('vault-key-missing', /HOLDPOINT_VAULT_KEY/),
  )
  for (const wrong of ['pass word', 'hpk_short', `${key}x`, ` ${key}`]) {
    assert.throws(
      () => vaultKeyFromEnvironment('V', wrong),
      (fault: unknown) => {
        const { message, code } = fault as Error & { code: string }
        return code === 'vault-key-malformed' && !message.includes(wrong)
      },
    )
  }
  assert.throws(() => vaultKeyFromPassphrase(concealed('short')), faults('vault-key-malformed'))
})
