import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as placing from '../../test/placing.ts'
import { actionOf, backups, effectOn, hitOf, idOf, inventoryOf } from '../../test/placing.ts'
import { labels, reach } from '../../test/placing.ts'
import type { Effect } from '../domain/effect.ts'
import { place, unresolved } from './place.ts'

const { inventory, nothing, production, project, scene, staging, volume } = placing
const both = 'production staging'

test('deleting the shared volume', () => {
  const hit = hitOf(effectOn('destroy', 'volume', volume))
  assert.equal(hit.label, 'volume pg-data')
  assert.equal(hit.basis, 'discovered')
  assert.deepEqual(hit.environments, {
    kind: 'known',
    environments: [
      { provider: 'railway', id: production, name: 'pocketos/production', protection: 'critical' },
      { provider: 'railway', id: staging, name: 'pocketos/staging', protection: 'standard' },
    ],
  })
  assert.deepEqual(labels(hit, 'goes-with'), [
    'volume pg-data in production',
    'volume pg-data in staging',
  ])
  assert.deepEqual(labels(hit, 'depends-on'), [
    'service postgres in production',
    'service postgres in staging',
  ])
  assert.deepEqual(labels(hit, 'shares'), [
    'environment pocketos/production',
    'environment pocketos/staging',
  ])
  assert.ok(hit.backups.kind === 'exact')
  assert.deepEqual(hit.backups.surviving, [])
  assert.deepEqual(
    hit.backups.inside.map(({ label }) => label),
    [
      'backup daily-2026-04-21 of pg-data in production',
      'backup daily-2026-04-22 of pg-data in production',
      'backup daily-2026-04-23 of pg-data in production',
      'backup daily-2026-04-23 of pg-data in staging',
    ],
  )
})

test('its harmless look-alike stays in staging', () => {
  const hit = hitOf(effectOn('destroy', 'volume', idOf('volume uploads-staging')))
  assert.equal(reach(hit), 'staging')
  assert.equal(backups(hit), '0 of 0')
  assert.deepEqual(labels(hit, 'goes-with'), ['volume uploads-staging in staging'])
  assert.deepEqual(labels(hit, 'shares'), [])
})

test('before anything was discovered, nothing is known', () => {
  for (const effect of [
    effectOn('read', 'account', null),
    effectOn('destroy', 'volume', volume),
    effectOn('write', 'variable', 'X', { environment: staging }),
  ]) {
    assert.equal(reach(hitOf(effect, nothing)), 'unknown')
  }
})

test('an id is resolved under whatever type it is known by, if only one', () => {
  const hit = hitOf(effectOn('destroy', 'serviceInstance', volume))
  assert.equal(hit.label, 'volume pg-data')
  assert.equal(reach(hit), both)
  const [first] = scene.nodes
  assert.ok(first !== undefined)
  const twin = { ...first, ref: `railway:odd/${volume}`, label: 'odd' }
  const twofold = inventoryOf({ ...scene, nodes: [...scene.nodes, twin] })
  assert.equal(reach(hitOf(effectOn('destroy', 'serviceInstance', volume), twofold)), 'unknown')
  assert.equal(hitOf(effectOn('destroy', 'volume', volume), twofold).label, 'volume pg-data')
  assert.equal(hitOf({ ...effectOn('destroy', 'volume', volume) }, twofold).basis, 'discovered')
})

test("another provider's id is not this one's", () => {
  const resource = { provider: 'fly', type: 'volume', id: volume, within: {} }
  const hit = hitOf({ kind: 'destroy', resource, extent: 'whole', undo: 'never' })
  assert.equal(reach(hit), 'unknown')
})

test('deleting a project names what goes with it, and no backup twice', () => {
  const hit = hitOf(effectOn('destroy', 'project', project))
  const going = labels(hit, 'goes-with')
  assert.ok(going.includes('environment pocketos/production'))
  assert.ok(going.includes('bucket assets'))
  assert.ok(!going.some((label) => label.startsWith('backup')))
  assert.deepEqual(labels(hit, 'shares'), [])
  assert.deepEqual(labels(hit, 'depends-on'), [])
})

test('narrowed to one environment, only what is there goes', () => {
  const hit = hitOf(effectOn('destroy', 'service', idOf('service api'), { environment: staging }))
  assert.deepEqual(labels(hit, 'goes-with'), [
    'domain api.staging.pocketos.example of api in staging',
    'deployment de200020 of api in staging',
    'service api in staging',
  ])
  assert.deepEqual(labels(hit, 'shares'), [
    'environment pocketos/production',
    'environment pocketos/staging',
  ])
})

test('a backup kept elsewhere survives', () => {
  const kept = { ref: 'railway:backup/kept', label: 'backup kept', environments: [staging] }
  const instance = `railway:volumeInstance/${idOf('volume pg-data in production')}`
  const edge = { kind: 'backs-up', from: kept.ref, to: instance } as const
  const wider = inventoryOf({
    ...scene,
    nodes: [...scene.nodes, kept],
    edges: [...scene.edges, edge],
  })
  const hit = hitOf(effectOn('destroy', 'volume', volume), wider)
  assert.equal(backups(hit), '4 of 5')
  assert.ok(hit.backups.kind === 'exact')
  assert.deepEqual(hit.backups.surviving, [
    { resource: kept.ref, label: 'backup kept', relation: 'depends-on' },
  ])
})

