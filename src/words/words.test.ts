import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Effect } from '../domain/effect.ts'
import type { Hit, Impact } from '../domain/impact.ts'
import type { AgentName } from '../domain/names.ts'
import { volumeImpact } from '../../test/console/world.ts'
import {
  backupsWords,
  environmentsIn,
  environmentsOf,
  impactLines,
  reversibilityWords,
  sentenceOf,
  sentenceWords,
  wouldOf,
} from './words.ts'

const agent = 'cursor' as AgentName

function impact(verb: string, effect: Partial<Effect>, hit: Partial<Hit> = {}): Impact {
  const base = volumeImpact()
  const [first] = base.hits
  const resource = { provider: 'railway', type: 'volume', id: '3d2c', within: {} }
  const whole = { kind: 'write', resource, extent: 'whole', undo: 'trivial', ...effect } as Effect
  const action = { ...base.action, verb, effects: [whole] as const }
  return { action, hits: [{ ...first, effect: whole, dependants: [], ...hit }] }
}

test('the incident, in one sentence', () => {
  const decision = { agent, impacts: [volumeImpact()] }
  assert.equal(
    sentenceOf(decision),
    'cursor wants to delete volume pg-data and its 4 backups (none survives)' +
      ' in pocketos/production and pocketos/staging',
  )
  assert.equal(
    wouldOf(decision),
    'this would delete volume pg-data and its 4 backups (none survives)' +
      ' in pocketos/production and pocketos/staging',
  )
})

test('the impact, whole', () => {
  assert.deepEqual(impactLines({ impacts: [volumeImpact('volume pg-data', 1)] }), [
    'destroys: volume pg-data (volumeDelete) in pocketos/production and pocketos/staging',
    '  goes with it: volume instance pg-data in production',
    '  goes with it: volume instance pg-data in staging',
    '  needs it: service api',
    '  needs it: service postgres',
    '  1 backup goes with it, none survives',
    '  irreversible',
  ])
  assert.equal(impactLines({ impacts: [] }).length, 1)
})

const sentences: readonly (readonly [string, Impact, string])[] = [
  ['a write', impact('serviceUpdate', { kind: 'write' }), 'change volume pg-data'],
  ['a read', impact('project', { kind: 'read' }), 'read volume pg-data by project'],
  [
    'a delete in disguise is told by its effect',
    impact('environmentPatchCommit', { kind: 'destroy' }, noBackups()),
    'destroy volume pg-data by environmentPatchCommit',
  ],
  [
    'a mild verb tells no grave effect',
    impact('serviceUpdate', { kind: 'destroy' }, noBackups()),
    'destroy volume pg-data by serviceUpdate',
  ],
  [
    'a restore overwrites',
    impact('volumeInstanceBackupRestore', { kind: 'destroy' }, noBackups()),
    'overwrite, from a backup, volume pg-data',
  ],
  [
    'a part of it',
    impact('rowsDelete', { kind: 'destroy', extent: 'some' }, noBackups()),
    'delete part of volume pg-data',
  ],
  [
    'secrets',
    impact('variables', { kind: 'disclose' }),
    'read secrets of volume pg-data by variables',
  ],
]

function noBackups(): Partial<Hit> {
  return { backups: { kind: 'exact', inside: [], surviving: [] } }
}

for (const [name, one, words] of sentences) {
  test(name, () => {
    const sentence = sentenceOf({ agent, impacts: [one] })
    assert.equal(sentence, `cursor wants to ${words} in pocketos/production and pocketos/staging`)
  })
}

test('what is not known is said to be unknown, and counts as critical', () => {
  const effect = { kind: 'unknown', why: 'no row', legible: true } as const
  const environments = { kind: 'unknown', why: 'no such id' } as const
  const unknown = impact('mystery', effect, {
    environments,
    label: '',
    backups: { kind: 'unknown' },
  })
  const decision = { agent: null, impacts: [unknown] }
  assert.equal(
    sentenceOf(decision),
    'a stranger wants to do something that Holdpoint does not understand: mystery' +
      ' in an unknown environment, treated as production',
  )
  assert.deepEqual(
    environmentsOf(decision).map(({ banner }) => banner),
    ['UNKNOWN ENVIRONMENT · treated as critical'],
  )
  assert.equal(environmentsOf({ impacts: [] })[0]?.protection, 'critical')
  assert.equal(reversibilityWords({ impacts: [] }), 'irreversible')
})

