import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { fixtureCatalogue } from '../../../test/postgres/catalogue-fixture.ts'
import { createSqlParser, loadSql } from '../../languages/sql/parse.ts'
import { lightLimits } from '../../languages/sql/scan.ts'
import { isKnownAlteration, neverWritten } from './alter-commands.ts'
import type { Catalogue } from './catalogue.ts'
import { clauses, composed, inert, neverParsed, special } from './node-kinds.ts'
import { readSql } from './read.ts'
import { isStatement } from './statements.ts'

await loadSql()
const parser = createSqlParser(lightLimits)
const catalogue = fixtureCatalogue()
const place = { upstream: 'shop-db', database: 'shop', environment: 'shop-db/shop' }

const types = createRequire(createRequire(import.meta.url).resolve('libpg-query')).resolve(
  '@pgsql/types',
)

function declared(file: string): string {
  return readFileSync(types.replace(/[^/]+$/, file), 'utf8')
}

function effects(text: string, given: Catalogue | null = catalogue): readonly string[] {
  return readSql(parser.parse(text), { parser, catalogue: given, place }).flatMap((action) =>
    action.effects.map((effect) =>
      effect.kind === 'unknown'
        ? 'unknown'
        : `${effect.kind} ${effect.resource.type}/${effect.resource.id ?? '*'}`,
    ),
  )
}

test('every kind of node of the grammar is in a table', () => {
  const kinds = [...declared('types.d.ts').matchAll(/\{\s*(\w+): \1;\s*\}/g)].map(([, one]) => one)
  assert.ok(kinds.length > 250, String(kinds.length))
  const tables = [composed, inert, special, clauses, neverParsed]
  const missing = kinds.filter(
    (kind = '') => !isStatement(kind) && !tables.some((table) => table.has(kind)),
  )
  assert.deepEqual(missing, [])
})

test('every command of ALTER TABLE is in a table', () => {
  const line = /export type AlterTableType = (.*?);/s.exec(declared('enums.d.ts'))?.[1] ?? ''
  const commands = [...line.matchAll(/"(AT_\w+)"/g)].map(([, one = '']) => one)
  assert.ok(commands.length > 50)
  assert.deepEqual(
    commands.filter((one) => !isKnownAlteration(one) && !neverWritten.has(one)),
    [],
  )
})

test('without a catalogue, what names something is unknown', () => {
  for (const text of ['SELECT * FROM users', 'DELETE FROM users', 'SELECT now()', 'DROP TABLE t']) {
    assert.ok(effects(text, null).includes('unknown'), text)
  }
  assert.deepEqual(effects('SELECT 1', null), ['read database/shop'])
  assert.ok(effects('DELETE FROM users', null).includes('destroy table/public.users'))
})

test('names resolve as the server would: temporary tables first, then the search path', () => {
  const temporary = catalogue.relations.map((one) =>
    one.name === 'logs' ? { ...one, schema: 'pg_temp_3', persistence: 't' } : one,
  )
  const session = {
    ...catalogue.session,
    temporary: 'pg_temp_3',
    searchPath: ['pg_temp_3', 'pg_catalog', 'public'],
  }
  const shadowed = { ...catalogue, relations: temporary, session, version: 'x' }
  assert.deepEqual(effects('DELETE FROM logs', shadowed), ['write table/pg_temp.logs'])
  assert.deepEqual(effects('DELETE FROM pg_temp.logs', shadowed), ['write table/pg_temp.logs'])
  assert.deepEqual(effects('DELETE FROM public.logs', shadowed), ['destroy table/public.logs'])
  const audit = {
    ...catalogue,
    session: { ...catalogue.session, searchPath: ['audit'] },
    version: 'y',
  }
  assert.deepEqual(effects('SELECT * FROM entries', audit), ['read table/audit.entries'])
})

test('a function that hides one of PostgreSQL is read, and so is one that could be meant', () => {
  const [template] = catalogue.routines.filter(({ name }) => name === 'purge_logs')
  assert.ok(template)
  const lower = { ...template, oid: '99', name: 'lower' }
  const evil = { ...catalogue, routines: [...catalogue.routines, lower], version: 'z' }
  assert.deepEqual(effects("SELECT lower('A')"), ['read database/shop'])
  assert.deepEqual(effects("SELECT lower('A')", evil), ['destroy table/public.logs'])
  assert.deepEqual(effects("SELECT pg_catalog.lower('A')", evil), ['read database/shop'])
  assert.deepEqual(effects("SELECT lower('A', 'b')", evil), ['read database/shop'])
})

