import assert from 'node:assert/strict'
import { test } from 'node:test'

import { strictestProtection } from './resource.ts'
import type { Protection } from './resource.ts'

const rows: readonly (readonly [protections: readonly string[], strictest: Protection])[] = [
  [['open'], 'open'],
  [['open', 'standard'], 'standard'],
  [['standard', 'critical', 'open'], 'critical'],
  [[], 'critical'],
  [['open', 'relaxed'], 'critical'],
  [['toString', 'open'], 'critical'],
]

for (const [protections, strictest] of rows) {
  test(`${protections.join(' and ') || 'nothing'}: ${strictest}`, () => {
    assert.equal(strictestProtection(protections as readonly Protection[]), strictest)
  })
}
