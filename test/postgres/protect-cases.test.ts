// One case after another of what is kept and comes back, on a real server: what the made-up schemas
// would only meet by chance.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'

import type pg from 'pg'

import { contentOf, describeSchemas } from './description.ts'
import { captureKey, startGuarded, value } from './guarded.ts'
import type { Guarded, TrialKind } from './guarded.ts'

let guarded: Guarded
let agent: pg.Client
let admin: pg.Client
let version = 0

before(async () => {
  guarded = await startGuarded()
  ;({ agent, admin } = guarded)
  version = Number(await value(admin, 'SHOW server_version_num'))
})
after(() => guarded.stop())
beforeEach(async () => {
  await agent.query('ROLLBACK; SET client_min_messages = warning')
  await admin.query(`SET client_min_messages = warning;
    SELECT holdpoint.purge(action) FROM holdpoint.trash() ORDER BY at;
    DROP SCHEMA IF EXISTS shop, holdpoint_aside_1 CASCADE`)
})

async function state(): Promise<string> {
  await admin.query('SET search_path = pg_catalog')
  const [content, description] = [
    await contentOf(admin, '^shop'),
    await describeSchemas(admin, '^shop'),
  ]
  return [...content, ...description].join('\n')
}

/** As after a release: the backstop lets pass what was judged. */
async function permitted(sql: string): Promise<void> {
  await agent.query('SELECT holdpoint.permit($1, $2)', [captureKey, 'released'])
  await agent.query(sql)
  await agent.query('SELECT holdpoint.forbid($1)', [captureKey])
}

interface Case {
  readonly name: string
  readonly kind: TrialKind
  readonly setup: string
  readonly sql: string
  /** rows inserted, updated, deleted by table, as measured */
  readonly tables: Readonly<Record<string, readonly [number, number, number]>>
  readonly subjects?: readonly string[]
}

const users = `CREATE TABLE shop.users (id integer PRIMARY KEY, v text); INSERT INTO shop.users SELECT g, 'v' || g FROM generate_series(1, 10) g;`
const orders = (
  action: string,
): string => `CREATE TABLE shop.orders (id integer PRIMARY KEY, u integer DEFAULT 1 REFERENCES shop.users ON DELETE ${action});
  INSERT INTO shop.orders SELECT g, 1 + g % 10 FROM generate_series(1, 30) g;`