test('what runs unasked is read: casts, operators, domains, event triggers', () => {
  const [purge] = catalogue.routines.filter(({ name }) => name === 'purge_logs')
  assert.ok(purge)
  const cast = { ...catalogue, ambient: [purge.oid], version: 'a' }
  assert.deepEqual(effects('SELECT 1', cast), ['destroy table/public.logs'])
  const trigger = { name: 'e', event: 'ddl_command_end', enabled: 'O', routine: purge.oid }
  const watched = { ...catalogue, eventTriggers: [trigger], version: 'b' }
  assert.ok(effects('CREATE TABLE x (id int)', watched).includes('destroy table/public.logs'))
  assert.deepEqual(effects('SELECT 1', watched), ['read database/shop'])
})

test('triggers that are disabled, or only fire elsewhere, are left out', () => {
  const enabled = (state: string, replicationRole: string): readonly string[] =>
    effects("DELETE FROM settings WHERE key = 'a'", {
      ...catalogue,
      session: { ...catalogue.session, replicationRole },
      relations: catalogue.relations.map((one) => ({
        ...one,
        triggers: one.triggers.map((trigger) => ({ ...trigger, enabled: state })),
      })),
      version: `${state} ${replicationRole}`,
    })
  const both = ['destroy table/public.settings', 'write table/audit.entries']
  assert.deepEqual(enabled('O', 'origin'), both)
  assert.deepEqual(enabled('A', 'replica'), both)
  assert.deepEqual(enabled('R', 'replica'), both)
  for (const [state, role] of [
    ['D', 'origin'],
    ['O', 'replica'],
    ['R', 'origin'],
  ] as const) {
    assert.deepEqual(enabled(state, role), ['destroy table/public.settings'], `${state} ${role}`)
  }
})

test('effects can be taken back where the database is enrolled', () => {
  const session = { ...catalogue.session, holdpoint: 1 }
  const enrolled = { ...catalogue, session, version: 'enrolled' }
  const undo = (text: string): readonly string[] =>
    readSql(parser.parse(text), { parser, catalogue: enrolled, place }).flatMap(
      ({ effects: all }) => all.map((effect) => ('undo' in effect ? effect.undo : effect.kind)),
    )
  assert.deepEqual(undo('DELETE FROM logs'), ['from-safeguard'])
  assert.deepEqual(undo('DROP TABLE logs'), ['from-safeguard'])
  assert.deepEqual(undo('TRUNCATE logs'), ['from-safeguard'])
  assert.deepEqual(undo("UPDATE logs SET line = 'x' WHERE id = 1"), ['from-safeguard'])
  assert.deepEqual(undo('INSERT INTO logs DEFAULT VALUES'), ['trivial'])
  assert.deepEqual(undo('DROP DATABASE shop'), ['from-safeguard'])
  // That ends other people's sessions, which nothing rolls back.
  assert.deepEqual(undo('DROP DATABASE shop WITH (FORCE)'), ['never'])
  assert.deepEqual(undo('SELECT drop_logs()'), ['never'])
  // What reaches out of the transaction would not come back with it.
  assert.deepEqual(undo('SELECT pg_reload_conf() FROM logs'), ['never', 'read'])
})

test('spans and excerpts are those of the statement', () => {
  const text = "/* é𝒳 */ SELECT 1; -- x\n DELETE FROM logs WHERE line = '𝒳' ; "
  const [, second] = readSql(parser.parse(text), { parser, catalogue, place })
  assert.equal(second?.evidence.excerpt, "DELETE FROM logs WHERE line = '𝒳'")
  assert.equal(text.slice(...(second.evidence.span ?? [0, 0])), second.evidence.excerpt)
})

test('strings that end elsewhere, other encodings: unknown', () => {
  const lexing = { ...catalogue.session, conformingStrings: false }
  const strange = { ...catalogue, session: lexing, version: 'l' }
  assert.ok(effects("SELECT 'a\\'; DELETE FROM users; --'", strange).includes('unknown'))
  assert.ok(!effects("SELECT 'a'", strange).includes('unknown'))
  const encoded = {
    ...catalogue,
    session: { ...catalogue.session, encoding: 'SJIS' },
    version: 's',
  }
  assert.ok(effects("SELECT 'é'", encoded).includes('unknown'))
})

test('bodies that call themselves, and views in views, end', () => {
  const [template] = catalogue.routines.filter(({ name }) => name === 'innocent')
  assert.ok(template)
  const definition =
    "CREATE FUNCTION loop(int) RETURNS int LANGUAGE sql AS 'SELECT loop($1); DELETE FROM logs'"
  const self = { ...template, oid: '98', name: 'loop', definition }
  const endless = { ...catalogue, routines: [self], version: 'e' }
  assert.ok(effects('SELECT loop(1)', endless).includes('destroy table/public.logs'))
  const deep = Array.from({ length: 40 }, (_, index) => ({
    ...template,
    oid: String(1000 + index),
    name: `f${index}`,
    definition: `CREATE FUNCTION f${index}(int) RETURNS int LANGUAGE sql AS 'SELECT f${index + 1}($1)'`,
  }))
  assert.ok(
    effects('SELECT f0(1)', { ...catalogue, routines: deep, version: 'd' }).includes('unknown'),
  )
})
