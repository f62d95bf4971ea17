import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import type { Action } from '../domain/action.ts'
import type { Effect, Extent, KnownEffectKind } from '../domain/effect.ts'
import type { Hit } from '../domain/impact.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Instant } from '../domain/names.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Resource } from '../domain/resource.ts'
import type { Discovered } from '../providers/provider.ts'
import { sha256 } from '../system/hash.ts'
import { buildInventory, emptyInventory } from './inventory.ts'
import { place, unresolved } from './place.ts'

// The scene as `discover` found it at the simulator; see discover.test.ts.
const file = join(import.meta.dirname, '../../test/corpus/inventory/pocketos.json')
const scene = JSON.parse(readFileSync(file, 'utf8')) as Discovered
const at = '2026-04-24T09:00:00.000Z' as Instant
const rules = [{ match: '*/staging', protection: 'standard' }] as const
const inventory = inventoryOf(scene)
const nothing = emptyInventory(sha256)

function inventoryOf(discovered: Discovered): Inventory {
  return buildInventory([{ provider: 'railway', discovered, at }], rules, sha256)
}

/** By the label that people know it by. */
function idOf(label: string, type?: string): string {
  const node = scene.nodes.find(
    (each) => each.label === label && (type === undefined || each.ref.startsWith(`railway:${type}/`)),
  )
  return node?.ref.split('/')[1] ?? assert.fail(label)
}

const volume = idOf('volume pg-data')
const production = idOf('environment pocketos/production')
const staging = idOf('environment pocketos/staging')
const project = idOf('project pocketos')

type Within = Resource['within']

function effectOn(
  kind: KnownEffectKind,
  type: string,
  id: string | null,
  within: Within = {},
  extent: Extent = 'whole',
): Effect {
  const resource = { provider: 'railway', type, id, within }
  if (kind === 'read' || kind === 'disclose') return { kind, resource, extent }
  return { kind, resource, extent, undo: 'never' }
}

function actionOf(...effects: NonEmpty<Effect>): NonEmpty<Action> {
  return [{ verb: 'test', effects, evidence: { reader: 'railway', excerpt: '', span: null } }]
}

function hitOf(effect: Effect, on: Inventory = inventory): Hit {
  return place(actionOf(effect), on)[0].hits[0]
}

function reach({ environments: reached }: Hit): string {
  return reached.kind === 'unknown'
    ? 'unknown'
    : reached.environments.map(({ name }) => name.replace('pocketos/', '')).join(' ')
}

function labels(hit: Hit, relation: string): readonly string[] {
  return hit.dependants.filter((each) => each.relation === relation).map(({ label }) => label)
}

function backups({ backups: found }: Hit): string {
  return found.kind === 'unknown' ? 'unknown' : `${found.inside.length} of ${found.inside.length + found.surviving.length}`
}

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

