import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { standingOf } from '../../policies/situations.ts'
import type { Action } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import type { Backups, Dependant, Hit, Reach, Rows } from '../domain/impact.ts'
import type { Environment, Protection } from '../domain/resource.ts'
import { keyOf } from './key.ts'
import { questionOf } from './question.ts'

// Few words, among them those that the key is made of, so that many hits resemble each other.
const word = fc.constantFrom('', 'a', '1:a', 'a1:a', ' ', '-', '?', 'read', 'open', '0+1')
const extent = fc.constantFrom('whole' as const, 'some' as const)
const resource = fc.record({
  provider: word,
  type: word,
  id: fc.option(word),
  within: fc.constant({}),
})
const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({ kind: fc.constantFrom('read' as const, 'disclose' as const), resource, extent }),
  fc.record({
    kind: fc.constantFrom('write' as const, 'destroy' as const),
    resource,
    extent,
    undo: fc.constantFrom('trivial' as const, 'from-safeguard' as const, 'never' as const),
  }),
  fc.record({ kind: fc.constant('unknown' as const), why: word, legible: fc.boolean() }),
)
const environment: fc.Arbitrary<Environment> = fc.record({
  provider: word,
  id: word,
  name: word,
  protection: fc.constantFrom<Protection>('open', 'critical'),
})
const reach: fc.Arbitrary<Reach> = fc.oneof(
  fc.tuple(environment, fc.array(environment, { maxLength: 1 })).map(([first, rest]) => ({
    kind: 'known' as const,
    environments: [first, ...rest] as const,
  })),
  fc.record({ kind: fc.constant('unknown' as const), why: word }),
)
const copy: Dependant = { resource: 'railway:backup/b', label: 'b', relation: 'goes-with' }
const copies = fc.nat(1).map((count) => Array.from({ length: count }, () => copy))
const backups: fc.Arbitrary<Backups> = fc.oneof(
  fc.record({ kind: fc.constant('exact' as const), inside: copies, surviving: copies }),
  fc.constant({ kind: 'unknown' as const }),
)
const rows: fc.Arbitrary<Rows> = fc.oneof(
  fc.record({ kind: fc.constant('exact' as const), count: fc.nat(1), share: fc.option(fc.nat(1)) }),
  fc.constant({ kind: 'unknown' as const }),
)
const hit: fc.Arbitrary<Hit> = fc.record({
  effect,
  environments: reach,
  label: word,
  dependants: fc.constant([]),
  backups,
  rows,
  basis: fc.constant('discovered' as const),
})
const action: fc.Arbitrary<Action> = fc.record({
  verb: word,
  effects: fc.tuple(effect),
  evidence: fc.record({ reader: word, excerpt: word, span: fc.constant(null) }),
})

test('hits with the same key ask Cedar the same question', () => {
  const standing = standingOf('read+write in a on *; destroy in * on a:*')
  const asked = new Map<string, string>()
  let shared = 0
  fc.assert(
    fc.property(action, hit, (someAction, someHit) => {
      const key = keyOf('1', standing, someAction, someHit)
      const question = JSON.stringify(questionOf(standing, someAction, someHit))
      const before = asked.get(key)
      if (before !== undefined) shared += 1
      assert.equal(before ?? question, question)
      asked.set(key, question)
    }),
    { numRuns: 20_000, seed: 20_260_101 },
  )
  assert.ok(shared > 100, `${shared} hits shared a key`)
})
