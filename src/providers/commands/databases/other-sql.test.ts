import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readOtherSql } from './other-sql.ts'
import type { OtherSql } from './other-sql.ts'

function kindsOf(engine: OtherSql['engine'], text: string): string {
  return readOtherSql({ engine, text, target: null })
    .flatMap(({ effects }) => effects.map(({ kind }) => kind))
    .join(' ')
}

/** What an engine runs is what is read, and what it takes for text is not. */
const rows: readonly (readonly [OtherSql['engine'], string, string])[] = [
  ['mysql', 'SELECT 1 /*! ; DROP TABLE users */', 'read destroy'],
  ['mysql', '/*!99999 DROP TABLE users */', 'destroy'],
  ['mysql', '/*M! DROP TABLE users */', 'destroy'],
  ['mysql', '/* DROP TABLE users */ SELECT 1', 'read'],
  ['mysql', "SELECT '/*! DROP TABLE users */'", 'read'],
  ['mysql', 'SELECT 1 # ; DROP TABLE users', 'read'],
  ['mysql', 'SELECT 1 -- ; DROP TABLE users', 'read'],
  ['mysql', 'SELECT 1 --1; DROP TABLE users', 'read destroy'],
  ['mysql', "SELECT '\\'; DROP TABLE users; -- '", 'read'],
  ['mysql', "SELECT '\\\\'; DROP TABLE users; -- '", 'read destroy'],
  ['sqlite', "SELECT '\\'; DROP TABLE users; --'", 'read destroy'],
  ['sqlite', "SELECT '''; DROP TABLE users; --'", 'read'],
  ['sqlite', 'SELECT 1 # ; DROP TABLE users', 'read destroy'],
  ['sqlite', '/*! SELECT 1 */ DROP TABLE users', 'destroy'],
  ['sqlite', "SELECT writefile('a', 'b')", 'destroy'],
  ['sqlite', "SELECT load_extension('a')", 'escalate'],
  ['sqlite', 'PRAGMA writable_schema = 1', 'disarm'],
  ['sqlite', 'PRAGMA table_info(users)', 'read'],
  ['other', 'SELECT 1 DROP TABLE users', 'unknown'],
  ['other', 'SELECT 1\nGO\nDROP TABLE users', 'read destroy'],
  ['other', "EXEC xp_cmdshell 'dir'", 'escalate'],
  ['other', "SELECT 'a\\'; DROP TABLE users; --'", 'unknown'],
  ['other', "SELECT 'DROP TABLE users'", 'read'],
  ['mysql', 'WITH a AS (SELECT 1) DELETE FROM users', 'destroy'],
  ['mysql', 'WITH a AS (SELECT 1) SELECT * FROM a', 'read'],
  ['mysql', 'EXPLAIN ANALYZE DELETE FROM users', 'destroy'],
  ['mysql', 'EXPLAIN DELETE FROM users', 'read'],
  ['mysql', "UPDATE users SET name = 'x' WHERE id = 1", 'write'],
  ['mysql', "UPDATE users SET name = 'x' WHERE 1 = 1", 'destroy'],
  ['mysql', "UPDATE users SET name = 'x'", 'destroy'],
  ['mysql', 'CALL purge_everything()', 'unknown'],
  ['mysql', "SELECT 'open", 'unknown'],
  ['mysql', 'BEGIN NOT ATOMIC DROP TABLE users; END', 'unknown read'],
  ['mysql', '', 'read'],
]

for (const [engine, text, kinds] of rows) {
  test(`${engine}: ${text}`, () => assert.equal(kindsOf(engine, text), kinds))
}

test('a long text is not read, and says so', () => {
  assert.equal(kindsOf('mysql', `SELECT ${'1,'.repeat(60_000)}1`), 'unknown')
})

test('many openings of quotes and comments take no time', () => {
  const started = performance.now()
  for (const one of ["'", '"', '`', '/*', '/*!', '$$', '[', '--', "\\'"]) {
    for (const engine of ['mysql', 'sqlite', 'other'] as const) kindsOf(engine, one.repeat(40_000))
  }
  assert.ok(performance.now() - started < 4_000)
})
