import { Fault } from '../../domain/fault.ts'
import type { InventoryEdge, InventoryNode } from '../../domain/inventory.ts'
import { showResource } from '../../domain/resource.ts'
import type { Discovered, DiscoveredEnvironment } from '../provider.ts'

const nodesMax = 10_000

/** Gathers what a walk finds. What is found by two ways is one thing, wherever either found it. */
export interface Finds {
  environment(found: DiscoveredEnvironment): void
  node(ref: string, label: string, environments: readonly string[]): void
  /** It exists, and what is in it cannot be seen. */
  hide(ref: string): void
  edge(kind: InventoryEdge['kind'], from: string, to: string): void
  discovered(): Discovered
}

export function createFinds(): Finds {
  const environments = new Map<string, DiscoveredEnvironment>()
  const nodes = new Map<string, { readonly label: string; readonly environments: Set<string> }>()
  const edges = new Map<string, InventoryEdge>()
  const hidden = new Set<string>()

  function node(ref: string, label: string, where: readonly string[]): void {
    const known = nodes.get(ref)
    if (known === undefined) nodes.set(ref, { label, environments: new Set(where) })
    else for (const id of where) known.environments.add(id)
    if (nodes.size > nodesMax) {
      throw new Fault('discover-too-large', `more than ${nodesMax} things were found at railway`)
    }
  }

  return {
    node,
    environment: (found) => environments.set(found.id, found),
    hide: (ref) => hidden.add(ref),
    edge: (kind, from, to) => edges.set(`${kind} ${from} ${to}`, { kind, from, to }),
    discovered: () => ({
      environments: [...environments.values()],
      nodes: [...nodes].map(([ref, found]): InventoryNode => ({
        ref,
        label: found.label,
        environments: [...found.environments],
        ...(hidden.has(ref) ? { hidden: true } : {}),
      })),
      edges: [...edges.values()],
    }),
  }
}

export function refOf(type: string, id: string): string {
  return showResource({ provider: 'railway', type, id })
}