const cases: readonly Case[] = [
  {
    name: 'DELETE that cascades, twice',
    kind: 'rows',
    setup: `${users}${orders('CASCADE')} CREATE TABLE shop.items (o integer REFERENCES shop.orders ON DELETE CASCADE, n integer);
      INSERT INTO shop.items SELECT g, g FROM generate_series(1, 30) g, generate_series(1, 2)`,
    sql: 'DELETE FROM shop.users WHERE id = 2',
    tables: { users: [0, 0, 1], orders: [0, 0, 3], items: [0, 0, 6] },
  },
  {
    name: 'DELETE that sets NULL',
    kind: 'rows',
    setup: users + orders('SET NULL'),
    sql: 'DELETE FROM shop.users WHERE id < 3',
    tables: { users: [0, 0, 2], orders: [0, 6, 0] },
  },
  {
    name: 'INSERT … ON CONFLICT DO UPDATE',
    kind: 'rows',
    setup: users,
    sql: `INSERT INTO shop.users SELECT g, 'new' FROM generate_series(8, 12) g ON CONFLICT (id) DO UPDATE SET v = excluded.v`,
    tables: { users: [2, 3, 0] },
  },
  {
    name: 'an UPDATE that moves rows between partitions is a deletion and an insertion',
    kind: 'rows',
    setup: `CREATE TABLE shop.p (id integer, k integer) PARTITION BY LIST (k); CREATE TABLE shop.p1 PARTITION OF shop.p FOR VALUES IN (1);
      CREATE TABLE shop.p2 PARTITION OF shop.p FOR VALUES IN (2); INSERT INTO shop.p SELECT g,
        1 + g % 2 FROM generate_series(1, 10) g`,
    sql: 'UPDATE shop.p SET k = 2 WHERE id < 5',
    tables: { p1: [0, 0, 2], p2: [2, 2, 0] },
  },
  {
    name: 'keys exchanged',
    kind: 'rows',
    setup: `CREATE TABLE shop.k (id integer PRIMARY KEY DEFERRABLE, u integer UNIQUE DEFERRABLE); INSERT INTO shop.k VALUES (1, 2), (2, 1), (3, 3)`,
    sql: 'UPDATE shop.k SET id = 4 - id, u = 4 - u',
    tables: { k: [0, 3, 0] },
  },
  {
    name: 'duplicates without a key',
    kind: 'rows',
    setup:
      'CREATE TABLE shop.d (v text); INSERT INTO shop.d SELECT g % 3 FROM generate_series(1, 12) g; INSERT INTO shop.d VALUES (NULL), (NULL)',
    sql: `DELETE FROM shop.d WHERE ctid IN (SELECT min(ctid) FROM shop.d GROUP BY v)`,
    tables: { d: [0, 0, 4] },
  },
  {
    name: 'row security that hides rows from the role, and forces its owner',
    kind: 'rows',
    setup: `${users} ALTER TABLE shop.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY half ON shop.users USING (id <= 5)`,
    sql: 'DELETE FROM shop.users',
    tables: { users: [0, 0, 5] },
  },
  {
    name: 'settings in which dates and floats are not exact',
    kind: 'rows',
    setup: `SET DateStyle = 'SQL, DMY'; SET extra_float_digits = -15; SET IntervalStyle = sql_standard; SET TimeZone = 'Asia/Kolkata';
      CREATE TABLE shop.f (f float8, t timestamptz, i interval, d date); INSERT INTO shop.f
        SELECT 1/3.0::float8, now(), '1 mon -2 days 03:00', '2001-02-03'`,
    sql: 'UPDATE shop.f SET f = 0, t = NULL, i = NULL, d = NULL',
    tables: { f: [0, 1, 0] },
  },
  {
    name: 'a table without columns, and one with a dropped one',
    kind: 'rows',
    setup: `CREATE TABLE shop.none (); INSERT INTO shop.none DEFAULT VALUES; INSERT INTO shop.none DEFAULT VALUES;
      CREATE TABLE shop.gone (a integer, b integer, c text); INSERT INTO shop.gone VALUES (1,
        2, 'x'); ALTER TABLE shop.gone DROP COLUMN b`,
    sql: 'WITH x AS (DELETE FROM shop.none) UPDATE shop.gone SET c = NULL',
    tables: { none: [0, 0, 2], gone: [0, 1, 0] },
  },
  {
    name: 'a value out of line that the UPDATE does not touch',
    kind: 'rows',
    setup: `CREATE TABLE shop.big (id integer PRIMARY KEY, t text); ALTER TABLE shop.big ALTER t SET STORAGE EXTERNAL;
      INSERT INTO shop.big SELECT g, repeat(md5(g::text), 500) FROM generate_series(1, 5) g`,
    sql: 'UPDATE shop.big SET id = id + 100',
    tables: { big: [0, 5, 0] },
  },
  {
    name: 'TRUNCATE … RESTART IDENTITY CASCADE',
    kind: 'image',
    setup: `CREATE TABLE shop.i (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text); INSERT INTO shop.i (v) SELECT 'x' FROM generate_series(1, 7);
      CREATE TABLE shop.j (i integer REFERENCES shop.i); INSERT INTO shop.j VALUES (1), (1), (2)`,
    sql: 'TRUNCATE shop.i RESTART IDENTITY CASCADE',
    tables: { i: [0, 0, 7], j: [0, 0, 3] },
    subjects: ['shop.i'],
  },
  {
    name: 'ALTER COLUMN TYPE of a key, and USING that keeps the type',
    kind: 'image',
    setup: users + orders('CASCADE'),
    sql: `ALTER TABLE shop.users ALTER id TYPE bigint, ALTER v TYPE text USING 'all the same'`,
    tables: { users: [0, 10, 0] },
    subjects: ['shop.users'],
  },
  {
    name: 'DROP TABLE on both sides of foreign keys, with a view, a trigger, a publication',
    kind: 'drop',
    setup: `${users}${orders('CASCADE')} CREATE VIEW shop.v AS SELECT * FROM shop.users; COMMENT ON CONSTRAINT orders_u_fkey ON shop.orders IS 'c'`,
    sql: 'DROP TABLE shop.users CASCADE',
    tables: { users: [0, 0, 10] },
  },
  {
    name: 'DROP of one partition',
    kind: 'drop',
    setup: `CREATE TABLE shop.p (id integer, k integer, PRIMARY KEY (id, k)) PARTITION BY RANGE (k); CREATE INDEX ON shop.p (k);
      CREATE TABLE shop.p1 PARTITION OF shop.p FOR VALUES FROM (0) TO (5); CREATE TABLE shop.p2
          PARTITION OF shop.p FOR VALUES FROM (5) TO (10);
      INSERT INTO shop.p SELECT g, g FROM generate_series(0, 9) g`,
    sql: 'DROP TABLE shop.p1',
    tables: { p1: [0, 0, 5] },
  },
  {
    name: 'DROP SEQUENCE that a default and a column lean on',
    kind: 'drop',
    setup: `CREATE TABLE shop.s (id serial, o integer); ALTER TABLE shop.s ALTER o SET DEFAULT nextval('shop.s_id_seq')`,
    sql: 'DROP SEQUENCE shop.s_id_seq CASCADE',
    tables: {},
  },
  {
    name: 'DROP INDEX, whose definition is enough',
    kind: 'drop',
    setup: `${users} CREATE UNIQUE INDEX an_index ON shop.users (lower(v) DESC) WHERE id > 3`,
    sql: 'DROP INDEX shop.an_index',
    tables: {},
  },
]

