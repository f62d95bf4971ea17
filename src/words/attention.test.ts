import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as facts from '../../test/contracts/facts.ts'
import type { Attention } from '../domain/fact.ts'
import { attentionOf } from '../holds/attention.ts'
import { attentionWords } from './attention.ts'
import { factWords } from './entries.ts'
import { historyWords } from './history.ts'

function attention(changes: Partial<Attention>): Attention {
  return { milliseconds: 8000, impactSeen: true, together: 1, marks: [], ...changes }
}

const told: readonly (readonly [Attention | undefined, string])[] = [
  [undefined, ''],
  [attention({}), ' after 8.0 s'],
  [attention({ milliseconds: 2999 }), ' after 2.9 s'],
  [attention({ milliseconds: 45_900 }), ' after 45 s'],
  [attention({ milliseconds: 3_600_000 }), ' after 60 min'],
  [attention({ together: 2 }), ' after 8.0 s, together with 1 other'],
  [attention({ together: 20 }), ' after 8.0 s, together with 19 others'],
  [
    attentionOf('release', { milliseconds: 2100, impactSeen: false }),
    ' after 2.1 s: hasty, impact unseen',
  ],
  [attentionOf('release', { milliseconds: null, impactSeen: true }), ': never opened'],
  [attentionOf('refuse', { milliseconds: 900, impactSeen: false }), ' after 0.9 s'],
]

for (const [given, words] of told) {
  test(`how it was looked at, in words: \`${words}\``, () => {
    assert.equal(attentionWords(given), words)
  })
}

test('the history and the log say how an answer was given, and nothing where it was not', () => {
  const hold = facts.hold('one')
  const hasty = attentionOf('release', { milliseconds: 2100, impactSeen: false })
  const approved = { ...facts.approved(facts.bob, hold), attention: hasty }
  assert.equal(historyWords(approved), 'approved by bob after 2.1 s: hasty, impact unseen')
  assert.match(factWords(approved), /bob said yes after 2\.1 s: hasty, impact unseen$/)
  assert.equal(historyWords(facts.approved(facts.bob, hold)), 'approved by bob')
  const { settlement, ...settled } = facts.refused(hold, facts.bob)
  assert.ok(settlement.kind === 'refused')
  const slow = attention({ milliseconds: 12_000 })
  const refused = { ...settled, settlement: { ...settlement, note: 'no', attention: slow } }
  assert.equal(historyWords(refused), 'refused by bob after 12 s: no')
  assert.match(factWords(refused), /refused by bob after 12 s: no$/)
})
