import assert from 'node:assert/strict'
import { test } from 'node:test'

import { impactOf, standingOf } from '../../policies/situations.ts'
import { instantOf } from '../domain/instant.ts'
import type { Trip } from '../domain/breaker.ts'
import type { Decision } from '../domain/decision.ts'
import type { Impact } from '../domain/impact.ts'
import type { Budget, Standing } from '../domain/mandate.ts'
import type { AgentName, DecisionId, Digest, MandateId, RequestId } from '../domain/names.ts'
import { createBreaker } from './breaker.ts'
import type { BreakerOptions, RunningBreaker, Spent } from './breaker.ts'

const nothing: Spent = { requests: 0, writes: 0, destroys: 0, denials: 0, resources: [] }
const start = Date.parse('2026-01-01T00:00:00.000Z')
const request = 'a'.repeat(64) as Digest

function standing(budget: Partial<Budget>, mandates = 'read+write in * on railway:*'): Standing {
  const made = standingOf(mandates)
  return { ...made, mandate: { ...made.mandate, budget: { ...made.mandate.budget, ...budget } } }
}

function impact(effect: string, id = 'v1'): Impact {
  return impactOf({
    mandate: '',
    effect,
    resource: `railway:volume/${id}`,
    environments: 'pocketos/staging=standard',
    undo: 'never',
    extent: 'whole',
    backups: '?',
  })
}

interface Scene {
  readonly breaker: RunningBreaker
  pass(seconds: number): void
}

function scene(options: Partial<BreakerOptions> = {}): Scene {
  let now = start
  const breaker = createBreaker({ now: () => now, spent: () => nothing, ...options })
  return { breaker, pass: (seconds) => (now += seconds * 1000) }
}

/** How many of these go through before the breaker trips, and what it says then. */
function until(breaker: RunningBreaker, who: Standing, impacts: readonly Impact[]): string {
  for (const [i, each] of impacts.entries()) {
    const trip = breaker.charge(who, [each])
    if (trip !== null) return `${i}: ${trip.reason}, ${trip.says}`
  }
  return 'all'
}

function times(count: number, effect: string): readonly Impact[] {
  return Array.from({ length: count }, (_, i) => impact(effect, `v${i}`))
}

// Budget, what is sent until it trips, and what is just within the same budget.
const budgets: readonly (readonly [Partial<Budget>, string, string, within: number])[] = [
  [{ requestsPerMinute: 3 }, 'read', '3: budget, more than 3 requests in a minute', 3],
  [{ writesPerMinute: 1 }, 'write', '1: budget, more than 1 write in a minute', 1],
  [{ requests: 2 }, 'read', '2: budget, more than 2 requests in all', 2],
  [{ writes: 2 }, 'destroy', '2: budget, more than 2 writes in all', 2],
  [{ writes: 2 }, 'legible', '2: budget, more than 2 writes in all', 2],
  [{ destroys: 0 }, 'destroy', '0: budget, more than 0 destructions in all', 0],
  [{ destroys: 1 }, 'destroy', '1: budget, more than 1 destruction in all', 1],
  [{ resources: 2 }, 'read', '2: budget, more than 2 different resources in all', 2],
]

for (const [budget, effect, says, within] of budgets) {
  test(`${JSON.stringify(budget)} lets ${within} ${effect} through, and no more`, () => {
    assert.equal(until(scene().breaker, standing(budget), times(within + 1, effect)), says)
    assert.equal(until(scene().breaker, standing(budget), times(within, effect)), 'all')
  })
}

test('what takes nothing from a budget goes on when it is spent', () => {
  const who = standing({ writes: 0, destroys: 0, writesPerMinute: 0 })
  assert.equal(until(scene().breaker, who, times(50, 'read')), 'all')
  const writer = standing({ destroys: 0 })
  assert.equal(until(scene().breaker, writer, times(50, 'write')), 'all')
})

test('without limits nothing trips', () => {
  assert.equal(until(scene().breaker, standing({}), times(500, 'write')), 'all')
})

test('a resource that is touched again costs nothing more', () => {
  const who = standing({ resources: 1 })
  const same = [impact('read'), impact('write'), impact('read')]
  assert.equal(until(scene().breaker, who, same), 'all')
})

test('one request that does too much at once does not fit', () => {
  const { breaker } = scene()
  const [first, second, third] = times(3, 'destroy')
  assert.ok(first && second && third)
  const trip = breaker.charge(standing({ destroys: 2 }), [first, second, third])
  assert.equal(trip?.says, 'more than 2 destructions in all')
})

test('a minute slides: it is not counted from the full minute on', () => {
  const { breaker, ...time } = scene()
  const who = standing({ requestsPerMinute: 2 })
  const charge = (): Trip | null => breaker.charge(who, [impact('read')])
  assert.equal(charge(), null)
  time.pass(59)
  assert.equal(charge(), null)
  time.pass(1)
  assert.equal(charge(), null, 'the first is a minute old')
  time.pass(58)
  assert.equal(charge()?.says, 'more than 2 requests in a minute')
})

test('a long stream keeps its window', () => {
  const { breaker, ...time } = scene()
  const who = standing({ requestsPerMinute: 600 })
  for (let i = 0; i < 5_000; i++) {
    assert.equal(breaker.charge(who, [impact('read')]), null)
    time.pass(0.1)
  }
  assert.equal(breaker.charge(who, [impact('read')]), null)
  assert.equal(breaker.charge(who, [impact('read')])?.reason, 'budget')
})

