import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { readConfiguration } from './configuration.ts'
import type { KnownProvider } from './configuration.ts'
import { configurationJsonSchema } from './json-schema.ts'
import { FileFault } from './problem.ts'

const railway: KnownProvider = {
  name: 'railway',
  hosts: ['backboard.railway.com', 'backboard.railway.app'],
  url: 'https://backboard.railway.com',
  credentialHeaders: [
    { name: 'authorization', scheme: 'Bearer' },
    { name: 'project-access-token', scheme: null },
  ],
}

function read(text: string) {
  return readConfiguration(text, '/srv/holdpoint.yaml', [railway])
}

function faultOf(text: string): FileFault {
  try {
    read(text)
  } catch (error) {
    if (error instanceof FileFault) return error
    throw error
  }
  throw new assert.AssertionError({ message: `this should have been refused:\n${text}` })
}

test('every mistake is refused and explained as the golden file says', () => {
  const corpus = new URL('../../test/corpus/configuration/', import.meta.url)
  const golden = new URL('mistakes.golden.txt', corpus)
  const cases = readFileSync(new URL('mistakes.txt', corpus), 'utf8').split(/^=== /m).slice(1)
  assert.ok(cases.length > 40)
  const explained = cases.map((one) => {
    const end = one.indexOf('\n')
    const fault = faultOf(one.slice(end + 1))
    return `=== ${one.slice(0, end)}\n[${fault.code}]\n${fault.message.replaceAll('/srv/', '')}\n`
  })
  const text = explained.join('')
  if (process.env['UPDATE'] === '1') writeFileSync(golden, text)
  assert.equal(text, readFileSync(golden, 'utf8'))
})

test('no mistake repeats a pasted secret, and none holds a control character', () => {
  for (const url of ['postgres://app:Hunter2@db', 'postgres://db?password=Hunter2', 'Hunter2']) {
    const one = { provider: 'postgres', url, role: 'a', credential: 'a', database: 'b' }
    const upstreams = { db: { ...one, environment: 'c' } }
    const { message } = faultOf(JSON.stringify({ version: 1, upstreams }))
    assert.match(message, /`upstreams\.db\.url`/)
    assert.doesNotMatch(message, /Hunter2/)
  }
  const pasted = 'version: 1\nupstreams: {railway: {provider: railway, credential: Rw_9f.Secret}}\n'
  assert.doesNotMatch(faultOf(pasted).message, /Rw_9f/)
  const odd = faultOf('version: 1\n"\\e[2J\\u202e": {}\nstate: {"\\a": 1}\n')
  assert.doesNotMatch(odd.message, /[\x00-\x09\x0b-\x1f\x7f\u202e]/)
})

test('the least configuration has every default', () => {
  assert.deepEqual(
    { ...read('version: 1\n'), digest: '' },
    {
      file: '/srv/holdpoint.yaml',
      digest: '',
      state: '/srv/.holdpoint',
      operator: null,
      listen: {
        agents: { host: '127.0.0.1', port: 7400 },
        console: { host: '127.0.0.1', port: 7401 },
        postgres: { host: '127.0.0.1', port: 7432 },
        mcp: { host: '127.0.0.1', port: 7480 },
      },
      vaultKey: { kind: 'file', file: '/srv/.holdpoint/vault.key' },
      upstreams: [],
      databases: [],
      mcp: [],
      environments: [],
      holdMinutes: 60,
      limits: { bodyBytesMax: 1_048_576, bodySeconds: 15, connectionsMax: 1024 },
      policies: { folder: null, optional: [] },
      safeguards: [],
      inventory: { refreshSeconds: 60, freshSeconds: 10 },
      consoleOrigin: null,
      consoleTls: null,
      consoleOpenId: null,
      notify: { channels: [], on: { held: [], asked: [], tripped: [], killed: [] }, escalate: [] },
      ledgerOrigin: null,
    },
  )
})

test('an upstream takes what it does not say from its provider, and adds to its hosts', () => {
  const { upstreams } = read(
    `
version: 1
upstreams:
  railway:
    provider: railway
    credential: railway-account
    discoverWith: railway-read
    credentialHeader: project-access-token
    hosts: [railway.internal.example]
  other:
    provider: railway
    credential: x
`.replace(/ {2}other:[^]*/, ''),
  )
  assert.deepEqual(upstreams, [
    {
      name: 'railway',
      provider: 'railway',
      url: 'https://backboard.railway.com',
      hosts: ['backboard.railway.com', 'backboard.railway.app', 'railway.internal.example'],
      credential: 'railway-account',
      credentialHeader: { name: 'project-access-token', scheme: null },
      discoverCredential: 'railway-read',
      allowPrivate: false,
    },
  ])
})

