import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readBaseline, readSchema } from '../../policies/shipped.ts'
import { impactOf, standingOf } from '../../policies/situations.ts'
import type { Situation } from '../../policies/situations.ts'
import type { EffectKind } from '../domain/effect.ts'
import type { Environment, Protection } from '../domain/resource.ts'
import { sha256 } from '../system/hash.ts'
import { cellsOf, placesOf, rows } from './matrix.ts'
import type { Cell, CellAnswer, Place } from './matrix.ts'
import { createPolicy } from './policy.ts'

const policy = createPolicy({ sources: readBaseline(), schema: readSchema(), digest: sha256 })

const staged =
  'read in pocketos/* on railway:*; write+destroy in pocketos/staging on railway:* railway:volume/*'

function environment(name: string, protection: Protection, provider = 'railway'): Environment {
  return { provider, id: name, name, protection }
}

const known = [
  environment('pocketos/staging', 'standard'),
  environment('pocketos/production', 'critical'),
  environment('shop/preview', 'open'),
  environment('pocketos/staging', 'standard', 'postgres'),
]

function matrix(mandate: string, environments = known): readonly Cell[] {
  const standing = standingOf(mandate)
  return [...cellsOf(policy, standing, placesOf(standing.mandate, environments).places)]
}

function answersIn(cells: readonly Cell[], effect: EffectKind, place: string) {
  const found = cells.find((cell) => cell.effect === effect && cell.place === place)
  assert.ok(found !== undefined, `${effect} in ${place}`)
  return found.answers.map(({ on, kind, granted, because }) => [
    on.join(' '),
    kind,
    granted,
    because.code,
  ])
}

test('the staged mandate: nothing is destroyed in production, volumes of staging are', () => {
  const cells = matrix(staged, known.slice(0, 3))
  assert.deepEqual(answersIn(cells, 'destroy', 'pocketos/production'), [
    ['', 'hold', false, 'destroy-critical'],
  ])
  assert.deepEqual(answersIn(cells, 'destroy', 'pocketos/staging'), [
    ['railway:*', 'hold', true, 'destroy-last-copy'],
    ['railway:volume/*', 'allow', true, 'destroy-granted'],
  ])
  assert.deepEqual(answersIn(cells, 'read', 'pocketos/production'), [
    ['', 'allow', true, 'read-granted'],
  ])
  assert.deepEqual(answersIn(cells, 'write', 'pocketos/production'), [
    ['', 'deny', false, 'not-granted'],
  ])
  assert.deepEqual(answersIn(cells, 'write', 'shop/preview'), [
    ['', 'deny', false, 'outside-mandate'],
  ])
  assert.deepEqual(answersIn(cells, 'escalate', 'pocketos/staging'), [
    ['', 'deny', false, 'not-granted'],
  ])
  for (const { name } of known) {
    assert.notEqual(answersIn(cells, 'unknown', name)[0]?.[1], 'allow', 'nobody grants the unknown')
  }
  for (const effect of rows) {
    const [answer] = answersIn(cells, effect, '')
    assert.notEqual(answer?.[1], 'allow', `${effect} where nobody knows`)
  }
})

/** Rows of an examples table, so that a cell is compared with what those tables promise. */
const plain: readonly Omit<Situation, 'mandate' | 'resource' | 'environments'>[] = [
  { effect: 'read', undo: '-', extent: 'some', backups: '0+0' },
  { effect: 'disclose', undo: '-', extent: 'some', backups: '0+0' },
  { effect: 'write', undo: 'trivial', extent: 'some', backups: '0+0' },
  { effect: 'disarm', undo: 'trivial', extent: 'some', backups: '0+0' },
  { effect: 'escalate', undo: 'trivial', extent: 'some', backups: '0+0' },
  { effect: 'destroy', undo: 'never', extent: 'whole', backups: '0+0' },
]

const mandates = [
  staged,
  'read in * on *',
  'read+write+disclose in pocketos/production on railway:variable/*',
  'read+write+disarm+escalate+destroy in * on railway:*',
  'write in pocketos/* on railway:service/* < read+write in pocketos/staging on railway:*',
  'destroy in pocketos/production on railway:volume/v1; rows 10',
  'read+write+destroy in shop/preview on railway:* postgres:*; rows 5',
]

