import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readBaseline, readSchema } from '../../policies/shipped.ts'
import { impactOf, standingOf } from '../../policies/situations.ts'
import type { Situation } from '../../policies/situations.ts'
import type { Impact } from '../domain/impact.ts'
import type { Verdict } from '../domain/verdict.ts'
import { sha256 } from '../system/hash.ts'
import { createPolicy } from './policy.ts'
import type { Policy } from './policy.ts'

const schema = readSchema()
const baseline = createPolicy({ sources: readBaseline(), schema, digest: sha256 })

const deleteShared: Situation = {
  mandate: 'read+write in pocketos/staging on railway:*',
  effect: 'destroy',
  resource: 'railway:volume/v1',
  environments: 'pocketos/staging=standard pocketos/production=critical',
  undo: 'never',
  extent: 'whole',
  backups: '3+0',
}
const readStaging: Situation = {
  ...deleteShared,
  effect: 'read',
  environments: 'pocketos/staging=standard',
}
const writeStaging: Situation = { ...readStaging, effect: 'write', undo: 'trivial' }
const readProduction: Situation = { ...readStaging, environments: 'pocketos/production=critical' }
const staging = standingOf(deleteShared.mandate)

function withPolicies(text: string): Policy {
  return createPolicy({ sources: [{ name: 'mine.cedar', text }], schema, digest: sha256 })
}

function codes({ because }: Verdict): readonly string[] {
  return because.map(({ code }) => code)
}

function withHit(impact: Impact, change: Partial<Impact['hits'][0]>): Impact {
  return { ...impact, hits: [{ ...impact.hits[0], ...change }] }
}

test('a hold says why in words, who may release it and what must succeed first', () => {
  assert.deepEqual(baseline.judge(staging, [impactOf(deleteShared)]), {
    kind: 'hold',
    because: [
      { code: 'destroy-critical', says: 'this would destroy something critical' },
      {
        code: 'destroy-not-granted',
        says: 'the mandate does not grant destroying this everywhere it reaches',
      },
      {
        code: 'destroy-last-copy',
        says: 'no backup that is known would survive, and it cannot be undone',
      },
    ],
    safeguards: ['independent-backup'],
    release: 'owner',
  })
})

test('the worst of several actions rules', () => {
  const allowed = impactOf(readStaging)
  const held = impactOf(deleteShared)
  const denied = impactOf(readProduction)
  assert.equal(baseline.judge(staging, [allowed]).kind, 'allow')
  assert.equal(baseline.judge(staging, [allowed, held, allowed]).kind, 'hold')
  const verdict = baseline.judge(staging, [allowed, held, denied])
  assert.equal(verdict.kind, 'deny')
  assert.deepEqual(codes(verdict), ['outside-mandate'])
  const both = { ...held, hits: [held.hits[0], denied.hits[0]] } as const
  assert.equal(baseline.judge(staging, [both]).kind, 'deny')
})

test('of several that are allowed, each reason is given once', () => {
  const impacts = [impactOf(readStaging), impactOf(writeStaging), impactOf(readStaging)] as const
  assert.deepEqual(codes(baseline.judge(staging, impacts)), ['read-granted', 'write-granted'])
})

test('safeguards of what is held or allowed are united, and the strictest release rules', () => {
  const policy = createPolicy({
    sources: [
      {
        name: 'mine.cedar',
        text: `
@id("a") @says("a") @safeguard("capture") permit (principal, action == Action::"read", resource);
@id("b") @says("b") @verdict("hold") @release("other-person") @safeguard("quarantine")
forbid (principal, action == Action::"write", resource);
@id("c") @says("c") @verdict("hold") @safeguard("quarantine, export")
forbid (principal, action == Action::"destroy", resource);`,
      },
    ],
    schema,
    digest: sha256,
    safeguards: ['capture', 'quarantine', 'export'],
  })
  const read = impactOf(readStaging)
  const write = impactOf(writeStaging)
  const destroy = impactOf(deleteShared)
  const allowed = policy.judge(staging, [read])
  assert.deepEqual(allowed.kind === 'allow' && allowed.safeguards, ['capture'])
  assert.deepEqual(policy.judge(staging, [destroy, read, write]), {
    kind: 'hold',
    because: [
      { code: 'c', says: 'c' },
      { code: 'b', says: 'b' },
    ],
    safeguards: ['capture', 'export', 'quarantine'],
    release: 'other-person',
  })
})

test('a plain forbid beside a hold denies, and says its own instead', () => {
  const policy = withPolicies(`
@id("a") @says("a") permit (principal, action, resource);
@id("b") @says("b") @verdict("hold") forbid (principal, action, resource);
@id("c") @says("c") @instead("do it on Monday") forbid (principal, action, resource);`)
  assert.deepEqual(policy.judge(staging, [impactOf(readStaging)]), {
    kind: 'deny',
    because: [{ code: 'c', says: 'c' }],
    instead: 'do it on Monday',
  })
})

test('when no policy says anything it is denied as outside the mandate, with a way to ask', () => {
  const readOnly = 'permit (principal, action == Action::"read", resource);'
  const policy = withPolicies(`@id("a") @says("a") ${readOnly}`)
  const verdict = policy.judge(staging, [impactOf(writeStaging)])
  assert.deepEqual(codes(verdict), ['outside-mandate'])
  assert.match(verdict.kind === 'deny' ? verdict.instead : '', /tell the person you work for/)
})

test('a policy that errors while it judges denies, although Cedar itself would skip it', () => {
  const text = `
@id("a") @says("a") permit (principal, action, resource);
@id("b") @says("b") forbid (principal, action, resource)
when { context has rows && context.rows * 9000000000000000 > 0 };`
  const policy = withPolicies(text)
  const rows = { kind: 'exact', count: 9_000_000, share: null } as const
  const verdict = policy.judge(staging, [withHit(impactOf(readStaging), { rows })])
  assert.deepEqual(codes(verdict), ['policy-error'])
  const fine = policy.judge(staging, [impactOf(readStaging)])
  assert.equal(fine.kind, 'allow', 'its look-alike, without rows, does not err')
})

