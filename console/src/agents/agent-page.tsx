import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { verdictWords } from '../../../src/words/words.ts'
import type { AgentDetailView, MandateView } from '../../../src/api/console/agents/shapes.ts'
import type { ActionList } from '../../../src/api/console/now/shapes.ts'
import { useLive } from '../live.tsx'
import '../now/now.css'
import { useSession } from '../session.tsx'
import { Problem } from '../ui/attempt.tsx'
import { EnvironmentTags } from '../ui/environment.tsx'
import { InertText, Name, Sentence } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import './agents.css'
import { MandateCard } from './mandate-card.tsx'
import { Standing } from './standing.tsx'

export function AgentPage(): ReactNode {
  const { agent } = useParams({ strict: false })
  const name = agent ?? ''
  const live = useLive<AgentDetailView>(`/api/agents/${name}`, ['agents', 'holds'])
  const { value, problem, reload } = live
  const owner = useSession().roles.includes('owner')
  return (
    <>
      <p>
        <Link to="/agents">All agents</Link>
      </p>
      <div className="agent-top">
        <h1>
          The agent <Name text={name} />
        </h1>
        {owner && (
          <Link to="/agents/grant" search={{ agent: name }} className="agent-link-button">
            Grant it a mandate…
          </Link>
        )}
      </div>
      <Problem problem={problem} />
      {value !== null && <Whole view={value} onChanged={reload} />}
    </>
  )
}

interface WholeProps {
  readonly view: AgentDetailView
  readonly onChanged: () => void
}

function Whole({ view, onChanged }: WholeProps): ReactNode {
  const { agent, below, ended, everyone } = view
  const { mandates } = agent
  return (
    <>
      <p>
        <Name text={agent.owner} /> answers for it. Added <Moment at={agent.addedAt} />.{' '}
        {agent.under !== null && (
          <>
            It works for{' '}
            <Link to="/agents/of/$agent" params={{ agent: agent.under }}>
              <Name text={agent.under} />
            </Link>
            .{' '}
          </>
        )}
        {below.length > 0 && (
          <>
            For it work{' '}
            {below.map((one) => (
              <Link key={one} to="/agents/of/$agent" params={{ agent: one }}>
                <Name text={one} />{' '}
              </Link>
            ))}
          </>
        )}
      </p>
      <Standing agent={agent} everyone={everyone} onChanged={onChanged} />
      <h2>Mandates that stand</h2>
      {mandates.length === 0 && <p className="note">None: nothing of it is let through.</p>}
      {mandates.map((one) => (
        <MandateCard key={one.mandate.id} view={one} onChanged={onChanged} />
      ))}
      <Recent agent={agent.name} />
      {ended.length > 0 && <Ended ended={ended} />}
    </>
  )
}

function Recent({ agent }: { agent: string }): ReactNode {
  const path = `/api/actions?agent=${agent}&limit=10`
  const { value } = useLive<ActionList>(path, ['actions'])
  return (
    <section>
      <h2>What it did last</h2>
      {value?.actions.length === 0 && <p className="quiet">Nothing yet.</p>}
      <ul className="agent-recent">
        {value?.actions.map((action) => (
          <li key={action.decision}>
            <span className={`verdict ${action.verdict}`}>{verdictWords[action.verdict]}</span>{' '}
            <Sentence words={action.sentence} />{' '}
            <EnvironmentTags environments={action.environments} />
            <span className="quiet">
              <Moment at={action.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Ended({ ended }: { ended: readonly MandateView[] }): ReactNode {
  return (
    <details className="agent-fold">
      <summary>Mandates that ended ({ended.length})</summary>
      <ul className="agent-recent">
        {ended.map(({ mandate, words, endedAt }) => (
          <li key={mandate.id}>
            <code>{mandate.id}</code> {endedAt === null ? 'ran out ' : 'revoked '}
            <Moment at={endedAt ?? mandate.expiresAt} />: may <InertText text={words.may} />
          </li>
        ))}
      </ul>
    </details>
  )
}
