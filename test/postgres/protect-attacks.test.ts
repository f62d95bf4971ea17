// What an agent could try against what keeps its changes, with the full rights of its role. It
// owns its tables; it may run any SQL that the reader would have refused.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'

import type pg from 'pg'

import { captureKey, startGuarded, value } from './guarded.ts'
import type { Guarded } from './guarded.ts'

let guarded: Guarded
let agent: pg.Client
let admin: pg.Client

before(async () => {
  guarded = await startGuarded()
  ;({ agent, admin } = guarded)
})
after(() => guarded.stop())
beforeEach(async () => {
  await agent.query('ROLLBACK')
  await admin.query(`SELECT holdpoint.purge(action) FROM holdpoint.trash();
    DROP SCHEMA IF EXISTS own CASCADE; SET client_min_messages = warning`)
  await agent.query(`SET client_min_messages = warning; CREATE SCHEMA own;
    CREATE TABLE own.t (id integer PRIMARY KEY, v text);
    INSERT INTO own.t SELECT g, 'v' || g FROM generate_series(1, 10) g`)
})

async function undone(action: string): Promise<void> {
  const report = await guarded.undo(action)
  assert.equal(report.done, true, JSON.stringify(report))
}

const refused = { code: '42501' }

for (const sql of [
  `SELECT holdpoint.begin_trial('${'f'.repeat(64)}', 'a', 'rows', '[]')`,
  `SELECT holdpoint.begin_trial(null, 'a', 'rows', '[]')`,
  `SELECT holdpoint.end_trial('', 'a')`,
  `SELECT holdpoint.quarantine('x', 'a', '', '{}')`,
  `SELECT holdpoint.mark_session('x')`,
  `SELECT holdpoint.permit('x', 'a')`,
  `SELECT holdpoint.forbid('x')`,
  `SELECT holdpoint.undo('a', false, true)`,
  `SELECT * FROM holdpoint.trash()`,
  `SELECT holdpoint.purge('a')`,
  `SELECT holdpoint.expire(null)`,
  `SELECT holdpoint.open_trial()`,
  `SELECT holdpoint.run_as(10::oid, 'ALTER ROLE app SUPERUSER')`,
  `SELECT holdpoint.check_key('x')`,
  `SELECT * FROM holdpoint.settings`,
  `SELECT * FROM holdpoint.captured`,
  `SELECT * FROM holdpoint.caught`,
  `DELETE FROM holdpoint.actions`,
  `TRUNCATE holdpoint.sessions`,
  `CREATE TABLE holdpoint.mine ()`,
  `ALTER TABLE own.t SET SCHEMA holdpoint`,
  `CREATE TRIGGER mine AFTER DELETE ON own.t FOR EACH ROW EXECUTE FUNCTION holdpoint.capture()`,
  `DROP TRIGGER holdpoint_capture ON own.t`,
  `DROP TRIGGER holdpoint_truncate ON own.t`,
  `DROP EVENT TRIGGER holdpoint_drop`,
  `ALTER EVENT TRIGGER holdpoint_ddl DISABLE`,
  `DROP SCHEMA holdpoint CASCADE`,
  `SET session_replication_role = replica`,
  `SET track_counts = off`,
]) {
  test(`the agent's role may not: ${sql.slice(0, 70)}`, async () => {
    await assert.rejects(agent.query(sql), (error: { code?: string; message: string }) => {
      assert.match(`${error.code ?? ''} ${error.message}`, /^42501|must be owner/)
      return true
    })
  })
}

test('a disabled trigger comes back by itself, and a trial that had none is not complete', async () => {
  await agent.query('ALTER TABLE own.t DISABLE TRIGGER USER')
  const enabled = `SELECT string_agg(tgenabled::text, '') FROM pg_trigger WHERE tgrelid = 'own.t'::regclass`
  assert.equal(await value(admin, enabled), 'AA')
  await admin.query(
    'ALTER EVENT TRIGGER holdpoint_ddl DISABLE; ALTER TABLE own.t DISABLE TRIGGER USER',
  )
  const { measured } = await guarded.run('rows', 'DELETE FROM own.t WHERE id < 3', {
    end: 'rollback',
  })
  await admin.query('ALTER EVENT TRIGGER holdpoint_ddl ENABLE ALWAYS; SELECT holdpoint.watch_all()')
  assert.equal(measured.complete, false)
  assert.equal(measured.kept, null)
  assert.match(measured.because.join(), /no capture trigger/)
})

const hidden = (body: string): string => `DO $do$ BEGIN ${body} END $do$`

