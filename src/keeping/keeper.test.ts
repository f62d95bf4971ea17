import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'

import type { DatabaseKeeper } from '../api/keeper.ts'
import { clearToAdminister } from '../clearance.ts'
import type { DatabaseSettings } from '../configuration/databases.ts'
import { Concealed } from '../domain/concealed.ts'
import type { Decision } from '../domain/decision.ts'
import type { Effect } from '../domain/effect.ts'
import type { Fact } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { DecisionId, PersonName, SecretName, UpstreamName } from '../domain/names.ts'
import type { Verdict } from '../domain/verdict.ts'
import { sha256 } from '../system/hash.ts'
import { systemRandom } from '../system/random.ts'
import * as facts from '../../test/contracts/facts.ts'
import { administerAt } from '../../test/postgres/administer.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import type { PostgresServer } from '../../test/postgres/server.ts'
import { openLedger } from '../../test/receipts.ts'
import type { OpenLedger } from '../../test/receipts.ts'
import type { Protection } from './administer.ts'
import { createDatabaseKeeper } from './keeper.ts'

const by = 'alice' as PersonName
const upstream = 'shop-db' as UpstreamName
const captureKey = 'shop-db-capture' as SecretName

let server: PostgresServer
before(async () => {
  server = await startPostgres()
  const admin = await server.connect()
  await admin.query('CREATE ROLE app LOGIN')
  await admin.query(`CREATE ROLE "o'brien" SUPERUSER`)
})
after(() => server.stop())

let made = 0

async function newDatabase(): Promise<string> {
  const name = `shop_${++made}`
  await (await server.connect()).query(`CREATE DATABASE ${name}`)
  return name
}

/** Only the answers of the real one: what the keeper makes of them is what is tested here. */
const protection: Protection = {
  version: 3,
  enrolmentSql: ({ keyHash, agentRoles, retentionDays }) => `BEGIN;
    CREATE SCHEMA IF NOT EXISTS holdpoint;
    CREATE TABLE IF NOT EXISTS holdpoint.settings(key_hash text, version int, missing text[]);
    DELETE FROM holdpoint.settings;
    INSERT INTO holdpoint.settings
      VALUES('${keyHash}', 3, ARRAY['${agentRoles.join()} for ${retentionDays}']);
    CREATE OR REPLACE FUNCTION holdpoint.status() RETURNS jsonb LANGUAGE sql AS $$
      SELECT jsonb_build_object('version', version, 'missing', to_jsonb(missing),
        'event_triggers', true, 'unwatched', '[]'::jsonb) FROM holdpoint.settings $$;
    CREATE TABLE IF NOT EXISTS holdpoint.databases(action text, name text, undone_at timestamptz,
      bytes bigint);
    CREATE TABLE IF NOT EXISTS holdpoint.kept(action text, undone_at timestamptz);
    CREATE OR REPLACE FUNCTION holdpoint.trash() RETURNS TABLE(action text, at timestamptz,
      kind text, statement text, tables jsonb, bytes bigint, expires_at timestamptz,
      undone_at timestamptz) LANGUAGE sql AS $$
      SELECT k.action, '2026-01-01 00:00:01+00'::timestamptz, 'rows', 'DELETE FROM t',
        '[{"schema":"public","name":"t","deleted":2,"updated":1,"inserted":0}]'::jsonb, 10::bigint,
        CASE WHEN k.action LIKE 'fresh%' THEN now() + interval '1 day'
          ELSE '2026-01-08 00:00:01+00'::timestamptz END, k.undone_at FROM holdpoint.kept k $$;
    CREATE OR REPLACE FUNCTION holdpoint.undo(action text, dry_run boolean, force boolean)
      RETURNS jsonb LANGUAGE sql AS $$
      SELECT CASE WHEN dry_run OR (action LIKE '%conflict%' AND NOT force) THEN
        jsonb_build_object('done', false, 'conflicts', CASE WHEN action LIKE '%conflict%' THEN
          '[{"schema":"public","name":"t","key":{"id":1},"now":null,"then":{"id":1}}]'::jsonb
          ELSE '[]' END, 'because', '[]'::jsonb)
      ELSE jsonb_build_object('done', true, 'equal', true, 'sha256_before', repeat('a', 64),
        'sha256_after', repeat('a', 64),
        'restored', '[{"schema":"public","name":"t","rows":3}]'::jsonb) END $$;
    CREATE OR REPLACE FUNCTION holdpoint.expire(older interval) RETURNS jsonb LANGUAGE sql AS $$
      WITH gone AS (DELETE FROM holdpoint.kept RETURNING 1) SELECT to_jsonb(count(*)) FROM gone
      $$; COMMIT;
  `,
  unenrolmentSql: () => 'DROP SCHEMA holdpoint CASCADE',
}

