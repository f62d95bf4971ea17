import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Fault } from '../domain/fault.ts'
import type { Instant } from '../domain/names.ts'
import type { Discovered } from '../providers/provider.ts'
import { sha256 } from '../system/hash.ts'
import type { InventoryPart, ProtectionRule } from './inventory.ts'
import { buildInventory, emptyInventory, protectionOf } from './inventory.ts'

const at = '2026-04-24T09:00:00.000Z' as Instant
const later = '2026-04-24T10:00:00.000Z' as Instant

const discovered: Discovered = {
  environments: [
    { id: 'p', name: 'shop/production' },
    { id: 's', name: 'shop/staging' },
  ],
  nodes: [
    { ref: 'railway:volume/v', label: 'volume data', environments: ['s', 'p', 's'] },
    { ref: 'railway:project/x', label: 'project shop', environments: [] },
  ],
  edges: [{ kind: 'contains', from: 'railway:project/x', to: 'railway:volume/v' }],
}

const part = (changes: Partial<Discovered> = {}): InventoryPart => ({
  provider: 'railway',
  discovered: { ...discovered, ...changes },
  at,
})

const protections: readonly (readonly [string, readonly ProtectionRule[], string])[] = [
  ['shop/production', [], 'critical'],
  ['shop/staging', [{ match: '*/staging', protection: 'open' }], 'open'],
  ['shop/staging', [{ match: 'shop/staging', protection: 'standard' }], 'standard'],
  ['shop/production', [{ match: '*', protection: 'standard' }], 'standard'],
  // Whole segments, exactly, and nothing else.
  ['shop/staging-2', [{ match: '*/staging', protection: 'open' }], 'critical'],
  ['shop/Staging', [{ match: '*/staging', protection: 'open' }], 'critical'],
  ['x/shop/staging', [{ match: '*/staging', protection: 'open' }], 'critical'],
  ['staging', [{ match: '*/staging', protection: 'open' }], 'critical'],
  ['shop/staging', [{ match: 'shop/stag*', protection: 'open' }], 'critical'],
  ['shop/production', [{ match: '*/*', protection: 'open' }], 'open'],
]

for (const [name, rules, wanted] of protections) {
  const shown = rules.map(({ match }) => match).join(', ') || 'no rule'
  test(`${name} is ${wanted} by ${shown}`, () => assert.equal(protectionOf(name, rules), wanted))
}

test('the first rule that matches counts', () => {
  const rules: readonly ProtectionRule[] = [
    { match: 'shop/production', protection: 'critical' },
    { match: '*', protection: 'open' },
  ]
  const { environments } = buildInventory([part()], rules, sha256)
  assert.deepEqual(
    environments.map(({ name, protection }) => `${name} ${protection}`),
    ['shop/production critical', 'shop/staging open'],
  )
})

test('the same findings in another order are the same inventory', () => {
  const one = buildInventory([part()], [], sha256)
  const turned = part({
    environments: discovered.environments.toReversed(),
    nodes: discovered.nodes.toReversed(),
  })
  assert.deepEqual(buildInventory([turned], [], sha256), one)
})

test('the digest covers what exists and its protection, and not the hour', () => {
  const { digest } = buildInventory([part()], [], sha256)
  assert.equal(buildInventory([{ ...part(), at: later }], [], sha256).digest, digest)
  const others = [
    buildInventory([part({ edges: [] })], [], sha256),
    buildInventory([part()], [{ match: '*/staging', protection: 'open' }], sha256),
    buildInventory([part({ environments: discovered.environments.slice(1) })], [], sha256),
    emptyInventory(sha256),
  ]
  assert.equal(new Set([digest, ...others.map((each) => each.digest)]).size, 5)
})

test('nothing known is not the same as nothing there', () => {
  const nothing: InventoryPart = part({ environments: [], nodes: [], edges: [] })
  assert.notEqual(buildInventory([nothing], [], sha256).digest, emptyInventory(sha256).digest)
})

const contradictions: readonly (readonly [string, Partial<Discovered>])[] = [
  ['a node twice', { nodes: [...discovered.nodes, ...discovered.nodes] }],
  [
    'an environment twice',
    { environments: [...discovered.environments, ...discovered.environments] },
  ],
  [
    'an edge to what was not found',
    { edges: [{ kind: 'mounts', from: 'railway:volume/v', to: 'railway:volume/w' }] },
  ],
]

for (const [name, changes] of contradictions) {
  test(`a walk that contradicts itself is refused: ${name}`, () => {
    assert.throws(
      () => buildInventory([part(changes)], [], sha256),
      (error: Fault) => error.code === 'inventory-malformed',
    )
  })
}

test('one provider walked twice is refused', () => {
  assert.throws(() => buildInventory([part(), part()], [], sha256), /`railway` was found twice/)
})
