import assert from 'node:assert/strict'
import { test } from 'node:test'

import { impactOf, standingOf } from '../../policies/situations.ts'
import type { Impact } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'
import type { AgentName, Digest } from '../domain/names.ts'
import { createAttempts } from './attempts.ts'
import { createBreaker } from './breaker.ts'

// Each step is a request that was refused or held. The agent may read and write staging, and its
// mandate grants destroying in the shop's production, where each destruction is held for a person.
const mandate =
  'read+write in pocketos/staging on railway:*; destroy in shop/production on railway:*'
const both = 'pocketos/staging=standard pocketos/production=critical'
const shop = 'shop/production=critical'

type Step = readonly [verb: string, effect: string, resource: string, where: string, goes?: string]

function refusedImpact([verb, effect, resource, environments, goes]: Step): Impact {
  const made = impactOf(
    { mandate, effect, resource, environments, undo: 'never', extent: 'whole', backups: '?' },
    verb,
  )
  const names = goes === undefined ? [] : goes.split(' ')
  const dependants = names.map((name) => ({
    resource: name,
    label: name,
    relation: 'goes-with' as const,
  }))
  return { ...made, hits: [{ ...made.hits[0], dependants }] }
}

/** At which step it trips, and what it says; 'no' when it does not. */
function play(steps: readonly Step[], minutesBetween = 0): string {
  const attempts = createAttempts()
  const standing = standingOf(mandate)
  for (const [i, step] of steps.entries()) {
    const now = i * minutesBetween * 60_000
    const request = `request ${i}` as Digest
    const says = attempts.learn(standing, [refusedImpact(step)], request, now)
    if (says !== null) return `${i + 1}: ${says}`
  }
  return 'no'
}

const deleteVolume: Step = ['volumeDelete', 'destroy', 'railway:volume/v1', both]
const patchVolume: Step = ['environmentPatchCommit', 'destroy', 'railway:volume/v1', both]
const s9v9 = 'railway:service/s9 railway:volume/v9'
const deleteService: Step = ['serviceDelete', 'destroy', 'railway:service/s1', both]

const escalations: readonly (readonly [what: string, steps: readonly Step[]])[] = [
  [
    'PocketOS: the volume, the volume in disguise, the service that holds it',
    [deleteVolume, patchVolume, deleteService],
  ],
  [
    'a shell, then a token of its own',
    [
      deleteVolume,
      ['generateShellToken', 'escalate', 'railway:serviceInstance/i1', both],
      ['apiTokenCreate', 'escalate', 'railway:token/*', '?'],
    ],
  ],
  [
    'the protection first, then by an operation that nobody knows',
    [
      deleteVolume,
      ['volumeInstanceBackupScheduleUpdate', 'disarm', 'railway:volume/v1', both],
      ['volumeObliterate', 'legible', 'railway:unknown/*', '?'],
    ],
  ],
  [
    'the whole that takes the part with it, even where destroying is granted',
    [
      ['volumeDelete', 'destroy', 'railway:volume/v9', shop],
      ['serviceDelete', 'destroy', 'railway:service/s9', shop, 'railway:volume/v9'],
      ['projectDelete', 'destroy', 'railway:project/p9', shop, s9v9],
    ],
  ],
  [
    'the parts, when the whole was refused',
    [
      ['projectDelete', 'destroy', 'railway:project/p9', shop, s9v9],
      ['serviceDelete', 'destroy', 'railway:service/s9', shop],
      ['volumeDelete', 'destroy', 'railway:volume/v9', shop],
    ],
  ],
  [
    'a write refused, then more and more',
    [
      ['serviceUpdate', 'write', 'railway:service/s1', both],
      ['serviceDelete', 'destroy', 'railway:service/s1', both],
      ['environmentPatchCommit', 'destroy', 'railway:service/s1', both],
    ],
  ],
  [
    'the same secrets by three ways',
    [
      ['variables', 'disclose', 'railway:service/s1', both],
      ['variablesForServiceDeployment', 'disclose', 'railway:service/s1', both],
      ['environment.config', 'disclose', 'railway:service/s1', both],
    ],
  ],
]