test('what Cedar cannot even take in is denied, and the next one is judged', () => {
  const half = impactOf({ ...readStaging, resource: 'railway:volume/\ud800' })
  assert.deepEqual(codes(baseline.judge(staging, [half])), ['policy-error'])
  assert.equal(baseline.judge(staging, [impactOf(readStaging)]).kind, 'allow')
})

test('a protection that is no word of ours is denied', () => {
  const odd = impactOf({ ...writeStaging, environments: 'pocketos/staging=Critical' })
  assert.notEqual(baseline.judge(staging, [odd]).kind, 'allow')
})

test('more than 256 hits are denied unjudged; 256 are not', () => {
  const impact = impactOf(readStaging)
  const [hit] = impact.hits
  const many = (count: number): Impact => ({
    ...impact,
    hits: [hit, ...Array.from({ length: count - 1 }, () => hit)],
  })
  assert.equal(baseline.judge(staging, [many(256)]).kind, 'allow')
  assert.deepEqual(codes(baseline.judge(staging, [many(257)])), ['too-much-at-once'])
  assert.deepEqual(codes(baseline.judge(staging, [many(200), many(57)])), ['too-much-at-once'])
})

test('more than 2048 environments are denied unjudged', () => {
  const standing = standingOf('read in p/* on railway:*')
  const names = Array.from({ length: 2_049 }, (_, i) => `p/e${i}=standard`)
  const read = (count: number): Impact =>
    impactOf({ ...readStaging, environments: names.slice(0, count).join(' ') })
  assert.equal(baseline.judge(standing, [read(300)]).kind, 'allow')
  assert.deepEqual(codes(baseline.judge(standing, [read(2_049)])), ['too-much-at-once'])
})

test('what was judged before is not taken for what only resembles it', () => {
  const other = standingOf('read in pocketos/production on railway:*')
  const subAgent = { ...other, ancestors: [staging.mandate] }
  const pairs: readonly (readonly [Verdict['kind'], () => Verdict])[] = [
    ['allow', () => baseline.judge(staging, [impactOf(writeStaging)])],
    ['deny', () => baseline.judge(other, [impactOf(writeStaging)])],
    ['allow', () => baseline.judge(other, [impactOf(readProduction)])],
    ['deny', () => baseline.judge(staging, [impactOf(readProduction)])],
    ['deny', () => baseline.judge(subAgent, [impactOf(readProduction)])],
    ['deny', () => baseline.judge(staging, [impactOf({ ...readStaging, effect: 'disclose' })])],
    ['deny', () => baseline.judge(staging, [impactOf({ ...readStaging, effect: 'escalate' })])],
  ]
  for (const round of [1, 2]) {
    for (const [kind, judge] of pairs) assert.equal(judge().kind, kind, `round ${round}`)
  }
})

test('the same id under a stricter protection is judged anew', () => {
  const standing = standingOf('destroy in pocketos/staging on railway:volume/*')
  const row: Situation = { ...deleteShared, environments: 'pocketos/staging=standard' }
  const critical: Situation = { ...row, environments: 'pocketos/staging=critical' }
  assert.equal(baseline.judge(standing, [impactOf(row)]).kind, 'allow')
  assert.equal(baseline.judge(standing, [impactOf(critical)]).kind, 'hold')
})

test('pieces of a key cannot pass for one another', () => {
  const seen = new Set<Verdict>()
  const standing = standingOf('read in * on railway:*')
  for (const environments of ['a=open b=open', 'a=open=open', 'a=openb=open']) {
    seen.add(baseline.judge(standing, [impactOf({ ...readStaging, environments })]))
  }
  assert.equal(seen.size, 3)
})

test('a set that is loaded again does not disturb the one in use, nor does closing it', () => {
  const text = '@id("a") @says("a") permit (principal, action, resource);'
  const first = withPolicies(text)
  const second = withPolicies(text)
  second.close()
  assert.equal(first.judge(staging, [impactOf(readStaging)]).kind, 'allow')
  assert.deepEqual(codes(second.judge(staging, [impactOf(readStaging)])), ['policy-error'])
  first.close()
  assert.deepEqual(codes(first.judge(staging, [impactOf(readStaging)])), ['policy-error'])
})

test('a policy can ask about people, projects, environments and figures', () => {
  const policy = withPolicies(`
@id("a") @says("a") permit (
  principal == Agent::"coder",
  action in Action::"reading",
  resource in Project::"pocketos"
) when {
  principal.owner == Person::"jer" && resource.kind == "volume" && context.verb == "volume" &&
  !context.mandate.narrowed && context has backups && context.backups.inside == 3
} unless { resource in Environment::"pocketos/production" };`)
  const read = impactOf(readStaging, 'volume')
  assert.equal(policy.judge(staging, [read]).kind, 'allow')
  assert.equal(policy.judge(staging, [impactOf(readStaging)]).kind, 'deny')
  assert.equal(policy.judge(staging, [impactOf(readProduction, 'volume')]).kind, 'deny')
})

test('a reason of the unknown environment can be named', () => {
  const policy = withPolicies(`
@id("a") @says("a") permit (principal, action, resource in Environment::"unknown")
unless { context.environmentsKnown };`)
  const nowhere = impactOf({ ...readStaging, environments: '?' })
  assert.equal(policy.judge(staging, [nowhere]).kind, 'allow')
  assert.equal(policy.judge(staging, [impactOf(readStaging)]).kind, 'deny')
})
