import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Trial } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import type { Hit, Impact } from '../domain/impact.ts'
import type { Measured, MeasuredTable } from '../domain/trial.ts'
import { weigh } from './weigh.ts'

const environments = {
  kind: 'known',
  environments: [
    { provider: 'postgres', id: 'db/shop', name: 'shop/production', protection: 'critical' },
  ],
} as const

function table(id: string) {
  return { provider: 'postgres', type: 'table', id, within: { environment: 'db/shop' } }
}

function destroys(id: string, undo: 'from-safeguard' | 'never' = 'from-safeguard'): Effect {
  return { kind: 'destroy', resource: table(id), extent: 'some', undo }
}

function impact(trial: Trial | undefined, ...effects: readonly [Effect, ...Effect[]]): Impact {
  const hits = effects.map((effect): Hit => ({
    ...{ effect, environments, label: 'table', dependants: [], basis: 'declared' },
    backups: { kind: 'unknown' },
    rows: { kind: 'unknown' },
  })) as [Hit, ...Hit[]]
  const evidence = { reader: 'postgres', excerpt: '', span: null }
  const action = { verb: 'DELETE', effects, evidence }
  return { action: trial === undefined ? action : { ...action, trial }, hits }
}

function found(tables: readonly Partial<MeasuredTable>[], more: Partial<Measured> = {}): Measured {
  const rest = { inserted: 0, updated: 0, deleted: 0, total: 100 }
  return {
    tables: tables.map((one) => ({ schema: 'public', name: 'users', ...rest, ...one })),
    ...{ dropped: [], because: [], complete: true, samples: [] },
    kept: { says: 'kept', bytes: 1, sha256: '0'.repeat(64) },
    ...more,
  }
}

function summary(impacts: readonly Impact[]): readonly string[] {
  return impacts.flatMap(({ hits }) =>
    hits.map(({ effect, rows }) => {
      if (effect.kind === 'unknown') return `unknown: ${effect.why}`
      const undo = 'undo' in effect ? effect.undo : '-'
      const count = rows.kind === 'exact' ? `${rows.count}/${rows.share ?? '?'}%` : '?'
      return `${effect.kind} ${effect.resource.id ?? ''} ${effect.extent} ${undo} ${count}`
    }),
  )
}

function weighed(impacts: readonly [Impact, ...Impact[]], measured: Measured): readonly string[] {
  return summary(weigh(impacts, measured, ({ schema, name }) => `${schema}.${name}`))
}

const cases: readonly (readonly [string, Impact, Measured, readonly string[]])[] = [
  [
    'rows become exact, and their share is rounded up',
    impact('rows', destroys('public.users')),
    found([{ deleted: 1, total: 101 }]),
    ['destroy public.users some from-safeguard 1/1%'],
  ],
  [
    'all rows are the whole',
    impact('rows', destroys('public.users')),
    found([{ deleted: 100 }]),
    ['destroy public.users whole from-safeguard 100/100%'],
  ],
  [
    'nothing touched is nothing lost',
    impact('rows', destroys('public.users')),
    found([]),
    ['read public.users some - 0/?%'],
  ],
  [
    'the same is not true of what is only emptied or moved away',
    impact('image', destroys('public.users')),
    found([]),
    ['destroy public.users some from-safeguard ?'],
  ],
  [
    'a cascade that was read gets its own figure',
    impact('rows', destroys('public.users'), destroys('public.orders')),
    found([{ deleted: 2 }, { name: 'orders', deleted: 7, total: 7 }]),
    [
      'destroy public.users some from-safeguard 2/2%',
      'destroy public.orders whole from-safeguard 7/100%',
    ],
  ],
  [
    'what was touched and not read is added',
    impact('rows', destroys('public.users')),
    found([{ deleted: 1 }, { name: 'audit', inserted: 1 }, { name: 'ghosts', deleted: 3 }]),
    [
      'destroy public.users some from-safeguard 1/1%',
      'write public.audit some trivial 1/0%',
      'destroy public.ghosts some from-safeguard 3/3%',
    ],
  ],
  [
    'what was not kept cannot be taken back',
    impact('rows', destroys('public.users')),
    found([{ deleted: 1 }, { name: 'ghosts', deleted: 3 }], { kept: null }),
    ['destroy public.users some never 1/1%', 'destroy public.ghosts some never 3/3%'],
  ],
  [
    'what could not be measured is unknown, and its figures are nobody’s',
    impact('rows', destroys('public.users')),
    found([{ deleted: 0 }], { complete: false, because: ['the counters disagree'] }),
    ['destroy public.users some never ?', 'unknown: the counters disagree'],
  ],
  [
    'what it calls an update, of every row, overwrites the table',
    impact('rows', { ...destroys('public.users'), kind: 'write' } as Effect),
    found([{ updated: 100 }]),
    ['destroy public.users whole from-safeguard 100/100%'],
  ],
  [
    'its look-alike: the only row there is',
    impact('rows', { ...destroys('public.users'), kind: 'write' } as Effect),
    found([{ updated: 1, total: 1 }]),
    ['write public.users some from-safeguard 1/100%'],
  ],
  [
    'what is no SQL at all does nothing',
    impact('parse', { kind: 'unknown', why: 'syntax error', legible: true }, destroys('x.y')),
    found([], { failed: true, kept: null }),
    ['read x.y some - ?'],
  ],
  [
    'what the server takes for SQL and we do not stays unknown',
    impact('parse', { kind: 'unknown', why: 'syntax error', legible: true }),
    found([], { complete: false, kept: null, because: ['the server can parse it'] }),
    ['unknown: syntax error', 'unknown: the server can parse it'],
  ],
  [
    'what the server itself refuses does nothing',
    impact('drop', destroys('public.users')),
    found([], { failed: true, kept: null }),
    ['read public.users some - ?'],
  ],
  [
    'a statement without a trial is left as it was read',
    impact(undefined, destroys('public.users', 'never')),
    found([{ deleted: 5 }]),
    ['destroy public.users some never ?'],
  ],
]

for (const [name, one, measured, expected] of cases) {
  test(name, () => assert.deepEqual(weighed([one], measured), expected))
}

test('what fell with a dropped object is named beside it', () => {
  const dropped = [
    { type: 'table', identity: 'public.users', original: true },
    { type: 'view', identity: 'public.active_users', original: false },
  ]
  const [only] = weigh(
    [impact('drop', destroys('public.users'))],
    found([{ deleted: 4, total: 4 }], { dropped }),
    ({ schema, name }) => `${schema}.${name}`,
  )
  assert.deepEqual(
    only.hits[0].dependants.map(({ label }) => label),
    ['view public.active_users'],
  )
})
