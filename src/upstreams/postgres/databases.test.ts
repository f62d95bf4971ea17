import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { openDatabases, resetShop, startShop } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'
import * as frontend from '../../wire/postgres/frontend.ts'

let server: PostgresServer

before(async () => {
  server = await startShop()
  await resetShop(server, false)
})
after(() => server.stop())

test('a session, a query, an error, a transaction', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open([['application_name', 'test']])
  assert.deepEqual(await client.query('SELECT 1 AS one'), ['T', 'D 1', 'C SELECT 1', 'Z I'])
  assert.deepEqual(await client.query('SHOW application_name'), ['T', 'D test', 'C SHOW', 'Z I'])
  assert.deepEqual(await client.query('BEGIN'), ['C BEGIN', 'Z T'])
  assert.deepEqual(await client.query('SELECT 1/0'), ['E 22012', 'Z E'])
  assert.deepEqual(await client.query('ROLLBACK'), ['C ROLLBACK', 'Z I'])
  assert.deepEqual(await client.query('SELECT 1; SELECT 2'), [
    ...['T', 'D 1', 'C SELECT 1', 'T', 'D 2', 'C SELECT 1', 'Z I'],
  ])
})

test('outcomes: succeeded, failed with the code, unknown when the connection is lost', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  const fine = await client.send(client.simple('SELECT 1'))
  assert.equal(await fine.running.answered, 'done')
  assert.deepEqual(await fine.ended, { kind: 'succeeded', status: 0 })
  const failed = await client.send(client.simple('SELECT nothing'))
  assert.equal(await failed.running.answered, 'error')
  assert.deepEqual(await failed.ended, { kind: 'failed', code: 'sql-42703', status: null })
  const lost = await client.send(client.simple('SELECT pg_sleep(20)'))
  const root = await server.connect('shop')
  await root.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
  assert.equal((await lost.ended).kind, 'unknown')
  await root.end()
})

test('extended: parse, bind, execute, sync; errors until Sync; pipelines', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  client.prepare('s1', 'SELECT $1::int + 1')
  const sent = await client.send(client.extended('s1', 'SELECT $1::int + 1', ['4']))
  client.sync()
  await client.until('Z')
  assert.deepEqual(client.heard.splice(0), ['1', '2', 'D 5', 'C SELECT 1', 'Z I'])
  assert.deepEqual(await sent.ended, { kind: 'succeeded', status: 0 })
  client.prepare('', 'SELECT 1/$1::int')
  const bad = await client.send(client.extended('', 'SELECT 1/$1::int', ['0']))
  const skipped = await client.send(client.extended('s1', 'SELECT $1::int + 1', ['4']))
  client.sync()
  await client.until('Z')
  assert.deepEqual(client.heard.splice(0), ['1', 'E 22012', 'Z I'])
  assert.deepEqual(await bad.ended, { kind: 'failed', code: 'sql-22012', status: null })
  assert.deepEqual(await skipped.ended, { kind: 'failed', code: 'sql-skipped', status: null })
})

test('what was executed in a pipeline that fails later has failed', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  const insert = "INSERT INTO customers VALUES (100, 'x')"
  client.prepare('a', insert)
  client.prepare('b', 'SELECT 1/0')
  const first = await client.send(client.extended('a', insert))
  const second = await client.send(client.extended('b', 'SELECT 1/0'))
  client.sync()
  assert.equal((await second.ended).kind, 'failed')
  assert.equal((await first.ended).kind, 'failed')
  await client.until('Z')
  client.heard.splice(0)
  const count = await client.query('SELECT count(*) FROM customers WHERE id = 100')
  assert.equal(count[1], 'D 0')
})

test('settle resolves with what was written so far answered, without a Sync', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  client.prepare('s1', 'SELECT 1')
  await client.send(client.extended('s1', 'SELECT 1'))
  assert.equal(await client.channel.settle(), 'I')
  assert.deepEqual(client.heard, ['1', '2', 'D 1', 'C SELECT 1'])
})

