import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { DecisionId, HoldId } from '../../domain/names.ts'
import { refuseAsProblem } from '../problem.ts'
import { refuse } from './refuse.ts'

const held = {
  code: 'held',
  says: 'held: this would delete `volume pg-data` and its 3 backups in pocketos/production',
  instead: 'tell the person you work for that hold_abc waits for them',
  hold: 'hold_abc' as HoldId,
  decision: 'dec_abc' as DecisionId,
}

test('a hold, as Railway would put it', () => {
  const { status, headers, body } = refuse(held)
  assert.equal(status, 200)
  assert.deepEqual(headers, [
    ['content-type', 'application/json; charset=utf-8'],
    ['cache-control', 'no-store'],
  ])
  assert.equal(
    body,
    '{"data":null,"errors":[{"message":"held: this would delete `volume pg-data` and its ' +
      '3 backups in pocketos/production; tell the person you work for that hold_abc ' +
      'waits for them",' +
      '"extensions":{"code":"HOLDPOINT_HELD","decision":"dec_abc","hold":"hold_abc",' +
      '"wait":"http://holdpoint.internal/holds/hold_abc?wait=60"}}]}\n',
  )
})

test('a refusal without a hold', () => {
  const { body } = refuse({
    code: 'foreign-credential',
    says: 'denied: this credential was not issued by Holdpoint',
    instead: 'use your lease',
    hold: null,
    decision: null,
  })
  assert.equal(
    body,
    '{"data":null,"errors":[{"message":"denied: this credential was not issued by Holdpoint; ' +
      'use your lease","extensions":{"code":"HOLDPOINT_FOREIGN_CREDENTIAL","decision":null,' +
      '"hold":null,"wait":null}}]}\n',
  )
})

test('an upstream that gave no answer is a 502', () => {
  const refusal = { ...held, code: 'upstream-unreachable', hold: null }
  assert.equal(refuse(refusal).status, 502)
  assert.match(refuse(refusal).body, /"code":"HOLDPOINT_UPSTREAM_UNREACHABLE"/)
  assert.equal(refuseAsProblem(refusal).status, 502)
})

test('words of others cannot leave their sentence', () => {
  const { body } = refuse({ ...held, says: 'named "\u202eevil\n\u001b[2J"' })
  const { errors } = JSON.parse(body) as { errors: { message: string }[] }
  assert.ok(errors[0]?.message.startsWith('named "⟨U+202E⟩evil⟨U+000A⟩⟨U+001B⟩[2J"; '))
})

test('problem details, where no provider is known', () => {
  const { status, headers, body } = refuseAsProblem(held)
  assert.equal(status, 403)
  assert.deepEqual(headers[0], ['content-type', 'application/problem+json'])
  assert.equal(
    body,
    '{"type":"urn:holdpoint:problem:held","title":"refused by Holdpoint","status":403,' +
      '"detail":"held: this would delete `volume pg-data` and its 3 backups in ' +
      'pocketos/production",' +
      '"instead":"tell the person you work for that hold_abc waits for them","code":"held",' +
      '"decision":"dec_abc","hold":"hold_abc",' +
      '"wait":"http://holdpoint.internal/holds/hold_abc?wait=60"}\n',
  )
})
