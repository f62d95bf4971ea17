// `postgres` (postgres.js): pipelined by default, every query prepared, COPY in and out, a cursor,
// a transaction with a savepoint, LISTEN on a connection of its own.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import postgres from 'postgres'

import { main, say, url } from './told.ts'

const sql = postgres(url, { max: 2, onnotice: () => undefined })

await main(async () => {
  const [counted] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM customers`
  say({ customers: counted?.n })
  await pipelined()
  await copied()
  await transaction()
  await cursor()
  await listening()
})
await sql.end({ timeout: 5 })

async function pipelined(): Promise<void> {
  const asked = Array.from(
    { length: 200 },
    (_, i) =>
      sql<{ i: number }[]>`SELECT ${i}::int AS i, name FROM customers WHERE id = ${1 + (i % 100)}`,
  )
  const answers = (await Promise.all(asked)).map(([row]) => row?.i)
  assert.deepEqual(
    answers,
    Array.from({ length: 200 }, (_, i) => i),
  )
  const mixed = await Promise.allSettled([
    sql`SELECT 1 AS one`,
    sql`SELECT 1 / 0`,
    sql`SELECT 3 AS three`,
  ])
  assert.deepEqual(
    mixed.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  say('pipelined')
}

async function copied(): Promise<void> {
  const into = await sql`COPY notes (said, at) FROM STDIN`.writable()
  await pipeline(Readable.from(['copied in\t2026-02-01\n', 'copied too\t2026-02-02\n']), into)
  const out =
    await sql`COPY (SELECT said FROM notes WHERE said LIKE 'copied%' ORDER BY 1) TO STDOUT`.readable()
  const parts: Buffer[] = []
  out.on('data', (part: Buffer) => parts.push(part))
  await once(out, 'end')
  assert.equal(Buffer.concat(parts).toString(), 'copied in\ncopied too\n')
  say('copied')
}

async function transaction(): Promise<void> {
  await assert.rejects(
    sql.begin(async (tx) => {
      await tx`INSERT INTO notes VALUES ('in a transaction', '2026-02-03')`
      await tx.savepoint((point) => point`SELECT 1 / 0`).catch(() => undefined)
      const [seen] = await tx`SELECT count(*)::int AS n FROM notes WHERE said = 'in a transaction'`
      assert.equal(seen?.['n'], 1)
      throw new Error('given up')
    }),
    /given up/,
  )
  const [seen] = await sql`SELECT count(*)::int AS n FROM notes WHERE said = 'in a transaction'`
  assert.equal(seen?.['n'], 0)
  say('transaction')
}

async function cursor(): Promise<void> {
  let rows = 0
  await sql`SELECT * FROM orders ORDER BY id`.cursor(50, (part) => {
    rows += part.length
  })
  assert.equal(rows, 480)
  say('cursor')
}

async function listening(): Promise<void> {
  const heard = new Promise<string>((resolve, reject) => {
    sql.listen('shop', resolve).then(() => sql.notify('shop', 'open'), reject)
  })
  assert.equal(await heard, 'open')
  say('listening')
}