test('a plain upstream on this machine and a gate beyond it must be asked for by name', () => {
  const local =
    'version: 1\nupstreams: {r: {provider: railway, credential: r, URL, allowPrivate: true}}\n'
  const [upstream] = read(local.replace('URL', "url: 'http://127.0.0.1:9000'")).upstreams
  assert.equal(upstream?.url, 'http://127.0.0.1:9000')
  const wide = read('version: 1\nlisten: {agents: "[::]:7400", beyondLoopback: true}\n')
  assert.deepEqual(wide.listen.agents, { host: '::', port: 7400 })
  assert.deepEqual(
    read('version: 1\nlisten: {agents: "[::1]:0", console: "localhost:0", postgres: "[::1]:1"}\n')
      .listen,
    {
      agents: { host: '::1', port: 0 },
      console: { host: 'localhost', port: 0 },
      postgres: { host: '::1', port: 1 },
      mcp: { host: '127.0.0.1', port: 7480 },
    },
  )
})

test('a PostgreSQL server is a database, with every default', () => {
  const { upstreams, databases } = read(`
version: 1
upstreams:
  railway: {provider: railway, credential: railway}
  shop-db:
    provider: postgres
    url: postgres://DB.example
    role: app
    credential: shop-db
    database: shop
    environment: shop/production
`)
  assert.deepEqual(
    upstreams.map(({ name }) => name),
    ['railway'],
  )
  assert.deepEqual(databases, [
    {
      name: 'shop-db',
      host: 'db.example',
      port: 5432,
      role: 'app',
      credential: 'shop-db',
      database: 'shop',
      environment: 'shop/production',
      databases: new Map(),
      tls: 'verify-full',
      certificate: null,
      allowPrivate: false,
      admin: null,
      captureKey: 'shop-db-capture',
      retentionDays: 7,
      mask: [],
    },
  ])
})

test('what is said of a PostgreSQL server is kept, paths from the folder of the file', () => {
  const { databases } = read(`
version: 1
upstreams:
  db:
    provider: postgres
    url: postgresql://[::1]:6543
    role: app
    credential: db
    database: shop
    environment: shop/production
    databases: {shop_dev: shop/development, "odd name": a}
    certificate: ca.pem
    allowPrivate: true
    admin: {role: postgres, credential: db-admin}
    retentionDays: 30
    mask: ['*.password', users.email]
`)
  const [one] = databases
  assert.ok(one !== undefined)
  assert.deepEqual([one.host, one.port, one.certificate], ['::1', 6543, '/srv/ca.pem'])
  assert.equal(one.databases.get('shop_dev'), 'shop/development')
  assert.deepEqual(one.admin, { role: 'postgres', credential: 'db-admin' })
  assert.deepEqual([one.retentionDays, one.mask], [30, ['*.password', 'users.email']])
})

test('paths are meant from the folder of the file; a bare program is looked up in PATH', () => {
  const read1 = read(`{"version": 1, "state": "../state", "policies": {"folder": "rules"},
    "vault": {"key": {"file": "k"}}, "safeguards": {"independent-backup":
    {"command": ["bin/save", "{resource}"], "artefact": "saved/{decision}.dump"}}}`)
  assert.equal(read1.state, '/state')
  assert.equal(read1.policies.folder, '/srv/rules')
  assert.deepEqual(read1.vaultKey, { kind: 'file', file: '/srv/k' })
  assert.deepEqual(read1.safeguards, [
    {
      kind: 'command',
      name: 'independent-backup',
      command: ['/srv/bin/save', '{resource}'],
      artefact: '/srv/saved/{decision}.dump',
      minutesMax: 30,
    },
  ])
})

test('the digest changes with what is decided, not with how it is written', () => {
  const one = read('version: 1\nholds: {minutes: 5}\n').digest
  assert.equal(read('# said otherwise\n{"holds": {"minutes": 5}, "version": 1}\n').digest, one)
  assert.notEqual(read('version: 1\nholds: {minutes: 6}\n').digest, one)
})

test('files too large or too deep are refused at once', () => {
  const started = performance.now()
  assert.equal(faultOf(`version: 1\n# ${'x'.repeat(200_000)}\n`).code, 'config-too-large')
  for (const deep of ['['.repeat(60_000), '{a: '.repeat(30_000), '- '.repeat(60_000)]) {
    assert.match(faultOf(`version: 1\nstate: ${deep}\n`).code, /^config-(too-deep|syntax)$/)
  }
  assert.ok(performance.now() - started < 10_000)
})

test('the documentation shows what is taken, with the defaults that are true', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const block = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? ''
  const shown = read(block)
  const defaults = read('version: 1\n')
  for (const key of [
    'listen',
    'holdMinutes',
    'limits',
    'inventory',
    'state',
    'vaultKey',
  ] as const) {
    assert.deepEqual(shown[key], defaults[key], key)
  }
})

test('holdpoint.schema.json is current (UPDATE=1 rewrites it)', () => {
  const file = new URL('../../holdpoint.schema.json', import.meta.url)
  const current = configurationJsonSchema(['railway'])
  if (process.env['UPDATE'] === '1') writeFileSync(file, current)
  assert.equal(readFileSync(file, 'utf8'), current)
})
