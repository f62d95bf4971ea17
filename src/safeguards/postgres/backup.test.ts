import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { drop, everyKind, fill, leftOn, partsOf } from '../../../test/postgres/backups.ts'
import { proving, scratch, shop, startTwoServers } from '../../../test/postgres/backups.ts'
import { accessTo, backupKey, through } from '../../../test/postgres/backups.ts'
import type { TwoServers } from '../../../test/postgres/backups.ts'
import { temporaryFolder } from '../../../test/receipts.ts'
import { Fault } from '../../domain/fault.ts'
import { enrolmentSql } from '../../providers/postgres/protect/enrol.ts'
import { sha256 } from '../../system/hash.ts'
import { restoreExport, verifyExport } from './backup.ts'

let servers: TwoServers
before(async () => {
  servers = await startTwoServers()
})
after(() => servers.stop())

const orders = `CREATE TABLE orders (id int PRIMARY KEY, note text);
INSERT INTO orders SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 5000) i`

const dump = '/usr/lib/postgresql/15/bin/pg_dump'
const given = process.env['HOLDPOINT_TEST_POSTGRES']
const withDump = given !== undefined && existsSync(dump)

test('all kinds of objects and values are exported, restored and the same', async (t) => {
  const { source, target, access } = servers
  await fill(source, 'kinds', everyKind)
  t.after(() => drop(source, 'kinds'))
  const { prove, folder, decision } = proving(t)
  const proof = await prove(access)
  assert.equal(proof.kind === 'failed' ? proof.why : null, null)
  assert.ok(proof.kind === 'proven')
  const says = 'exported 13 tables, 101,324 rows of shop-db; restored elsewhere and compared'
  assert.equal(proof.says, says)
  assert.equal(readFileSync(proof.artefact).byteLength, proof.bytes)
  assert.deepEqual(readdirSync(folder), [`${decision}.holdpoint-export`])
  assert.deepEqual(await leftOn(target), [])

  await t.test('and restored for good, under the names of old', async (t) => {
    t.after(() => drop(target, 'again'))
    const settings = { file: proof.artefact, pick: 'kinds', upstream: scratch, database: 'again' }
    const totals = await restoreExport({ ...settings, minutesMax: 5 }, partsOf(access))
    const restored = { from: 'kinds', database: 'again' }
    assert.deepEqual(totals, { tables: 13, rows: 101_324n, ...restored })
    const found = await verifyExport(proof.artefact, partsOf(access))
    assert.deepEqual(
      found.map(({ database }) => database),
      ['kinds', 'postgres'],
    )
    if (!withDump) {
      t.diagnostic('no pg_dump at hand: it was not asked')
      return
    }
    assert.deepEqual(dumped(target.url('again')), dumped(source.url('kinds')))
  })
})

