import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'

import { openDatabases, resetShop, startShop } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'
import { issueAuthority, issueLeaf } from '../../doors/http/certificates.ts'
import type { Issued } from '../../doors/http/certificates.ts'
import type { SecretName } from '../../domain/names.ts'
import { systemRandom } from '../../system/random.ts'
import { authenticationOk, authenticationSasl } from '../../wire/postgres/backend.ts'
import { backendKeyData, readyForQuery } from '../../wire/postgres/backend.ts'
import { int32, message } from '../../wire/postgres/bytes.ts'

let server: PostgresServer
let authority: Issued

before(async () => {
  authority = await issueAuthority(Date.now(), systemRandom)
  const leaf = await issueLeaf(authority, 'db.example', Date.now(), systemRandom)
  server = await startShop({ tls: { certificate: leaf.certificatePem, key: leaf.keyPem } })
  await resetShop(server, false)
})
after(() => server.stop())

const resolver = () => Promise.resolve(['127.0.0.1'])

function failed(code: string) {
  return { kind: 'not-replied', outcome: { kind: 'failed', code, status: null } }
}

test('verified TLS, SCRAM bound to it', async (t) => {
  const certificate = authority.certificatePem
  const config = { host: 'db.example', tls: 'verify-full', certificate } as const
  const { open } = await openDatabases(t, server, { resolver, config })
  const client = await open()
  const rows = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
  assert.equal(rows[1], 'D t')
  const slow = await client.send(client.simple('SELECT pg_sleep(30)'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  client.channel.cancel()
  assert.deepEqual(await slow.ended, { kind: 'failed', code: 'sql-57014', status: null })
})

test('a certificate of somebody else, or for another host, opens nothing', async (t) => {
  const certificate = authority.certificatePem
  const other = (await issueAuthority(Date.now(), systemRandom)).certificatePem
  for (const config of [
    { host: 'db.example', tls: 'verify-full', certificate: other },
    { host: 'db.example', tls: 'verify-full', certificate: null },
    { host: 'other.example', tls: 'verify-full', certificate },
    { host: '127.0.0.1', tls: 'verify-full', certificate },
  ] as const) {
    const { tryOpen } = await openDatabases(t, server, { resolver, config })
    assert.deepEqual(await tryOpen(), failed('tls-failed'))
  }
  const config = { host: 'other.example', tls: 'require', certificate: null } as const
  const { open } = await openDatabases(t, server, { resolver, config })
  assert.equal((await (await open()).query('SELECT 1')).at(-1), 'Z I')
})

test('a wrong password, role or database: the code of the server', async (t) => {
  const wrong = await openDatabases(t, server, { secrets: { app: 'wrong' } })
  assert.deepEqual(await wrong.tryOpen(), failed('sql-28P01'))
  const { tryOpen } = await openDatabases(t, server)
  assert.deepEqual(await tryOpen({ database: 'none' }), failed('sql-3D000'))
  assert.deepEqual(await tryOpen({ settings: [['no_such', 'x']] }), failed('sql-42704'))
})

test('private addresses, closed ports, servers without TLS', async (t) => {
  const refused = await openDatabases(t, server, {
    config: { allowPrivate: false, tls: 'require' },
  })
  assert.deepEqual(await refused.tryOpen(), failed('address-refused'))
  const closed = await openDatabases(t, server, { config: { port: 1 } })
  assert.deepEqual(await closed.tryOpen(), failed('upstream-unreachable'))
  const plain = await startShop()
  t.after(() => plain.stop())
  const { tryOpen } = await openDatabases(t, plain, { config: { tls: 'require' } })
  assert.deepEqual(await tryOpen(), failed('tls-refused'))
  await assert.rejects(openDatabases(t, server, { config: { allowPrivate: false } }), {
    code: 'upstream-insecure',
  })
})

for (const authentication of ['md5', 'password'] as const) {
  test(`${authentication}: md5 as it is, the password itself only where TLS is verified`, async (t) => {
    const leaf = await issueLeaf(authority, 'db.example', Date.now(), systemRandom)
    const tls = { certificate: leaf.certificatePem, key: leaf.keyPem }
    const settings = authentication === 'md5' ? ['password_encryption=md5'] : []
    const older = await startShop({ authentication, tls, settings })
    t.after(() => older.stop())
    const certificate = authority.certificatePem
    const config = { host: 'db.example', tls: 'verify-full', certificate } as const
    const verified = await openDatabases(t, older, { resolver, config })
    assert.equal((await (await verified.open()).query('SELECT 1')).at(-1), 'Z I')
    const off = await openDatabases(t, older)
    if (authentication === 'md5') await off.open()
    else assert.deepEqual(await off.tryOpen(), failed('password-in-clear'))
  })
}

/** A server that says what it is told to, whatever it hears. */
async function impostor(t: TestContext, ...answers: readonly Uint8Array[]): Promise<number> {
  const said = createServer((socket) => {
    let next = 0
    socket.on('error', () => undefined)
    socket.on('data', () => {
      const answer = answers[next++]
      if (answer === undefined) socket.destroy()
      else socket.write(answer)
    })
  })
  await new Promise<void>((resolve) => said.listen(0, '127.0.0.1', resolve))
  t.after(() => said.close())
  return (said.address() as AddressInfo).port
}

test('a server that does not prove that it knows the password is not believed', async (t) => {
  const ready = Buffer.concat([
    authenticationOk,
    backendKeyData({ process: 1, secret: int32(7) }),
    readyForQuery('I'),
  ])
  for (const [answers, code] of [
    [[authenticationSasl(['SCRAM-SHA-256']), ready], 'upstream-login'],
    [[authenticationSasl(['SCRAM-SHA-1'])], 'upstream-login'],
    [[message('R', int32(11), Buffer.from('r=x'))], 'upstream-login'],
    [[message('R', int32(3))], 'password-in-clear'],
    [[message('R', int32(7))], 'upstream-login'],
    [[readyForQuery('I')], 'upstream-login'],
    [[Buffer.from('HTTP/1.1 400\r\n\r\n')], 'postgres-protocol'],
    [[Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff])], 'postgres-protocol'],
    [[], 'upstream-unreachable'],
  ] as const) {
    const port = await impostor(t, ...answers)
    const { tryOpen } = await openDatabases(t, server, { config: { port } })
    assert.deepEqual(await tryOpen(), failed(code), JSON.stringify(answers))
  }
  const port = await impostor(t, ready)
  const { tryOpen } = await openDatabases(t, server, { config: { port } })
  // One that lets everybody in is let in that far; then it is asked whether it is enrolled.
  assert.deepEqual(await tryOpen(), failed('database-unasked'))
})

