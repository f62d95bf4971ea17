import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestContext } from 'node:test'

import { action } from '../../../test/upstreams/agent-client.ts'
import { inShop, startShop } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'

let server: PostgresServer

before(async () => {
  server = await startShop()
})
after(() => server.stop())

const one = 'DELETE FROM customers WHERE id = 1'

function begin(t: TestContext, enrolled: boolean) {
  return inShop(t, server, enrolled)
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

    test("a BEGIN of the agent's own in the pipeline: nothing is committed at Sync", async (t) => {
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
  })
}