test('COPY in and out, in both protocols; a Sync before the data ends is passed over', async (t) => {
  await resetShop(server, false)
  const { open } = await openDatabases(t, server)
  const client = await open()
  const copy = 'COPY customers FROM STDIN'
  const simple = await client.send(client.simple(copy))
  assert.equal(await simple.running.answered, 'copy-in')
  client.channel.write(frontend.copyDataMessage(Buffer.from('201\tx\n202\ty\n')))
  client.channel.write(frontend.copyDoneMessage)
  assert.deepEqual(await simple.ended, { kind: 'succeeded', status: 0 })
  assert.deepEqual(client.heard.splice(0), ['G', 'C COPY 2', 'Z I'])
  client.prepare('', copy)
  const extended = await client.send(client.extended('', copy))
  client.sync()
  assert.equal(await extended.running.answered, 'copy-in')
  client.channel.write(frontend.copyDataMessage(Buffer.from('203\tz\n')))
  client.channel.write(frontend.copyDoneMessage)
  client.sync()
  await client.until('Z')
  assert.deepEqual(client.heard.splice(0), ['1', '2', 'G', 'C COPY 1', 'Z I'])
  assert.deepEqual(await extended.ended, { kind: 'succeeded', status: 0 })
  const out = await client.query('COPY (SELECT id FROM customers WHERE id > 200) TO STDOUT')
  assert.deepEqual(out, ['H', 'd', 'd', 'd', 'c', 'C COPY 3', 'Z I'])
  const bad = await client.send(client.simple(copy))
  await bad.running.answered
  client.channel.write(frontend.copyDataMessage(Buffer.from('nonsense\n')))
  client.channel.write(frontend.copyFailMessage('enough'))
  assert.equal((await bad.ended).kind, 'failed')
  assert.deepEqual((await client.query('SELECT 1')).at(-1), 'Z I')
})

test('a session that is severed during COPY leaves nothing behind', async (t) => {
  await resetShop(server, false)
  const { open, databases } = await openDatabases(t, server)
  const client = await open()
  const copying = await client.send(client.simple('COPY customers FROM STDIN'))
  await copying.running.answered
  client.channel.write(frontend.copyDataMessage(Buffer.from('301\tx\n')))
  client.leave()
  assert.equal((await copying.ended).kind, 'unknown')
  assert.equal(databases.state(client.id).open, false)
  const root = await server.connect('shop')
  await gone(root)
  const { rows } = await root.query('SELECT count(*) FROM customers WHERE id = 301')
  assert.deepEqual(rows, [{ count: '0' }])
  await root.end()
})

