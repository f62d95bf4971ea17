import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestContext } from 'node:test'

import {
  action,
  openDatabases,
  resetShop,
  startShop,
} from '../../../test/upstreams/database-world.ts'
import type { DatabaseChanges } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'
import * as frontend from '../../wire/postgres/frontend.ts'

let server: PostgresServer

before(async () => {
  server = await startShop()
})
after(() => server.stop())

const one = 'DELETE FROM customers WHERE id = 1'

async function begin(t: TestContext, enrolled = true, changes: DatabaseChanges = {}) {
  await resetShop(server, enrolled)
  const world = await openDatabases(t, server, changes)
  const client = await world.open()
  client.heard.splice(0)
  const root = await server.connect('shop')
  t.after(() => root.end())
  async function count(table = 'customers'): Promise<number> {
    const { rows } = await root.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
    return rows[0]?.n ?? -1
  }
  return { ...world, client, root, count }
}

for (const enrolled of [true, false]) {
  describe(enrolled ? 'enrolled' : 'not enrolled', () => {
    test('a statement by itself: counted with its cascade, not done; then kept', async (t) => {
      const { client, count, databases } = await begin(t, enrolled)
      const request = client.simple(one)
      const measured = await client.measure(request, 'rows')
      assert.deepEqual(measured.complete, true, measured.because.join())
      const deleted = measured.tables.map(({ name, deleted: n }) => [name, n]).sort()
      assert.deepEqual(deleted, [
        ['customers', 1],
        ['orders', 3],
      ])
      assert.equal(measured.kept === null, !enrolled)
      assert.equal(await count(), 10)
      assert.deepEqual(client.heard, [])
      assert.deepEqual(databases.state(client.id), {
        ...{ open: true, transaction: 'I', quiet: true, tried: true },
      })
      const proof = await client.prove(request)
      assert.equal(proof.kind, enrolled ? 'proven' : 'failed')
      const { ended } = await client.send(request)
      assert.deepEqual(await ended, { kind: 'succeeded', status: 0 })
      assert.deepEqual(client.heard, ['C DELETE 1', 'Z I'])
      assert.equal(await count(), 9)
      assert.equal(await count('orders'), 27)
    })

    test('abandoned, in no transaction and in one: as if it had never been', async (t) => {
      const { client, count, databases } = await begin(t, enrolled)
      const request = client.simple(one)
      await client.measure(request, 'rows')
      await databases.abandon(client.id, request.digest)
      assert.equal(databases.state(client.id).transaction, 'I')
      assert.equal((await client.query('SELECT count(*) FROM customers'))[1], 'D 10')
      await client.query('BEGIN')
      await client.query("INSERT INTO customers VALUES (50, 'mine')")
      await client.query("SET LOCAL statement_timeout = '7s'")
      await client.measure(client.simple(one), 'rows')
      await databases.abandon(client.id)
      assert.equal(databases.state(client.id).transaction, 'T')
      assert.equal((await client.query('SELECT count(*) FROM customers'))[1], 'D 11')
      assert.equal((await client.query('SHOW statement_timeout'))[1], 'D 7s')
      assert.equal((await client.query('COMMIT')).at(-1), 'Z I')
      assert.equal(await count(), 11)
    })

    test('fail: what was tried is undone and the transaction has failed', async (t) => {
      const { client, count } = await begin(t, enrolled)
      await client.query('BEGIN')
      await client.measure(client.simple(one), 'rows')
      assert.equal(await client.channel.fail(), 'E')
      assert.deepEqual(await client.query('COMMIT'), ['C ROLLBACK', 'Z I'])
      assert.equal(await count(), 10)
      await client.measure(client.simple(one), 'rows')
      assert.equal(await client.channel.fail(), 'I')
      assert.equal(await count(), 10)
    })

    test("in a transaction: kept, the agent's own time limits kept too", async (t) => {
      const { client, count } = await begin(t, enrolled)
      await client.query('BEGIN')
      await client.query("SET LOCAL statement_timeout = '33s'")
      const { measured, answer } = await client.both(client.simple(one))
      assert.ok(measured.complete)
      assert.deepEqual(answer, ['C DELETE 1', 'Z T'])
      assert.equal((await client.query('SHOW statement_timeout'))[1], 'D 33s')
      assert.equal((await client.query('SHOW lock_timeout'))[1], 'D 0')
      assert.equal(await count(), 10)
      await client.query('COMMIT')
      assert.equal(await count(), 9)
      assert.equal((await client.query('SHOW statement_timeout'))[1], 'D 0')
    })

    test("RETURNING: every byte of the answer is the server's", async (t) => {
      const { client } = await begin(t, enrolled)
      const { answer } = await client.both(client.simple(`${one} RETURNING id, name`))
      assert.deepEqual(answer, ['T', 'D 1,c1', 'C DELETE 1', 'Z I'])
    })

    test('a statement that fails by itself: its own error, nothing measured', async (t) => {
      const { client, root, databases } = await begin(t, enrolled)
      await root.query('ALTER TABLE customers ADD CHECK (id < 100)')
      const bad = 'UPDATE customers SET id = 1000 WHERE id = 2'
      const alone = await client.both(client.simple(bad))
      assert.deepEqual(alone.measured.tables, [])
      assert.equal(alone.measured.complete, true)
      assert.deepEqual(alone.answer, ['E 23514', 'Z I'])
      assert.equal((await alone.ended).kind, 'failed')
      await client.query('BEGIN')
      const inside = await client.both(client.simple(bad))
      assert.deepEqual(inside.answer, ['E 23514', 'Z E'])
      assert.equal(databases.state(client.id).transaction, 'E')
      const more = await client.measure(client.simple(one), 'rows')
      assert.equal(more.complete, false)
      await client.query('ROLLBACK')
    })

    test('a deferred constraint that fails at the commit: its error, as PostgreSQL', async (t) => {
      const { client, root, count } = await begin(t, enrolled)
      await root.query('INSERT INTO late VALUES (1, 5)')
      const request = client.simple('DELETE FROM customers WHERE id = 5')
      const { measured, answer, ended } = await client.both(request)
      assert.ok(measured.complete)
      assert.deepEqual(answer, ['E 23503', 'Z I'])
      assert.deepEqual(await ended, { kind: 'failed', code: 'sql-23503', status: null })
      assert.equal(await count(), 10)
    })

    test('extended: behind a savepoint in its pipeline, committed at its Sync', async (t) => {
      const { client, count } = await begin(t, enrolled)
      const text = 'DELETE FROM customers WHERE id = $1 RETURNING name'
      client.prepare('', text)
      const { measured, answer, ended } = await client.both(client.extended('', text, ['3']))
      assert.ok(measured.complete, measured.because.join())
      assert.deepEqual(client.heard, ['1', '2', 'D c3', 'C DELETE 1'])
      assert.deepEqual(answer, ['2', 'D c3', 'C DELETE 1'])
      assert.equal(await count(), 10)
      client.sync()
      await client.until('Z')
      assert.deepEqual(await ended, { kind: 'succeeded', status: 0 })
      assert.deepEqual(client.heard.slice(4), ['Z I'])
      assert.equal(await count(), 9)
    })

    test('a pipeline fails as a whole: what was kept before falls too', async (t) => {
      const { client, count } = await begin(t, enrolled)
      client.prepare('a', one)
      client.prepare('b', 'SELECT 1/0')
      const { ended } = await client.both(client.extended('a', one))
      const second = await client.send(client.extended('b', 'SELECT 1/0'))
      client.sync()
      await client.until('Z')
      assert.equal(client.heard.at(-1), 'Z I')
      assert.equal((await second.ended).kind, 'failed')
      assert.equal((await ended).kind, 'failed')
      assert.equal(await count(), 10)
    })

    test('two in one pipeline, the second abandoned: the first is committed at Sync', async (t) => {
      const { client, count, databases } = await begin(t, enrolled)
      const two = 'DELETE FROM customers WHERE id = 2'
      client.prepare('a', one)
      client.prepare('b', two)
      await client.both(client.extended('a', one))
      await client.measure(client.extended('b', two), 'rows')
      await databases.abandon(client.id)
      client.sync()
      await client.until('Z')
      assert.equal(client.heard.at(-1), 'Z I')
      assert.equal(await count(), 9)
    })

    test('a refusal in a pipeline takes what came before with it, as an error does', async (t) => {
      const { client, count } = await begin(t, enrolled)
      client.prepare('a', one)
      const { ended } = await client.both(client.extended('a', one))
      assert.equal(await client.channel.fail(), 'I')
      assert.equal((await ended).kind, 'failed')
      assert.equal(await count(), 10)
    })

    test("the agent's own BEGIN in the pipeline is its own: nothing is committed at Sync", async (t) => {
      const { client, count } = await begin(t, enrolled)
      client.prepare('begin', 'BEGIN')
      client.prepare('a', one)
      await client.send(client.extended('begin', 'BEGIN'))
      await client.both(client.extended('a', one))
      client.sync()
      await client.until('Z')
      assert.equal(client.heard.at(-1), 'Z T')
      assert.equal(await count(), 10)
      await client.query('ROLLBACK')
      assert.equal(await count(), 10)
    })

    test('a BEGIN after what was kept takes it over', async (t) => {
      const { client, count } = await begin(t, enrolled)
      client.prepare('begin', 'BEGIN')
      client.prepare('a', one)
      await client.both(client.extended('a', one))
      await client.send(client.extended('begin', 'BEGIN'))
      client.sync()
      await client.until('Z')
      assert.equal(client.heard.at(-1), 'Z T')
      assert.equal(await count(), 10)
      await client.query('ROLLBACK')
      assert.equal(await count(), 10)
    })

    test('several statements in one message: each by itself, all or nothing', async (t) => {
      const { client, count } = await begin(t, enrolled)
      const parts = [one, 'SELECT count(*) FROM customers', 'DELETE FROM orders WHERE id = 2']
      const request = client.simple(parts.join(';\n'))
      const actions = parts.map((part, i) => action(request, i === 1 ? null : 'rows', part))
      const measured = await client.measure(request, ...actions)
      assert.ok(measured.complete, measured.because.join())
      const deleted = measured.tables.map(({ name, deleted: n }) => [name, n]).sort()
      assert.deepEqual(deleted, [
        ['customers', 1],
        ['orders', 4],
      ])
      assert.equal(await count(), 10)
      await client.send(request)
      assert.deepEqual(client.heard, ['C DELETE 1', 'T', 'D 9', 'C SELECT 1', 'C DELETE 1', 'Z I'])
      assert.equal(await count(), 9)
    })

    test('BEGIN; …; COMMIT in one message', async (t) => {
      const { client, count, databases } = await begin(t, enrolled)
      const parts = ['BEGIN', one, 'COMMIT']
      const request = client.simple(parts.join('; '))
      const actions = parts.map((part, i) => action(request, i === 1 ? 'rows' : null, part))
      await client.measure(request, ...actions)
      await databases.abandon(client.id)
      assert.equal((await client.query('SELECT 1')).at(-1), 'Z I')
      assert.equal(await count(), 10)
      client.heard.splice(0)
      const measured = await client.measure(request, ...actions)
      assert.ok(measured.complete, measured.because.join())
      await client.send(request)
      assert.deepEqual(client.heard, ['C BEGIN', 'C DELETE 1', 'C COMMIT', 'Z I'])
      assert.equal(await count(), 9)
    })

    test('other transaction control among them, however disguised: not tried', async (t) => {
      const { client, count } = await begin(t, enrolled)
      for (const parts of [
        [one, 'COMMIT'],
        [one, '/*/**/*/ COMMIT'],
        [one, '-- x\rCOMMIT'],
        ['BEGIN', one],
        ['SAVEPOINT a', one, 'ROLLBACK TO a'],
        ['BEGIN', one, 'COMMIT AND CHAIN'],
        [one, "PREPARE TRANSACTION 'x'"],
        [one, 'END'],
      ]) {
        const request = client.simple(parts.join('; '))
        const actions = parts.map((part) => action(request, part === one ? 'rows' : null, part))
        const measured = await client.measure(request, ...actions)
        assert.equal(measured.complete, false, parts.join('; '))
        const hidden = await client.measure(request, action(request, 'rows', one))
        assert.equal(hidden.complete, false, parts.join('; '))
      }
      assert.equal((await client.query('SELECT 1')).at(-1), 'Z I')
      assert.equal(await count(), 10)
    })

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
