import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'

import { openJournal } from './journal.ts'
import type { Placeholder } from './journal.ts'

const skip = process.platform === 'linux' ? false : 'processes are told apart by /proc'
const root = mkdtempSync(join(tmpdir(), 'hp-journal-'))
after(() => rmSync(root, { recursive: true }))
let folder = ''
let tree = ''
beforeEach(() => {
  folder = mkdtempSync(join(root, 'state-'))
  tree = mkdtempSync(join(root, 'tree-'))
})

const empty = (): readonly Placeholder[] => [
  { path: join(tree, 'file'), kind: 'file' },
  { path: join(tree, 'folder'), kind: 'folder' },
]

test('what stands in is put away at the end', { skip }, () => {
  const { journal } = openJournal(folder, process.pid)
  journal.place(empty())
  assert.deepEqual(readdirSync(tree), ['file', 'folder'])
  journal.close()
  assert.deepEqual(readdirSync(tree), [])
  assert.deepEqual(readdirSync(folder), [])
})

test('what somebody filled, or had before, is theirs', { skip }, () => {
  writeFileSync(join(tree, 'file'), '')
  const { journal } = openJournal(folder, process.pid)
  journal.place(empty())
  writeFileSync(join(tree, 'folder/mine'), 'x')
  journal.close()
  assert.deepEqual(readdirSync(tree), ['file', 'folder'])
})

test('a run that is no more is put away by the next, with its lease', { skip }, () => {
  openJournal(folder, process.pid).journal.place(empty())
  const page = join(folder, `${process.pid}.json`)
  const lease = { id: 'lease_1', state: '/state' }
  const dead = { pid: process.pid, began: '1', folder: '', placeholders: empty(), lease }
  writeFileSync(page, JSON.stringify(dead))
  const { left } = openJournal(folder, process.pid)
  assert.deepEqual(left, [lease])
  assert.deepEqual(readdirSync(tree), [])
  assert.ok(!existsSync(page))
})

test('a run that goes on keeps what it needs', { skip }, () => {
  const parent = openJournal(folder, process.ppid).journal
  parent.place(empty())
  const { journal } = openJournal(folder, process.pid)
  journal.place([])
  journal.close()
  assert.deepEqual(readdirSync(tree), ['file', 'folder'])
  parent.close()
  assert.deepEqual(readdirSync(tree), [])
})