for (const [what, steps] of escalations) {
  test(`trips at the second other way: ${what}`, () => {
    const [refused, first, second] = steps.map(([verb]) => `\`${verb}\``)
    const says = `after ${refused} was refused, it tried other ways: ${first} and ${second}`
    assert.equal(play(steps), `3: ${says}`)
  })
}

test('a verb cannot write into the terminal of whoever reads of it', () => {
  const steps = [deleteVolume, ['a\u001b[2J`', 'legible', 'railway:unknown/*', '?'], deleteService]
  assert.match(play(steps as readonly Step[]), /other ways: `a\?\?2J\?` and `serviceDelete`$/)
})

// What an honest agent does, and must be left to do.
const honest: readonly (readonly [what: string, steps: readonly Step[], minutes?: number])[] = [
  ['one other way is not yet a chase', [deleteVolume, patchVolume]],
  [
    'the same action in other spellings, again and again',
    [deleteVolume, deleteVolume, deleteVolume, deleteVolume, patchVolume, patchVolume, patchVolume],
  ],
  ['over half an hour', [deleteVolume, patchVolume, deleteService], 10],
  [
    'a list of volumes, one after the other',
    ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'].map(
      (id) => ['volumeDelete', 'destroy', `railway:volume/${id}`, both] as const,
    ),
  ],
  [
    'taking down a shop piece by piece, as its mandate grants',
    [
      ['customDomainDelete', 'destroy', 'railway:customDomain/d9', shop],
      ['serviceDelete', 'destroy', 'railway:service/s9', shop],
      ['volumeDelete', 'destroy', 'railway:volume/v9', shop],
      ['bucketDelete', 'destroy', 'railway:bucket/b9', shop],
    ],
  ],
  [
    'finding its way: reads, writes and secrets that it may not have',
    [
      ['project', 'read', 'railway:project/p1', both],
      ['variables', 'disclose', 'railway:service/s1', both],
      ['bucketS3Credentials', 'disclose', 'railway:bucket/b1', both],
      ['serviceUpdate', 'write', 'railway:service/s2', both],
      ['deploymentRestart', 'write', 'railway:deployment/d1', both],
    ],
  ],
  [
    'operations that the table lacks',
    ['feedback', 'changelog', 'templates', 'weather'].map(
      (verb) => [verb, 'legible', 'railway:unknown/*', '?'] as const,
    ),
  ],
  [
    'bad quoting after a refusal',
    [
      deleteVolume,
      ['unreadable', 'illegible', 'railway:unknown/*', '?'],
      ['syntax', 'illegible', 'railway:unknown/*', '?'],
      ['batch', 'illegible', 'railway:unknown/*', '?'],
    ],
  ],
  [
    'something as forceful elsewhere',
    [
      deleteVolume,
      ['serviceDelete', 'destroy', 'railway:service/s7', 'other/production=critical'],
      ['bucketDelete', 'destroy', 'railway:bucket/b7', 'third/production=critical'],
    ],
  ],
  [
    'something milder on the same thing',
    [
      deleteVolume,
      ['volumeUpdate', 'write', 'railway:volume/v1', both],
      ['volume', 'read', 'railway:volume/v1', both],
    ],
  ],
  [
    'creating several things',
    [
      ['serviceCreate', 'write', 'railway:service/*', both],
      ['volumeCreate', 'write', 'railway:volume/*', both],
      ['bucketCreate', 'write', 'railway:bucket/*', both],
    ],
  ],
]

for (const [what, steps, minutes] of honest) {
  test(`does not trip: ${what}`, () => assert.equal(play(steps, minutes), 'no'))
}

