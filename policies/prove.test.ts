// Every combination of what the baseline can be asked about, within the bounds of these lists, and
// what must be true of all of them. It proves nothing beyond the lists.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import type { Verdict } from '../src/domain/verdict.ts'
import { createPolicy } from '../src/policy/policy.ts'
import type { Policy, PolicySource } from '../src/policy/policy.ts'
import { sha256 } from '../src/system/hash.ts'
import { readBaseline, readOptional, readSchema } from './shipped.ts'
import { impactOf, standingOf } from './situations.ts'
import type { Situation } from './situations.ts'

const effects = [
  'read',
  'disclose',
  'write',
  'destroy',
  'disarm',
  'escalate',
  'legible',
  'illegible',
] as const
// Each list is from mild to grave: what comes later must never be judged more mildly.
const undos = ['trivial', 'from-safeguard', 'never'] as const
const extents = ['some', 'some 50', 'whole', 'whole 51'] as const
const backups = ['2+1', '2+0', '?'] as const
const reaches = [
  { text: 'p/dev=open', critical: false, shared: false },
  { text: 'p/dev=standard', critical: false, shared: false },
  { text: 'p/dev=critical', critical: true, shared: false },
  { text: 'p/dev=standard p/production=critical', critical: true, shared: true },
  { text: '?', critical: true, shared: true },
] as const

const all = 'read+disclose+write+destroy+disarm+escalate'
const mandates = [
  { text: `${all} in * on railway:volume/*`, known: 'inside', unknown: 'overlap' },
  { text: `${all} in * on railway:*`, known: 'inside', unknown: 'overlap' },
  {
    text: `${all} in * on railway:volume/* < ${all} in p/* on railway:*`,
    known: 'inside',
    unknown: 'overlap',
  },
  { text: `${all} in * on railway:* railway:bucket/*`, known: 'inside', unknown: 'overlap' },
  { text: `${all} in * on railway:bucket/*`, known: 'overlap', unknown: 'overlap' },
  {
    text: `${all} in * on * < ${all} in * on railway:bucket/*`,
    known: 'overlap',
    unknown: 'overlap',
  },
  { text: `${all} in q/dev on aws:volume/*`, known: 'outside', unknown: 'outside' },
  { text: `${all} in * on * < ${all} in q/dev on aws:*`, known: 'outside', unknown: 'outside' },
  { text: `${all} in * on railway:volume/*; rows 50`, known: 'inside', unknown: 'overlap' },
] as const
/** those that are not the next step after the one before them */
const asides: readonly number[] = [3, mandates.length - 1]

interface Point {
  readonly effect: (typeof effects)[number]
  readonly undo: number
  readonly extent: number
  readonly backups: number
  readonly reach: number
  readonly mandate: number
}

interface Judged {
  readonly point: Point
  readonly verdict: Verdict
}

const points: readonly Point[] = effects
  .flatMap((effect) => undos.map((_, undo) => ({ effect, undo })))
  .flatMap((point) => extents.map((_, extent) => ({ ...point, extent })))
  .flatMap((point) => backups.map((_, backups) => ({ ...point, backups })))
  .flatMap((point) => reaches.map((_, reach) => ({ ...point, reach })))
  .flatMap((point) => mandates.map((_, mandate) => ({ ...point, mandate })))
  .filter(isMeant)

/** Reads have nothing to undo; of the unknown not even the extent is known. */
function isMeant(point: Point): boolean {
  if (isUnknown(point)) return point.undo === 0 && point.extent === 0
  return point.undo === 0 || !['read', 'disclose'].includes(point.effect)
}

const standings = mandates.map(({ text }) => standingOf(text))

function situationOf(point: Point): Situation {
  return {
    mandate: mandates[point.mandate]?.text ?? '',
    effect: point.effect,
    resource: 'railway:volume/v1',
    environments: reaches[point.reach]?.text ?? '',
    undo: undos[point.undo] ?? '',
    extent: extents[point.extent] ?? '',
    backups: backups[point.backups] ?? '',
  }
}

function judge(policy: Policy, point: Point, verb?: string): Verdict {
  const standing = standings[point.mandate]
  assert.ok(standing)
  return policy.judge(standing, [impactOf(situationOf(point), verb)])
}

