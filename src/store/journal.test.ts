import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { agentAdded, staged } from '../../test/contracts/facts.ts'
import { mustPut } from '../../test/contracts/under-test.ts'
import type { AgentName } from '../domain/names.ts'
import { openJournal, readJournal } from './journal.ts'
import { openSqliteStore } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-journal-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

function newFile(): string {
  return join(folder, `store-${count++}.db`)
}

const frames = [
  { leaf: Buffer.from('{"first":1}'), beside: null },
  {
    leaf: Buffer.from('{"second":2}'),
    beside: { salt: Buffer.alloc(16, 7), bytes: Buffer.from('kept') },
  },
  {
    leaf: Buffer.from('{"third":3}'),
    beside: { salt: Buffer.alloc(16, 8), bytes: Buffer.alloc(0) },
  },
]

async function written(file: string): Promise<Buffer> {
  const journal = openJournal(file)
  for (const frame of frames) journal.add(frame)
  await journal.sync()
  journal.close()
  const kept = readFileSync(file)
  return kept.subarray(0, kept.findLastIndex((byte) => byte !== 0) + 1)
}

test('what was confirmed is read again', async () => {
  const file = newFile()
  await written(file)
  assert.deepEqual(readJournal(file), frames)
})

test('a torn end, at whatever byte, is as if the frame had never been', async () => {
  const file = newFile()
  const whole = await written(file)
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length))
    const read = readJournal(file)
    assert.ok(read.length < frames.length)
    assert.deepEqual(read, frames.slice(0, read.length))
  }
})

test('a flipped byte, wherever it is, ends the journal there', async () => {
  const file = newFile()
  const whole = await written(file)
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] ?? 0) ^ 0x40
    writeFileSync(file, damaged)
    const read = readJournal(file)
    assert.ok(read.length < frames.length)
    assert.deepEqual(read, frames.slice(0, read.length))
  }
})

test('begun anew, what it held before is not taken for what it holds', async () => {
  const file = newFile()
  const journal = openJournal(file)
  const long = { leaf: Buffer.alloc(9 * 1_048_576, 0x20), beside: null }
  journal.add(long)
  await journal.sync()
  journal.trim()
  for (const frame of frames) journal.add(frame)
  await journal.sync()
  journal.close()
  assert.deepEqual(readJournal(file), frames)
})

test('a group that is under way when more is added does not take it along, nor lose it', async () => {
  const file = newFile()
  const journal = openJournal(file)
  const syncs = frames.map((frame) => {
    journal.add(frame)
    return journal.sync()
  })
  await Promise.all(syncs)
  journal.close()
  assert.deepEqual(readJournal(file), frames)
})

/**
 * SQLite as a power loss may leave it: without its newest transactions, and the journal with them.
 */
async function loseTail(file: string): Promise<void> {
  const store = openSqliteStore(file)
  mustPut(store, staged)
  await store.sync()
  store.close()
  copyFileSync(file, `${file}.early`)
  const later = openSqliteStore(file)
  mustPut(later, [agentAdded('late' as AgentName)])
  mustPut(later, [agentAdded('later' as AgentName)])
  await later.sync()
  later.close()
  copyFileSync(`${file}.early`, file)
  for (const beside of ['-wal', '-shm']) rmSync(file + beside, { force: true })
}

test('what a power loss took from SQLite is put again, folds and all', async () => {
  const file = newFile()
  await loseTail(file)
  const store = openSqliteStore(file)
  assert.equal(store.head().size, staged.length + 2)
  assert.equal(store.agent('later' as AgentName)?.name, 'later')
  store.close()
  const again = openSqliteStore(file)
  assert.equal(again.head().size, staged.length + 2)
  again.close()
})

test('a journal that does not go on where the store ends is not guessed at', async () => {
  const file = newFile()
  await loseTail(file)
  const [, second] = readJournal(`${file}.facts`)
  assert.ok(second)
  const journal = openJournal(`${file}.facts`)
  journal.add(second)
  await journal.sync()
  journal.close()
  assert.throws(() => openSqliteStore(file), { code: 'store-damaged' })
  assert.ok(existsSync(`${file}.facts`))
})
