import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import pg from 'pg'
import postgres from 'postgres'

import { openDoor } from './open-door.ts'
import { startPostgres } from './server.ts'

const server = await startPostgres()
after(() => server.stop())
const door = await openDoor(server, ({ text }) => (/forbidden/.test(text) ? {} : null))
after(() => door.stop())

async function connect(t: { after(work: () => Promise<unknown>): void }): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: door.url })
  client.on('error', () => undefined)
  await client.connect()
  t.after(() => client.end())
  return client
}

test('node pg: simple, extended, named, errors, transactions', async (t) => {
  const client = await connect(t)
  assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }])
  assert.deepEqual((await client.query('select $1::int as one', [7])).rows, [{ one: 7 }])
  for (let i = 0; i < 3; i++) {
    const named = { name: 'mine', text: 'select $1::text as t', values: [`v${i}`] }
    assert.deepEqual((await client.query(named)).rows, [{ t: `v${i}` }])
  }
  await assert.rejects(client.query('select broken from nowhere'), { code: '42P01' })
  await assert.rejects(client.query('select $1::int', ['x']), { code: '22P02' })
  assert.deepEqual((await client.query('select 2 as two')).rows, [{ two: 2 }])
  await client.query('begin')
  await assert.rejects(client.query('select 1/0'))
  await assert.rejects(client.query('select 1'), { code: '25P02' })
  await client.query('rollback')
})

test('a refusal is an error that says what to do, and the session goes on', async (t) => {
  const client = await connect(t)
  const expected = {
    code: '42501',
    severity: 'ERROR',
    message: 'held: this would delete every row of `users`',
    detail: 'Nothing was sent. A person must say yes Decision decision_1.',
    hint: 'ask the person you work for',
  }
  await assert.rejects(client.query("select 'forbidden'"), expected)
  await assert.rejects(client.query("select 'forbidden' where $1::bool", [true]), expected)
  assert.equal((await client.query('select 1')).rowCount, 1)
  await client.query('begin')
  await assert.rejects(client.query("select 'forbidden'"), expected)
  await assert.rejects(client.query('select 1'), { code: '25P02' })
  await client.query('rollback')
  assert.equal((await client.query('select 1')).rowCount, 1)
})

test('postgres.js: pipelines, transactions, cursors', async (t) => {
  const sql = postgres(door.url, { max: 2, onnotice: () => undefined })
  t.after(() => sql.end())
  const many = await Promise.all(Array.from({ length: 50 }, (_, i) => sql`select ${i}::int as i`))
  assert.deepEqual(
    many.map(([row]) => row?.['i'] as number),
    Array.from({ length: 50 }, (_, i) => i),
  )
  await sql.begin(async (inside) => {
    await inside`create temp table t(a int) on commit drop`
    await inside`insert into t select * from generate_series(1, 10)`
    let rows = 0
    await inside`select * from t`.cursor(3, (batch) => void (rows += batch.length))
    assert.equal(rows, 10)
  })
  await assert.rejects(sql`select 'forbidden', ${1}::int`, { code: '42501' })
})