/** What pg_dump says of a database, but for what it prints another way once it was read back. */
function dumped(url: string): readonly string[] {
  const text = execFileSync(dump, [url], { encoding: 'utf8', maxBuffer: 1_000_000_000 })
  const own = /^\\(un)?restrict|plpgsql|users_status_check|^WITH \(|^--|^$/
  return text.split('\n').filter((line) => !own.test(line))
}

test('what happens meanwhile is not in it, and tables cannot be emptied under it', async (t) => {
  const { source, access } = servers
  await fill(source, 'meanwhile', orders)
  t.after(() => drop(source, 'meanwhile'))
  const seen: string[] = []
  const meddling = through(access, (client, upstream) => ({
    ...client,
    copyOut: (sql) => {
      if (upstream !== shop || !sql.includes('orders')) return client.copyOut(sql)
      return (async function* () {
        const other = await source.connect('meanwhile')
        await other.query("DELETE FROM orders WHERE id % 2 = 0; UPDATE orders SET note = 'new'")
        await other.query("SET lock_timeout = '50ms'")
        await other.query('TRUNCATE orders').catch((fault: unknown) => seen.push(String(fault)))
        await other.end()
        yield* client.copyOut(sql)
      })()
    },
  }))
  const proof = await proving(t).prove(meddling)
  assert.ok(proof.kind === 'proven')
  assert.match(proof.says, /1 table, 5,000 rows/)
  assert.match(seen[0] ?? '', /lock timeout/)
})

test('a definition that changes meanwhile fails it', async (t) => {
  const { source, access } = servers
  await fill(source, 'changing', `${orders};\nCREATE FUNCTION one() RETURNS int RETURN 1`)
  t.after(() => drop(source, 'changing'))
  const meddling = through(access, (client, upstream) => ({
    ...client,
    copyOut: (sql) => {
      if (upstream !== shop || !sql.includes('orders')) return client.copyOut(sql)
      return (async function* () {
        const other = await source.connect('changing')
        await other.query('CREATE OR REPLACE FUNCTION one() RETURNS int RETURN 2')
        await other.end()
        yield* client.copyOut(sql)
      })()
    },
  }))
  const { prove, folder } = proving(t)
  const proof = await prove(meddling)
  assert.deepEqual(proof, { kind: 'failed', why: 'the schema of `changing` changed meanwhile' })
  assert.deepEqual(readdirSync(folder), [])
})

test('a restored database in which one value differs is no proof', async (t) => {
  const { source, target, access } = servers
  await fill(source, 'unequal', orders)
  t.after(() => drop(source, 'unequal'))
  for (const meddle of [
    "UPDATE public.orders SET note = 'x' WHERE id = 7",
    'DELETE FROM public.orders WHERE id = 7',
    'CREATE INDEX extra ON public.orders (note)',
    'ALTER TABLE public.orders DROP CONSTRAINT orders_pkey',
    'GRANT SELECT ON public.orders TO PUBLIC',
  ]) {
    let done = false
    const meddling = through(access, (client, upstream) => ({
      ...client,
      async query(sql) {
        if (upstream === scratch && !done && sql.includes('pg_get_constraintdef')) {
          const { rows } = await client.query("SELECT to_regclass('public.orders')::text")
          done = rows[0]?.[0] === 'public.orders'
          if (done) await client.query(meddle)
        }
        return client.query(sql)
      },
    }))
    const proof = await proving(t).prove(meddling)
    assert.ok(proof.kind === 'failed', meddle)
    assert.match(proof.why, /is not the same/, meddle)
    assert.deepEqual(await leftOn(target), [])
  }
})

test('the same server is no other server, whatever it is called', async (t) => {
  const { source } = servers
  const both = accessTo(
    new Map([
      [shop, source],
      [scratch, source],
    ]),
  )
  const proof = await proving(t).prove(both)
  assert.ok(proof.kind === 'failed')
  assert.match(proof.why, /the very server/)
})

const beyond: readonly (readonly [what: string, sql: string, named: RegExp])[] = [
  [
    'a foreign server',
    'CREATE FOREIGN DATA WRAPPER far;\nCREATE SERVER away FOREIGN DATA WRAPPER far',
    /foreign server away/,
  ],
  [
    'an operator',
    'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
    /operator ===/,
  ],
  [
    'a text search configuration',
    'CREATE TEXT SEARCH CONFIGURATION mine (COPY = simple)',
    /configuration mine/,
  ],
  ['a table of a type', 'CREATE TYPE t AS (a int);\nCREATE TABLE typed OF t', /typed/],
  ['what the system grants', 'REVOKE EXECUTE ON FUNCTION pg_sleep(float8) FROM PUBLIC', /pg_sleep/],
]

for (const [what, sql, named] of beyond) {
  test(`what cannot be exported fails it, and is named: ${what}`, async (t) => {
    const { source, access, target } = servers
    await fill(source, 'beyond', `${orders};\n${sql}`)
    t.after(() => drop(source, 'beyond'))
    const { prove, folder } = proving(t)
    const proof = await prove(access)
    assert.ok(proof.kind === 'failed')
    assert.match(proof.why, /in `beyond` cannot be exported/)
    assert.match(proof.why, named)
    assert.deepEqual(readdirSync(folder), [])
    assert.deepEqual(await leftOn(target), [])
  })
}

test('a database that lets nobody in fails it', async (t) => {
  const { source, access } = servers
  await fill(source, 'shut', orders)
  t.after(() => drop(source, 'shut'))
  const admin = await source.connect()
  await admin.query('ALTER DATABASE shut ALLOW_CONNECTIONS false')
  const proof = await proving(t).prove(access)
  assert.ok(proof.kind === 'failed')
  assert.match(proof.why, /`shut` take no connections/)
})

test('a role that sees only some rows fails it', async (t) => {
  const { source, access } = servers
  await fill(
    source,
    'hidden',
    `${orders};\nALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE ROLE looker;\nGRANT SELECT ON orders TO looker;
CREATE POLICY few ON orders USING (id < 10)`,
  )
  t.after(() => drop(source, 'hidden'))
  const looking = through(access, (client, upstream) => ({
    ...client,
    async query(sql) {
      const answer = await client.query(sql)
      if (upstream === shop && sql.startsWith('BEGIN')) await client.query('SET LOCAL ROLE looker')
      return answer
    },
  }))
  const proof = await proving(t).prove(looking)
  assert.ok(proof.kind === 'failed')
  assert.match(proof.why, /row-level security|permission denied/)
})

test('without its key nothing is written, and none of it is in the file', async (t) => {
  const { source, access } = servers
  await fill(source, 'sealed', `CREATE TABLE t AS SELECT 'open sesame' AS secret`)
  t.after(() => drop(source, 'sealed'))
  const missing = (): Promise<Uint8Array> =>
    Promise.reject(new Fault('secret-unknown', 'there is no secret `backup-key`'))
  const without = proving(t)
  const failed = await without.prove(access, { key: missing })
  assert.deepEqual(failed, { kind: 'failed', why: 'there is no secret `backup-key`' })
  const { prove, folder, decision } = proving(t)
  const proof = await prove(access)
  assert.ok(proof.kind === 'proven')
  const file = join(folder, `${decision}.holdpoint-export`)
  const text = readFileSync(file, 'latin1')
  for (const secret of ['sesame', 'sealed', backupKey.toString('latin1'), source.password]) {
    assert.ok(!text.includes(secret), secret)
    assert.ok(!JSON.stringify(proof).includes(secret), secret)
  }
  const again = await prove(access)
  assert.ok(again.kind === 'failed')
  assert.match(again.why, /is there already/)
  await assert.rejects(verifyExport(file, { ...partsOf(access), key: missing }), {
    code: 'secret-unknown',
  })
  const other = { ...partsOf(access), key: () => Promise.resolve(Buffer.alloc(32, 8)) }
  await assert.rejects(verifyExport(file, other), { code: 'export-key' })
})

test('a deadline, and a server that goes away, fail it', async (t) => {
  const { source, access } = servers
  await fill(source, 'late', orders)
  t.after(() => drop(source, 'late'))
  let now = 0
  const hurried = {
    clock: { now: () => partsOf(access).clock.now(), milliseconds: () => (now += 40_000) },
  }
  const late = await proving(t).prove(access, hurried)
  assert.deepEqual(late, { kind: 'failed', why: 'it took more than 5 minutes' })
  const cut = through(access, (client, upstream) => ({
    ...client,
    copyOut: (sql) => {
      if (upstream !== shop || !sql.includes('orders')) return client.copyOut(sql)
      return (async function* () {
        const admin = await source.connect()
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'late'",
        )
        await admin.end()
        yield* client.copyOut(sql)
      })()
    },
  }))
  const { prove, folder } = proving(t)
  assert.equal((await prove(cut)).kind, 'failed')
  assert.deepEqual(readdirSync(folder), [])
})

