import { startNode } from './targets.ts'
import type { Target } from './targets.ts'

export interface MeasuredGate {
  readonly target: Target
  readonly body: string
  stop(): Promise<void>
}

const bodyBytes = 400

/** A gate on a state of its own, in front of the upstream; reads of one project are allowed. */
export async function startGate(
  folder: string,
  upstream: string,
  simulator: Readonly<Record<string, unknown>>,
): Promise<MeasuredGate> {
  const { project } = simulator['ids'] as { readonly project: string }
  const { account, workspace } = simulator['tokens'] as Readonly<Record<string, string>>
  const child = await startNode([
    'bench/gate-process.ts',
    folder,
    upstream,
    account ?? '',
    workspace ?? '',
  ])
  const { agents, lease } = child.ready
  const target: Target = {
    name: 'holdpoint',
    url: `http://${String(agents)}/railway/graphql/v2`,
    headers: { authorization: `Bearer ${String(lease)}` },
    stop: child.stop,
  }
  return { target, body: bodyOf(project), stop: child.stop }
}

/** A read as a client would send it, as long as the reference figures' requests. */
function bodyOf(project: string): string {
  const query = 'query Project($id: String!) { project(id: $id) { id name description createdAt } }'
  const variables = { id: project }
  const short = JSON.stringify({ query, variables, operationName: 'Project' })
  const padded = query.replace(' }', ` ${'#'.padEnd(bodyBytes - short.length - 2)}\n }`)
  return JSON.stringify({ query: padded, variables, operationName: 'Project' })
}
