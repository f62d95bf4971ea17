import assert from 'node:assert/strict'
import { test } from 'node:test'

import { unkeptOf } from '../../src/doors/hook/unkept.ts'
import type { Action } from '../../src/domain/action.ts'
import type { Effect } from '../../src/domain/effect.ts'
import type { LeftOut } from '../../src/snapshots/snapshots.ts'

function destroys(type: string, id: string, verb = 'rm'): Action {
  const resource = { provider: 'local', type, id, within: {} }
  const effect: Effect = { kind: 'destroy', resource, extent: 'whole', undo: 'from-safeguard' }
  return { verb, effects: [effect], evidence: { reader: 'shell', excerpt: '', span: [0, 0] } }
}

const huge: LeftOut = { path: 'data/huge.db', why: 'larger than 100 MiB', reproducible: false }
const modules: LeftOut = { path: 'node_modules', why: 'installing', reproducible: true }

const cases: readonly (readonly [action: Action, lost: boolean])[] = [
  [destroys('path', '/w/data/huge.db'), true],
  [destroys('path', '/w/data'), true],
  [destroys('below', '/w/data'), true],
  [destroys('below', '/w'), true],
  [destroys('below', '/w', 'git clean'), true],
  [destroys('path', '/w/data/huge.db/part'), true],
  [destroys('path', '/w/data/huge.db-journal'), false],
  [destroys('path', '/w/src'), false],
  [destroys('path', '/w/node_modules'), false],
  [destroys('below', '/w', 'git reset'), false],
  [destroys('path', '/wide/data/huge.db'), false],
  [destroys('path', '/tmp/data'), false],
]

for (const [action, lost] of cases) {
  const { verb, effects } = action
  test(`${verb} ${JSON.stringify(effects[0].kind === 'unknown' ? '' : effects[0].resource.id)}`, () => {
    const snapshot = { leftOut: [huge, modules], leftOutMore: 0 }
    assert.equal(unkeptOf([action], '/w', snapshot), lost ? huge : null)
  })
}

test('when more losses are left out than are named, anything may be among them', () => {
  const action = destroys('path', '/w/src')
  assert.notEqual(unkeptOf([action], '/w', { leftOut: [huge], leftOutMore: 1 }), null)
  assert.equal(unkeptOf([action], '/w', { leftOut: [huge, modules], leftOutMore: 9 }), null)
})