interface Scene extends OpenLedger {
  readonly keeper: DatabaseKeeper
  readonly database: string
  readonly reported: unknown[]
  readonly vault: Map<SecretName, Concealed>
  kinds(): readonly string[]
  query(sql: string): Promise<readonly unknown[]>
}

async function open(
  t: TestContext,
  changes: Partial<DatabaseSettings> = {},
  sql: Protection = protection,
): Promise<Scene> {
  const ledger = await openLedger(t)
  const database = await newDatabase()
  const vault = new Map<SecretName, Concealed>()
  const reported: unknown[] = []
  const keeper = createDatabaseKeeper({
    databases: [settingsOf(database, changes)],
    administer: administerAt(server),
    clear: clearToAdminister,
    ledger: ledger.ledger,
    store: ledger.store,
    keys: () => ({
      put: (name, value) => void vault.set(name, value),
      list: () => [...vault.keys()],
      open: (name) => vault.get(name) ?? new Concealed(name, ''),
    }),
    protection: sql,
    random: systemRandom,
    report: (fault) => void reported.push(fault),
  })
  const client = await server.connect(database)
  return {
    ...ledger,
    ...{ keeper, database, reported, vault },
    kinds: () => ledger.store.entries(0, 1000).map(({ fact }) => wordOf(fact)),
    query: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
  }
}

function settingsOf(database: string, changes: Partial<DatabaseSettings>): DatabaseSettings {
  return {
    ...{ name: upstream, host: server.host, port: server.port, role: 'app', database },
    credential: 'shop-db' as SecretName,
    ...{ environment: 'shop/production', databases: new Map(), tls: 'off', certificate: null },
    ...{ allowPrivate: true, captureKey, retentionDays: 7, mask: [] },
    admin: { role: 'postgres', credential: 'shop-db-admin' as SecretName },
    ...changes,
  }
}

function wordOf(fact: Fact): string {
  return fact.kind === 'administering' ? `administering ${fact.work}` : fact.kind
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (fault) {
    assert.ok(fault instanceof Fault, String(fault))
    assert.match(fault.message, /; /, 'it says what to do')
    return fault.code
  }
  return 'none'
}

const asked = { upstream, database: null, by }

test('enrolling makes the key once, records first, and may be repeated', async (t) => {
  const scene = await open(t)
  const first = await scene.keeper.enrol(asked)
  assert.deepEqual(first, {
    ...{ upstream, database: scene.database, version: 3, before: null, captureKey: 'made' },
    missing: ['app for 7'],
  })
  assert.deepEqual(scene.kinds(), ['administering enrol', 'secret-put'])
  const key = scene.vault.get(captureKey)?.reveal() ?? ''
  assert.match(key, /^[0-9a-f]{64}$/)
  assert.deepEqual(await scene.query('SELECT key_hash FROM holdpoint.settings'), [
    { key_hash: sha256(key) },
  ])
  const again = await scene.keeper.enrol(asked)
  assert.deepEqual([again.before, again.captureKey], [3, 'there'])
  assert.equal(scene.vault.get(captureKey)?.reveal(), key)
})

test('the key is in no fact, and no report', async (t) => {
  const scene = await open(t)
  const report = await scene.keeper.enrol(asked)
  const status = await scene.keeper.status(by)
  const key = scene.vault.get(captureKey)?.reveal() ?? 'none'
  const said = JSON.stringify([report, status, scene.store.entries(0, 1000)])
  assert.equal(said.includes(key), false)
})

test('an enrolment that fails leaves nothing', async (t) => {
  const sql = (options: Parameters<Protection['enrolmentSql']>[0]): string =>
    protection.enrolmentSql(options).replace('COMMIT', 'SELECT 1 / 0')
  const scene = await open(t, {}, { ...protection, enrolmentSql: sql })
  await assert.rejects(scene.keeper.enrol(asked), /division/)
  const [found] = await scene.query("SELECT to_regclass('holdpoint.settings')::text AS there")
  assert.deepEqual(found, { there: null })
})