function isUnknown({ effect }: Point): boolean {
  return effect === 'legible' || effect === 'illegible'
}

function isCritical({ reach }: Point): boolean {
  return reaches[reach]?.critical === true
}

function isIrreversible(point: Point): boolean {
  const { effect, undo } = point
  if (effect === 'read') return false
  return effect === 'disclose' || isUnknown(point) || undos[undo] === 'never'
}

function relationOf(point: Point): string {
  const mandate = mandates[point.mandate]
  const unknown = reaches[point.reach]?.text === '?'
  const relation = unknown ? mandate?.unknown : mandate?.known
  return relation === 'inside' && isUnknown(point) ? 'overlap' : (relation ?? '')
}

const severity = { allow: 0, hold: 1, deny: 2 }

/** What must never be true of any point, by the promise that it would break. */
const promises: Readonly<Record<string, (judged: Judged) => boolean>> = {
  'nothing irreversible on what is critical is allowed': ({ point, verdict }) =>
    verdict.kind === 'allow' && isIrreversible(point) && isCritical(point),
  'nothing is destroyed, disarmed, escalated or disclosed on what is critical without a person': ({
    point,
    verdict,
  }) => verdict.kind === 'allow' && isCritical(point) && !['read', 'write'].includes(point.effect),
  'nothing unknown is allowed': ({ point, verdict }) =>
    verdict.kind === 'allow' && isUnknown(point),
  'nothing that cannot be shown is held': ({ point, verdict }) =>
    verdict.kind !== 'deny' && point.effect === 'illegible',
  'nothing outside the mandate is allowed or held': ({ point, verdict }) =>
    verdict.kind !== 'deny' && relationOf(point) === 'outside',
  'nothing is allowed that the mandate does not grant everywhere': ({ point, verdict }) =>
    verdict.kind === 'allow' && relationOf(point) !== 'inside',
  'no escalation is allowed': ({ point, verdict }) =>
    verdict.kind === 'allow' && point.effect === 'escalate',
  'the end of a last copy is released behind a safeguard alone': ({ point, verdict }) =>
    verdict.kind === 'hold' &&
    ['destroy', 'disarm'].includes(point.effect) &&
    isIrreversible(point) &&
    backups[point.backups] !== '2+1' &&
    // What is held for its rows alone would have passed without a person, had it been less.
    verdict.because.some(({ code }) => code !== 'rows-over-limit') &&
    !verdict.safeguards.some((name) => name === 'independent-backup'),
  'nothing beyond the rows that the mandate lets through is allowed': ({ point, verdict }) =>
    verdict.kind === 'allow' &&
    ['write', 'destroy'].includes(point.effect) &&
    extents[point.extent] === 'whole 51' &&
    mandates[point.mandate]?.text.endsWith('rows 50') === true &&
    (reaches[point.reach]?.text !== 'p/dev=open' || isIrreversible(point)),
  'every question gets an answer': ({ verdict }) =>
    verdict.because.some(({ code }) => code === 'policy-error'),
}

/** Whether some point of this effect breaks the promise; stops at the first. */
function isBroken(promise: string, policy: Policy, effect: string): boolean {
  const breaks = promises[promise]
  assert.ok(breaks, promise)
  return points
    .filter((point) => point.effect === effect)
    .some((point) => breaks({ point, verdict: judge(policy, point) }))
}

const schema = readSchema()
const baseline = createPolicy({ sources: readBaseline(), schema, digest: sha256 })
const judged = points.map((point) => ({ point, verdict: judge(baseline, point) }))
const everyFifth = judged.filter((_, i) => i % 5 === 0)

for (const [promise, breaks] of Object.entries(promises)) {
  test(promise, () => assert.deepEqual(judged.filter(breaks), []))
}

test('all three verdicts occur', () => {
  const kinds = new Set(judged.map(({ verdict }) => verdict.kind))
  assert.deepEqual(kinds, new Set(['allow', 'hold', 'deny']))
})

test('what is graver is never judged more mildly', () => {
  const byPoint = new Map(judged.map(({ point, verdict }) => [JSON.stringify(point), verdict]))
  const softer = judged.flatMap(({ point, verdict }) =>
    graver(point)
      .filter((next) => {
        const now = byPoint.get(JSON.stringify(next))
        return now !== undefined && severity[now.kind] < severity[verdict.kind]
      })
      .map((next) => ({ point, next })),
  )
  assert.deepEqual(softer, [])
})

