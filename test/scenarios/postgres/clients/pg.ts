// node `pg`, as its users use it: simple, parameterised, named and binary, a pool, a transaction,
// an error in the middle of one and after it, NOTIFY, and types that must come through whole.
import assert from 'node:assert/strict'

import pg from 'pg'

import { main, say, url } from './told.ts'

const pool = new pg.Pool({ connectionString: url, max: 3 })

await main(async () => {
  const { rows } = await pool.query<{ n: string }>('SELECT count(*) AS n FROM customers')
  say({ customers: rows[0]?.n })
  await parameters()
  await transaction()
  await failures()
  await notifications()
  await atOnce()
})
await pool.end()

async function parameters(): Promise<void> {
  const text = 'SELECT id, profile, token, created_at FROM customers WHERE id = $1 AND name = $2'
  const { rows } = await pool.query<Record<string, unknown>>(text, [7, 'customer 7'])
  const [row] = rows
  assert.deepEqual(row?.['profile'], { tier: 1, tags: ['a', 'b"c', 'é'] })
  assert.ok(Buffer.isBuffer(row['token']) && row['created_at'] instanceof Date)
  for (let i = 1; i <= 3; i++) {
    const named = { name: 'by-id', text: 'SELECT name FROM customers WHERE id = $1', values: [i] }
    assert.deepEqual((await pool.query(named)).rows, [{ name: `customer ${i}` }])
  }
  const binary = { text: 'SELECT $1::int + 1 AS n', values: [41], binary: true }
  assert.deepEqual((await pool.query(binary)).rows, [{ n: 42 }])
  say('parameters')
}

async function transaction(): Promise<void> {
  const client = await pool.connect()
  await client.query('BEGIN')
  const insert = 'INSERT INTO notes (said, at) VALUES ($1, $2) RETURNING said'
  const { rows } = await client.query(insert, ['from pg', '2026-01-01'])
  assert.deepEqual(rows, [{ said: 'from pg' }])
  await client.query('SAVEPOINT here')
  await assert.rejects(client.query('SELECT 1 / 0'), { code: '22012' })
  await assert.rejects(client.query('SELECT 1'), { code: '25P02' })
  await client.query('ROLLBACK TO here')
  const counted = await client.query('SELECT count(*)::int AS n FROM notes WHERE said = $1', [
    'from pg',
  ])
  assert.deepEqual(counted.rows, [{ n: 1 }])
  await client.query('ROLLBACK')
  client.release()
  say('transaction')
}

async function failures(): Promise<void> {
  await assert.rejects(pool.query('SELECT nothing_of_that_name'), { code: '42703', position: '8' })
  await assert.rejects(pool.query('SELEC 1'), { code: /^(42601|42501)$/ })
  await assert.rejects(pool.query('SELECT $1::int', ['no number']), { code: '22P02' })
  const duplicate = `INSERT INTO customers (name, email) VALUES ('x', 'c1@example.com')`
  await assert.rejects(pool.query(duplicate), { code: '23505', constraint: 'customers_email_key' })
  assert.deepEqual((await pool.query('SELECT 1 AS one')).rows, [{ one: 1 }])
  say('failures')
}

async function notifications(): Promise<void> {
  const listener = await pool.connect()
  await listener.query('LISTEN orders_changed')
  const heard = new Promise<string | undefined>((resolve) =>
    listener.once('notification', ({ payload }: pg.Notification) => resolve(payload)),
  )
  await pool.query(`NOTIFY orders_changed, 'order 7'`)
  assert.equal(await heard, 'order 7')
  await listener.query('UNLISTEN *')
  listener.release()
  say('notifications')
}

async function atOnce(): Promise<void> {
  const asked = Array.from({ length: 60 }, (_, i) =>
    pool.query<{ i: number }>('SELECT $1::int AS i', [i]),
  )
  const answers = (await Promise.all(asked)).map(({ rows }) => rows[0]?.i)
  assert.deepEqual(
    answers,
    Array.from({ length: 60 }, (_, i) => i),
  )
  const several: unknown = await pool.query('SELECT 1 AS a; SELECT 2 AS b')
  assert.deepEqual(
    (several as pg.QueryResult[]).map(({ rows }) => rows as unknown),
    [[{ a: 1 }], [{ b: 2 }]],
  )
  say('at once')
}
