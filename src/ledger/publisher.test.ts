import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { after, test } from 'node:test'

import { discovering } from '../../test/contracts/facts.ts'
import {
  discard,
  manyFacts,
  openStage,
  temporaryFolder,
} from '../../test/simulation/ledger-stage.ts'
import { createProver } from './prove.ts'

const folders: string[] = []
after(() => folders.forEach(discard))

function newFolder(): string {
  const folder = temporaryFolder()
  folders.push(folder)
  return folder
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; !what(); tries++) {
    assert.ok(tries < 2000, 'it came to pass')
    await setTimeout(5)
  }
}

test('each checkpoint extends the one before; partial tiles go when they are whole', async () => {
  const stage = await openStage(newFolder())
  const prover = createProver(stage.published, stage.vkey)
  const sizes: number[] = []
  for (const count of [1, 100, 154, 1, 1, 300]) {
    await stage.appendAll(manyFacts(count, stage.ledger.size()))
    await until(() => stage.ledger.publication().size === stage.ledger.size())
    const { size } = await prover.checkpoint()
    await prover.consistency(sizes.at(-1) ?? 0, size)
    sizes.push(size)
    assert.deepEqual((await stage.verify()).problems, [], `at ${size}`)
  }
  assert.deepEqual(sizes, [1, 101, 255, 256, 257, 557])
  for (const gone of ['tile/0/000.p', 'tile/entries/000.p', 'tile/0/001.p']) {
    assert.ok(!existsSync(join(stage.published, gone)), gone)
  }
  for (const kept of ['tile/1/000.p/1', 'tile/1/000.p/2', 'tile/0/002.p/45']) {
    assert.ok(existsSync(join(stage.published, kept)), kept)
  }
  await stage.close()
})

test('a folder that cannot be written holds up no fact, and is caught up with', async () => {
  const stage = await openStage(newFolder(), { publishMilliseconds: 20 })
  await until(() => existsSync(join(stage.published, 'checkpoint')))
  writeFileSync(join(stage.published, 'tile'), 'in the way')
  await stage.ledger.append(discovering('a'))
  await until(() => stage.ledger.publication().failing !== null)
  await stage.ledger.append(discovering('b'))
  assert.equal(stage.ledger.publication().size, 0)
  rmSync(join(stage.published, 'tile'))
  await until(() => stage.ledger.publication().size === 2)
  assert.equal(stage.ledger.publication().failing, null)
  await stage.close()
  assert.deepEqual((await stage.verify()).problems, [])
})

test('a folder that cannot be written for long closes the ledger', async () => {
  const stage = await openStage(newFolder(), { publishMilliseconds: 1 })
  await until(() => existsSync(join(stage.published, 'checkpoint')))
  writeFileSync(join(stage.published, 'tile'), 'in the way')
  await stage.ledger.append(discovering('a'))
  await until(() => stage.ledger.state().kind === 'closed')
  const state = stage.ledger.state()
  assert.match(state.kind === 'closed' ? state.why : '', /ledger` cannot be written/)
  await assert.rejects(stage.ledger.append(discovering('b')), { code: 'ledger-closed' })
  rmSync(join(stage.published, 'tile'))
  const again = await stage.restart()
  await again.close()
  assert.deepEqual([(await again.verify()).problems, again.ledger.size()], [[], 1])
})

for (const stored of [false, true]) {
  test(`a checkpoint not kept, or so it seems (${String(stored)}), is not signed`, async () => {
    const stage = await openStage(newFolder(), { publishMilliseconds: 1 })
    await until(() => existsSync(join(stage.published, 'checkpoint')))
    const before = readFileSync(join(stage.published, 'checkpoint'))
    stage.store.failNextCheckpoint({ stored })
    await stage.ledger.append(discovering('a'))
    await until(() => stage.ledger.state().kind === 'closed')
    assert.deepEqual(readFileSync(join(stage.published, 'checkpoint')), before)
    const again = await stage.restart()
    await again.ledger.append(discovering('b'))
    await again.close()
    const report = await again.verify()
    assert.deepEqual([report.problems, report.size], [[], 2])
  })
}

test('what was left half written is cleared away at a start', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'ledger', '.new'), { recursive: true })
  writeFileSync(join(folder, 'ledger', '.new', '0'), 'half a tile')
  const stage = await openStage(folder)
  await stage.ledger.append(discovering())
  await stage.close()
  assert.deepEqual((await stage.verify()).problems, [])
})