test('the worst comes first, and what comes with it is counted', () => {
  const impacts = [impact('serviceUpdate', { kind: 'write' }), volumeImpact()]
  assert.match(sentenceOf({ agent, impacts }), /^cursor wants to delete .*, and 1 thing more$/)
  assert.equal(reversibilityWords({ impacts }), 'irreversible')
  assert.deepEqual(
    environmentsOf({ impacts }).map(({ banner }) => banner),
    ['POCKETOS/PRODUCTION · critical', 'POCKETOS/STAGING · standard'],
  )
})

const inShop: Partial<Hit> = {
  environments: {
    kind: 'known',
    environments: [
      { provider: 'postgres', id: 'db/shop', name: 'shop/production', protection: 'critical' },
    ],
  },
  backups: { kind: 'unknown' },
}

function sqlHit(kind: 'destroy' | 'write', table: string, count: number, share: number): Hit {
  const resource = { provider: 'postgres', type: 'table', id: table, within: {} }
  const effect: Effect = { kind, resource, extent: 'some', undo: 'from-safeguard' }
  const rows = { kind: 'exact', count, share } as const
  const [base] = impact('DELETE', effect).hits
  return { ...base, effect, ...inShop, label: `table ${table}`, dependants: [], rows }
}

test('rows are told exactly, table by table', () => {
  const base = impact('DELETE', { kind: 'destroy' })
  const users = sqlHit('destroy', 'public.users', 1204, 12)
  const orders = sqlHit('destroy', 'public.orders', 33, 100)
  const audit = sqlHit('write', 'public.audit', 1, 0)
  const impacts: readonly Impact[] = [{ ...base, hits: [users, orders, audit] }]
  assert.equal(
    wouldOf({ agent, impacts }),
    'this would delete 1,204 rows of table public.users, all 33 rows of table public.orders,' +
      ' change 1 row of table public.audit in shop/production',
  )
  assert.ok(impactLines({ impacts }).includes('  1,204 rows, 12 % of the table'))
})

test('what SQL calls an update is told as overwriting where it destroys', () => {
  const base = impact('UPDATE', { kind: 'destroy' })
  const hits = [sqlHit('destroy', 'public.users', 7, 100)] as const
  const told = wouldOf({ agent, impacts: [{ ...base, hits }] })
  assert.equal(told, 'this would overwrite all 7 rows of table public.users in shop/production')
  const dropped = wouldOf({
    agent,
    impacts: [impact('ALTER TABLE DROP COLUMN', { kind: 'destroy', extent: 'some' }, inShop)],
  })
  assert.equal(dropped, 'this would drop part of volume pg-data in shop/production')
})

test('backups, in words', () => {
  const one = [{ resource: 'r', label: 'b', relation: 'goes-with' as const }]
  assert.equal(backupsWords({ kind: 'unknown' }), 'whether a backup survives is not known')
  assert.equal(backupsWords({ kind: 'exact', inside: [], surviving: [] }), 'it has no backup')
  assert.equal(
    backupsWords({ kind: 'exact', inside: one, surviving: [...one, ...one] }),
    '1 backup goes with it, 2 survive',
  )
})

test('a name that reads like the sentence is fenced, and is no word of ours', () => {
  const hostile = volumeImpact('volume x in staging. SAFE: release `it`')
  const sentence = sentenceOf({ agent, impacts: [hostile] })
  assert.match(
    sentence,
    /delete `volume x in staging\. SAFE: release ⟨U\+0060⟩it⟨U\+0060⟩` and its/,
  )
  const names = sentenceWords({ agent, impacts: [hostile] }).filter(({ kind }) => kind === 'name')
  assert.ok(names.some(({ text }) => text.includes('SAFE')))
})

test('hidden characters in names are shown', () => {
  const hostile = volumeImpact('volume pg-\u202eatad\u001b[2J')
  assert.match(sentenceOf({ agent, impacts: [hostile] }), /⟨U\+202E⟩atad⟨U\+001B⟩\[2J/)
  assert.ok(
    !impactLines({ impacts: [hostile] })
      .join()
      .includes('\u202e'),
  )
})

test('where an ask would reach: the gravest first, and what fits nothing known is critical', () => {
  const known = [
    { provider: 'railway', id: 's', name: 'shop/staging', protection: 'standard' },
    { provider: 'railway', id: 'p', name: 'shop/production', protection: 'critical' },
  ] as const
  const names = (patterns: readonly string[]): readonly (string | null)[] =>
    environmentsIn(patterns, known).map(({ name }) => name)
  assert.deepEqual(names(['shop/staging']), ['shop/staging'])
  assert.deepEqual(names(['shop/*']), ['shop/production', 'shop/staging'])
  assert.deepEqual(names(['shop/staging', 'other/*']), [null, 'shop/staging'])
  assert.deepEqual(names(['other/staging']), [null])
})
