import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'

import { openSqliteStore } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-database-'))
after(() => rmSync(folder, { recursive: true }))
let count = 0
const newFile = (): string => join(folder, `${count++}.db`)

test('a store is its owner’s alone, also when it was not', () => {
  const file = newFile()
  openSqliteStore(file).close()
  assert.equal(statSync(file).mode & 0o777, 0o600)
  chmodSync(file, 0o644)
  openSqliteStore(file).close()
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a second process on the same state is told what to do instead', () => {
  const file = newFile()
  const store = openSqliteStore(file)
  const script = `
    import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))}
    try { openSqliteStore(${JSON.stringify(file)}) } catch (fault) {
      process.stdout.write(fault.code + ' ' + fault.message)
    }`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script]
  const open = (): string => spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout
  assert.match(open(), /^store-locked .*holdpoint log/)
  assert.throws(() => openSqliteStore(file), { code: 'store-locked' })
  store.close()
  assert.equal(open(), '')
})

test('what is no store, or a newer one, is left alone', () => {
  const foreign = newFile()
  const database = new DatabaseSync(foreign)
  database.exec('CREATE TABLE recipes(id INTEGER)')
  database.close()
  assert.throws(() => openSqliteStore(foreign), { code: 'store-foreign' })
  const newer = newFile()
  openSqliteStore(newer).close()
  const tampered = new DatabaseSync(newer)
  tampered.exec('PRAGMA user_version = 99')
  tampered.close()
  assert.throws(() => openSqliteStore(newer), { code: 'store-version', message: /newer/ })
  const garbage = newFile()
  writeFileSync(
    garbage,
    'this is not a database, and long enough to be seen to be none '.repeat(99),
  )
  assert.throws(() => openSqliteStore(garbage), { code: 'store-unusable' })
  assert.throws(() => openSqliteStore(join(folder, 'no', 'folder.db')), { code: 'store-unusable' })
})

test('an older store is brought up to date, and keeps what it has', () => {
  const file = newFile()
  const store = openSqliteStore(file)
  store.close()
  const older = new DatabaseSync(file)
  older.exec(
    'DROP TABLE tool_pins; DROP TABLE asks; DROP TABLE push_subscriptions; PRAGMA user_version = 1',
  )
  older.close()
  const again = openSqliteStore(file)
  assert.deepEqual(again.asks(10), [])
  assert.deepEqual(again.pushSubscriptions(), [])
  again.close()
})
