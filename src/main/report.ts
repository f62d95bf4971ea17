import type { GateReport } from '../api/control.ts'
import type { Gate, Works } from './gate.ts'

/** What a gate that runs says of itself. */
export function reportOf(
  works: Works,
  { agents, console, postgres, mcp }: Pick<Gate, 'agents' | 'console' | 'postgres' | 'mcp'>,
): GateReport {
  const { state, policies, sessions, discovery } = works
  const { upstreams, databases } = state.configuration
  const secrets = new Set(state.vault().list())
  const inventory = discovery.current()
  return {
    ...{ pid: process.pid, startedAt: works.startedAt, agents, console, mcp },
    mcpServers: state.configuration.mcp.map(({ name, environment }) => ({ name, environment })),
    policies: policies.current().digest,
    connections: sessions.count(),
    upstreams: upstreams.map(({ name, hosts, provider, credential }) => ({
      ...{ name, hosts, credential: secrets.has(credential) },
      discoveredAt: inventory.discoveredAt[provider] ?? null,
      discoveryFault: discovery.fault(),
    })),
    ...(postgres === null ? {} : { postgres }),
    databases: databases.map(({ name, database, environment, databases: single, credential }) => ({
      ...{ name, database, environment: single.get(database) ?? environment },
      credential: secrets.has(credential),
    })),
  }
}
