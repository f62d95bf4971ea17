import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { never, shop } from '../../../test/upstreams/agent-client.ts'
import { openDatabases, resetShop, startShop } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'
import type { UpstreamName } from '../../domain/names.ts'
import * as frontend from '../../wire/postgres/frontend.ts'

let server: PostgresServer

before(async () => {
  server = await startShop()
  await resetShop(server, false)
})
after(() => server.stop())

const mismatch = { code: 'clearance-mismatch' }
const bug = { code: 'bug' }
const forgotten = /statement-forgotten/
const bad = 'DELETE FROM customers'

test('what is sent is what was judged, however it is swapped', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  const good = client.simple('SELECT 1')
  for (const messages of [
    frontend.queryMessage(bad),
    Buffer.concat([frontend.queryMessage('SELECT 1'), frontend.queryMessage(bad)]),
    new Uint8Array(),
    frontend.syncMessage,
  ]) {
    await assert.rejects(client.send(client.request({ ...good.payload, messages })), mismatch)
  }
  const half = frontend.queryMessage('SELECT 1').subarray(0, -1)
  await assert.rejects(client.send(client.request({ ...good.payload, messages: half })), bug)
  const swapped = { ...good, payload: { ...good.payload, text: bad } }
  await assert.rejects(client.send(swapped), mismatch)
  const other = client.simple(bad)
  const { databases } = client
  await assert.rejects(databases.send(other, await client.clear(good), never), mismatch)
  const disguised = { ...other, digest: good.digest }
  await assert.rejects(databases.send(disguised, await client.clear(good), never), mismatch)
  const elsewhere = client.request({ ...good.payload, upstream: 'other' as UpstreamName })
  await assert.rejects(client.send(elsewhere), mismatch)
  const unreadable = client.request({ ...good.payload, unreadable: 'odd' })
  await assert.rejects(client.send(unreadable), bug)
  const database = client.request({ ...good.payload, database: 'postgres' })
  await assert.rejects(client.send(database), mismatch)
  assert.equal((await client.query('SELECT count(*) FROM customers'))[1], 'D 10')
})

test('a bound group is one Bind, one Describe at most, one Execute, of the judged statement', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  client.prepare('good', 'SELECT $1::int')
  client.prepare('bad', bad)
  const { payload } = client.extended('good', 'SELECT $1::int', ['1'])
  const bind = (statement: string, value: string, portal = ''): Uint8Array =>
    frontend.bindMessage({
      ...{ portal, statement, resultFormats: [] },
      parameters: [{ format: 'text', value: Buffer.from(value) }],
    })
  const execute = (portal = ''): Uint8Array => frontend.executeMessage({ portal, rowsMax: 0 })
  const describe = frontend.describeMessage({ what: 'statement', name: 'good' })
  for (const messages of [
    [bind('bad', '1'), execute()],
    [bind('good', '2'), execute()],
    [bind('good', '1'), execute('p')],
    [bind('good', '1'), execute(), execute()],
    [bind('good', '1')],
    [bind('good', '1'), describe, execute()],
    [bind('good', '1'), frontend.queryMessage(bad), execute()],
    [bind('good', '1'), frontend.syncMessage, execute()],
    [bind('bad', '1'), bind('good', '1'), execute()],
    [frontend.parseMessage({ name: 'good', text: bad, types: [] }), bind('good', '1'), execute()],
    [execute()],
    [execute('p')],
  ]) {
    const request = client.request({ ...payload, messages: Buffer.concat(messages) })
    await assert.rejects(client.send(request), mismatch)
  }
  const unknown = client.request({
    ...payload,
    messages: Buffer.concat([bind('none', '1'), execute()]),
  })
  await assert.rejects(client.send(unknown), forgotten)
  client.sync()
  await client.until('Z')
  assert.equal((await client.query('SELECT count(*) FROM customers')).at(-3), 'D 10')
})

test('a Parse that failed, or failed to replace one, does not count', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  client.prepare('s', bad)
  client.sync()
  await client.channel.settle()
  client.prepare('s', 'SELECT 1')
  client.sync()
  await client.until('E 42P05')
  await assert.rejects(client.send(client.extended('s', 'SELECT 1')), mismatch)
  client.prepare('t', 'SELEC 1')
  client.sync()
  await client.until('E 42601')
  await assert.rejects(client.send(client.extended('t', 'SELEC 1')), forgotten)
})

