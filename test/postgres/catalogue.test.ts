// The catalogue, as an unprivileged role reads it in a session whose names are not to be trusted.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import { createSqlParser, loadSql } from '../../src/languages/sql/parse.ts'
import { lightLimits } from '../../src/languages/sql/scan.ts'
import { catalogueOf, readSql } from '../../src/providers/postgres/index.ts'
import { readCatalogue, schemaSql } from './catalogue-fixture.ts'
import { startPostgres } from './server.ts'

await loadSql()
const parser = createSqlParser(lightLimits)
const server = await startPostgres()
after(() => server.stop())
const admin = await server.connect()
await admin.query(`CREATE DATABASE shop; `)
const owner = await server.connect('shop')
await owner.query(schemaSql)
await owner.query(`CREATE ROLE app LOGIN PASSWORD 'x'; GRANT CREATE ON DATABASE shop TO app`)
const app = await server.connect('shop', 'app', 'x')
const place = { upstream: 'shop-db', database: 'shop', environment: 'shop-db/shop' }

test('an unprivileged role reads the same catalogue', async () => {
  const [mine, theirs] = [await readCatalogue(app), await readCatalogue(owner)]
  assert.equal(mine.session.user, 'app')
  assert.equal(mine.session.superuser, false)
  assert.deepEqual(mine.relations, theirs.relations)
  assert.deepEqual(mine.routines, theirs.routines)
  assert.notEqual(mine.version, theirs.version)
  assert.equal((await readCatalogue(app)).version, mine.version)
})

test('functions, types and operators of the agent are not called by it', async () => {
  await app.query(`
    CREATE SCHEMA evil;
    CREATE TABLE evil.called (by text);
    CREATE FUNCTION evil.json_agg(json) RETURNS json LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO evil.called VALUES ('json_agg'); RETURN '[]'; END $$;
    CREATE FUNCTION evil.pg_get_userbyid(oid) RETURNS name LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO evil.called VALUES ('userbyid'); RETURN 'x'; END $$;
    CREATE FUNCTION evil.same(oid, oid) RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO evil.called VALUES ('='); RETURN false; END $$;
    CREATE FUNCTION evil.same(name, name) RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO evil.called VALUES ('='); RETURN false; END $$;
    CREATE FUNCTION evil.same("char", "char") RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO evil.called VALUES ('='); RETURN false; END $$;
    CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.same);
    CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.same);
    CREATE OPERATOR evil.= (LEFTARG = "char", RIGHTARG = "char", FUNCTION = evil.same);
    CREATE VIEW evil.pg_class AS SELECT 1 AS oid;
    CREATE DOMAIN evil.text AS pg_catalog.text;`)
  const plain = await readCatalogue(app)
  await app.query('SET search_path = evil, pg_catalog, public')
  const hostile = await readCatalogue(app)
  assert.deepEqual(hostile.session.searchPath, ['evil', 'pg_catalog', 'public'])
  assert.deepEqual(
    hostile.relations.map(({ oid, kind }) => `${oid} ${kind}`).sort(),
    plain.relations.map(({ oid, kind }) => `${oid} ${kind}`).sort(),
  )
  assert.deepEqual((await owner.query('SELECT * FROM evil.called')).rows, [])
  // What hides PostgreSQL's own is found where the server finds it.
  const told = readSql(parser.parse('SELECT * FROM pg_class'), {
    parser,
    catalogue: hostile,
    place,
  })
  const ids = told[0].effects.map((one) => (one.kind === 'unknown' ? '' : one.resource.id))
  assert.ok(ids.includes('evil.pg_class'))
  const view = readSql(parser.parse('SELECT * FROM trap'), { parser, catalogue: hostile, place })
  assert.ok(view[0].effects.some(({ kind }) => kind === 'unknown'))
  await app.query('RESET search_path; DROP SCHEMA evil CASCADE')
})

test('temporary tables and prepared statements are those of the session', async () => {
  await app.query('CREATE TEMP TABLE users (id int); PREPARE mine AS SELECT 1')
  const catalogue = await readCatalogue(app)
  assert.match(catalogue.session.temporary, /^pg_temp_\d+$/)
  assert.ok(catalogue.prepared.some(({ name }) => name === 'mine'))
  const told = readSql(parser.parse('DELETE FROM users'), { parser, catalogue, place })
  const [first] = told[0].effects
  assert.ok(first.kind === 'write' && first.resource.id === 'pg_temp.users')
  const theirs = await readCatalogue(owner)
  assert.ok(!theirs.relations.some(({ schema }) => schema.startsWith('pg_temp')))
})

test('an answer that is not whole is no catalogue', () => {
  assert.equal(catalogueOf([], String), null)
  assert.equal(catalogueOf([['server', '180000']], String), null)
  assert.equal(catalogueOf([['server', '{']], String), null)
  assert.equal(catalogueOf([[null, '1']], String), null)
})

test('200 tables take some tens of milliseconds', async (context) => {
  const tables = Array.from(
    { length: 200 },
    (_, index) =>
      `CREATE TABLE many.t${index} (id serial PRIMARY KEY, a text, b int DEFAULT 1, c timestamptz
       DEFAULT now(), d int REFERENCES many.t${Math.max(0, index - 1)} (id) ON DELETE CASCADE,
       e jsonb, f numeric, g boolean, h uuid, i date);`,
  )
  await owner.query(`CREATE SCHEMA many; ${tables.join('')}`)
  await readCatalogue(app)
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const started = performance.now()
    await readCatalogue(app)
    times.push(performance.now() - started)
  }
  const [best = 0] = times.sort((a, b) => a - b)
  context.diagnostic(`catalogue of 200 tables: ${best.toFixed(1)} ms`)
  assert.ok(best < 2000)
})
