// What goes wrong on the way, through a real gate and a real server: in each case the server ends
// up where it would be had the client itself gone, and the record says what is known.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import pg from 'pg'

import { factsOf } from '../ledger-words.ts'
import { stop } from '../processes.ts'
import { copyWithoutEnd, pipeline } from './submitted.ts'
import { jer, openPostgresWorld } from './world.ts'
import type { PostgresWorld } from './world.ts'

let world: PostgresWorld
let folder: string
let agents = 0

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-faults-'))
  world = await openPostgresWorld(folder, { settings: ['deadlock_timeout=200ms'] })
})

after(async () => {
  await world.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Agent {
  readonly name: string
  readonly lease: string
  readonly client: pg.Client
}

/** A new agent's client at the gate, in development, where what is kept need not wait. */
async function agent(database = 'shop_dev'): Promise<Agent> {
  agents += 1
  const name = `fault-${agents}`
  const issued = await world.leaseOf(name)
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: world.port, user: 'shop-db', database },
    password: issued.token.reveal(),
  })
  client.on('error', () => undefined)
  await client.connect()
  return { name, lease: issued.lease.id, client }
}

/** Resolves when the connection is over, whatever it was told before. */
function endOf(client: pg.Client): Promise<void> {
  return new Promise((resolve) => client.once('end', () => resolve()))
}

async function countOf(table: string): Promise<number> {
  const at = await world.direct('shop_dev')
  const { rows } = await at.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
  await at.end()
  return rows[0]?.n ?? -1
}

/** Waits until the server says so; what never comes is a failure. */
async function until(condition: string): Promise<void> {
  const at = await world.direct('shop_dev')
  try {
    for (let tries = 0; tries < 400; tries++) {
      const { rows } = await at.query<{ yes: boolean }>(`SELECT (${condition}) AS yes`)
      if (rows[0]?.yes === true) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    const { rows } = await at.query('SELECT state, wait_event_type, query FROM pg_stat_activity')
    assert.fail(`never: ${condition}\n${JSON.stringify(rows, null, 1)}`)
  } finally {
    await at.end()
  }
}

const anAgentWaits = `EXISTS (SELECT FROM pg_stat_activity
  WHERE usename = 'app' AND wait_event_type = 'Lock')`
const noAgentIsThere = `NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'app')`

test('the gate is killed while it tries: nothing is committed, nothing was sent', async () => {
  const { client } = await agent()
  const holder = await world.direct('shop_dev')
  await holder.query('BEGIN')
  await holder.query('SELECT FROM payments FOR UPDATE')
  const changing = client.query('DELETE FROM payments').then(
    () => 'deleted',
    () => 'cut',
  )
  await until(anAgentWaits)
  await stop(world.gate(), 'SIGKILL')
  assert.equal(await changing, 'cut')
  await holder.query('ROLLBACK')
  await holder.end()
  await until(noAgentIsThere)
  assert.equal(await countOf('payments'), 160)
  await world.restart()
  const facts = await factsOf(join(folder, 'holdpoint.yaml'))
  assert.ok(facts.some(({ kind }) => kind === 'measuring'))
  const ended = facts.filter(({ kind, outcome }) => kind === 'ended' && outcome?.kind === 'unknown')
  assert.equal(ended.length, 0, 'what was never sent has no outcome to be unknown')
  await world.cli(['ledger', 'verify'])
})

test('the gate is killed while the server commits: the record says that nobody knows', async () => {
  const at = await world.direct('shop_dev')
  await at.query(`SET ROLE app; CREATE TABLE seats (id int PRIMARY KEY,
    place int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO seats VALUES (5, 5)`)
  const { client } = await agent()
  // Whether the place is free is known when this one commits; the agent's commit waits for it.
  await at.query('BEGIN; INSERT INTO seats VALUES (1, 1)')
  const changing = client.query('UPDATE seats SET place = 1 WHERE id = 5').then(
    () => 'done',
    (error: unknown) => String(error),
  )
  await Promise.race([until(anAgentWaits), changing.then((said) => assert.fail(said))])
  await stop(world.gate(), 'SIGKILL')
  await changing
  await at.query('ROLLBACK')
  await until(noAgentIsThere)
  await at.end()
  await world.restart()
  const facts = await factsOf(join(folder, 'holdpoint.yaml'))
  const last = facts.filter(({ kind }) => kind === 'ended').at(-1)
  assert.equal(last?.outcome?.kind, 'unknown')
  await world.cli(['ledger', 'verify'])
})

test('a lease is revoked during COPY: the session ends, and the server rolls back', async () => {
  const before = await countOf('notes')
  const { client, lease } = await agent()
  copyWithoutEnd(client, 'COPY notes FROM STDIN', 500)
  await until(`EXISTS (SELECT FROM pg_stat_activity
    WHERE usename = 'app' AND query LIKE 'COPY notes%' AND state = 'active')`)
  const gone = endOf(client)
  const control = await world.control()
  await control.leaseRevoke({ lease: lease as never, by: jer })
  await gone
  await until(noAgentIsThere)
  assert.equal(await countOf('notes'), before)
})

test('an agent is cut off in the middle of a transaction: it is rolled back', async () => {
  const before = await countOf('notes')
  const { client, name } = await agent()
  await client.query('BEGIN')
  await client.query(`INSERT INTO notes VALUES ('never kept', '2026-01-01')`)
  const gone = endOf(client)
  const control = await world.control()
  await control.kill({ agent: name as never, by: jer })
  await gone
  await until(noAgentIsThere)
  assert.equal(await countOf('notes'), before)
})

test('clients that speak nonsense are shown out, and others do not notice', async () => {
  const { client } = await agent()
  const nonsense: readonly Buffer[] = [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    Buffer.from([0, 0, 0, 0]),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 3, 0, 0]),
    Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 65]),
    Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f, 0x51, 0, 0, 0]),
    Buffer.alloc(70_000, 7),
    Buffer.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]),
  ]
  for (const bytes of nonsense) {
    const socket = connect(world.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(bytes)
    socket.end()
    await once(socket, 'close')
  }
  const { client: wild } = await agent()
  const gone = endOf(wild)
  wild.connection.stream.write(Buffer.from([0x21, 0, 0, 0, 4, 0x51, 0xff, 0xff, 0xff, 0xff]))
  await gone
  assert.deepEqual((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }])
  await client.end()
})