for (const { name, kind, setup, sql, tables, subjects = [] } of cases) {
  test(`${name}: kept, and comes back`, async () => {
    await permitted(`CREATE SCHEMA shop; ${setup}`)
    const past = await state()
    const { action, measured } = await guarded.run(kind, sql, { subjects })
    await agent.query('RESET ALL')
    assert.deepEqual([measured.because, measured.complete], [[], true])
    assert.ok(measured.kept)
    const found = measured.tables.map((one) => [one.name, [one.inserted, one.updated, one.deleted]])
    assert.deepEqual(Object.fromEntries(found), tables)
    assert.notEqual(await state(), past)
    const report = await guarded.undo(action)
    assert.ok(report.done, JSON.stringify(report))
    assert.equal(report.sha256Before, report.sha256After)
    assert.equal(await state(), past)
    const again = await guarded.undo(action)
    assert.match(again.because.join(), /was undone already/)
    assert.equal(again.done, false)
    await permitted(sql)
  })
}

test('generated columns that are not stored', async (t) => {
  if (version < 180000) {
    t.diagnostic('PostgreSQL 18 has them')
    return
  }
  await agent.query(`CREATE SCHEMA shop; CREATE TABLE shop.g (id integer, d integer GENERATED ALWAYS AS (id * 2) VIRTUAL);
    INSERT INTO shop.g SELECT g FROM generate_series(1, 5) g`)
  const past = await state()
  const { action } = await guarded.run('rows', 'UPDATE shop.g SET id = id + 1')
  assert.ok((await guarded.undo(action)).done)
  assert.equal(await state(), past)
})

