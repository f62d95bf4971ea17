import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'

import { discovering } from '../../test/contracts/facts.ts'
import {
  discard,
  manyFacts,
  openStage,
  publishLog,
  temporaryFolder,
} from '../../test/simulation/ledger-stage.ts'
import { openLedgerKey } from './key.ts'
import { systemRandom } from '../system/random.ts'

const folders: string[] = []
after(() => folders.forEach(discard))

function newFolder(): string {
  const folder = temporaryFolder()
  folders.push(folder)
  return folder
}

/** Does to the store what no store would. */
function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'store.db'))
  database.exec(sql)
  database.close()
  // The journal would heal what is lost here.
  rmSync(join(folder, 'store.db.facts'), { force: true })
}

for (const size of [0, 1, 255, 256, 257, 600]) {
  test(`a log of ${size} goes on where it was`, async () => {
    const folder = newFolder()
    await publishLog(folder, size)
    const stage = await openStage(folder)
    assert.equal(stage.ledger.size(), size)
    await stage.appendAll(manyFacts(300, size))
    await stage.close()
    const report = await stage.verify()
    assert.deepEqual([report.problems, report.size], [[], size + 300])
  })
}

const damages: readonly (readonly [what: string, sql: string, code: string])[] = [
  [
    'an entry under the checkpoint rewritten',
    'UPDATE facts SET hash = zeroblob(32) WHERE idx = 299',
    'ledger-damaged',
  ],
  ['a checkpoint over another root', 'UPDATE checkpoint SET root = zeroblob(32)', 'ledger-damaged'],
  ['a lost node', 'DELETE FROM nodes', 'ledger-damaged'],
  ['lost entries under the checkpoint', 'DELETE FROM facts WHERE idx >= 290', 'ledger-damaged'],
  ['a forgotten checkpoint', 'DELETE FROM checkpoint', 'ledger-rolled-back'],
]
for (const [what, sql, code] of damages) {
  test(`${what} is not started on`, async () => {
    const folder = newFolder()
    await publishLog(folder, 300)
    tamper(folder, sql)
    await assert.rejects(openStage(folder), { code })
  })
}

test('a tail that does not hold together is not started on', async () => {
  const folder = newFolder()
  const stage = await openStage(folder, { publishMilliseconds: 60_000 })
  await stage.appendAll(manyFacts(3))
  stage.store.failNextWrite({ stored: false })
  await assert.rejects(stage.ledger.append(discovering()))
  await stage.ledger.close()
  stage.store.close()
  copyFileSync(join(folder, 'store.db'), join(folder, 'copy'))
  const tails = [
    `UPDATE facts SET leaf = CAST(replace(CAST(leaf AS TEXT), '"index":1', '"index":7') AS BLOB)
      WHERE idx = 1`,
    'UPDATE facts SET hash = zeroblob(32) WHERE idx = 1',
    'DELETE FROM facts WHERE idx = 1',
  ]
  for (const sql of tails) {
    copyFileSync(join(folder, 'copy'), join(folder, 'store.db'))
    tamper(folder, sql)
    await assert.rejects(openStage(folder), { code: 'ledger-damaged' }, sql)
  }
  copyFileSync(join(folder, 'copy'), join(folder, 'store.db'))
  await (await openStage(folder)).close()
})

test('a store put back from an older copy is not started on', async () => {
  const folder = newFolder()
  await publishLog(folder, 5)
  copyFileSync(join(folder, 'store.db'), join(folder, 'backup'))
  const stage = await openStage(folder)
  await stage.appendAll(manyFacts(5, 5))
  await stage.close()
  renameSync(join(folder, 'backup'), join(folder, 'store.db'))
  await assert.rejects(openStage(folder), { code: 'ledger-rolled-back' })
})

test('a published folder of other entries is not gone on with', async () => {
  const [folder, other] = [newFolder(), newFolder()]
  await publishLog(folder, 5)
  copyFileSync(join(folder, 'ledger.key'), join(other, 'ledger.key'))
  const stage = await openStage(other)
  await stage.appendAll(manyFacts(6, 100))
  await stage.close()
  copyFileSync(join(folder, 'ledger', 'checkpoint'), join(other, 'ledger', 'checkpoint'))
  await assert.rejects(openStage(other), { code: 'ledger-damaged' })
})

test('a checkpoint that is lost is written anew; one that is garbage is a question', async () => {
  const folder = newFolder()
  const stage = await publishLog(folder, 300)
  const checkpoint = join(stage.published, 'checkpoint')
  const note = readFileSync(checkpoint)
  rmSync(checkpoint)
  await (await openStage(folder)).close()
  assert.deepEqual(readFileSync(checkpoint), note)
  for (const garbage of [
    note.subarray(0, 40),
    Buffer.concat([note, Buffer.from('more')]),
    Buffer.alloc(0),
  ]) {
    writeFileSync(checkpoint, garbage)
    await assert.rejects(openStage(folder), {
      code: 'ledger-checkpoint',
      message: /delete that file/,
    })
  }
})

test('all of the published folder can be made again from the store', async () => {
  const folder = newFolder()
  const stage = await publishLog(folder, 600)
  rmSync(stage.published, { recursive: true })
  const again = await openStage(folder)
  await again.close()
  const report = await again.verify()
  assert.deepEqual([report.problems, report.size], [[], 600])
})

test('a key that others can read, of another name or broken is refused', async () => {
  const folder = newFolder()
  const file = join(folder, 'ledger.key')
  const signer = openLedgerKey({ file, random: systemRandom, origin: 'log.example' })
  assert.equal(openLedgerKey({ file, random: systemRandom }).vkey, signer.vkey)
  const other = { file, random: systemRandom, origin: 'other.example' }
  assert.throws(() => openLedgerKey(other), { code: 'ledger-origin' })
  writeFileSync(join(folder, 'open.key'), readFileSync(file), { mode: 0o644 })
  const exposed = { file: join(folder, 'open.key'), random: systemRandom }
  assert.throws(() => openLedgerKey(exposed), { code: 'ledger-key-exposed', message: /chmod 600/ })
  await (await publishLog(folder, 1)).verify()
})