test("bytes put behind the answer to SSLRequest are not taken for the server's", async (t) => {
  const port = await impostor(t, Buffer.from('SR'))
  const { tryOpen } = await openDatabases(t, server, { config: { port, tls: 'require' } })
  assert.deepEqual(await tryOpen(), failed('tls-refused'))
})

test('a server that never answers is given up', async (t) => {
  const port = await impostor(t, new Uint8Array(), new Uint8Array())
  const limits = { connectMilliseconds: 300 }
  for (const tls of ['off', 'require'] as const) {
    const { tryOpen } = await openDatabases(t, server, { config: { port, tls }, limits })
    const sent = await tryOpen()
    assert.ok(sent.kind === 'not-replied')
  }
})

test('no secret is in what is said of a failure', async (t) => {
  const { databases, administrative } = await openDatabases(t, server, {
    secrets: { root: 'not-the-password' },
    config: { admin: { role: 'postgres', credential: 'root' as SecretName } },
  })
  const shop = 'shop-db' as Parameters<typeof databases.administer>[0]
  await assert.rejects(
    async () =>
      databases.administer(shop, 'shop', () => Promise.resolve(1), await administrative()),
    (fault: Error) => !`${fault.message}${fault.stack}`.includes('not-the-password'),
  )
})

test('a server that is killed in a transaction: unknown, and nothing of it stays', async (t) => {
  const mortal = await startShop()
  t.after(() => mortal.stop())
  await resetShop(mortal, false)
  const { open } = await openDatabases(t, mortal)
  const client = await open()
  await client.query('BEGIN')
  await client.query('DELETE FROM orders')
  const last = await client.send(client.simple('SELECT pg_sleep(30)'))
  await mortal.kill()
  assert.equal((await last.ended).kind, 'unknown')
  assert.notEqual(client.closed, null)
})

test('300 MB to a slow reader: neither kept nor lost', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  const text =
    "SELECT repeat('x', 1000000) FROM generate_series(1, 200) UNION ALL SELECT repeat('y', 100000000)"
  const before = process.memoryUsage().rss
  client.takes = false
  let most = 0
  const { ended } = await client.send(client.simple(text))
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before)
    client.channel.resume()
  }, 1)
  assert.deepEqual(await ended, { kind: 'succeeded', status: 0 })
  clearInterval(timer)
  t.diagnostic(
    `${(client.bytes / 1e6).toFixed(0)} MB, and ${(most / 1e6).toFixed(0)} MB more memory`,
  )
  assert.ok(client.bytes > 300_000_000)
  assert.ok(most < 100_000_000, `${most} bytes more`)
})

test('while nobody reads, nothing is read; a trial is tried all the same', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  client.takes = false
  await client.send(client.simple("SELECT repeat('x', 10000000)"))
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(client.bytes < 2_000_000, `${client.bytes}`)
  client.takes = true
  client.channel.resume()
  await client.until('Z')
  client.takes = false
  await client.query('LISTEN x')
  const measured = await client.measure(client.simple('DELETE FROM customers WHERE id = 1'), 'rows')
  assert.ok(measured.complete)
})
