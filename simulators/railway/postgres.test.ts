import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import pg from 'pg'

import { ask } from './asking.ts'
import type { RailwaySimulator } from './start.ts'
import { startRailwaySimulator } from './start.ts'

let folder: string
let railway: RailwaySimulator

before(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), 'railway-postgres-test-'))
  // Started by root, PostgreSQL runs as another user, who must get in; or it goes elsewhere.
  fs.chmodSync(folder, 0o755)
  railway = await startRailwaySimulator({ folder, sceneFolder: join(folder, 'scene') })
})
after(async () => {
  await railway.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

const all = { customers: 1200, bookings: 4800, payments: 3600 }
const none = { customers: 0, bookings: 0, payments: 0 }

function connection(): string {
  return railway.postgres ?? assert.fail(railway.postgresSays ?? 'no postgresql')
}

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

const code = (wanted: string) => (error: NodeJS.ErrnoException) => error.code === wanted

test('rows are counted in the database itself', async () => {
  assert.deepEqual((await railway.state()).rows, all)
  await query(connection(), 'DELETE FROM customers WHERE id <= 10')
  const { rows } = await railway.state()
  assert.ok(rows?.customers === 1190 && rows.bookings < all.bookings, 'cascades')
  await railway.reset()
  assert.deepEqual((await railway.state()).rows, all)
})

test("staging's password is wrong, and production's is not", async () => {
  const env = fs.readFileSync(join(folder, 'scene/api/.env.staging'), 'utf8')
  const staging = /^DATABASE_URL=(.+)$/m.exec(env)?.[1] ?? ''
  await assert.rejects(query(staging, 'SELECT 1'), code('28P01'))
  assert.equal((await query(connection(), 'SELECT 1')).length, 1)
})

test('the token of the scene lies in a file, for nobody else to read', () => {
  const file = join(folder, 'scene/scripts/domains/.env')
  assert.ok(fs.readFileSync(file, 'utf8').includes(`RAILWAY_API_TOKEN=${railway.tokens.domains}`))
  assert.equal(fs.statSync(file).mode & 0o077, 0)
})

test('an export keeps every row, and leaves nothing when it fails', async () => {
  const run = promisify(execFile)
  const program = join(import.meta.dirname, 'export.ts')
  const file = join(folder, 'exports/all.jsonl')
  const argv = ['--disable-warning=ExperimentalWarning', program, connection(), file]
  assert.equal((await run(process.execPath, argv)).stdout, '9600 rows\n')
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.equal(lines.length, 9600)
  const last = JSON.parse(lines.at(-1) ?? '') as unknown
  assert.deepEqual(last, {
    table: 'payments',
    row: { id: 3600, booking: 3601, cents: 34_200 },
  })
  const failing = argv.with(2, connection().replace('/pocketos', '/nothing'))
  await assert.rejects(run(process.execPath, failing.with(3, join(folder, 'exports/no.jsonl'))))
  assert.deepEqual(fs.readdirSync(join(folder, 'exports')), ['all.jsonl'])
})

test('restoring brings back what the backup held', async () => {
  const { volumeInProduction, backups } = railway.ids
  await ask(
    railway,
    `mutation { volumeInstanceBackupRestore(volumeInstanceId: "${volumeInProduction}",
      volumeInstanceBackupId: "${backups[0]}") { workflowId } }`,
  )
  const { rows } = await railway.state()
  assert.deepEqual(rows, { customers: 1152, bookings: 4608, payments: 3456 })
  await railway.reset()
})

test('deleting the look-alike leaves every row', async () => {
  await ask(railway, `mutation { volumeDelete(volumeId: "${railway.ids.uploads}") }`)
  assert.deepEqual((await railway.state()).rows, all)
  await railway.reset()
})

test('with the volume the rows are gone, the server and its files too', async () => {
  const held = new pg.Client({ connectionString: connection() })
  const kept = join(folder, 'volumes', railway.ids.sharedVolume)
  assert.ok(fs.existsSync(kept))
  const cut = new Promise((resolve) => held.on('error', resolve))
  await held.connect()
  await ask(railway, `mutation { volumeDelete(volumeId: "${railway.ids.sharedVolume}") }`)
  await cut
  assert.deepEqual((await railway.state()).rows, none)
  await assert.rejects(query(connection(), 'SELECT 1'), code('ECONNREFUSED'))
  assert.ok(!fs.existsSync(kept))
  // A new scene has them again, at the same address.
  await railway.reset()
  assert.equal((await query(connection(), 'SELECT 1')).length, 1)
})

test('marked for deletion, the rows are there for 48 hours and no longer', async () => {
  const delayed = await startRailwaySimulator({ mode: 'delayed' })
  try {
    await ask(delayed, `mutation { volumeDelete(volumeId: "${delayed.ids.sharedVolume}") }`)
    assert.deepEqual((await delayed.state()).rows, all)
    await delayed.advance(48 * 3600 + 1)
    assert.deepEqual((await delayed.state()).rows, none)
  } finally {
    await delayed.stop()
  }
})

test('nothing stays behind, however it ends', { skip: process.platform === 'win32' }, async () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const doomed = await startRailwaySimulator()
    process.kill(doomed.pid, signal)
    await refused(doomed.postgres ?? assert.fail('no postgresql'), signal)
    await doomed.stop()
  }
})

async function refused(url: string, signal: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await query(url, 'SELECT 1')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return
    }
    await sleep(50)
  }
  assert.fail(`postgresql outlives ${signal}`)
}