test('a session that is severed while a statement runs: the statement is cancelled', async (t) => {
  await resetShop(server, false)
  const { open } = await openDatabases(t, server)
  const client = await open()
  const slow = await client.send(client.simple('DELETE FROM orders; SELECT pg_sleep(30)'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  client.leave()
  assert.equal((await slow.ended).kind, 'unknown')
  const root = await server.connect('shop')
  await gone(root)
  const { rows } = await root.query('SELECT count(*) FROM orders')
  assert.deepEqual(rows, [{ count: '30' }])
  await root.end()
})

async function gone(root: Awaited<ReturnType<PostgresServer['connect']>>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { rowCount } = await root.query("SELECT FROM pg_stat_activity WHERE usename = 'app'")
    if (rowCount === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail('the session is still there')
}

test('cancel ends what runs, and nothing else', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  const slow = await client.send(client.simple('SELECT pg_sleep(30)'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  client.channel.cancel()
  assert.deepEqual(await slow.ended, { kind: 'failed', code: 'sql-57014', status: null })
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal((await client.query('SELECT 1')).at(-1), 'Z I')
})

test('a notification comes through at all times', async (t) => {
  const { open } = await openDatabases(t, server)
  const [one, two] = [await open(), await open()]
  await one.query('LISTEN news')
  one.heard.splice(0)
  await two.query("NOTIFY news, 'hello'")
  await one.until('A')
  assert.deepEqual(one.heard, ['A'])
})

test('10,000 in one pipeline', async (t) => {
  const { open } = await openDatabases(t, server)
  const client = await open()
  client.prepare('s1', 'SELECT $1::int')
  const texts = Array.from({ length: 10_000 }, (_, i) => String(i))
  const sent = await client.sendReads(
    texts.map((value) => client.extended('s1', 'SELECT $1::int', [value])),
  )
  client.sync()
  await client.until('Z')
  assert.deepEqual(await sent.at(-1)?.ended, { kind: 'succeeded', status: 0 })
  const rows = client.heard.filter((one) => one.startsWith('D'))
  assert.equal(rows.length, 10_000)
  assert.equal(rows.at(-1), 'D 9999')
})

test('fail: the transaction has failed as by an error, and then nothing waits for Sync', async (t) => {
  await resetShop(server, false)
  const { open } = await openDatabases(t, server)
  const client = await open()
  assert.equal(await client.channel.fail(), 'I')
  await client.query('BEGIN')
  assert.equal(await client.channel.fail(), 'E')
  assert.deepEqual((await client.query('SELECT 1')).slice(0, 1), ['E 25P02'])
  await client.query('ROLLBACK')
  const insert = "INSERT INTO customers VALUES (100, 'x')"
  client.prepare('a', insert)
  const sent = await client.send(client.extended('a', insert))
  assert.equal(await client.channel.fail(), 'I')
  assert.equal((await sent.ended).kind, 'failed')
  assert.equal((await client.query('SELECT count(*) FROM customers'))[1], 'D 10')
})

test('what is asked in the session sees what the session sees, and leaves no trace', async (t) => {
  await resetShop(server, false)
  const { open, databases, discovering } = await openDatabases(t, server)
  const client = await open()
  await client.query('SET search_path = pg_temp')
  client.heard.splice(0)
  const rows = await databases.ask(client.id, 'SHOW search_path', await discovering())
  assert.deepEqual(rows, [['pg_temp']])
  client.prepare('', 'SELECT 7')
  await databases.ask(client.id, 'SELECT 1', await discovering())
  await client.send(client.extended('', 'SELECT 7'))
  client.sync()
  await client.until('Z')
  assert.deepEqual(client.heard, ['1', '2', 'D 7', 'C SELECT 1', 'Z I'])
  await client.query('BEGIN')
  await client.query('SELECT 1/0')
  await assert.rejects(databases.ask(client.id, 'SELECT 1', await discovering()), {
    code: 'database-unasked',
  })
})

test('the epoch changes with what may change names, and with nothing else', async (t) => {
  await resetShop(server, false)
  const { open, databases } = await openDatabases(t, server)
  const client = await open()
  const changes = async (text: string): Promise<boolean> => {
    const before = databases.epoch(client.id)
    await client.query(text)
    return databases.epoch(client.id) !== before
  }
  for (const quiet of [
    'SELECT 1',
    'SELECT count(*) FROM customers WHERE id IN (1, 2)',
    "INSERT INTO customers (id, name) VALUES (50, 'x')",
    'UPDATE customers SET name = lower(name)',
    'BEGIN',
    'DELETE FROM customers WHERE id = 50',
    'COMMIT',
  ]) {
    assert.equal(await changes(quiet), false, quiet)
  }
  for (const loud of [
    "SET search_path = 'x'",
    'RESET ALL',
    "SELECT set_config('search_path', 'public', false)",
    'SELECT /**/ 1',
    'SELECT evil.count(1)',
    'DISCARD ALL',
    'CREATE TABLE made (a int)',
    'SELECT 1 AS a INTO made2',
    'DO $$ BEGIN END $$',
  ]) {
    const before = databases.epoch(client.id)
    await client.query(loud)
    if (!loud.includes('evil')) assert.notEqual(databases.epoch(client.id), before, loud)
  }
})

test('administer: a connection of its own, values bound, faults that say why', async (t) => {
  const { databases, administrative } = await openDatabases(t, server)
  const shop = 'shop-db' as Parameters<typeof databases.administer>[0]
  const rows = await databases.administer(
    shop,
    'shop',
    async (client) => {
      await client.query('BEGIN; SELECT 1; COMMIT')
      return client.query('SELECT current_user, $1::text', ["a'b"])
    },
    await administrative(),
  )
  assert.deepEqual(rows, [['postgres', "a'b"]])
  await assert.rejects(
    async () =>
      databases.administer(
        shop,
        'shop',
        (client) => client.query('SELECT x'),
        await administrative(),
      ),
    { code: 'sql-42703' },
  )
})
