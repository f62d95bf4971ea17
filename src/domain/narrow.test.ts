import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import type { Grant } from './narrow.ts'
import { narrower } from './narrow.ts'
import type { Instant } from './names.ts'
import { coversPattern, matchesPattern } from './scope.ts'

const wide: Grant = {
  scopes: [
    { effects: ['read', 'write'], environments: ['shop/*'], resources: ['railway:*'] },
    { effects: ['destroy'], environments: ['shop/staging'], resources: ['railway:volume/*'] },
  ],
  egress: ['api.example.com', '*.example.org'],
  budget: {
    requestsPerMinute: 60,
    writesPerMinute: null,
    requests: null,
    writes: 10,
    destroys: 0,
    denials: 5,
    resources: null,
    rows: 1000,
  },
  holdWaitSeconds: 30,
  expiresAt: '2026-01-02T00:00:00.000Z' as Instant,
}
const [first] = wide.scopes

const narrow: readonly (readonly [what: string, change: Partial<Grant>])[] = [
  ['the same', {}],
  ['one environment', { scopes: [{ ...first, environments: ['shop/staging'] }] }],
  ['one type', { scopes: [{ ...first, resources: ['railway:service/*'] }] }],
  ['one thing', { scopes: [{ ...first, resources: ['railway:service/web'] }] }],
  ['no host', { egress: [] }],
  ['a host below', { egress: ['a.b.example.org', '*.b.example.org', 'API.example.com'] }],
  ['a lower limit', { budget: { ...wide.budget, writes: 9, resources: 1, rows: 0 } }],
  ['a shorter wait', { holdWaitSeconds: 0 }],
  ['a shorter life', { expiresAt: '2026-01-01T23:59:59.999Z' as Instant }],
]

const wider: readonly (readonly [what: string, change: Partial<Grant>, says: RegExp])[] = [
  ['another effect', { scopes: [{ ...first, effects: ['disclose'] }] }, /`disclose` in `shop/],
  ['another environment', { scopes: [{ ...first, environments: ['other/eu'] }] }, /other\/eu/],
  ['every environment', { scopes: [{ ...first, environments: ['*'] }] }, /`\*`/],
  ['an environment below', { scopes: [{ ...first, environments: ['shop/a/b'] }] }, /shop\/a\/b/],
  ['another provider', { scopes: [{ ...first, resources: ['aws:*'] }] }, /`aws:\*`/],
  ['every resource', { scopes: [{ ...first, resources: ['*'] }] }, /on `\*`/],
  [
    'an effect from one scope in a place from another',
    { scopes: [{ ...first, effects: ['destroy'], resources: ['railway:volume/*'] }] },
    /`destroy` in `shop\/\*`/,
  ],
  ['another host', { egress: ['evil.example.com'] }, /evil/],
  ['the host above', { egress: ['example.org'] }, /example\.org/],
  ['every host', { egress: ['*.org'] }, /\*\.org/],
  ['a host that only ends alike', { egress: ['notexample.org'] }, /notexample/],
  ['a higher limit', { budget: { ...wide.budget, writes: 11 } }, /budget\.writes/],
  ['no limit', { budget: { ...wide.budget, destroys: null } }, /budget\.destroys/],
  ['a longer wait', { holdWaitSeconds: 31 }, /holdWaitSeconds/],
  ['a longer life', { expiresAt: '2026-01-02T00:00:00.001Z' as Instant }, /outlive/],
]

for (const [what, change] of narrow) {
  test(`${what} is narrower`, () => assert.equal(narrower(wide, { ...wide, ...change }), null))
}
for (const [what, change, says] of wider) {
  test(`${what} is wider`, () => assert.match(narrower(wide, { ...wide, ...change }) ?? '', says))
}

const segment = fc.constantFrom('a', 'b', '*', 'p:a', 'p:*', 'q:*')
const pattern = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const name = fc
  .array(fc.constantFrom('a', 'b', 'p:a', 'p:b', 'q:a'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))

test('what a covered pattern matches is matched by the one that covers it', () => {
  fc.assert(
    fc.property(pattern, pattern, name, (one, other, each) => {
      if (coversPattern(one, other) && matchesPattern(other, each)) {
        assert.ok(matchesPattern(one, each), `${one} covers ${other}, not ${each}`)
      }
    }),
    { numRuns: 5000, seed: 1 },
  )
})

const covers: readonly (readonly [wide: string, narrow: string, yes: boolean])[] = [
  ['*', '*', true],
  ['*', 'railway:*', true],
  ['*', 'shop/*', true],
  ['railway:*', 'railway:volume/*', true],
  ['railway:*', 'railway:volume/v1', true],
  ['railway:volume/*', 'railway:volume/v1', true],
  ['shop/*', 'shop/staging', true],
  ['shop/*', 'shop/*', true],
  ['*/*', 'shop/*', true],
  ['railway:*', '*', false],
  ['railway:volume/*', 'railway:*', false],
  ['*/*', 'railway:*', false],
  ['shop/*', '*/staging', false],
  ['shop/staging', 'shop/*', false],
  ['shop/*', 'shop/*/eu', false],
  ['railway:volume/v1', 'railway:volume/*', false],
  ['railway:*', 'railways:volume/*', false],
]
for (const [one, other, yes] of covers) {
  test(`${one} ${yes ? 'covers' : 'does not cover'} ${other}`, () => {
    assert.equal(coversPattern(one, other), yes)
  })
}
