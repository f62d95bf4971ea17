import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'

import { firstLoadBytes } from './bundle.ts'
import { distFolder } from './host.ts'

const options = existsSync(distFolder) ? {} : { skip: 'the console is not built' }

test('what loads first is under 300 kB gzipped', options, () => {
  const bytes = firstLoadBytes(distFolder)
  assert.ok(bytes > 50_000, 'the files were found')
  assert.ok(bytes < 300_000, `${bytes} bytes`)
})
