import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Action } from '../src/domain/action.ts'
import type { Effect, Extent, KnownEffectKind } from '../src/domain/effect.ts'
import type { Hit } from '../src/domain/impact.ts'
import type { Inventory } from '../src/domain/inventory.ts'
import type { Instant } from '../src/domain/names.ts'
import type { NonEmpty } from '../src/domain/nonempty.ts'
import type { Resource } from '../src/domain/resource.ts'
import type { Discovered } from '../src/providers/provider.ts'
import { sha256 } from '../src/system/hash.ts'
import { buildInventory, emptyInventory } from '../src/inventory/inventory.ts'
import { place } from '../src/inventory/place.ts'

// For tests of placing: the scene as `discover` found it at the simulator (see discover.test.ts).
const file = join(import.meta.dirname, 'corpus/inventory/pocketos.json')
export const scene = JSON.parse(readFileSync(file, 'utf8')) as Discovered
const at = '2026-04-24T09:00:00.000Z' as Instant
const rules = [{ match: '*/staging', protection: 'standard' }] as const
export const inventory = inventoryOf(scene)
export const nothing = emptyInventory(sha256)

export function inventoryOf(discovered: Discovered): Inventory {
  return buildInventory([{ provider: 'railway', discovered, at }], rules, sha256)
}

/** By the label that people know it by. */
export function idOf(label: string): string {
  const node = scene.nodes.find((each) => each.label === label)
  return node?.ref.split('/')[1] ?? assert.fail(label)
}

export const volume = idOf('volume pg-data')
export const production = idOf('environment pocketos/production')
export const staging = idOf('environment pocketos/staging')
export const project = idOf('project pocketos')

type Within = Resource['within']

export function effectOn(
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

export function actionOf(...effects: NonEmpty<Effect>): NonEmpty<Action> {
  return [{ verb: 'test', effects, evidence: { reader: 'railway', excerpt: '', span: null } }]
}

export function hitOf(effect: Effect, on: Inventory = inventory): Hit {
  return place(actionOf(effect), on)[0].hits[0]
}

export function reach({ environments: reached }: Hit): string {
  return reached.kind === 'unknown'
    ? 'unknown'
    : reached.environments.map(({ name }) => name.replace('pocketos/', '')).join(' ')
}

export function labels(hit: Hit, relation: string): readonly string[] {
  return hit.dependants.filter((each) => each.relation === relation).map(({ label }) => label)
}

export function backups({ backups: found }: Hit): string {
  if (found.kind === 'unknown') return 'unknown'
  const { inside, surviving } = found
  return `${inside.length} of ${inside.length + surviving.length}`
}
