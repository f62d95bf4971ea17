import type { ReactNode } from 'react'

import type { HoldList, HoldSummary } from '../../../src/api/console/holds/shapes.ts'
import type { HoldState } from '../../../src/domain/hold.ts'
import { EnvironmentTags } from '../ui/environment.tsx'
import { Sentence } from '../ui/inert-text.tsx'
import { Link } from '@tanstack/react-router'
import { Countdown, Moment, useGateTime } from '../ui/time.tsx'

/** What waits, on top of the page Now. */
export function WaitingHolds({ list }: { list: HoldList }): ReactNode {
  const now = useGateTime(list.now)
  return (
    <>
      <p className="quiet" role="status">
        {list.waiting.length === 0
          ? 'Nothing waits. Agents that are held will appear here by themselves.'
          : `${list.waiting.length + list.waitingMore} ${
              list.waiting.length === 1 ? 'request waits' : 'requests wait'
            }. Silence means no.`}
      </p>
      <ol className="holds">
        {list.waiting.map((hold) => (
          <WaitingHold key={hold.id} hold={hold} now={now} />
        ))}
      </ol>
    </>
  )
}

export function OverHolds({ list }: { list: HoldList }): ReactNode {
  return (
    <ol className="holds over">
      {list.over.map((hold) => (
        <OverHold key={hold.id} hold={hold} />
      ))}
    </ol>
  )
}

function WaitingHold({ hold, now }: { hold: HoldSummary; now: number }): ReactNode {
  const worst = hold.environments[0]?.protection ?? 'critical'
  return (
    <li className={`hold-row ${worst}`}>
      <Link to="/holds/$hold" params={{ hold: hold.id }} className="hold-link">
        <EnvironmentTags environments={hold.environments} />
        <span className="hold-sentence">
          <Sentence words={hold.sentence} />
        </span>
        <span className="hold-facts">
          <span className={`fate ${hold.reversibility}`}>{hold.reversibility}</span>
          <span>
            waits until <Moment at={hold.expiresAt} /> (
            <Countdown until={hold.expiresAt} now={now} />)
          </span>
        </span>
      </Link>
    </li>
  )
}

function OverHold({ hold }: { hold: HoldSummary }): ReactNode {
  return (
    <li>
      <Link to="/holds/$hold" params={{ hold: hold.id }} className="hold-link">
        <span className={`state ${hold.state.kind}`}>{stateWords(hold.state)}</span>
        <span className="hold-sentence">
          <Sentence words={hold.sentence} />
        </span>
        <span className="quiet">
          <Moment at={hold.openedAt} />
        </span>
      </Link>
    </li>
  )
}

export function stateWords(state: HoldState): string {
  switch (state.kind) {
    case 'waiting':
      return 'waiting'
    case 'released':
      return `released by ${state.by.join(' and ')}, not used yet`
    case 'spent':
      return 'released, and used'
    case 'refused':
      return `refused by ${state.by}`
    case 'expired':
      return 'expired: nobody answered'
    case 'withdrawn':
      return 'withdrawn'
  }
}
