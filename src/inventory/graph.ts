import type { Inventory, InventoryNode } from '../domain/inventory.ts'
import type { Environment } from '../domain/resource.ts'

/** An inventory made quick to ask: built once for each snapshot, and forgotten with it. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, InventoryNode>
  /** every node that has this id at this provider, whatever its type: `railway/3d2c…` */
  readonly byId: ReadonlyMap<string, readonly InventoryNode[]>
  readonly children: Links
  readonly parents: Links
  /** who mounts it */
  readonly mountedBy: Links
  /** what is a backup of it */
  readonly backupsOf: Links
  readonly backups: ReadonlySet<string>
  /** `railway/env-…` */
  readonly environments: ReadonlyMap<string, Environment>
  readonly environmentsOf: ReadonlyMap<string, readonly Environment[]>
  /** those that exist and could not be looked into: `railway/env-…` */
  readonly hidden: ReadonlySet<string>
  readonly discovered: ReadonlySet<string>
  /** answers already worked out; sound because a snapshot never changes */
  readonly footprints: Map<string, Footprint>
}

type Links = ReadonlyMap<string, readonly string[]>

/** What stands and falls with one node. */
export interface Footprint {
  /** the environments in which it exists; null when one of them is not known */
  readonly own: readonly Environment[] | null
  /** the environments of all that goes with it and of all that mounts that; null as above */
  readonly whole: readonly Environment[] | null
  /** the node and everything it contains, sorted */
  readonly closure: readonly string[]
  /** what mounts any of that and is not part of it, sorted */
  readonly mounting: readonly string[]
  /** backups in the closure, and backups of it elsewhere, sorted */
  readonly inside: readonly string[]
  readonly surviving: readonly string[]
}

const graphs = new WeakMap<Inventory, Graph>()

export function graphOf(inventory: Inventory): Graph {
  let graph = graphs.get(inventory)
  if (graph === undefined) {
    graph = buildGraph(inventory)
    graphs.set(inventory, graph)
  }
  return graph
}

function buildGraph(inventory: Inventory): Graph {
  const { environments, nodes, edges } = inventory
  const linked = (kind: string, from: 'from' | 'to', to: 'from' | 'to'): Links =>
    gather(
      edges.filter((edge) => edge.kind === kind),
      (edge) => edge[from],
      (edge) => edge[to],
    )
  return {
    nodes: new Map(nodes.map((node) => [node.ref, node])),
    byId: gather(nodes, idOf, (node) => node),
    children: linked('contains', 'from', 'to'),
    parents: linked('contains', 'to', 'from'),
    mountedBy: linked('mounts', 'to', 'from'),
    backupsOf: linked('backs-up', 'to', 'from'),
    backups: new Set(edges.filter(({ kind }) => kind === 'backs-up').map(({ from }) => from)),
    environments: new Map(environments.map((each) => [`${each.provider}/${each.id}`, each])),
    environmentsOf: gather(
      environments,
      ({ provider }) => provider,
      (each) => each,
    ),
    hidden: new Set(nodes.filter(({ hidden }) => hidden === true).map(idOf)),
    discovered: new Set(Object.keys(inventory.discoveredAt)),
    footprints: new Map(),
  }
}

function gather<T, V>(
  items: readonly T[],
  key: (item: T) => string,
  value: (item: T) => V,
): Map<string, V[]> {
  const gathered = new Map<string, V[]>()
  for (const item of items) {
    const list = gathered.get(key(item))
    if (list === undefined) gathered.set(key(item), [value(item)])
    else list.push(value(item))
  }
  return gathered
}

/** `railway:volume/3d2c…` → `railway/3d2c…` */
function idOf({ ref }: InventoryNode): string {
  return `${providerOf(ref)}${ref.slice(ref.indexOf('/'))}`
}

export function providerOf(ref: string): string {
  return ref.slice(0, ref.indexOf(':'))
}

export function footprintOf(node: InventoryNode, graph: Graph): Footprint {
  let footprint = graph.footprints.get(node.ref)
  if (footprint === undefined) {
    footprint = measure(node, graph)
    graph.footprints.set(node.ref, footprint)
  }
  return footprint
}

function measure(node: InventoryNode, graph: Graph): Footprint {
  const closure = closureOf(node.ref, graph)
  return { own: ownEnvironments(node, graph), ...around(closure, graph) }
}

/** What leans on a set of nodes that stand and fall together, and where all of that is. */
export function around(closure: ReadonlySet<string>, graph: Graph): Omit<Footprint, 'own'> {
  const mounting = new Set<string>()
  const backups = new Set<string>()
  for (const ref of closure) {
    for (const mounter of graph.mountedBy.get(ref) ?? []) mounting.add(mounter)
    for (const backup of graph.backupsOf.get(ref) ?? []) backups.add(backup)
    // A backup is lost with its container even where what it backs up is not touched.
    if (graph.backups.has(ref)) backups.add(ref)
  }
  return {
    whole: unite([...closure, ...mounting], graph),
    closure: [...closure].sort(),
    mounting: [...mounting].filter((ref) => !closure.has(ref)).sort(),
    inside: [...backups].filter((ref) => closure.has(ref)).sort(),
    surviving: [...backups].filter((ref) => !closure.has(ref)).sort(),
  }
}

function closureOf(root: string, graph: Graph): ReadonlySet<string> {
  const reached = new Set([root])
  // A set grows while it is walked; each ref is walked once, so cycles end.
  for (const ref of reached) for (const child of graph.children.get(ref) ?? []) reached.add(child)
  return reached
}

function unite(refs: readonly string[], graph: Graph): readonly Environment[] | null {
  const united = new Set<Environment>()
  for (const ref of refs) {
    const node = graph.nodes.get(ref)
    const own = node === undefined ? null : ownEnvironments(node, graph)
    if (own === null) return null
    for (const environment of own) united.add(environment)
  }
  return sortEnvironments(united)
}

/** Its own, else those of what it contains, else those of what contains it. */
export function ownEnvironments(node: InventoryNode, graph: Graph): readonly Environment[] | null {
  if (node.environments.length > 0) return lookUp(node, graph)
  return (
    gatherEnvironments(node.ref, graph.children, graph) ??
    gatherEnvironments(node.ref, graph.parents, graph)
  )
}

/** Walks on through nodes that name no environment; null when nothing that does is found. */
function gatherEnvironments(
  root: string,
  links: Links,
  graph: Graph,
): readonly Environment[] | null {
  const found = new Set<Environment>()
  const reached = new Set([root])
  for (const ref of reached) {
    for (const next of links.get(ref) ?? []) {
      const node = graph.nodes.get(next)
      if (node === undefined || node.environments.length === 0) {
        reached.add(next)
        continue
      }
      const known = lookUp(node, graph)
      if (known === null) return null
      for (const environment of known) found.add(environment)
    }
  }
  return found.size === 0 ? null : sortEnvironments(found)
}

function lookUp(node: InventoryNode, graph: Graph): readonly Environment[] | null {
  const found: Environment[] = []
  for (const id of node.environments) {
    const environment = graph.environments.get(`${providerOf(node.ref)}/${id}`)
    if (environment === undefined) return null
    found.push(environment)
  }
  return sortEnvironments(found)
}

export function sortEnvironments(environments: Iterable<Environment>): readonly Environment[] {
  return [...environments].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0,
  )
}
