// What a person should know of an inventory before anything happens: what environments share, which
// backups die with what they protect, and what nobody has said how much they mind.
import type { Inventory, InventoryEdge, InventoryNode } from '../domain/inventory.ts'
import type { Environment } from '../domain/resource.ts'
import { matchesPattern } from '../domain/scope.ts'
import { footprintOf, graphOf } from './graph.ts'
import type { ProtectionRule } from './inventory.ts'

export interface Survey {
  readonly environments: readonly SurveyedEnvironment[]
  readonly nodes: readonly SurveyedNode[]
  readonly edges: readonly InventoryEdge[]
  /** things that stand in more than one environment */
  readonly shared: readonly Shared[]
  /** things whose every backup would go with them; each has at least one */
  readonly unsafe: readonly Unsafe[]
}

export interface SurveyedEnvironment extends Environment {
  /** the pattern of the configuration that protects it; null: nobody has said, so it is critical */
  readonly rule: string | null
  /** how many things are in it */
  readonly things: number
}

export interface SurveyedNode extends Pick<InventoryNode, 'ref' | 'label'> {
  /** `railway/env-1`; empty where it is not known */
  readonly environments: readonly string[]
  /** what is in it could not be looked into */
  readonly hidden: boolean
  readonly isBackup: boolean
}

export interface Shared {
  readonly ref: string
  readonly label: string
  readonly environments: readonly Environment[]
}

export interface Unsafe {
  readonly ref: string
  readonly label: string
  readonly environments: readonly Environment[]
  /** refs of the backups inside */
  readonly inside: readonly string[]
}

export function survey(inventory: Inventory, rules: readonly ProtectionRule[]): Survey {
  const graph = graphOf(inventory)
  const placed = inventory.nodes.map((node) => {
    const footprint = footprintOf(node, graph)
    return { node, footprint, environments: footprint.own ?? [] }
  })
  const counts = new Map<Environment, number>()
  for (const { environments } of placed) {
    for (const each of environments) counts.set(each, (counts.get(each) ?? 0) + 1)
  }
  return {
    environments: inventory.environments.map((environment) => ({
      ...environment,
      rule: rules.find(({ match }) => matchesPattern(match, environment.name))?.match ?? null,
      things: counts.get(environment) ?? 0,
    })),
    nodes: placed.map(({ node, environments }) => ({
      ref: node.ref,
      label: node.label,
      environments: environments.map(({ provider, id }) => `${provider}/${id}`),
      hidden: node.hidden === true,
      isBackup: graph.backups.has(node.ref),
    })),
    edges: inventory.edges,
    shared: placed.flatMap(({ node, footprint }) => {
      // A project is in all of its environments because it holds them: nobody is surprised.
      const environments = footprint.whole ?? []
      const holdsThem = isProject(node.ref)
      if (environments.length < 2 || holdsThem || graph.backups.has(node.ref)) return []
      return [{ ref: node.ref, label: node.label, environments }]
    }),
    unsafe: placed.flatMap(({ node, footprint, environments }) => {
      const { inside, surviving } = footprint
      const hasOwn = (graph.backupsOf.get(node.ref) ?? []).length > 0
      if (!hasOwn || inside.length === 0 || surviving.length > 0) return []
      return [{ ref: node.ref, label: node.label, environments, inside }]
    }),
  }
}

/** What exists to hold environments. */
function isProject(ref: string): boolean {
  const type = ref.slice(ref.indexOf(':') + 1, ref.indexOf('/'))
  return type === 'project' || type === 'workspace' || type === 'environment'
}