const swaps = [
  'DEALLOCATE s; PREPARE s AS DELETE FROM customers',
  "DO $$ BEGIN EXECUTE 'DEALLOCATE s'; EXECUTE 'PREPARE s AS DELETE FROM customers'; END $$",
  'SELECT swap()',
  'DEALLOCATE ALL',
]

for (const swap of swaps) {
  test(`a statement that SQL has swapped is not run: ${swap}`, async (t) => {
    const root = await server.connect('shop')
    await root.query(`CREATE OR REPLACE FUNCTION swap() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN EXECUTE 'DEALLOCATE s'; EXECUTE 'PREPARE s AS DELETE FROM customers'; RETURN 1; END $$`)
    await root.end()
    const { open } = await openDatabases(t, server)
    const client = await open()
    client.prepare('s', 'SELECT 1')
    client.sync()
    await client.channel.settle()
    await client.query(swap)
    await assert.rejects(client.send(client.extended('s', 'SELECT 1')), forgotten)
    assert.equal((await client.query('SELECT count(*) FROM customers'))[1], 'D 10')
  })

  test(`nor where both come in one pipeline: ${swap}`, async (t) => {
    if (swap.startsWith('DEALLOCATE s')) return
    const { open } = await openDatabases(t, server)
    const client = await open()
    client.prepare('s', 'SELECT 1')
    client.prepare('x', swap)
    client.sync()
    await client.channel.settle()
    await client.send(client.extended('x', swap))
    await assert.rejects(client.send(client.extended('s', 'SELECT 1')), forgotten)
    client.sync()
    await client.channel.settle()
    assert.equal((await client.query('SELECT count(*) FROM customers'))[1], 'D 10')
  })
}

test('a statement that is only doubted is asked for, and run', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  client.prepare('s', 'SELECT 1')
  client.sync()
  await client.channel.settle()
  await client.query('SET search_path = public')
  await client.send(client.extended('s', 'SELECT 1'))
  client.sync()
  await client.until('D 1')
})

test('nothing that runs passes through the channel', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  for (const message of [
    frontend.queryMessage(bad),
    frontend.executeMessage({ portal: '', rowsMax: 0 }),
    frontend.bindMessage({ portal: '', statement: '', parameters: [], resultFormats: [] }),
    frontend.terminateMessage,
    Buffer.from([0x46, 0, 0, 0, 4]),
    Buffer.from([0x53, 0, 0, 0, 3]),
    Buffer.from([0x53, 0, 0, 0, 9, 1]),
  ]) {
    assert.throws(() => client.channel.write(Buffer.concat([frontend.flushMessage, message])), bug)
  }
  assert.equal((await client.query('SELECT count(*) FROM customers'))[1], 'D 10')
})

test('settings that are none, or open another protocol, open no session', async (t) => {
  const { tryOpen } = await openDatabases(t, server)
  for (const settings of [
    [['replication', 'true']],
    [['options', '-c session_replication_role=replica']],
    [['user', 'postgres']],
    [['DATABASE', 'postgres']],
    [['a b', 'c']],
    [['_pq_.x', '1']],
    [['application_name', 'a\0user\0postgres']],
    [
      ['datestyle', 'iso'],
      ['DateStyle', 'german'],
    ],
  ] as const) {
    const sent = await tryOpen({ settings })
    assert.deepEqual(sent, {
      kind: 'not-replied',
      outcome: { kind: 'failed', code: 'settings-refused', status: null },
    })
  }
})

test('a clearance is for one thing, once', async (t) => {
  const { open, databases, discovering, administrative } = await openDatabases(t, server)
  const client = await open()
  const wrong = await discovering()
  await assert.rejects(async () => databases.send(client.simple('SELECT 1'), wrong, never), bug)
  await assert.rejects(
    async () => databases.ask(client.id, 'SELECT 1', await administrative()),
    bug,
  )
  await assert.rejects(
    async () => databases.administer(shop, 'shop', () => Promise.resolve(1), wrong),
    bug,
  )
  const once = await administrative()
  await databases.administer(shop, 'shop', () => Promise.resolve(1), once)
  await assert.rejects(
    async () => databases.administer(shop, 'shop', () => Promise.resolve(1), once),
    bug,
  )
})

test('no more sessions than a server may have; one that ends makes room', async (t) => {
  const { open, tryOpen } = await openDatabases(t, server, { limits: { sessionsMax: 2 } })
  const first = await open()
  await open()
  const third = await tryOpen()
  assert.ok(third.kind === 'not-replied' && third.outcome.kind === 'failed')
  assert.equal(third.outcome.code, 'sessions-limit')
  first.leave()
  await open()
})