for (const [name, sql] of [
  ['switched off', `PERFORM set_config('holdpoint.trial', '', true); DELETE FROM own.t;`],
  [
    'off and on again',
    `PERFORM set_config('holdpoint.was', current_setting('holdpoint.trial'), true);
     PERFORM set_config('holdpoint.trial', '', true); DELETE FROM own.t WHERE id < 5;
     PERFORM set_config('holdpoint.trial', current_setting('holdpoint.was'), true);`,
  ],
  [
    'written for another trial',
    `PERFORM set_config('holdpoint.trial', '999999', true); DELETE FROM own.t;`,
  ],
  ['triggers off', 'ALTER TABLE own.t DISABLE TRIGGER USER; DELETE FROM own.t;'],
  [
    'triggers off and on',
    'ALTER TABLE own.t DISABLE TRIGGER USER; DELETE FROM own.t; ALTER TABLE own.t ENABLE TRIGGER USER;',
  ],
  [
    'TRUNCATE with the switch off',
    `PERFORM set_config('holdpoint.trial', '', true); TRUNCATE own.t;`,
  ],
  ['a table dropped among rows', 'DELETE FROM own.t WHERE id = 1; DROP TABLE own.t;'],
  ['a column dropped among rows', 'UPDATE own.t SET v = null; ALTER TABLE own.t DROP COLUMN v;'],
] as const) {
  test(`a trial of rows knows that it does not know: ${name}`, async () => {
    const { measured } = await guarded.run('rows', hidden(sql), { end: 'rollback' })
    assert.equal(measured.kept, null)
    assert.equal(measured.complete, false)
    assert.ok(measured.because.length > 0)
  })
}

test('rows written under a trial number outside that trial belong to nothing', async () => {
  const { action } = await guarded.run('rows', 'DELETE FROM own.t WHERE id = 1', { end: 'none' })
  const n = String(await value(admin, 'SELECT coalesce(max(n), 0) + 1 FROM holdpoint.actions'))
  await agent.query(`SET LOCAL holdpoint.trial = '${n}'; DELETE FROM own.t WHERE id = 2; COMMIT`)
  await agent.query(
    `SET holdpoint.trial = '${n}'; DELETE FROM own.t WHERE id = 3; RESET holdpoint.trial`,
  )
  const report = await guarded.undo(action)
  assert.equal(report.done, true)
  assert.equal(
    await value(admin, `SELECT string_agg(id::text, ',' ORDER BY id) FROM own.t WHERE id < 4`),
    '1',
  )
})

test('session_replication_role, set by one who may, does not put the capture to sleep', async () => {
  const strong = await guarded.server.connect()
  await strong.query('SET session_replication_role = replica')
  const { action, measured } = await guarded.run('rows', 'DELETE FROM own.t', { client: strong })
  assert.deepEqual([measured.because, measured.tables[0]?.deleted], [[], 10])
  await undone(action)
})

test('a subtransaction that is rolled back inside counts, and so is not complete', async () => {
  const sql = hidden(`BEGIN DELETE FROM own.t; RAISE 'no'; EXCEPTION WHEN OTHERS THEN NULL; END;
    DELETE FROM own.t WHERE id = 1;`)
  const { measured } = await guarded.run('rows', sql, { end: 'rollback' })
  assert.equal(measured.complete, false)
})

test('no code of the role runs with the rights of the one that enrolled', async () => {
  await agent.query(`CREATE TABLE own.who (at text, who text);
    CREATE FUNCTION own.note(at text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO own.who VALUES (at, current_user); RETURN true; END $$;
    CREATE FUNCTION own.as_text(own.t) RETURNS text LANGUAGE sql AS $$ SELECT own.note('cast')::text $$;
    CREATE CAST (own.t AS text) WITH FUNCTION own.as_text(own.t);
    CREATE DOMAIN own.careful AS integer CHECK (own.note('domain'));
    ALTER TABLE own.t ADD COLUMN c own.careful, ADD CHECK (own.note('check'));
    CREATE FUNCTION own.key(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
      $$ BEGIN PERFORM own.note('index'); RETURN $1; END $$;
    CREATE INDEX ON own.t (own.key(id));
    UPDATE own.t SET c = id; TRUNCATE own.who`)
  const { action, measured } = await guarded.run('rows', 'DELETE FROM own.t WHERE id < 5')
  assert.equal(measured.complete, true, JSON.stringify(measured.because))
  await undone(action)
  const image = await guarded.run('image', 'ALTER TABLE own.t DROP COLUMN v', {
    subjects: ['own.t'],
  })
  assert.ok(image.measured.kept, JSON.stringify(image.measured))
  await undone(image.action)
  const type = await guarded.run('image', 'ALTER TABLE own.t ALTER c TYPE text', {
    subjects: ['own.t'],
  })
  assert.ok(type.measured.kept, JSON.stringify(type.measured))
  await undone(type.action)
  await guarded.server
    .connect('postgres', 'app', 'app')
    .then((human) => human.query('DROP CAST (own.t AS text)'))
  const drop = await guarded.run('drop', 'DROP TABLE own.t CASCADE')
  assert.ok(drop.measured.kept, JSON.stringify(drop.measured.because))
  await undone(drop.action)
  const who = await value(admin, `SELECT string_agg(DISTINCT who, ',') FROM own.who`)
  assert.equal(who, 'app', 'it ran, as the owner of the table')
})