test('where an environment could not be looked into, backups are unknown', () => {
  const hidden = { id: 'others', name: 'pocketos/(not visible)' }
  const where = { ref: 'railway:environment/others', environments: ['others'] }
  const node = { ...where, label: 'x', hidden: true } as const
  const nodes = scene.nodes.map((each) => {
    const wider = [...each.environments, 'others']
    return each.label === 'volume pg-data' ? { ...each, environments: wider } : each
  })
  const partly = inventoryOf({
    ...scene,
    environments: [...scene.environments, hidden],
    nodes: [...nodes, node],
  })
  const hit = hitOf(effectOn('destroy', 'volume', volume), partly)
  assert.equal(reach(hit), '(not visible) production staging')
  assert.equal(backups(hit), 'unknown')
})

test('a node in an environment that nobody described is nowhere known', () => {
  const stray = { ref: 'railway:volume/stray', label: 'volume stray', environments: ['gone'] }
  const odd = inventoryOf({ ...scene, nodes: [...scene.nodes, stray] })
  const hit = hitOf(effectOn('destroy', 'volume', 'stray'), odd)
  assert.equal(reach(hit), 'unknown')
  assert.equal(backups(hit), 'unknown')
})

test('what contains itself comes to an end', () => {
  const [a, b] = ['railway:volume/a', 'railway:volume/b'] as const
  const looped = inventoryOf({
    environments: scene.environments,
    nodes: [
      { ref: a, label: 'a', environments: [] },
      { ref: b, label: 'b', environments: [] },
    ],
    edges: [
      { kind: 'contains', from: a, to: b },
      { kind: 'contains', from: b, to: a },
    ],
  })
  assert.equal(reach(hitOf(effectOn('destroy', 'volume', 'a'), looped)), 'unknown')
})

test('more environments than a decision can name are unknown', () => {
  const environments = Array.from({ length: 201 }, (_, i) => ({ id: `e${i}`, name: `many/e${i}` }))
  const many = inventoryOf({ environments, nodes: [], edges: [] })
  assert.equal(reach(hitOf(effectOn('read', 'account', null), many)), 'unknown')
  const fewer = inventoryOf({ environments: environments.slice(1), nodes: [], edges: [] })
  assert.notEqual(reach(hitOf(effectOn('read', 'account', null), fewer)), 'unknown')
})

test('long lists end in a count, and long words are cut', () => {
  const children = Array.from({ length: 150 }, (_, i) => ({
    ref: `railway:deployment/${String(i).padStart(3, '0')}`,
    label: `deployment ${'x'.repeat(500)}`,
    environments: [staging],
  }))
  const service = { ref: 'railway:service/big', label: 'service big', environments: [staging] }
  const edges = children.map(
    ({ ref }) => ({ kind: 'contains', from: service.ref, to: ref }) as const,
  )
  const big = inventoryOf({ ...scene, nodes: [...scene.nodes, service, ...children], edges })
  const { dependants } = hitOf(effectOn('destroy', 'service', 'big'), big)
  assert.equal(dependants.length, 101)
  assert.deepEqual(dependants.at(-1), {
    resource: 'railway:*',
    label: 'and 50 more',
    relation: 'goes-with',
  })
  assert.ok(dependants.every(({ label }) => label.length <= 120))
  const strange = hitOf(effectOn('destroy', 'volume', 'y'.repeat(100_000)))
  assert.ok(strange.label.length <= 120)
  assert.ok(strange.environments.kind === 'unknown' && strange.environments.why.length < 200)
})

test('tunnels lead to the internet, discovered or not', () => {
  const resource = { provider: 'egress', type: 'host', id: 'registry.npmjs.org', within: {} }
  const effect: Effect = { kind: 'write', resource, extent: 'whole', undo: 'trivial' }
  for (const on of [inventory, nothing]) {
    const hit = hitOf(effect, on)
    assert.equal(reach(hit), 'internet')
    assert.equal(hit.label, 'host registry.npmjs.org')
    assert.deepEqual(unresolved(place(actionOf(effect), on)), [])
  }
})

test('what cannot be read reaches nobody knows where', () => {
  const effect: Effect = { kind: 'unknown', why: 'a persisted query', legible: false }
  const hit = hitOf(effect)
  assert.deepEqual(hit.environments, { kind: 'unknown', why: 'a persisted query' })
  assert.deepEqual(unresolved(place(actionOf(effect), inventory)), [])
})

test('what a new walk might resolve is said, and nothing else', () => {
  const strange = effectOn('destroy', 'volume', 'never-seen')
  const elsewhere = effectOn('write', 'volume', null, { environment: 'never-seen' })
  const known = effectOn('destroy', 'volume', volume)
  const unnamed = effectOn('escalate', 'token', null)
  const impacts = place(actionOf(strange, known, elsewhere, unnamed), inventory)
  assert.deepEqual(
    unresolved(impacts).map(({ id, within }) => id ?? within.environment),
    ['never-seen', 'never-seen'],
  )
})

test('every effect of every action is placed, in order', () => {
  const effects = [
    effectOn('read', 'account', null),
    effectOn('destroy', 'volume', volume),
  ] as const
  const [action] = actionOf(...effects)
  const impacts = place([action, action], inventory)
  assert.equal(impacts.length, 2)
  for (const { hits } of impacts)
    assert.deepEqual(
      hits.map(({ effect }) => effect),
      effects,
    )
})

test('placing twice gives the same, and changes nothing', () => {
  const before = JSON.stringify(inventory)
  const effect = effectOn('destroy', 'project', project)
  assert.deepEqual(hitOf(effect), hitOf(effect))
  assert.deepEqual(hitOf(effect), hitOf(effect, inventoryOf(scene)))
  assert.equal(JSON.stringify(inventory), before)
})
