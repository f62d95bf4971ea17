import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Action } from '../../domain/action.ts'
import type { Resource } from '../../domain/resource.ts'
import { settleWhereabouts } from './whereabouts.ts'

const place = { upstream: 'shop-db', database: 'shop_dev', environment: 'shop-db/shop_dev' }

function settled(type: string, id: string | null): Resource['within'] {
  const resource = { provider: 'postgres', type, id, within: { environment: place.environment } }
  const effect = { kind: 'destroy', resource, extent: 'whole', undo: 'never' } as const
  const evidence = { reader: 'postgres', excerpt: '', span: null }
  const action: Action = { verb: 'DROP', effects: [effect], evidence }
  const [only] = settleWhereabouts([action], place, (name) => `shop-db/${name}`)
  const [first] = only.effects
  assert.ok(first.kind !== 'unknown')
  return first.resource.within
}

test('a table is in the database of the session', () => {
  assert.deepEqual(settled('table', 'public.users'), { environment: 'shop-db/shop_dev' })
})

test('the production database is in production, from wherever it is dropped', () => {
  assert.deepEqual(settled('database', 'shop'), { environment: 'shop-db/shop' })
  assert.deepEqual(settled('database', 'shop_dev'), { environment: 'shop-db/shop_dev' })
})

test('what all databases share is in all their environments', () => {
  assert.deepEqual(settled('role', 'app'), { project: 'shop-db' })
  assert.deepEqual(settled('server', null), { project: 'shop-db' })
  assert.deepEqual(settled('database', null), { project: 'shop-db' })
})
