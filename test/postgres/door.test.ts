import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import pg from 'pg'
import postgres from 'postgres'

import { lease, openDoor, upstream } from './open-door.ts'
import { openRawClient, say } from './raw-client.ts'
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
    detail: 'Nothing was sent. A person must say yes. Decision decision_1.',
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

const programs = '/usr/lib/postgresql/15/bin'
const environment = {
  ...{ PGHOST: '127.0.0.1', PGPORT: String(door.port), PGUSER: upstream, PGPASSWORD: lease },
  ...{ PGDATABASE: 'postgres', LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] ?? '' },
}

function missing(program: string): string | false {
  return existsSync(join(programs, program)) ? false : `there is no ${program} in ${programs}`
}

function run(program: string, options: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(join(programs, program), options, { env: environment })
  let text = ''
  const take = (chunk: Buffer): void => void (text += chunk.toString())
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  child.stdin.end(input)
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, text }))
  })
}

interface Ran {
  readonly code: number | null
  readonly text: string
}

test('psql', { skip: missing('psql') }, async () => {
  const script = [
    'create table pets(id int primary key, name text);',
    '\\copy pets from stdin',
    '1\tRex',
    '2\tMimi',
    '\\.',
    'begin;',
    'update pets set name = upper(name);',
    'rollback;',
    '\\copy (select * from pets order by id) to stdout',
    "select 'forbidden';",
    '\\d pets',
    'drop table pets;',
  ].join('\n')
  const { text } = await run('psql', ['-X', '-q'], `${script}\n`)
  assert.match(text, /1\tRex\n2\tMimi\n/)
  assert.match(text, /ERROR: {2}held: this would delete every row of `users`/)
  assert.match(text, /HINT: {2}ask the person you work for/)
  assert.match(text, /"pets_pkey" PRIMARY KEY/)
  const refused = await run('psql', ['-X', '-c', "select 'forbidden'"])
  assert.equal(refused.code, 1)
})

test('pgbench, in each of its protocols', { skip: missing('pgbench') }, async () => {
  assert.equal((await run('pgbench', ['-i', '-q', '-s', '1'])).code, 0)
  for (const protocol of ['simple', 'extended', 'prepared']) {
    const ran = await run('pgbench', ['-n', '-M', protocol, '-c', '4', '-t', '50'])
    assert.equal(ran.code, 0, ran.text)
    assert.match(ran.text, /number of transactions actually processed: 200\/200/)
  }
})

// It refuses servers that are newer than itself.
const older = /\/15\/bin/.test(process.env['HOLDPOINT_TEST_POSTGRES'] ?? '')
const noDump = missing('pg_dump') || (older ? false : 'the server is newer than this pg_dump')

test('pg_dump', { skip: noDump }, async () => {
  const dump = await run('pg_dump', ['--inserts', '-t', 'pg_catalog.pg_am'])
  assert.equal(dump.code, 0, dump.text)
  assert.match(dump.text, /INSERT INTO pg_catalog.pg_am/)
})

test('a client that reads slowly is not waited for in memory, and gets everything', async (t) => {
  const client = await openRawClient(door.port)
  t.after(() => client.stream.destroy())
  const before = process.memoryUsage().rss
  client.stream.pause()
  client.send(say.query("select repeat('x', 100000) from generate_series(1, 3000)"))
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.ok(process.memoryUsage().rss - before < 100_000_000, 'it is not kept here')
  client.stream.resume()
  assert.equal(await client.heard(), 'T D C:SELECT 3000 Z:I')
})