test('what a newer Holdpoint installed is not replaced by an older one', async (t) => {
  const scene = await open(t)
  await scene.keeper.enrol(asked)
  await scene.query('UPDATE holdpoint.settings SET version = 4')
  assert.equal(await codeOf(scene.keeper.enrol(asked)), 'enrolled-by-newer')
})

test('only what is configured is administered, and only with an admin', async (t) => {
  const scene = await open(t)
  const other = { ...asked, upstream: 'other' as UpstreamName }
  assert.equal(await codeOf(scene.keeper.enrol(other)), 'not-found')
  const bare = await open(t, { admin: null })
  assert.equal(await codeOf(bare.keeper.enrol(asked)), 'no-admin')
  assert.deepEqual(bare.kinds(), [])
  assert.match((await bare.keeper.status(by))[0]?.fault ?? '', /no `admin`/)
})

test('status says what there is, what is not, and what could not be asked', async (t) => {
  const scene = await open(t, { databases: new Map([['no_such', 'shop/development']]) })
  const [bare, missing] = await scene.keeper.status(by)
  assert.equal(bare?.enrolment, null)
  assert.deepEqual([bare.captureKey, bare.server?.tls, bare.server?.rolePower], [false, false, []])
  assert.match(bare.server?.version ?? '', /^1\d/)
  assert.deepEqual([missing?.environment, missing?.server], ['shop/development', null])
  assert.match(missing?.fault ?? '', /no_such/)
  await scene.keeper.enrol(asked)
  await scene.query("INSERT INTO holdpoint.kept VALUES('a', null), ('b', now())")
  const [enrolled] = await scene.keeper.status(by)
  assert.deepEqual(enrolled?.enrolment, {
    ...{ version: 3, outdated: false, missing: ['app for 7'], kept: 1, bytes: 10 },
  })
})

test("a role that could remove what protects is said to, whatever it's called", async (t) => {
  const scene = await open(t, { role: "o'brien" })
  const [report] = await scene.keeper.status(by)
  assert.deepEqual(report?.server?.rolePower, ['is a superuser'])
  const none = await open(t, { role: "x' OR true --\\" })
  assert.match((await none.keeper.status(by))[0]?.fault ?? '', /has no role/)
})

test('nothing is unenrolled while something is kept that has not expired', async (t) => {
  const scene = await open(t)
  assert.equal(await codeOf(scene.keeper.unenrol(asked)), 'not-enrolled')
  await scene.keeper.enrol(asked)
  await scene.query("INSERT INTO holdpoint.kept VALUES('fresh', null), ('late', null)")
  assert.equal(await codeOf(scene.keeper.unenrol(asked)), 'still-kept')
  await scene.query("UPDATE holdpoint.kept SET undone_at = now() WHERE action = 'fresh'")
  assert.deepEqual(await scene.keeper.unenrol(asked), { upstream, database: scene.database })
})

const destroy: Effect = {
  kind: 'destroy',
  resource: { provider: 'postgres', type: 'table', id: 'public.t', within: {} },
  extent: 'some',
  undo: 'from-safeguard',
}

async function decide(
  scene: Scene,
  id: string,
  options: Readonly<{ verdict?: Verdict; effect?: Effect; payload?: object; sent?: boolean }> = {},
): Promise<DecisionId> {
  const { verdict = facts.allow, effect = destroy, sent = true } = options
  const payload = options.payload ?? { kind: 'sql', upstream, database: scene.database }
  const impacts: Decision['impacts'] = [facts.impactOf(effect)]
  const { ledger } = scene
  const fact = facts.decided(id, verdict, { impacts })
  await ledger.append(fact, new TextEncoder().encode(JSON.stringify(payload)))
  if (sent) await ledger.append(facts.sent(id))
  return id as DecisionId
}

async function openEnrolled(t: TestContext): Promise<Scene> {
  const scene = await open(t)
  for (const fact of facts.staged) await scene.ledger.append(fact)
  await scene.keeper.enrol(asked)
  return scene
}