test('two trials in one transaction of the client, the second behind a savepoint it goes back to', async () => {
  await agent.query(`CREATE SCHEMA shop; ${users}`)
  const past = await state()
  await agent.query('BEGIN; UPDATE shop.users SET v = null WHERE id = 9')
  const first = await guarded.run('rows', 'DELETE FROM shop.users WHERE id < 3', {
    inside: true,
    end: 'none',
  })
  await agent.query('SAVEPOINT mine')
  await guarded.run('rows', 'DELETE FROM shop.users WHERE id = 3', { inside: true, end: 'none' })
  await agent.query('ROLLBACK TO mine')
  const third = await guarded.run('rows', `UPDATE shop.users SET v = 'x' WHERE id > 8`, {
    inside: true,
    end: 'commit',
  })
  assert.deepEqual([first.measured.complete, third.measured.complete], [true, true])
  assert.equal(third.measured.tables[0]?.updated, 2)
  assert.ok((await guarded.undo(third.action)).done)
  assert.ok((await guarded.undo(first.action)).done)
  await admin.query(`UPDATE shop.users SET v = 'v9' WHERE id = 9`)
  assert.equal(await state(), past)
})

test('rows changed, deleted and made again since are shown, and only overwritten by force', async () => {
  await agent.query(`CREATE SCHEMA shop; ${users}`)
  const past = await state()
  const { action } = await guarded.run(
    'rows',
    `WITH d AS (DELETE FROM shop.users WHERE id < 4) UPDATE shop.users SET v = 'bad' WHERE id > 3`,
  )
  await admin.query(`INSERT INTO shop.users VALUES (1, 'again'); UPDATE shop.users SET v = 'mine' WHERE id = 5;
    DELETE FROM shop.users WHERE id = 6`)
  const dry = await guarded.undo(action, { dryRun: true })
  assert.deepEqual(dry.conflicts.map(({ key, now, then }) => [key, now, then]).sort(), [
    ['(1)', '(1,again)', '(1,v1)'],
    ['(5)', '(5,mine)', '(5,v5)'],
    ['(6)', null, '(6,v6)'],
  ])
  assert.equal(await value(admin, 'SELECT count(*) FROM shop.users WHERE id < 4'), '1')
  const forced = await guarded.undo(action, { dryRun: true, force: true })
  assert.ok(forced.done)
  const report = await guarded.undo(action)
  assert.ok(report.done)
  assert.equal(
    await value(admin, `SELECT string_agg(v, ',' ORDER BY id) FROM shop.users`),
    'again,v2,v3,v4,mine,v7,v8,v9,v10',
  )
  assert.notEqual(await state(), past)
})

test('columns that came and went since', async () => {
  await agent.query(
    `CREATE SCHEMA shop; CREATE TABLE shop.c (id integer PRIMARY KEY, a integer, b integer); INSERT INTO shop.c VALUES (1, 2, 3), (2, 3, 4)`,
  )
  const { action } = await guarded.run(
    'rows',
    'WITH d AS (DELETE FROM shop.c WHERE id = 1) UPDATE shop.c SET a = 0 WHERE id = 2',
  )
  await admin.query(
    `ALTER TABLE shop.c DROP COLUMN b, ADD COLUMN extra text DEFAULT 'd'; UPDATE shop.c SET extra = 'kept'`,
  )
  const report = await guarded.undo(action)
  assert.ok(report.done, JSON.stringify(report))
  assert.match(report.because.join(), /column `b` .* is gone/)
  assert.equal(
    await value(admin, `SELECT string_agg(c::text, ';' ORDER BY id) FROM shop.c`),
    '(1,2,d);(2,3,kept)',
  )
})

test('a parent that is gone since: nothing is put back half', async () => {
  await agent.query(`CREATE SCHEMA shop; ${users}${orders('CASCADE')}`)
  const { action } = await guarded.run('rows', 'DELETE FROM shop.orders WHERE u = 2')
  await admin.query('DELETE FROM shop.users WHERE id = 2')
  const report = await guarded.undo(action)
  assert.equal(report.done, false)
  assert.match(report.because.join(), /refer to rows/)
  assert.equal(await value(admin, 'SELECT count(*) FROM shop.orders'), '27')
})

