// What a graph shows. Each node says in words what its colour says.

export type GraphTone = 'critical' | 'standard' | 'open' | 'lost' | 'kept' | 'quiet'

export interface GraphNode {
  readonly id: string
  /** what others call it; it is made inert where it is shown */
  readonly label: string
  /** the console's own word for what it is: `volume`, `environment` */
  readonly kind: string
  readonly tone: GraphTone
  /** the console's own words beside it: `lost`, `survives` */
  readonly badge?: string
  /** nodes of one group that have the same links may be drawn as one: `volume instances` */
  readonly group?: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** the console's own words: `goes with it`; may be empty */
  readonly label: string
  readonly tone: GraphTone
}

export interface GraphShape {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** more than this of one group are drawn as one, and named one by one in the list */
export const groupMax = 6

/** Draws big groups as one node each: `43 volume instances`. */
export function gathered({ nodes, edges }: GraphShape): GraphShape {
  const alike = new Map<string, GraphNode[]>()
  const links = linksOf(edges)
  for (const node of nodes) {
    if (node.group === undefined) continue
    const { group, tone, kind, badge = '' } = node
    const key = JSON.stringify([group, tone, kind, badge, links.get(node.id) ?? []])
    const members = alike.get(key) ?? []
    members.push(node)
    alike.set(key, members)
  }
  const drawnAs = new Map<string, GraphNode>()
  for (const members of alike.values()) {
    const [first] = members
    if (first === undefined || members.length <= groupMax) continue
    const label = `${members.length} ${first.group ?? ''}`
    const gathering = { ...first, id: `group:${first.id}`, label }
    for (const { id } of members) drawnAs.set(id, gathering)
  }
  const drawn = new Map(nodes.map((node) => drawnAs.get(node.id) ?? node).map((n) => [n.id, n]))
  const joined = new Map<string, GraphEdge>()
  for (const edge of edges) {
    const from = drawnAs.get(edge.from)?.id ?? edge.from
    const to = drawnAs.get(edge.to)?.id ?? edge.to
    joined.set(JSON.stringify([from, to, edge.label]), { ...edge, from, to })
  }
  return { nodes: [...drawn.values()], edges: [...joined.values()] }
}

/** What a node is linked to, and how: alike where these are the same. */
function linksOf(edges: readonly GraphEdge[]): ReadonlyMap<string, readonly string[]> {
  const links = new Map<string, string[]>()
  const add = (node: string, link: string): void => {
    const all = links.get(node) ?? []
    all.push(link)
    links.set(node, all)
  }
  for (const { from, to, label, tone } of edges) {
    add(from, `to ${to} ${label} ${tone}`)
    add(to, `from ${from} ${label} ${tone}`)
  }
  for (const all of links.values()) all.sort()
  return links
}
