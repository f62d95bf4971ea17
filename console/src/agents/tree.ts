import type { AgentView } from '../../../src/api/console/agents/shapes.ts'

export interface AgentNode {
  readonly agent: AgentView
  readonly below: readonly AgentNode[]
}

/** Who works for whom. An agent whose parent is not here, or that is above itself, is a root. */
export function treeOf(agents: readonly AgentView[]): readonly AgentNode[] {
  const known = new Map<string, AgentView>(agents.map((agent) => [agent.name, agent]))
  const isRoot = ({ name, under }: AgentView): boolean => {
    const seen = new Set<string>([name])
    for (let next: string | null = under; next !== null; next = known.get(next)?.under ?? null) {
      if (!known.has(next)) return next === under
      // Round in a circle: the first by name is where it is shown from.
      if (seen.has(next)) return [...seen].sort()[0] === name
      seen.add(next)
    }
    return under === null
  }
  const roots = agents.filter(isRoot)
  const rooted = new Set<string>(roots.map(({ name }) => name))
  const nodeOf = (agent: AgentView): AgentNode => {
    const under = agents.filter((one) => one.under === agent.name && !rooted.has(one.name))
    return { agent, below: under.map(nodeOf) }
  }
  return roots.map(nodeOf)
}
