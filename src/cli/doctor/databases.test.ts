import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { DatabaseReport } from '../../api/keeper.ts'
import type { UpstreamName } from '../../domain/names.ts'
import { checkDatabases } from './databases.ts'

const well: DatabaseReport = {
  upstream: 'shop-db' as UpstreamName,
  database: 'shop',
  environment: 'shop/production',
  fault: null,
  server: { version: '18.1', tls: true, rolePower: [] },
  enrolment: { version: 3, outdated: false, missing: [], kept: 0, bytes: 0 },
  captureKey: true,
}
const server = { version: '18.1', tls: true, rolePower: [] }
const enrolment = { version: 3, outdated: false, missing: [], kept: 0, bytes: 0 }

const cases: readonly (readonly [string, Partial<DatabaseReport>, readonly string[], RegExp])[] = [
  ['all is well', {}, ['ok', 'ok'], /is enrolled/],
  ['no answer', { fault: 'refused\u001b', server: null }, ['fail'], /refused⟨U\+001B⟩/],
  ['no TLS', { server: { ...server, tls: false } }, ['ok', 'warn', 'ok'], /verify-full/],
  [
    'a superuser',
    { server: { ...server, rolePower: ['is a superuser'] } },
    ['ok', 'warn', 'ok'],
    /removed by what they run/,
  ],
  ['not enrolled', { enrolment: null }, ['ok', 'warn'], /enroll shop-db --database shop/],
  ['no key', { captureKey: false }, ['ok', 'fail'], /capture key/],
  ['old', { enrolment: { ...enrolment, outdated: true } }, ['ok', 'warn'], /old version/],
  ['a gap', { enrolment: { ...enrolment, missing: ['x'] } }, ['ok', 'warn'], /recoverable in/],
]

for (const [what, changes, states, says] of cases) {
  test(`a database with ${what}`, () => {
    const checks = checkDatabases([{ ...well, ...changes }])
    assert.deepEqual(
      checks.map(({ state }) => state),
      states,
    )
    assert.match(JSON.stringify(checks), says)
    for (const { state, next } of checks) assert.equal(next === null, state === 'ok')
  })
}
