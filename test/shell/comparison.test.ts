import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { comparisonTable, page, withTable } from './comparison.ts'

test('docs/reading-shell.md shows what test/shell/comparison.ts prints', async () => {
  const text = readFileSync(page, 'utf8')
  assert.equal(text, withTable(text, await comparisonTable()))
})
