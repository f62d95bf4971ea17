// Whatever the inventory looks like: an effect on a container never reaches less than on what it
// contains, and naming an environment hides neither that environment nor where the thing really is.
import { test } from 'node:test'

import fc from 'fast-check'

import { effectOn, hitOf, inventoryOf } from '../../test/placing.ts'
import type { Hit } from '../domain/impact.ts'
import type { InventoryEdge, InventoryNode } from '../domain/inventory.ts'

const places = ['a', 'b', 'c'] as const
const nodesMax = 8
const ref = (index: number): string => `railway:thing/${index}`

const node = fc.record({ where: fc.subarray([...places]) })
const edge = fc.record({
  kind: fc.constantFrom<InventoryEdge['kind'][]>('contains', 'contains', 'mounts', 'backs-up'),
  from: fc.nat(nodesMax - 1),
  to: fc.nat(nodesMax - 1),
})

const inventories = fc
  .record({
    nodes: fc.array(node, { minLength: nodesMax, maxLength: nodesMax }),
    edges: fc.array(edge, { maxLength: 16 }),
  })
  .map(({ nodes, edges }) => {
    const unique = new Map(
      edges.map(({ kind, from, to }): [string, InventoryEdge] => [
        `${kind} ${from} ${to}`,
        { kind, from: ref(from), to: ref(to) },
      ]),
    )
    return {
      environments: places.map((id) => ({ id, name: `x/${id}` })),
      nodes: nodes.map(({ where }, i): InventoryNode => {
        return { ref: ref(i), label: `thing ${i}`, environments: where }
      }),
      edges: [...unique.values()],
    }
  })

/** null is anywhere. */
function reached({ environments }: Hit): ReadonlySet<string> | null {
  return environments.kind === 'unknown'
    ? null
    : new Set(environments.environments.map(({ id }) => id))
}

function isWithin(inner: ReadonlySet<string> | null, outer: ReadonlySet<string> | null): boolean {
  return outer === null || (inner !== null && [...inner].every((each) => outer.has(each)))
}

const kinds = fc.constantFrom('destroy' as const, 'disarm' as const, 'escalate' as const)

test('a container reaches all that its contents reach', () => {
  fc.assert(
    fc.property(inventories, kinds, (discovered, kind) => {
      const inventory = inventoryOf(discovered)
      const reachOf = (name: string) =>
        reached(hitOf(effectOn(kind, 'thing', name.split('/')[1] ?? ''), inventory))
      return discovered.edges
        .filter((each) => each.kind === 'contains')
        .every(({ from, to }) => isWithin(reachOf(to), reachOf(from)))
    }),
    { numRuns: 300, seed: 20_260_424 },
  )
})

test('what is destroyed is never said to survive, and no backup of it is forgotten', () => {
  fc.assert(
    fc.property(inventories, fc.nat(nodesMax - 1), (discovered, root) => {
      const { backups } = hitOf(effectOn('destroy', 'thing', String(root)), inventoryOf(discovered))
      if (backups.kind === 'unknown') return true
      const inside = new Set(backups.inside.map(({ resource }) => resource))
      const all = new Set([...inside, ...backups.surviving.map(({ resource }) => resource)])
      const direct = discovered.edges
        .filter(({ kind }) => kind === 'backs-up')
        .filter(({ to }) => to === ref(root))
      return (
        backups.surviving.every(({ resource }) => !inside.has(resource)) &&
        direct.every(({ from }) => all.has(from))
      )
    }),
    { numRuns: 300, seed: 20_260_425 },
  )
})

test('a thing that is not where the request says is reached where it is', () => {
  const place = fc.constantFrom(...places)
  fc.assert(
    fc.property(inventories, fc.nat(nodesMax - 1), place, kinds, (discovered, root, id, kind) => {
      const own = discovered.nodes[root]?.environments ?? []
      if (own.includes(id)) return true
      const effect = effectOn(kind, 'thing', String(root), { environment: id })
      return isWithin(new Set(own), reached(hitOf(effect, inventoryOf(discovered))))
    }),
    { numRuns: 300, seed: 20_260_427 },
  )
})

test('an environment that the request names is always reached', () => {
  const anyKind = fc.constantFrom('read' as const, 'write' as const, 'destroy' as const)
  const place = fc.constantFrom(...places)
  fc.assert(
    fc.property(inventories, fc.nat(nodesMax - 1), place, anyKind, (discovered, root, id, kind) => {
      const effect = effectOn(kind, 'thing', String(root), { environment: id })
      return reached(hitOf(effect, inventoryOf(discovered)))?.has(id) ?? true
    }),
    { numRuns: 300, seed: 20_260_426 },
  )
})