test('10,000 statements in one go are answered in order', async () => {
  const { client } = await agent()
  const many = 10_000
  const answers = await pipeline(client, 'SELECT $1::int AS i', many)
  assert.equal(answers.length, many)
  assert.ok(answers.every((answer, i) => answer === String(i)))
  await client.end()
})

test('two clients guarded on the same rows: one waits, as PostgreSQL has it', async () => {
  const [{ client: one }, { client: other }] = [await agent(), await agent()]
  await one.query('BEGIN')
  assert.equal((await one.query('DELETE FROM payments WHERE order_id <= 10')).rowCount, 10)
  const second = other.query('DELETE FROM payments WHERE order_id <= 20')
  await until(anAgentWaits)
  await one.query('COMMIT')
  assert.equal((await second).rowCount, 10, 'those that the other one had left')
  await one.end()
  await other.end()
})

test('two clients that would wait for each other: PostgreSQL ends one, and the other goes on', async () => {
  const [{ client: one }, { client: other }] = [await agent(), await agent()]
  await Promise.all([one.query('BEGIN'), other.query('BEGIN')])
  await one.query('UPDATE orders SET total = 1 WHERE id = 1')
  await other.query('UPDATE orders SET total = 2 WHERE id = 2')
  const first = orRollBack(one, 'UPDATE orders SET total = 1 WHERE id = 2')
  await until(anAgentWaits)
  const second = orRollBack(other, 'UPDATE orders SET total = 2 WHERE id = 1')
  const outcomes = await Promise.allSettled([first, second])
  const told = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? (outcome.reason as pg.DatabaseError).code : 'done',
  )
  assert.deepEqual(told.sort(), ['40P01', 'done'])
  await Promise.all([one.query('ROLLBACK'), other.query('ROLLBACK')])
  await Promise.all([one.end(), other.end()])
})

/** As applications do: what fails in a transaction ends it. */
async function orRollBack(client: pg.Client, text: string): Promise<void> {
  try {
    await client.query(text)
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

const megabytes = Number(process.env['HOLDPOINT_TEST_RESULT_MEGABYTES'] ?? '64')
const growthMegabytesMax = 160

test(`a result of ${megabytes} MB goes through a gate that does not hold it`, async () => {
  const { client } = await agent()
  await client.query('SELECT 1')
  // Linux then counts the high-water mark from here.
  writeFileSync(`/proc/${world.gate().pid ?? 'self'}/clear_refs`, '5')
  const idle = megabytesOf('VmRSS')
  const rows = megabytes * 128
  const text = `SELECT repeat('x', 8192) AS x FROM generate_series(1, ${rows})`
  let seen = 0
  const query = client.query(new pg.Query(text))
  query.on('row', () => {
    seen += 1
    if (seen === 1000) pause(client)
  })
  await once(query, 'end')
  assert.equal(seen, rows)
  const grown = megabytesOf('VmHWM') - idle
  assert.ok(grown < growthMegabytesMax, `the gate grew by ${grown} MB`)
  await client.end()
})

/** A client that reads nothing for a while: what comes meanwhile must wait at the server. */
function pause(client: pg.Client): void {
  client.connection.stream.pause()
  setTimeout(() => client.connection.stream.resume(), 500)
}

function megabytesOf(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${world.gate().pid ?? 'self'}/status`, 'utf8')
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
}

test('the server is gone in the middle of a transaction: the client is told, the gate stays', async () => {
  const { client } = await agent()
  await client.query('BEGIN')
  await client.query(`INSERT INTO notes VALUES ('never kept', '2026-01-01')`)
  await world.server.kill()
  await assert.rejects(client.query('SELECT count(*) FROM notes'))
  await assert.rejects(agent())
  assert.equal(world.gate().exitCode, null)
  await world.cli(['ledger', 'verify'])
})