test('an undo is recorded before and after, and is in the history of its decision', async (t) => {
  const scene = await openEnrolled(t)
  const decision = await decide(scene, 'one')
  await scene.query("INSERT INTO holdpoint.kept VALUES('request_one', null)")
  const before = scene.kinds().length
  const dry = await scene.keeper.undo({ decision, dryRun: true, force: false, by })
  assert.deepEqual([dry.done, dry.conflicts, dry.because], [false, [], []])
  assert.deepEqual(scene.kinds().slice(before), ['administering undo'])
  const { done, equal, restored } = await scene.keeper.undo({
    ...{ decision, dryRun: false, force: false, by },
  })
  assert.deepEqual([done, equal], [true, true])
  assert.deepEqual(restored, [{ schema: 'public', name: 't', rows: 3 }])
  assert.deepEqual(scene.kinds().slice(before + 1), ['administering undo', 'undone'])
  const last = scene.store.decision(decision)?.history.at(-1)?.fact
  assert.deepEqual(last, {
    ...{ kind: 'undone', decision, by, equal: true, sha256: 'a'.repeat(64), conflicts: 0 },
  })
})

test('rows that changed since are shown, and nothing is recorded as undone', async (t) => {
  const scene = await openEnrolled(t)
  const decision = await decide(scene, 'conflict')
  await scene.query("INSERT INTO holdpoint.kept VALUES('request_conflict', null)")
  const report = await scene.keeper.undo({ decision, dryRun: false, force: false, by })
  assert.equal(report.done, false)
  assert.deepEqual(report.conflicts, [
    { schema: 'public', name: 't', key: '{"id":1}', now: null, then: '{"id":1}' },
  ])
  assert.equal(scene.kinds().includes('undone'), false)
  const forced = await scene.keeper.undo({ decision, dryRun: false, force: true, by })
  assert.equal(forced.done, true)
})

test('what changed nothing, or was not kept, is refused with what to do', async (t) => {
  const scene = await openEnrolled(t)
  const read: Effect = { ...destroy, kind: 'read' }
  const cases: readonly (readonly [string, Parameters<typeof decide>[2], string])[] = [
    ['denied', { verdict: facts.deny, sent: false }, 'nothing-to-undo'],
    ['held', { verdict: facts.toHold, sent: false }, 'nothing-to-undo'],
    ['unsent', { sent: false }, 'nothing-to-undo'],
    ['read', { effect: read }, 'nothing-to-undo'],
    ['web', { payload: { kind: 'http', upstream } }, 'nothing-to-undo'],
    ['expired', {}, 'nothing-kept'],
    ['elsewhere', { payload: { kind: 'sql', upstream: 'gone', database: 'x' } }, 'not-found'],
  ]
  for (const [id, options, code] of cases) {
    const decision = await decide(scene, id, options)
    assert.equal(await codeOf(scene.keeper.undo({ ...undoing, decision })), code, id)
  }
  const none = 'none' as DecisionId
  assert.equal(await codeOf(scene.keeper.undo({ ...undoing, decision: none })), 'not-found')
})

const undoing = { dryRun: false, force: true, by }

test('the trash knows which decision each change was, and which database is silent', async (t) => {
  const scene = await open(t, { databases: new Map([['no_such', 'shop/development']]) })
  for (const fact of facts.staged) await scene.ledger.append(fact)
  await scene.keeper.enrol(asked)
  await decide(scene, 'one')
  await scene.query("INSERT INTO holdpoint.kept VALUES('request_one', null), ('other', now())")
  const { kept, faults } = await scene.keeper.trash(by)
  assert.deepEqual(
    kept.map(({ decision, action, tables }) => [decision, action, tables]),
    [
      ['one', 'request_one', [{ schema: 'public', name: 't', rows: 3 }]],
      [null, 'other', [{ schema: 'public', name: 't', rows: 3 }]],
    ],
  )
  assert.equal(kept[0]?.expiresAt, '2026-01-08T00:00:01.000Z')
  assert.deepEqual(
    faults.map(({ database }) => database),
    ['no_such'],
  )
})

test('what is past its time goes, and one silent database keeps no other from it', async (t) => {
  const scene = await open(t, { databases: new Map([['no_such', 'shop/development']]) })
  await scene.keeper.expire()
  assert.deepEqual(scene.kinds(), [], 'nothing is enrolled, so nothing is touched')
  await scene.keeper.enrol(asked)
  await scene.query("INSERT INTO holdpoint.kept VALUES('a', null)")
  await scene.keeper.expire()
  assert.deepEqual(await scene.query('SELECT * FROM holdpoint.kept'), [])
  assert.equal(scene.reported.length, 1)
  const swept = scene.store.entries(0, 100).map(({ fact }) => fact)
  const byWhom = swept.flatMap((fact) =>
    fact.kind === 'administering' && fact.work === 'expire' ? [fact.by] : [],
  )
  assert.deepEqual(byWhom, [null, null])
})