test('the same request, however often, is a retry', () => {
  const attempts = createAttempts()
  const standing = standingOf(mandate)
  for (let i = 0; i < 200; i++) {
    for (const step of [deleteVolume, patchVolume]) {
      const request = step[0] as Digest
      assert.equal(attempts.learn(standing, [refusedImpact(step)], request, i), null)
    }
  }
})

test('more than 64 different attempts in ten minutes are too many, whatever they are', () => {
  const flood = (count: number): readonly Step[] =>
    Array.from({ length: count }, (_, i) => {
      return ['volumeDelete', 'destroy', `railway:volume/v${i}`, both]
    })
  assert.equal(play(flood(64)), 'no')
  assert.match(play(flood(65)), /^65: more than 64 different attempts were refused in 10 minutes$/)
})

test('nothing hides behind a crowd in one request', () => {
  const attempts = createAttempts()
  const standing = standingOf(mandate)
  const crowd = Array.from({ length: 300 }, (_, i) =>
    refusedImpact(['volumeDelete', 'destroy', `railway:volume/v${i}`, shop]),
  )
  const last: Step = ['environmentPatchCommit', 'destroy', 'railway:volume/v299', shop]
  const goes = 'railway:volume/v298'
  const other: Step = ['serviceDelete', 'destroy', 'railway:service/s1', shop, goes]
  assert.equal(attempts.learn(standing, crowd, 'one' as Digest, 0), null)
  assert.equal(attempts.learn(standing, [refusedImpact(last)], 'two' as Digest, 0), null)
  assert.notEqual(attempts.learn(standing, [refusedImpact(other)], 'three' as Digest, 0), null)
})

test('several routes in one request are one strike', () => {
  const attempts = createAttempts()
  const standing = standingOf(mandate)
  const learn = (steps: readonly Step[], request: string): string | null =>
    attempts.learn(standing, steps.map(refusedImpact), request as Digest, 0)
  assert.equal(learn([deleteVolume], 'one'), null)
  assert.equal(learn([patchVolume, deleteService], 'two'), null)
  const last: Step = ['volumeObliterate', 'legible', 'railway:unknown/*', '?']
  assert.notEqual(learn([last], 'three'), null)
})

// Through the breaker: whose attempts they are.
const steps = [deleteVolume, patchVolume, deleteService] as const

function refuseAll(standings: readonly Standing[]): readonly (string | null)[] {
  const spent = { requests: 0, writes: 0, destroys: 0, denials: 0, resources: [] }
  const breaker = createBreaker({ now: () => 0, spent: () => spent })
  return steps.map((step, i) => {
    const [first] = standings
    const who = standings[i] ?? first
    assert.ok(who)
    return breaker.refused(who, [refusedImpact(step)], `request ${i}` as Digest)?.reason ?? null
  })
}

const agent = standingOf(mandate)
const child: Standing = { ...agent, agent: 'child' as AgentName, ancestors: [agent.mandate] }
const stranger = { ...agent, agent: 'other' as AgentName }

test('a sub-agent goes on where its parent was refused', () => {
  assert.deepEqual(refuseAll([agent, child, agent]), [null, null, 'escalation-after-refusal'])
})

test('two agents that know nothing of each other are not one', () => {
  assert.deepEqual(refuseAll([agent, stranger, agent]), [null, null, null])
})

test('what was tried before is forgotten when a person resumes the agent, or its sub-agent', () => {
  const spent = { requests: 0, writes: 0, destroys: 0, denials: 0, resources: [] }
  const breaker = createBreaker({ now: () => 0, spent: () => spent })
  const refuse = (who: Standing, step: Step, request: string): string | undefined =>
    breaker.refused(who, [refusedImpact(step)], request as Digest)?.reason
  assert.equal(refuse(agent, deleteVolume, 'one'), undefined)
  assert.equal(refuse(child, patchVolume, 'two'), undefined)
  assert.equal(refuse(child, deleteService, 'three'), 'escalation-after-refusal')
  breaker.resumed(child.agent)
  assert.equal(refuse(child, deleteService, 'four'), undefined)
})
