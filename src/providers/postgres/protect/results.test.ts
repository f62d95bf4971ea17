import assert from 'node:assert/strict'
import { test } from 'node:test'

import { enrolmentSql } from './enrol.ts'
import { restoreDatabaseSql, trashDatabaseName } from './databases.ts'
import { readMeasured, readTrash, readUndoReport } from './results.ts'

const kept = { says: '1 row', bytes: 3, sha256: 'a'.repeat(64) }
const table = { schema: 's', name: 't', inserted: 0, updated: 0, deleted: 1, total: 2, captured: 1 }
const sample = { table: 's.t', columns: ['a', 'b'], rows: [['1', null]] }
const whole = { tables: [table], dropped: [], kept, because: [], complete: true, samples: [sample] }

test('a measurement as it should be, parsed or as text', () => {
  const measured = { schema: 's', name: 't', inserted: 0, updated: 0, deleted: 1, total: 2 }
  const expected = { ...whole, tables: [measured] }
  assert.deepEqual(readMeasured(whole), expected)
  assert.deepEqual(readMeasured(JSON.stringify(whole)), expected)
})

for (const [name, odd] of Object.entries({
  nothing: null,
  'a list': [],
  'no JSON': '{',
  'no tables': { ...whole, tables: undefined },
  'a count below nought': { ...whole, tables: [{ ...table, deleted: -1 }] },
  'a count as text': { ...whole, tables: [{ ...table, deleted: '1' }] },
  'half a row': { ...whole, tables: [{ ...table, deleted: 0.5 }] },
  'a count too large to be exact': { ...whole, tables: [{ ...table, total: 2 ** 60 }] },
  'a hash that is none': { ...whole, kept: { ...kept, sha256: 'A'.repeat(64) } },
  'kept, and yet a reason why not': { ...whole, because: ['no'] },
  'a sample of another width': { ...whole, samples: [{ ...sample, rows: [['1']] }] },
  'complete as text': { ...whole, complete: 'true' },
  'a dropped object without identity': { ...whole, dropped: [{ type: 'table', original: true }] },
})) {
  test(`is no measurement: ${name}`, () => {
    const read = readMeasured(odd)
    assert.deepEqual([read.complete, read.kept, read.tables], [false, null, []])
    assert.match(read.because.join(), /no measurement/)
  })
}

test('what is not complete is not kept either', () => {
  assert.equal(readMeasured({ ...whole, complete: false }).kept, null)
})

test('inner parts of what fell are not shown', () => {
  const object = (type: string, identity: string, original = false): unknown => ({
    ...{ type, identity, original },
  })
  const dropped = [
    object('table', 's.t', true),
    object('type', 's.t[]'),
    object('trigger', '"RI_ConstraintTrigger_a_1" on s.t'),
    object('trigger', 'holdpoint_capture on s.t'),
    object('view', 's.v'),
  ]
  const read = readMeasured({ ...whole, dropped })
  assert.deepEqual(
    read.dropped.map(({ identity }) => identity),
    ['s.t', 's.v'],
  )
})

test('an undo that did not prove itself is not done', () => {
  const report = { action: 'a', done: true, dry_run: false, restored: [], conflicts: [] }
  const hashes = { sha256_before: 'x', sha256_after: 'y', equal: false, because: [] }
  assert.equal(readUndoReport({ ...report, ...hashes }).done, false)
  assert.equal(readUndoReport({ ...report, ...hashes, equal: true }).done, true)
  assert.equal(readUndoReport('nonsense').done, false)
})

test('the trash, and an odd row in it', () => {
  const row = { action: 'a', at: new Date(0), kind: 'rows', statement: null, tables: [table] }
  const rest = { bytes: '12', expires_at: '1970-01-08', undone_at: null }
  assert.deepEqual(readTrash([{ ...row, ...rest }])?.[0]?.tables, ['s.t'])
  assert.equal(readTrash([{ ...row, ...rest, bytes: 'many' }]), null)
})

test('names of roles and databases cannot leave their quotes', () => {
  const sql = enrolmentSql({ keyHash: 'a'.repeat(64), agentRoles: [`x']; DROP SCHEMA y; --`] })
  assert.ok(sql.includes(`'x'']; DROP SCHEMA y; --'`))
  assert.throws(() => enrolmentSql({ keyHash: `';` }), { code: 'capture-key-hash' })
  const texts = restoreDatabaseSql(`a"b'c\\`, `a'\\`).join()
  assert.ok(texts.includes(`ALTER DATABASE "a""b'c\\" WITH`) && texts.includes(`E'a''\\\\'`))
  assert.equal(trashDatabaseName('x'.repeat(80)).length, 63)
})

test('no statement of the schema holds a backslash, which sessions read in two ways', () => {
  assert.ok(!enrolmentSql({ keyHash: 'a'.repeat(64) }).includes('\\'))
})
