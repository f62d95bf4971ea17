import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestContext } from 'node:test'

import { inShop, startShop } from '../../../test/upstreams/database-world.ts'
import type { DatabaseChanges } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'
import * as frontend from '../../wire/postgres/frontend.ts'

let server: PostgresServer

before(async () => {
  server = await startShop()
})
after(() => server.stop())

const one = 'DELETE FROM customers WHERE id = 1'

function begin(t: TestContext, enrolled = true, changes: DatabaseChanges = {}) {
  return inShop(t, server, enrolled, changes)
}

for (const enrolled of [true, false]) {
  describe(enrolled ? 'enrolled' : 'not enrolled', () => {
    test('too slow, locked by others, or unable to be in a transaction: not known', async (t) => {
      const limits = { trialMilliseconds: 300, lockMilliseconds: 200 }
      const { client, root, count } = await begin(t, enrolled, { limits })
      const slow = await client.measure(client.simple(`${one} AND pg_sleep(5) IS NULL`), 'rows')
      assert.match(slow.because.join(), /takes longer/)
      await root.query('BEGIN; SELECT FROM customers WHERE id = 1 FOR UPDATE')
      const locked = await client.measure(client.simple(one), 'rows')
      assert.match(locked.because.join(), /locked/)
      await root.query('ROLLBACK')
      const vacuum = await client.measure(client.simple('VACUUM customers'), 'rows')
      assert.match(vacuum.because.join(), /transaction/)
      await client.query('BEGIN')
      const inside = await client.measure(client.simple(`${one} AND pg_sleep(5) IS NULL`), 'rows')
      assert.equal(inside.complete, false)
      assert.equal((await client.query('SELECT 1')).at(-1), 'Z T')
      await client.query('ROLLBACK')
      const text = `${one} AND pg_sleep(5) IS NULL`
      client.prepare('', text)
      const extended = await client.measure(client.extended('', text), 'rows')
      assert.equal(extended.complete, false)
      client.sync()
      assert.equal(await client.channel.settle(), 'I')
      assert.equal(await count(), 10)
    })

    test('a cancel while it is tried is its answer', async (t) => {
      const { client, count } = await begin(t, enrolled)
      const request = client.simple(`${one} AND pg_sleep(9) IS NULL`)
      const measuring = client.measure(request, 'rows')
      await new Promise((resolve) => setTimeout(resolve, 300))
      client.channel.cancel()
      assert.equal((await measuring).complete, true)
      client.heard.splice(0)
      await client.send(request)
      assert.deepEqual(client.heard, ['E 57014', 'Z I'])
      assert.equal(await count(), 10)
    })

    test('it takes data, or answers at too great a length: not known, nothing done', async (t) => {
      const { client } = await begin(t, enrolled, { limits: { answerBytesMax: 10_000 } })
      const copy = await client.measure(client.simple('COPY customers FROM STDIN'), 'rows')
      assert.equal(copy.complete, false)
      client.prepare('', 'COPY customers FROM STDIN')
      const request = client.extended('', 'COPY customers FROM STDIN')
      assert.equal((await client.measure(request, 'rows')).complete, false)
      client.sync()
      await client.until('Z')
      const long = "UPDATE customers SET name = name RETURNING repeat('x', 5000)"
      const measured = await client.measure(client.simple(long), 'rows')
      assert.match(measured.because.join(), /longer than/)
      assert.equal((await client.query('SELECT 1')).at(-1), 'Z I')
    })

    test('a server that is killed in the middle: nothing is done, and unknown is said', async (t) => {
      const { client, root, count } = await begin(t, enrolled)
      const request = client.simple(one)
      await client.measure(request, 'rows')
      await root.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'",
      )
      await client.until('never')
      await assert.rejects(client.send(request), /session-closed/)
      assert.equal((await client.measure(request, 'rows')).complete, false)
      assert.equal(await count(), 10)
    })

    test('another client_encoding: not tried, and nothing is asked', async (t) => {
      const { client } = await begin(t, enrolled)
      await client.query("SET client_encoding = 'LATIN1'")
      const measured = await client.measure(client.simple(one), 'rows')
      assert.match(measured.because.join(), /client_encoding/)
    })

    test("the agent's own operators and functions do not come in between", async (t) => {
      const { client, root, count } = await begin(t, enrolled)
      await root.query(`
        DROP SCHEMA IF EXISTS evil CASCADE; CREATE SCHEMA evil AUTHORIZATION app; SET ROLE app;
        CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql
          AS $$ SELECT 'evil' $$;
        CREATE FUNCTION evil.never(float8, float8) RETURNS boolean LANGUAGE sql AS 'SELECT false';
        CREATE OPERATOR evil.> (LEFTARG = float8, RIGHTARG = float8, FUNCTION = evil.never);
        CREATE OPERATOR evil.= (LEFTARG = float8, RIGHTARG = float8, FUNCTION = evil.never);
        RESET ROLE`)
      await client.query('SET search_path = evil, public, pg_catalog')
      const { measured, answer } = await client.both(client.simple(one))
      assert.ok(measured.complete, measured.because.join())
      assert.deepEqual(answer, ['C DELETE 1', 'Z I'])
      assert.equal(await count(), 9)
    })

    test('what was tried for one request is not sent for another', async (t) => {
      const { client, count } = await begin(t, enrolled)
      await client.measure(client.simple(one), 'rows')
      assert.deepEqual(await client.query('SELECT count(*) FROM customers'), [
        ...['T', 'D 10', 'C SELECT 1', 'Z I'],
      ])
      assert.equal(await count(), 10)
    })
  })
}