/** One step further along each list; the mandates' own order is from generous to none. */
function graver(point: Point): readonly Point[] {
  const steps = [
    { ...point, undo: point.undo + 1 },
    { ...point, extent: point.extent + 1 },
    { ...point, backups: point.backups + 1 },
    { ...point, mandate: point.mandate + 1 },
  ]
  const nextReach = reaches[point.reach + 1]
  // Sharing changes what the mandate covers; protection alone is compared, and unknown comes last.
  if (nextReach !== undefined) steps.push({ ...point, reach: point.reach + 1 })
  return steps.filter(({ mandate }) => mandate === point.mandate || !asides.includes(mandate))
}

test('another verb for the same effect on the same thing gets the same verdict', () => {
  const texts = readBaseline().map(({ text }) => text.replace(/\/\/.*/g, ''))
  assert.ok(texts.every((text) => !text.includes('verb')))
  const different = everyFifth.filter(
    ({ point, verdict }) =>
      JSON.stringify(judge(baseline, point, 'environmentPatchCommit')) !== JSON.stringify(verdict),
  )
  assert.deepEqual(different, [])
})

test('an optional policy only makes verdicts stricter', () => {
  const sources = [...readBaseline(), readOptional('two-person')]
  const policy = createPolicy({ sources, schema, digest: sha256 })
  const softer = everyFifth.filter(
    ({ point, verdict }) => severity[judge(policy, point).kind] < severity[verdict.kind],
  )
  policy.close()
  assert.deepEqual(softer, [])
})

test('a permit that somebody adds for everything opens nothing beyond the mandate', () => {
  const sources = [...readBaseline(), { name: 'mine.cedar', text: loose }]
  const policy = createPolicy({ sources, schema, digest: sha256 })
  const opened = everyFifth.filter(({ point, verdict }) => {
    const now = judge(policy, point)
    return (
      now.kind !== verdict.kind &&
      Object.values(promises).some((breaks) => breaks({ point, verdict: now }))
    )
  })
  policy.close()
  assert.deepEqual(opened, [])
})

// The enumeration can fail: a baseline without one of these rules breaks the promise beside it.
const loose = '@id("mine") @says("we trust it") permit (principal, action, resource);'
const needed: readonly (readonly [rule: string, effect: string, promise: string])[] = [
  [
    'destroy-critical',
    'destroy',
    'nothing is destroyed, disarmed, escalated or disclosed on what is critical without a person',
  ],
  ['destroy-last-copy', 'destroy', 'the end of a last copy is released behind a safeguard alone'],
  ['disarm-last-copy', 'disarm', 'the end of a last copy is released behind a safeguard alone'],
  ['write-irreversible', 'write', 'nothing irreversible on what is critical is allowed'],
  ['rows-over-limit', 'write', 'nothing beyond the rows that the mandate lets through is allowed'],
  ['outside-mandate', 'read', 'nothing outside the mandate is allowed or held'],
  ['not-granted', 'read', 'nothing is allowed that the mandate does not grant everywhere'],
  ['escalate-granted', 'escalate', 'no escalation is allowed'],
  ['unknown-legible', 'legible', 'nothing unknown is allowed'],
  ['unknown-illegible', 'illegible', 'nothing that cannot be shown is held'],
]

for (const [rule, effect, promise] of needed) {
  test(`without ${rule}: broken is "${promise}"`, () => {
    const kept = readBaseline().map((source) => without(source, rule))
    const sources = [...kept, { name: 'mine.cedar', text: loose }]
    const policy = createPolicy({ sources, schema, digest: sha256 })
    assert.equal(policy.rules.length, baseline.rules.length)
    assert.ok(isBroken(promise, policy, effect))
    policy.close()
  })
}

function without({ name, text }: PolicySource, rule: string): PolicySource {
  const parts = text.split(/(?=^@id\()/m)
  const kept = parts.filter((part) => !part.startsWith(`@id("${rule}")`))
  return { name, text: kept.join('') }
}

after(() => baseline.close())