test('the trash is out of reach, also of the owner of what is in it', async () => {
  const { action } = await guarded.run('drop', 'DROP TABLE own.t')
  const space = String(
    await value(admin, `SELECT nspname FROM pg_namespace WHERE nspname ~ 'holdpoint_trash'`),
  )
  for (const sql of [
    `SELECT * FROM ${space}.t`,
    `DROP TABLE ${space}.t`,
    `DROP SCHEMA ${space} CASCADE`,
    `ALTER TABLE ${space}.t SET SCHEMA own`,
    `CREATE TABLE ${space}.x ()`,
  ]) {
    await assert.rejects(agent.query(sql), /permission denied|must be owner/, sql)
  }
  await assert.rejects(agent.query('DROP OWNED BY app CASCADE'), refused)
  await undone(action)
  assert.equal(await value(agent, 'SELECT count(*) FROM own.t'), '10')
})

test('a drop that no one saw coming is stopped, on the sessions of agents', async () => {
  const sql = hidden(`EXECUTE 'dr' || 'op table own.t';`)
  await assert.rejects(agent.query(sql), /would drop table `own\.t`, which nobody saw coming/)
  await assert.rejects(agent.query('DROP OWNED BY app'), refused)
  const { rows } = await agent.query('SELECT 1 FROM own.t LIMIT 1')
  assert.equal(rows.length, 1)
  await agent.query('SELECT holdpoint.permit($1, $2)', [captureKey, 'released'])
  await agent.query(sql)
  await agent.query('SELECT holdpoint.forbid($1)', [captureKey])
  await agent.query('CREATE TABLE own.t (id integer)')
  await assert.rejects(agent.query(sql), refused)
})

test('drops of others, and of what is temporary, are nobody’s business', async () => {
  const human = await guarded.server.connect('postgres', 'app', 'app')
  await human.query('CREATE TABLE own.theirs (); DROP TABLE own.theirs; DROP TABLE own.t')
  await agent.query('CREATE TEMPORARY TABLE scratch (id integer); DROP TABLE scratch')
  await agent.query('ALTER TABLE pg_temp.scratch ADD x integer').catch(() => undefined)
  const { measured } = await guarded.run('rows', `CREATE TEMPORARY TABLE scratch AS SELECT 1`)
  assert.equal(measured.complete, true, JSON.stringify(measured.because))
  await agent.query('DROP TABLE pg_temp.scratch')
})

test('what is rolled back leaves nothing in the trash', async () => {
  await guarded.run('rows', 'DELETE FROM own.t', { end: 'rollback' })
  await guarded.run('drop', 'DROP TABLE own.t', { end: 'rollback' })
  assert.equal(await value(admin, 'SELECT count(*) FROM holdpoint.trash()'), '0')
  assert.equal(
    await value(
      admin,
      'SELECT count(*) FROM holdpoint.captured c JOIN holdpoint.actions a USING (n)',
    ),
    '0',
  )
  assert.equal(await value(agent, 'SELECT count(*) FROM own.t'), '10')
})

test('more than the most is not kept, and says so; the figures still are', async () => {
  await admin.query('UPDATE holdpoint.settings SET bytes_max = 100000')
  try {
    await agent.query(
      `INSERT INTO own.t SELECT g, repeat('x', 100) FROM generate_series(11, 20000) g`,
    )
    const { measured } = await guarded.run('rows', 'DELETE FROM own.t', { end: 'rollback' })
    assert.equal(measured.kept, null)
    assert.equal(measured.complete, true, JSON.stringify(measured.because))
    assert.equal(measured.tables[0]?.deleted, 20000)
    assert.match(measured.because.join(), /more than 98 kB/)
    const { measured: emptied } = await guarded.run('image', 'TRUNCATE own.t', { end: 'rollback' })
    assert.equal(emptied.kept, null)
    assert.match(emptied.because.join(), /more than 98 kB/)
  } finally {
    await admin.query('UPDATE holdpoint.settings SET bytes_max = 2147483648')
  }
})

test('an agent cannot take back, or throw away, what it did', async () => {
  const { action } = await guarded.run('rows', 'DELETE FROM own.t')
  await assert.rejects(agent.query('SELECT holdpoint.undo($1, false, false)', [action]), refused)
  await assert.rejects(agent.query('SELECT holdpoint.purge($1)', [action]), refused)
})
