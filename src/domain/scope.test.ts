import assert from 'node:assert/strict'
import { test } from 'node:test'

import { matchesPattern } from './scope.ts'

const covered: readonly (readonly [pattern: string, name: string])[] = [
  ['*', 'railway:volume/3d2c'],
  ['*', 'pocketos/production'],
  ['railway:*', 'railway:volume/3d2c'],
  ['railway:*', 'railway:volume/with/slashes'],
  ['railway:volume/*', 'railway:volume/3d2c'],
  ['railway:volume/*', 'railway:volume/*'],
  ['railway:volume/3d2c', 'railway:volume/3d2c'],
  ['pocketos/staging', 'pocketos/staging'],
  ['pocketos/*', 'pocketos/staging'],
  ['*/staging', 'pocketos/staging'],
  ['*/*', 'pocketos/staging'],
]

const notCovered: readonly (readonly [pattern: string, name: string])[] = [
  ['railway:*', 'railways:volume/3d2c'],
  ['railway:*', 'aws:railway:volume'],
  ['railway:volume/*', 'railway:volumeInstance/3d2c'],
  ['railway:volume/*', 'railway:volume/3d2c/production'],
  ['railway:volume/*', 'railway:volume'],
  ['railway:vol*/*', 'railway:volume/3d2c'],
  ['pocketos/stag*', 'pocketos/staging'],
  ['pocketos/staging', 'pocketos/staging-2'],
  ['pocketos/staging', 'Pocketos/Staging'],
  ['pocketos/*', 'pocketos/staging/eu'],
  ['*/staging', 'pocketos/eu/staging'],
  ['staging', 'pocketos/staging'],
  ['', 'pocketos/staging'],
  ['.*', 'pocketos'],
]

for (const [pattern, name] of covered) {
  test(`${pattern} covers ${name}`, () => assert.equal(matchesPattern(pattern, name), true))
}
for (const [pattern, name] of notCovered) {
  test(`${pattern} does not cover ${name}`, () => {
    assert.equal(matchesPattern(pattern, name), false)
  })
}