const both = 'production staging'
const placed: readonly (readonly [Effect, reach: string, backups: string])[] = [
  [effectOn('destroy', 'volumeInstance', idOf('volume pg-data in staging')), 'staging', '1 of 1'],
  [effectOn('destroy', 'volumeInstance', idOf('volume pg-data in production')), 'production', '3 of 3'],
  [effectOn('destroy', 'project', project), both, '4 of 4'],
  [effectOn('destroy', 'workspace', idOf('workspace pocketos')), both, '4 of 4'],
  [effectOn('destroy', 'environment', production), 'production', '3 of 3'],
  [effectOn('destroy', 'environment', staging), 'staging', '1 of 1'],
  [effectOn('destroy', 'service', idOf('service api')), both, '0 of 0'],
  [effectOn('destroy', 'service', idOf('service api'), { environment: staging }), 'staging', '0 of 0'],
  [effectOn('destroy', 'volume', volume, { environment: staging }), 'staging', '1 of 1'],
  [effectOn('destroy', 'volume', volume, { environment: staging, project }), 'staging', '1 of 1'],
  [effectOn('destroy', 'backup', idOf('backup daily-2026-04-22 of pg-data in production')), 'production', '1 of 1'],
  // Which of its backups go with a part of it cannot be told.
  [effectOn('destroy', 'volume', volume, {}, 'some'), both, 'unknown'],
  [effectOn('destroy', 'customDomain', idOf('domain api.pocketos.example of api in production')), 'production', '0 of 0'],
  [effectOn('destroy', 'bucket', idOf('bucket assets')), both, '0 of 0'],
  [effectOn('write', 'volume', volume), both, '0 of 4'],
  [effectOn('disarm', 'volumeInstance', idOf('volume pg-data in production')), 'production', '0 of 3'],
  [effectOn('write', 'serviceInstance', idOf('service api in staging')), 'staging', '0 of 0'],
  [effectOn('read', 'volume', volume), both, '0 of 0'],
  [effectOn('disclose', 'environment', production), 'production', '0 of 0'],
  [effectOn('escalate', 'tcpProxy', idOf('tcp proxy shuttle.proxy.rlwy.example of postgres in production')), 'production', '0 of 0'],
  // The request names an environment in which the thing is not: both count.
  [effectOn('destroy', 'volume', idOf('volume uploads-staging'), { environment: production }), both, '0 of 0'],
  [effectOn('destroy', 'volumeInstance', idOf('volume pg-data in production'), { environment: staging }), both, '3 of 3'],
  [effectOn('write', 'environment', production, { environment: staging }), both, '0 of 3'],
  // Places that nobody knows.
  [effectOn('destroy', 'volume', volume, { environment: 'nowhere' }), 'unknown', '4 of 4'],
  [effectOn('write', 'service', idOf('service api'), { project: 'nowhere' }), 'unknown', '0 of 0'],
  [effectOn('write', 'service', idOf('service api'), { workspace: 'nowhere' }), 'unknown', '0 of 0'],
  // By what the request says alone.
  [effectOn('write', 'volume', null, { environment: staging }), 'staging', 'unknown'],
  [effectOn('write', 'variable', 'DATABASE_URL', { environment: staging }), 'staging', 'unknown'],
  [effectOn('destroy', 'variable', 'DATABASE_URL', { environment: production, project }), 'production', 'unknown'],
  [effectOn('write', 'service', null, { project }), both, 'unknown'],
  [effectOn('read', 'project', null, { workspace: idOf('workspace pocketos') }), both, 'unknown'],
  [effectOn('write', 'volume', null, { environment: 'nowhere' }), 'unknown', 'unknown'],
  [effectOn('write', 'volume', null, { environment: staging, project: 'nowhere' }), 'unknown', 'unknown'],
  [effectOn('write', 'variable', 'DATABASE_URL'), 'unknown', 'unknown'],
  [effectOn('write', 'volume', null), 'unknown', 'unknown'],
  [effectOn('escalate', 'token', null), 'unknown', 'unknown'],
  // All of an account, as far as it is known.
  [effectOn('read', 'account', null), both, 'unknown'],
  [effectOn('read', 'platform', null), 'railway itself', '0 of 0'],
  [effectOn('escalate', 'account', null), both, 'unknown'],
  [effectOn('write', 'workspace', null), both, 'unknown'],
  // Ids that nobody found, in disguises that a provider might see through.
  [effectOn('destroy', 'volume', '3d2c42fb-0000-4000-8000-000000000000'), 'unknown', 'unknown'],
  [effectOn('destroy', 'volume', volume.toUpperCase()), 'unknown', 'unknown'],
  [effectOn('destroy', 'volume', ` ${volume}`), 'unknown', 'unknown'],
  [effectOn('read', 'volume', 'never-seen'), 'unknown', 'unknown'],
  [effectOn('destroy', 'sandbox', 'never-seen', { environment: staging }), 'unknown', 'unknown'],
  [effectOn('destroy', 'volume', '__proto__'), 'unknown', 'unknown'],
]

for (const [effect, wantedReach, wantedBackups] of placed) {
  assert.ok(effect.kind !== 'unknown')
  const { type, id, within } = effect.resource
  const where = Object.entries(within).map(([key, value]) => ` ${key}=${value.slice(0, 8)}`)
  test(`${effect.kind} ${effect.extent} ${type}/${id ?? '*'}${where.join('')}: ${wantedReach}`, () => {
    const hit = hitOf(effect)
    assert.equal(reach(hit), wantedReach)
    assert.equal(backups(hit), wantedBackups)
    assert.equal(hit.basis === 'unresolved', wantedReach === 'unknown')
  })
}

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
  const node = { ref: 'railway:environment/others', label: 'x', environments: ['others'], hidden: true } as const
  const nodes = scene.nodes.map((each) =>
    each.label === 'volume pg-data' ? { ...each, environments: [...each.environments, 'others'] } : each,
  )
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
  const edges = children.map(({ ref }) => ({ kind: 'contains', from: service.ref, to: ref }) as const)
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
  for (const { hits } of impacts) assert.deepEqual(hits.map(({ effect }) => effect), effects)
})

test('placing twice gives the same, and changes nothing', () => {
  const before = JSON.stringify(inventory)
  const effect = effectOn('destroy', 'project', project)
  assert.deepEqual(hitOf(effect), hitOf(effect))
  assert.deepEqual(hitOf(effect), hitOf(effect, inventoryOf(scene)))
  assert.equal(JSON.stringify(inventory), before)
})