test('drop: moved away in place of dropped; abandoned: still there', async (t) => {
  const { client, root, databases } = await begin(t)
  const there = async (): Promise<unknown> => {
    const { rows } = await root.query<{ r: unknown }>("SELECT to_regclass('public.orders') AS r")
    return rows[0]?.r ?? null
  }
  const request = client.simple('DROP TABLE orders')
  const measured = await client.measure(request, 'drop')
  assert.ok(measured.complete, measured.because.join())
  assert.notEqual(measured.kept, null, measured.because.join())
  await databases.abandon(client.id)
  assert.notEqual(await there(), null)
  client.heard.splice(0)
  const { answer } = await client.both(client.simple('DROP TABLE orders'), 'drop')
  assert.deepEqual(answer, ['C DROP TABLE', 'Z I'])
  assert.equal(await there(), null)
})

test('drop in a pipeline', async (t) => {
  const { client, root } = await begin(t)
  client.prepare('', 'DROP TABLE orders')
  const { measured, answer } = await client.both(client.extended('', 'DROP TABLE orders'), 'drop')
  assert.notEqual(measured.kept, null, measured.because.join())
  assert.deepEqual(answer, ['2', 'C DROP TABLE'])
  client.sync()
  await client.until('Z')
  const { rows } = await root.query("SELECT to_regclass('public.orders') AS r")
  assert.deepEqual(rows, [{ r: null }])
})

test('the capture key: never shown, in whatever way the session is set to talk', async (t) => {
  const { client } = await begin(t)
  await client.query('SET client_min_messages = debug1; SET debug_print_parse = on')
  await client.query('SET debug_print_plan = on; SET debug_print_rewritten = on')
  client.heard.splice(0)
  const request = client.simple(one)
  await client.measure(request, 'rows')
  assert.deepEqual(client.heard, [])
  await client.send(request)
  const seen = await client.query('SELECT statement FROM pg_prepared_statements')
  assert.ok(!seen.join().includes('abab'))
})

test('a portal goes on only with what it was bound to', async (t) => {
  const { client } = await begin(t)
  const text = 'SELECT id FROM customers ORDER BY id'
  client.prepare('s', text)
  await client.query('BEGIN')
  client.heard.splice(0)
  const first = client.extended('s', text, [], 'p')
  const messages = Buffer.concat([
    frontend.bindMessage({ portal: 'p', statement: 's', parameters: [], resultFormats: [] }),
    frontend.executeMessage({ portal: 'p', rowsMax: 2 }),
  ])
  await client.send(client.request({ ...first.payload, messages }))
  const more = frontend.executeMessage({ portal: 'p', rowsMax: 1 })
  await client.send(client.request({ ...first.payload, messages: more }))
  await client.channel.settle()
  assert.deepEqual(client.heard, ['2', 'D 1', 'D 2', 's', 'D 3', 's'])
  const other = client.request({ ...first.payload, text: 'SELECT 1', messages: more })
  await assert.rejects(client.send(other), { code: 'clearance-mismatch' })
})