test('a restore that fails leaves neither database nor roles, and touches no other', async (t) => {
  const { source, target, access } = servers
  await fill(
    source,
    'lost',
    `${orders};\nCREATE ROLE keeper;\nALTER TABLE orders OWNER TO keeper;
CREATE ROLE clerk;\nGRANT SELECT ON orders TO clerk`,
  )
  t.after(() => drop(source, 'lost'))
  const proof = await proving(t).prove(access)
  assert.ok(proof.kind === 'proven')
  const settings = { file: proof.artefact, pick: 'lost', upstream: scratch, minutesMax: 5 }
  const names = async (): Promise<readonly string[]> => {
    const client = await target.connect()
    const { rows } = await client.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles
       WHERE rolname IN ('keeper', 'clerk') ORDER BY 1`,
    )
    await client.end()
    return rows.map(({ name }) => name)
  }
  const before = await names()
  const meddling = through(access, (client) => ({
    ...client,
    copyIn: () => Promise.reject(new Fault('sql-53100', 'could not extend file: no space')),
  }))
  await assert.rejects(restoreExport({ ...settings, database: null }, partsOf(meddling)), {
    code: 'sql-53100',
  })
  assert.deepEqual(await names(), before)

  await fill(target, 'lost', 'CREATE TABLE orders AS SELECT 1 AS mine')
  t.after(() => drop(target, 'lost'))
  await assert.rejects(restoreExport({ ...settings, database: null }, partsOf(access)), {
    code: 'already-there',
  })
  const client = await target.connect('lost')
  assert.deepEqual((await client.query('SELECT * FROM orders')).rows, [{ mine: 1 }])
  await client.end()
  await assert.rejects(
    restoreExport({ ...settings, pick: 'none', database: 'new' }, partsOf(access)),
    { code: 'export-database', message: /holds no `none`; it holds `lost`/ },
  )
})

test('a damaged file never gets to a server', async (t) => {
  const { source, target, access } = servers
  await fill(source, 'damaged', orders)
  t.after(() => drop(source, 'damaged'))
  const proof = await proving(t).prove(access)
  assert.ok(proof.kind === 'proven')
  const whole = readFileSync(proof.artefact)
  const asked = { pick: 'damaged', upstream: scratch, database: 'x', minutesMax: 5 }
  const noServer = { connect: () => Promise.reject(new Error('a server was asked')) }
  for (const [at, code] of [
    [whole.length - 1, 'export-damaged'],
    [300, 'export-damaged'],
    [0, 'export-malformed'],
  ] as const) {
    const file = join(temporaryFolder(t), 'copy')
    const bytes = Buffer.from(whole)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(file, bytes)
    const parts = partsOf(noServer)
    await assert.rejects(verifyExport(file, parts), { code })
    await assert.rejects(restoreExport({ ...asked, file }, parts), { code })
  }
  await assert.rejects(verifyExport('/nowhere/at/all', partsOf(access)), { code: 'not-found' })
  await assert.rejects(verifyExport('/', partsOf(access)), { code: 'export-file' })
  assert.deepEqual(await leftOn(target), [])
})

test('an enrolled database is exported and restored with what is kept in it', async (t) => {
  const { source, target, access } = servers
  await fill(source, 'enrolled', orders)
  t.after(() => drop(source, 'enrolled'))
  const key = 'a'.repeat(64)
  const client = await source.connect('enrolled')
  await client.query(enrolmentSql({ keyHash: sha256(key) }))
  await client.query('BEGIN')
  await client.query('SELECT holdpoint.begin_trial($1, $2, $3, $4)', [
    ...[key, 'req_1', 'rows', '[{"schema":"public","name":"orders"}]'],
  ])
  await client.query('DELETE FROM orders WHERE id < 10')
  await client.query('SELECT holdpoint.end_trial($1, $2)', [key, 'req_1'])
  await client.query('COMMIT')
  await client.end()
  const proof = await proving(t).prove(access)
  assert.equal(proof.kind === 'failed' ? proof.why : null, null)
  assert.ok(proof.kind === 'proven')
  t.after(() => drop(target, 'enrolled_again'))
  const settings = { file: proof.artefact, pick: 'enrolled', upstream: scratch, minutesMax: 5 }
  await restoreExport({ ...settings, database: 'enrolled_again' }, partsOf(access))
  const again = await target.connect('enrolled_again')
  const { rows } = await again.query<{ action: string }>('SELECT action FROM holdpoint.trash()')
  await again.end()
  assert.deepEqual(rows, [{ action: 'req_1' }])
})
