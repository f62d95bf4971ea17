import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { DecisionId } from '../../domain/names.ts'
import type { Refusal } from '../../domain/request.ts'
import { errorResponse, readFields } from '../../wire/postgres/backend.ts'
import { refusalFields } from './refuse.ts'

const held: Refusal = {
  kind: 'refusal',
  code: 'held',
  says:
    'held: this would delete 12 of 12 rows of `users` in shop/production. Nothing was sent. ' +
    'A person must release exactly this request (hold_1, open until 2026-01-01T01:00:00.000Z)',
  instead: 'tell the person you work for that hold_1 waits for them, then wait',
  hold: null,
  decision: 'decision_1' as DecisionId,
  answer: { status: 403, headers: [], body: '' },
}

test('a held statement, as its client sees it', () => {
  assert.deepEqual(refusalFields(held, 'statement'), {
    severity: 'ERROR',
    code: '42501',
    message: 'held: this would delete 12 of 12 rows of `users` in shop/production',
    detail:
      'Nothing was sent. A person must release exactly this request ' +
      '(hold_1, open until 2026-01-01T01:00:00.000Z). Decision decision_1.',
    hint: 'tell the person you work for that hold_1 waits for them, then wait',
  })
})

const rows: readonly (readonly [code: string, decided: boolean, open: string, later: string])[] = [
  ['held', true, '28000', '42501'],
  ['destroy-critical', true, '28000', '42501'],
  ['frozen', true, '28000', '42501'],
  ['no-lease', true, '28P01', '28P01'],
  ['unknown-lease', true, '28P01', '28P01'],
  ['lease-expired', true, '28P01', '28P01'],
  ['lease-revoked', true, '28P01', '28P01'],
  ['upstream-unreachable', true, '08001', '08006'],
  ['tls-failed', true, '08001', '08006'],
  ['session-closed', true, '08006', '08006'],
  ['sessions-limit', true, '53300', '53300'],
  ['outcome-unknown', true, '08007', '08007'],
  ['withdrawn', true, '57014', '57014'],
  ['ledger-closed', false, '58000', '58000'],
  ['internal-fault', false, '58000', '58000'],
]

for (const [code, decided, open, later] of rows) {
  test(`${code}${decided ? '' : ', nothing decided'}: ${open}, ${later}`, () => {
    const refusal = { ...held, code, decision: decided ? held.decision : null }
    assert.equal(refusalFields(refusal, 'open').code, open)
    assert.equal(refusalFields(refusal, 'open').severity, 'FATAL')
    assert.equal(refusalFields(refusal, 'statement').code, later)
  })
}

test('others’ words are made inert, on one line, and whole in the detail when they are long', () => {
  const says = `denied: "\u001b[2J\nERROR: all is well\u202e\0" ${'x'.repeat(1000)}`
  const { message, detail } = refusalFields({ ...held, says, instead: 'a\r\nb' }, 'statement')
  assert.ok(message.length < 600 && message.endsWith('…'))
  assert.ok(detail?.includes('x'.repeat(1000)))
  const fields = readFields(
    errorResponse(refusalFields({ ...held, says, instead: 'a\r\nb' }, 'open')),
  )
  for (const text of fields.values()) assert.doesNotMatch(text, /[\p{Cc}\u202e]/u)
})
