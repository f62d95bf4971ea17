// Enrolling, again, by less than a superuser, and taking it all away; and databases that are
// dropped.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import type pg from 'pg'

import {
  purgeDatabaseSql,
  restoreDatabaseSql,
} from '../../src/providers/postgres/protect/databases.ts'
import { enrolmentSql, unenrolmentSql } from '../../src/providers/postgres/protect/enrol.ts'
import { readTrash } from '../../src/providers/postgres/protect/results.ts'
import { captureKey, captureKeyHash, startGuarded, value } from './guarded.ts'
import type { Guarded } from './guarded.ts'

let guarded: Guarded
let admin: pg.Client

before(async () => {
  guarded = await startGuarded({}, 'CREATE TABLE public.before_enrolment (id integer)')
  admin = guarded.admin
})
after(() => guarded.stop())

interface Status {
  readonly version: number
  readonly missing: readonly string[]
  readonly event_triggers: boolean
  readonly unwatched: readonly string[]
  readonly strong_roles: readonly string[]
}

async function status(client: pg.Client): Promise<Status> {
  return (await value(client, 'SELECT holdpoint.status()')) as Status
}

test('all tables are watched, those from before and those made since', async () => {
  await guarded.agent.query('CREATE TABLE public.since (); CREATE TABLE public.made AS SELECT 1')
  const { missing, unwatched, event_triggers: events, version } = await status(guarded.agent)
  assert.deepEqual([missing, unwatched, events, version], [[], [], true, 1])
})

test('enrolling again changes the key and keeps the trash', async () => {
  const { action } = await guarded.run('rows', `INSERT INTO public.made VALUES (2)`)
  await admin.query(enrolmentSql({ keyHash: 'a'.repeat(64), agentRoles: ['postgres', `o'brien`] }))
  await assert.rejects(guarded.run('rows', 'SELECT 1'), { code: '42501' })
  assert.deepEqual((await status(admin)).strong_roles, ['postgres'])
  await admin.query(enrolmentSql({ keyHash: captureKeyHash }))
  assert.ok((await guarded.undo(action)).done)
})

test('a schema that somebody else made first is refused', async () => {
  await admin.query('CREATE DATABASE trap')
  await admin.query('GRANT ALL ON DATABASE trap TO app')
  const early = await guarded.server.connect('trap', 'app', 'app')
  await early.query('CREATE SCHEMA holdpoint; CREATE TABLE holdpoint.settings (one boolean)')
  const owner = await guarded.server.connect('trap')
  await assert.rejects(owner.query(enrolmentSql({ keyHash: captureKeyHash })), /not ours/)
})

test('a table that the admin moved in by night is watched after one call', async () => {
  await admin.query(
    'ALTER EVENT TRIGGER holdpoint_ddl DISABLE; CREATE TABLE public.night (id integer)',
  )
  assert.deepEqual((await status(admin)).unwatched, ['public.night'])
  await admin.query('ALTER EVENT TRIGGER holdpoint_ddl ENABLE ALWAYS; SELECT holdpoint.watch_all()')
  assert.deepEqual((await status(admin)).unwatched, [])
})

test('an admin that is no superuser: rows are kept, drops are not, and it says so', async () => {
  await admin.query(`CREATE ROLE landlord LOGIN PASSWORD 'l'`)
  await admin.query('CREATE DATABASE rented OWNER landlord')
  await (await guarded.server.connect('rented')).query('GRANT ALL ON SCHEMA public TO landlord')
  const landlord = await guarded.server.connect('rented', 'landlord', 'l')
  await landlord.query('CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1), (2)')
  await landlord.query(enrolmentSql({ keyHash: captureKeyHash }))
  const { missing, event_triggers: events } = await status(landlord)
  assert.equal(events, false)
  assert.match(missing.join('; '), /event triggers: .*undo: /)
  const rows = await guarded.run('rows', 'DELETE FROM t', { client: landlord })
  assert.deepEqual([rows.measured.because, rows.measured.tables[0]?.deleted], [[], 2])
  const drop = await guarded.run('drop', 'DROP TABLE t', { client: landlord })
  assert.equal(drop.measured.kept, null)
  assert.match(drop.measured.because.join(), /without event triggers/)
  assert.equal(await value(landlord, `SELECT to_regclass('t')::text`), 't')
  const report = (await value(
    landlord,
    `SELECT holdpoint.undo('${rows.action}', false, false)`,
  )) as { done: boolean; because: string[] }
  assert.equal(report.done, false)
  assert.match(report.because.join(), /session_replication_role/)
})

test('a dropped database waits, without connections, and comes back', async () => {
  await admin.query(`CREATE DATABASE "shop's"`)
  const inside = await guarded.server.connect(`shop's`)
  await inside.query('CREATE TABLE t AS SELECT 7 AS seven')
  const drop = (action: string): Promise<unknown> =>
    admin.query('SELECT holdpoint.quarantine_database($1, $2, $3, false, $4)', [
      ...[captureKey, action, `shop's`, `DROP DATABASE "shop's"`],
    ])
  await assert.rejects(drop('action_c'), { code: '55006' })
  await inside.end()
  await drop('action_d')
  await assert.rejects(guarded.server.connect(`shop's`), { code: '3D000' })
  await assert.rejects(
    guarded.server.connect('holdpoint_trash_action_d'),
    /not currently accepting/,
  )
  const { rows } = await admin.query('SELECT * FROM holdpoint.trash()')
  const entry = readTrash(rows as Record<string, unknown>[])?.find(
    ({ kind }) => kind === 'database',
  )
  assert.deepEqual([entry?.action, entry?.tables], ['action_d', [`shop's`]])
  await assert.rejects(admin.query(unenrolmentSql()), /would be lost/)
  await admin.query('ROLLBACK')
  for (const sql of restoreDatabaseSql(`shop's`, 'action_d')) await admin.query(sql)
  const again = await guarded.server.connect(`shop's`)
  assert.equal(await value(again, 'SELECT seven FROM t'), 7)
  await again.end()
  await drop('action_e')
  for (const sql of purgeDatabaseSql('action_e')) await admin.query(sql)
  assert.equal(
    await value(admin, `SELECT count(*) FROM pg_database WHERE datname ~ 'action_e'`),
    '0',
  )
})

test('unenrolling refuses while something is kept, and leaves nothing when it does not', async () => {
  const { action } = await guarded.run('rows', 'INSERT INTO public.made VALUES (3)')
  await assert.rejects(admin.query(unenrolmentSql()), /would be lost/)
  await admin.query('ROLLBACK')
  await admin.query('SELECT holdpoint.purge($1)', [action])
  await admin.query(unenrolmentSql())
  const left = `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname ~ 'holdpoint')
    + (SELECT count(*) FROM pg_trigger WHERE tgname ~ 'holdpoint')
    + (SELECT count(*) FROM pg_event_trigger) + (SELECT count(*) FROM pg_proc WHERE proname ~ 'holdpoint')`
  assert.equal(await value(admin, left), '0')
  await admin.query(enrolmentSql({ keyHash: captureKeyHash }))
  await guarded.agent.query('SELECT holdpoint.mark_session($1)', [captureKey])
  await guarded.run('rows', 'INSERT INTO public.made VALUES (4)')
  await admin.query(unenrolmentSql({ force: true }))
  assert.equal(await value(admin, left), '0')
})