test('the budget of a mandate above counts all below it together', () => {
  const { breaker } = scene()
  const parent = standing({ writes: 2 }).mandate
  const child = (id: string): Standing => {
    const made = standing({})
    return { ...made, mandate: { ...made.mandate, id: id as MandateId }, ancestors: [parent] }
  }
  assert.equal(breaker.charge(child('one'), [impact('write')]), null)
  assert.equal(breaker.charge(child('two'), [impact('write')]), null)
  assert.equal(breaker.charge(child('one'), [impact('write')])?.says, 'more than 2 writes in all')
})

test('what does not fit above is not taken below', () => {
  const { breaker } = scene()
  const parent = { ...standing({ writes: 0 }).mandate, id: 'above' as MandateId }
  const below = standing({ writes: 1 })
  assert.notEqual(breaker.charge({ ...below, ancestors: [parent] }, [impact('write')]), null)
  breaker.resumed(below.agent)
  assert.equal(breaker.charge(below, [impact('write')]), null)
})

test('refusals and holds are counted, the same request each time it is refused', () => {
  const { breaker } = scene()
  const who = standing({ denials: 2 })
  const refused = (): Trip | null => breaker.refused(who, [impact('write')], request)
  assert.equal(refused(), null)
  assert.equal(refused(), null)
  assert.deepEqual(refused(), { reason: 'budget', says: 'more than 2 refusals and holds in all' })
})

test('a budget of one destruction is for one that goes through: held, asked for, released', () => {
  const { breaker } = scene()
  const who = standing({ destroys: 1, writes: 1, writesPerMinute: 1 })
  const destroy = [impact('destroy')] as const
  assert.equal(breaker.charge(who, destroy), null)
  assert.equal(breaker.refused(who, destroy, request), null, 'held')
  for (let i = 0; i < 20; i++) {
    assert.equal(breaker.charge(who, destroy), null, 'is it released yet?')
    breaker.returned(who, destroy)
  }
  assert.equal(breaker.charge(who, destroy), null, 'released, and sent')
  assert.equal(breaker.charge(who, destroy)?.reason, 'budget', 'a second one is too much')
})

test('requests that come all at once cannot share one place in the budget', () => {
  const { breaker } = scene()
  const who = standing({ destroys: 1 })
  const trips = times(10, 'destroy').map((each) => breaker.charge(who, [each]))
  assert.equal(trips.filter((trip) => trip === null).length, 1)
})

test('once tripped, nothing of that agent passes until a person resumes it', () => {
  const { breaker, ...time } = scene()
  const who = standing({ requestsPerMinute: 1 })
  const others = standing({})
  const mandate = { ...others.mandate, id: 'mandate_other' as MandateId }
  const other: Standing = { ...others, agent: 'other' as AgentName, mandate }
  breaker.charge(who, [impact('read')])
  assert.equal(breaker.charge(who, [impact('read')])?.reason, 'budget')
  time.pass(3_600)
  assert.equal(breaker.charge(who, [impact('read')])?.reason, 'budget')
  assert.equal(breaker.charge(other, [impact('read')]), null)
  breaker.resumed(who.agent)
  assert.equal(breaker.charge(who, [impact('read')]), null)
})

test('a found credential trips at once', () => {
  const { breaker } = scene()
  const who = standing({})
  const says = 'it used a credential that Holdpoint did not issue'
  const trip = { reason: 'credential-pivot', says }
  assert.deepEqual(breaker.pivoted(who), trip)
  assert.deepEqual(breaker.charge(who, [impact('read')]), trip)
})

test('after a restart the ledger knows the totals', () => {
  const resources = ['railway:volume/v0']
  const spent = { requests: 9, writes: 4, destroys: 2, denials: 1, resources }
  const left = (budget: Partial<Budget>, effect: string): string =>
    until(scene({ spent: () => spent }).breaker, standing(budget), times(5, effect))
  assert.match(left({ requests: 10 }, 'read'), /^1: /)
  assert.match(left({ writes: 5 }, 'write'), /^1: /)
  assert.match(left({ destroys: 2 }, 'destroy'), /^0: /)
  assert.match(left({ resources: 2 }, 'read'), /^2: /, 'v0 is known')
  const { breaker } = scene({ spent: () => spent })
  const refused = breaker.refused(standing({ denials: 1 }), [impact('write')], request)
  assert.equal(refused?.says, 'more than 1 refusal or hold in all')
})

function decided(seconds: number, kind: 'allow' | 'deny', impacts: readonly Impact[]): Decision {
  const because = [{ code: 'x', says: 'x' }] as const
  const summary = { id: 'r' as RequestId, door: 'http', digest: request, line: '' }
  return {
    id: 'd' as DecisionId,
    request: { ...summary, foreignCredential: null },
    agent: null,
    lease: null,
    mandate: null,
    impacts,
    verdict: kind === 'allow' ? { kind, because, safeguards: [] } : { kind, because, instead: 'x' },
    policies: request,
    inventory: request,
    at: instantOf(start + seconds * 1000),
  }
}

test('after a restart the last minute is remembered', () => {
  const who = standing({ requestsPerMinute: 3, writesPerMinute: 2 })
  const past = [
    { standing: who, decision: decided(-61, 'allow', [impact('write')]) },
    { standing: who, decision: decided(-30, 'allow', [impact('write')]) },
    { standing: who, decision: decided(-10, 'deny', [impact('write')]) },
  ]
  const { breaker, ...time } = scene({ past })
  assert.equal(breaker.charge(who, [impact('write')]), null, 'the denied one was no write')
  assert.equal(breaker.charge(who, [impact('read')])?.says, 'more than 3 requests in a minute')
  breaker.resumed(who.agent)
  time.pass(31)
  assert.equal(breaker.charge(who, [impact('read')]), null)
})
