import assert from 'node:assert/strict'
import { test } from 'node:test'

import { commandRows } from './table.ts'

test('no program has two rows, and names are as they are looked up', () => {
  const names = commandRows.flatMap(({ programs }) => programs)
  const twice = names.filter((name, at) => names.indexOf(name) !== at)
  assert.deepEqual(twice, [])
  assert.deepEqual(
    names.filter((name) => name !== name.toLowerCase() || name.endsWith('.exe')),
    [],
  )
})
