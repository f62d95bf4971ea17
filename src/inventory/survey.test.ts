import assert from 'node:assert/strict'
import { test } from 'node:test'

import { inventory, inventoryOf, production, scene, staging } from '../../test/placing.ts'
import { survey } from './survey.ts'

const rules = [{ match: '*/staging', protection: 'standard' }] as const
const surveyed = survey(inventory, rules)

const labels = (found: readonly Readonly<{ label: string }>[]): readonly string[] =>
  found.map(({ label }) => label)

test('an environment that no rule names is critical, and told apart from one that is', () => {
  const byName = new Map(surveyed.environments.map((each) => [each.name, each]))
  assert.equal(byName.get('pocketos/production')?.rule, null)
  assert.equal(byName.get('pocketos/production')?.protection, 'critical')
  assert.equal(byName.get('pocketos/staging')?.rule, '*/staging')
  assert.ok((byName.get('pocketos/staging')?.things ?? 0) > 0)
})

test('the volume that staging and production share is called out, the project is not', () => {
  const volume = surveyed.shared.find(({ label }) => label === 'volume pg-data')
  assert.deepEqual(
    volume?.environments.map(({ name }) => name),
    ['pocketos/production', 'pocketos/staging'],
  )
  assert.ok(!labels(surveyed.shared).some((label) => label.startsWith('project')))
  assert.ok(!labels(surveyed.shared).some((label) => label.startsWith('environment')))
})

test('what is in one environment alone is not called shared', () => {
  assert.ok(!labels(surveyed.shared).some((label) => label.startsWith('volume pg-data in')))
})

test('backups that live inside what they protect are called out', () => {
  const inProduction = surveyed.unsafe.find(({ environments }) =>
    environments.some(({ id }) => id === production),
  )
  assert.equal(inProduction?.label, 'volume pg-data in production')
  assert.equal(inProduction.inside.length, 3)
})

test('with one backup kept elsewhere nothing is called out', () => {
  const instance = surveyed.unsafe.find(({ environments }) =>
    environments.some(({ id }) => id === staging),
  )
  assert.ok(instance !== undefined)
  const kept = { ref: 'railway:backup/kept', label: 'backup kept', environments: [staging] }
  const elsewhere = inventoryOf({
    ...scene,
    nodes: [...scene.nodes, kept],
    edges: [...scene.edges, { kind: 'backs-up', from: kept.ref, to: instance.ref }],
  })
  const after = survey(elsewhere, rules)
  assert.ok(!after.unsafe.some(({ ref }) => ref === instance.ref))
  assert.equal(after.unsafe.length, surveyed.unsafe.length - 1)
})

test('what could not be looked into is told', () => {
  const hidden = inventoryOf({
    ...scene,
    nodes: scene.nodes.map((node) =>
      node.label === 'environment pocketos/staging' ? { ...node, hidden: true as const } : node,
    ),
  })
  const found = survey(hidden, rules).nodes.filter((node) => node.hidden)
  assert.deepEqual(labels(found), ['environment pocketos/staging'])
})
