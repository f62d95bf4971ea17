import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Action } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import type { Circumstances } from './advice.ts'
import { advise } from './advise.ts'
import { refusalMinutes, refusedBefore, remembered } from './refusals.ts'

const around: Circumstances = {
  ...{ workTree: '/w', home: '/home/u', temporary: ['/tmp'] },
  ...{ snapshots: true, confined: false, governed: [] },
}

function acting(kind: 'destroy' | 'write', provider: string, type: string, id: string): Action {
  const resource = { provider, type, id, within: {} }
  const effect: Effect = { kind, resource, extent: 'whole', undo: 'never' }
  return { verb: 'x', effects: [effect], evidence: { reader: 't', excerpt: 'x', span: null } }
}

const removesFile = acting('destroy', 'local', 'path', '/w/data/cache.pyc')

test('removing refused, then the same by `git clean`: refused too (codex 37998)', () => {
  // Refused where nothing could be kept; the second command is one that passes by itself.
  const bare = { ...around, snapshots: false }
  const first = acting('destroy', 'local', 'path', '/w/data/cache')
  assert.equal(advise([first], bare).kind, 'refuse')
  const marks = remembered([], [first], bare, 0)
  const clean = acting('destroy', 'local', 'below', '/w/data/cache')
  assert.equal(advise([clean], around).kind, 'pass')
  const again = refusedBefore(marks, [clean], around, 60_000)
  assert.equal(again?.because[0].code, 'refused-before')
  assert.match(again.because[0].says, /refused a minute ago \(no-snapshot\)/)
})

test('something larger is stronger, something else is not', () => {
  const marks = remembered([], [acting('destroy', 'local', 'path', '/w/a/b')], noSnapshots(), 0)
  const refused = (action: Action): boolean => refusedBefore(marks, [action], around, 1) !== null
  assert.ok(refused(acting('destroy', 'local', 'below', '/w')))
  assert.ok(refused(acting('write', 'local', 'path', '/w/a/b')))
  assert.ok(!refused(acting('destroy', 'local', 'path', '/w/a/c')))
  assert.ok(!refused(removesFile))
})

test('whoever was refused the whole may still do a part, as the refusal says', () => {
  const marks = remembered([], [acting('destroy', 'local', 'path', '/w')], around, 0)
  assert.equal(marks[0]?.code, 'whole-work-tree')
  assert.equal(refusedBefore(marks, [removesFile], around, 1), null)
})

test('what was refused outside of the gate stays refused when it is governed', () => {
  const drop = acting('destroy', 'railway', 'volume', 'pg-data')
  const marks = remembered([], [drop], around, 0)
  const confined = { ...around, confined: true, governed: ['railway'] }
  assert.equal(advise([drop], confined).kind, 'pass')
  assert.notEqual(refusedBefore(marks, [drop], confined, 1), null)
  const other = acting('destroy', 'railway', 'volume', 'other')
  assert.equal(refusedBefore(marks, [other], confined, 1), null)
})

test('a path that was not known marks nothing', () => {
  const resource = { provider: 'local', type: 'path', id: null, within: {} }
  const effect: Effect = { kind: 'destroy', resource, extent: 'whole', undo: 'never' }
  const marks = remembered([], [{ ...removesFile, effects: [effect] }], around, 0)
  assert.equal(refusedBefore(marks, [removesFile], around, 1), null)
})

test('it is forgotten after a while, and there are never too many', () => {
  const bare = noSnapshots()
  const marks = remembered([], [acting('destroy', 'local', 'path', '/w/a')], bare, 0)
  const a = acting('destroy', 'local', 'path', '/w/a')
  assert.notEqual(refusedBefore(marks, [a], around, refusalMinutes * 60_000 - 1), null)
  assert.equal(refusedBefore(marks, [a], around, refusalMinutes * 60_000), null)
  const many = Array.from({ length: 300 }, (_, i) => acting('destroy', 'local', 'path', `/x/${i}`))
  assert.equal(remembered(marks, many, around, 1).length, 100)
})

function noSnapshots(): Circumstances {
  return { ...around, snapshots: false }
}