test('every cell is what the policies answer, thing by thing', () => {
  let compared = 0
  for (const mandate of mandates) {
    const cells = matrix(mandate)
    for (const situation of plain) {
      for (const { provider, name, protection } of known) {
        for (const [pattern, type, id] of [
          [`${provider}:volume/*`, 'volume', 'plain'],
          [`${provider}:volume/v1`, 'volume', 'v1'],
          [`${provider}:variable/*`, 'variable', 'plain'],
          [`${provider}:service/*`, 'service', 'plain'],
          [`${provider}:*`, 'thing', 'plain'],
          ['*', 'thing', 'plain'],
          ['', 'thing', 'plain'],
        ] as const) {
          const cell = cells.find((one) => one.effect === situation.effect && one.place === name)
          const answer = cell?.answers.find(({ on }) => on.join(' ') === pattern)
          // Two providers under one name: what is said of all is said of either.
          if (answer === undefined || (pattern === '' && cell?.answers.length !== 1)) continue
          const resource = `${provider}:${type}/${id}`
          const environments = `${name}=${protection}`
          const impact = impactOf({ ...situation, mandate, resource, environments })
          const verdict = policy.judge(standingOf(mandate), [impact])
          const says = `${mandate} | ${situation.effect} ${resource} in ${name}`
          assert.deepEqual([answer.kind, answer.because], [verdict.kind, verdict.because[0]], says)
          compared += 1
        }
      }
    }
  }
  assert.ok(compared > 150, `${compared} cells were compared`)
})

function unless(cells: readonly Cell[], effect: EffectKind, place: string): readonly string[] {
  const found = cells.find((cell) => cell.effect === effect && cell.place === place)
  const [first] = (found?.answers ?? []) as readonly CellAnswer[]
  return (first?.unless ?? []).map((turn) => `${turn.when} ${turn.detail} ${turn.kind}`)
}

test('what turns an answer is said, as the policies have it', () => {
  const cells = matrix(`${staged}; rows 1000`, known.slice(0, 3))
  assert.deepEqual(unless(cells, 'write', 'pocketos/staging'), [
    'many-rows 1000 hold',
    'shared shop/preview deny',
  ])
  assert.deepEqual(unless(cells, 'destroy', 'pocketos/staging'), ['kept  allow'])
  const critical = matrix('write in pocketos/production on railway:volume/*', known.slice(0, 2))
  assert.deepEqual(unless(critical, 'write', 'pocketos/production'), [
    'irreversible  hold',
    'shared pocketos/staging deny',
  ])
})

test('places: what the mandate names first, what is only named is critical', () => {
  const { mandate } = standingOf('read in shop/preview shop/next other/* on railway:*')
  const { places, leftOut, nothingFound } = placesOf(mandate, known)
  const told = places.map(({ name, found, touched }) => `${name} ${found} ${touched}`)
  assert.deepEqual(told, [
    'shop/next false true',
    'shop/preview true true',
    'pocketos/production true false',
    'pocketos/staging true false',
    ' false false',
  ])
  assert.deepEqual([leftOut, nothingFound], [0, ['other/*']])
  const named = places.find(({ name }) => name === 'shop/next') as Place
  assert.ok(named.environments.every(({ protection }) => protection === 'critical'))
  assert.deepEqual(placesOf(mandate, []).places.length, 3, 'also when nothing was discovered yet')
})

test('many environments and patterns are cut, and it is said how many', () => {
  const many = Array.from({ length: 40 }, (_, i) => environment(`p/e${i}`, 'open'))
  const patterns = Array.from({ length: 9 }, (_, i) => `railway:volume/v${i}`).join(' ')
  const standing = standingOf(`read in p/* on ${patterns}`)
  const { places, leftOut } = placesOf(standing.mandate, many)
  assert.deepEqual([places.length, leftOut], [17, 24])
  const [cell] = cellsOf(policy, standing, places)
  assert.equal(cell?.leftOut, 3)
})