test('a name taken since is a conflict; force puts aside what has it', async () => {
  await agent.query(`CREATE SCHEMA shop; ${users}`)
  const { action } = await guarded.run('drop', 'DROP TABLE shop.users')
  await agent.query('CREATE TABLE shop.users (other integer PRIMARY KEY)')
  const refused = await guarded.undo(action)
  assert.equal(refused.done, false)
  assert.equal(refused.conflicts[0]?.now, 'table of that name is there')
  const report = await guarded.undo(action, { force: true })
  assert.ok(report.done, JSON.stringify(report))
  assert.equal(await value(admin, 'SELECT count(*) FROM shop.users'), '10')
  await admin.query(`DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^holdpoint_aside' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP; END $$`)
})

test('what is in the trash stands in the way of nobody: view, then table, then type', async () => {
  await agent.query(`CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('a', 'b'); CREATE TABLE shop.t (m shop.mood); INSERT INTO shop.t VALUES ('a');
    CREATE VIEW shop.v AS SELECT m FROM shop.t`)
  const past = await state()
  const actions: string[] = []
  for (const sql of [
    'DROP VIEW shop.v',
    'DROP TABLE shop.t',
    'DROP TYPE shop.mood',
    'DROP SCHEMA shop',
  ]) {
    const { action, measured } = await guarded.run('drop', sql)
    assert.ok(measured.kept, `${sql}: ${measured.because.join()}`)
    actions.unshift(action)
  }
  const early = await guarded.undo(actions[2] ?? '')
  assert.equal(early.done, false)
  assert.match(early.because.join(), /undo that action first|does not exist/)
  const { rows } = await admin.query<{ purge: { purged: boolean } }>('SELECT holdpoint.purge($1)', [
    actions[1],
  ])
  assert.equal(rows[0]?.purge.purged, false, 'the table in the trash still needs the type')
  for (const action of actions) assert.ok((await guarded.undo(action)).done, action)
  assert.equal(await state(), past)
})

for (const [sql, why] of [
  ['DROP OWNED BY app', /cannot be moved away|does more/],
  ['DROP TYPE shop.mood CASCADE', /column .* cannot be moved away/],
  ['DO $$ BEGIN DROP TABLE shop.t; CREATE TABLE shop.other (); END $$', /does more than drop/],
] as const) {
  test(`not kept, and nothing moved: ${sql}`, async () => {
    await agent.query(
      `CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('a'); CREATE TABLE shop.t (m shop.mood)`,
    )
    const past = await state()
    const { measured } = await guarded.run('drop', sql)
    assert.equal(measured.kept, null)
    assert.match(measured.because.join('; '), why)
    assert.equal(await state(), past)
  })
}

test('DROP TABLE IF EXISTS of nothing keeps nothing, and hurts nobody', async () => {
  const { measured } = await guarded.run('drop', 'DROP TABLE IF EXISTS no_such')
  assert.deepEqual(measured.because, [])
  assert.equal(measured.complete, true)
})

test('what expired can still be taken back, and says so, until it is purged', async () => {
  await agent.query(`CREATE SCHEMA shop; ${users}`)
  const { action } = await guarded.run('rows', 'DELETE FROM shop.users')
  await admin.query(`UPDATE holdpoint.actions SET expires_at = now() - interval '1 day'`)
  assert.match((await guarded.undo(action, { dryRun: true })).because.join(), /had expired/)
  await admin.query('SELECT holdpoint.expire(null)')
  assert.match((await guarded.undo(action)).because.join(), /nothing of an action/)
  assert.equal(await value(admin, 'SELECT count(*) FROM holdpoint.captured'), '0')
})

test('a trial in a transaction that has one open is refused, as is one of no kind', async () => {
  await agent.query('BEGIN')
  await agent.query(`SELECT holdpoint.begin_trial($1, 'one', 'rows', '[]')`, [captureKey])
  await assert.rejects(
    agent.query(`SELECT holdpoint.begin_trial($1, 'two', 'rows', '[]')`, [captureKey]),
    /is open/,
  )
  await agent.query('ROLLBACK')
  await assert.rejects(
    agent.query(`SELECT holdpoint.begin_trial($1, 'x', 'all', '[]')`, [captureKey]),
    /rows, drop or image/,
  )
  await assert.rejects(agent.query(`SELECT holdpoint.end_trial($1, 'x')`, [captureKey]), /no trial/)
})
