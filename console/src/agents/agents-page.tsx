import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { AgentsView, AgentView } from '../../../src/api/console/agents/shapes.ts'
import { useLive } from '../live.tsx'
import '../now/now.css'
import { useSession } from '../session.tsx'
import { Problem } from '../ui/attempt.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { AddAgent } from './add-agent.tsx'
import './agents.css'
import { StandingWord } from './standing.tsx'
import { treeOf } from './tree.ts'
import type { AgentNode } from './tree.ts'

export function AgentsPage(): ReactNode {
  const { value, problem, reload } = useLive<AgentsView>('/api/agents', ['agents', 'holds'])
  const owner = useSession().roles.includes('owner')
  return (
    <>
      <div className="agent-top">
        <h1>Agents</h1>
        {owner && (
          <Link to="/agents/grant" className="agent-link-button">
            Grant a mandate…
          </Link>
        )}
      </div>
      <Problem problem={problem} />
      {value?.everyone != null && (
        <p className="danger-note">
          All agents are stopped. The page <Link to="/">Now</Link> lets them start again.
        </p>
      )}
      {value?.agents.length === 0 && (
        <p className="note">
          There is no agent yet. Add one, grant it a mandate, and issue it a lease: then it can
          work.
        </p>
      )}
      {value !== null && <Tree nodes={treeOf(value.agents)} />}
      {value !== null && value.agentsMore > 0 && (
        <p className="quiet">{value.agentsMore} more agents are not shown.</p>
      )}
      {owner && <AddAgent onAdded={reload} />}
    </>
  )
}

/** Sub-agents stand below the agent from whose mandate theirs was cut. */
function Tree({ nodes }: { nodes: readonly AgentNode[] }): ReactNode {
  return (
    <ul className="agent-tree">
      {nodes.map(({ agent, below }) => (
        <li key={agent.name}>
          <Row agent={agent} />
          {below.length > 0 && <Tree nodes={below} />}
        </li>
      ))}
    </ul>
  )
}

function Row({ agent }: { agent: AgentView }): ReactNode {
  const { name, owner, mandates, lastSeen } = agent
  const leases = mandates.reduce((sum, one) => sum + one.leases.length, 0)
  return (
    <article className="card agent-row">
      <p className="agent-row-top">
        <Link to="/agents/of/$agent" params={{ agent: name }} className="agent-name">
          <Name text={name} />
        </Link>
        <StandingWord agent={agent} />
      </p>
      <p className="quiet">
        {owner} answers for it · {counted(mandates.length, 'mandate')},{' '}
        {counted(leases, 'live lease')} ·{' '}
        {lastSeen === null ? (
          'nothing done lately'
        ) : (
          <>
            last seen <Moment at={lastSeen} />
          </>
        )}
      </p>
      {mandates.slice(0, 3).map(({ mandate, words }) => (
        <p key={mandate.id} className="agent-may">
          <span className="quiet">may</span> <InertText text={words.may} />
        </p>
      ))}
      {mandates.length > 3 && <p className="quiet">and {mandates.length - 3} more mandates</p>}
    </article>
  )
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
