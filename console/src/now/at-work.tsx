import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { AgentAtWork, BudgetUse, NowView } from '../../../src/api/console/now/shapes.ts'
import { Name, Sentence } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { StopButton } from './stop.tsx'

/** Who did something in the last five minutes. */
export function AgentsAtWork({ view, onStopped }: AtWorkProps): ReactNode {
  if (view.agents.length === 0) {
    return <p className="quiet">No agent did anything in the last five minutes.</p>
  }
  return (
    <>
      <ul className="at-work">
        {view.agents.map((one) => (
          <AtWork key={one.agent ?? ''} one={one} onStopped={onStopped} />
        ))}
      </ul>
      {view.agentsMore > 0 && <p className="quiet">And {view.agentsMore} agents more.</p>}
    </>
  )
}

interface AtWorkProps {
  readonly view: NowView
  readonly onStopped: () => void
}

function AtWork({ one, onStopped }: { one: AgentAtWork; onStopped: () => void }): ReactNode {
  const { agent, last, waiting } = one
  return (
    <li className="at-work-row card">
      <div className="at-work-who">
        {agent === null ? <span className="quiet">strangers</span> : <Name text={agent} />}
        <Counts one={one} />
        {waiting > 0 && (
          <span className="quiet">
            {waiting} {waiting === 1 ? 'waits' : 'wait'} for a person
          </span>
        )}
      </div>
      <p className="at-work-last quiet">
        <Moment at={last.at} />: <Sentence words={last.sentence} />
      </p>
      <div className="at-work-stop">
        {agent !== null && !one.stopped && <StopButton agent={agent} onStopped={onStopped} />}
        {agent !== null && one.stopped && <span className="verdict deny">stopped</span>}
      </div>
    </li>
  )
}

function Counts({ one }: { one: AgentAtWork }): ReactNode {
  const counts = [
    ['allow', one.allowed, 'allowed'],
    ['hold', one.held, 'held'],
    ['deny', one.denied, 'denied'],
  ] as const
  return (
    <span className="counts">
      {counts.map(([kind, count, words]) => (
        <span key={kind} className={count === 0 ? 'quiet' : `verdict ${kind}`}>
          {count} {words}
        </span>
      ))}
    </span>
  )
}

const limitWords = {
  requests: 'requests',
  writes: 'writes',
  destroys: 'destructions',
  denials: 'refusals and holds',
  resources: 'different resources',
} as const

/** What is used of what a mandate limits; reaching a limit freezes the agent. */
export function Budgets({ view }: { view: NowView }): ReactNode {
  if (view.budgets.length === 0) return null
  return (
    <>
      <h3>Budgets</h3>
      <ul className="budgets">
        {view.budgets.map((use) => (
          <Budget key={use.mandate} use={use} />
        ))}
      </ul>
      {view.budgetsMore > 0 && (
        <p className="quiet">
          And {view.budgetsMore} mandates more, further from their limits:{' '}
          <Link to="/agents">see the agents</Link>.
        </p>
      )}
    </>
  )
}

function Budget({ use }: { use: BudgetUse }): ReactNode {
  return (
    <li>
      <Name text={use.agent} />
      {use.lines.map(({ what, used, limit }) => (
        <span key={what} className={used * 5 >= limit * 4 ? 'budget near' : 'budget'}>
          <span className="used" aria-hidden="true">
            <span style={{ width: `${Math.min(100, (100 * used) / Math.max(limit, 1))}%` }} />
          </span>
          {used.toLocaleString('en')} of {limit.toLocaleString('en')} {limitWords[what]}
        </span>
      ))}
    </li>
  )
}
