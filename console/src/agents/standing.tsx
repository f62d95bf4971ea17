import type { ReactNode } from 'react'

import type { AgentView } from '../../../src/api/console/agents/shapes.ts'
import type { KilledAgent } from '../../../src/api/console/now/shapes.ts'
import { StopButton } from '../now/stop.tsx'
import { DeedButton } from '../ui/deed-button.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'

interface StandingProps {
  readonly agent: AgentView
  readonly everyone: KilledAgent | null
  readonly onChanged: () => void
}

/** Whether it may go on, in words; and what a person can do about it. */
export function Standing({ agent, everyone, onChanged }: StandingProps): ReactNode {
  const { name, frozen, killed } = agent
  return (
    <>
      {killed !== null && (
        <div className="danger-note">
          <p>
            Stopped by <Name text={killed.by} />, <Moment at={killed.at} />.
          </p>
          <DeedButton
            deed={{ kind: 'kill-lift', agent: name, since: killed.at }}
            onDone={onChanged}
          >
            Let it start again, with your passkey
          </DeedButton>
        </div>
      )}
      {frozen !== null && (
        <div className="danger-note">
          <p>
            Frozen by the breaker, <Moment at={frozen.at} />: <InertText text={frozen.says} />.
          </p>
          <DeedButton deed={{ kind: 'resume', agent: name, since: frozen.at }} onDone={onChanged}>
            Let it go on, with your passkey
          </DeedButton>
        </div>
      )}
      {everyone !== null && <p className="problem">All agents are stopped.</p>}
      {killed === null && (
        <div className="agent-buttons">
          <StopButton agent={name} onStopped={onChanged} />
        </div>
      )}
    </>
  )
}

/** One word for a list: what of it counts most. */
export function StandingWord({ agent }: { agent: AgentView }): ReactNode {
  const { frozen, killed, waiting, mandates } = agent
  if (killed !== null) return <strong className="agent-state off">stopped</strong>
  if (frozen !== null) return <strong className="agent-state off">frozen</strong>
  if (waiting > 0) {
    return (
      <strong className="agent-state waits">
        {waiting} {waiting === 1 ? 'hold waits' : 'holds wait'} for a person
      </strong>
    )
  }
  const live = mandates.some(({ leases }) => leases.length > 0)
  if (live) return <span className="agent-state on">may act</span>
  const why = mandates.length === 0 ? 'no mandate' : 'no lease'
  return <span className="agent-state">may do nothing: {why}</span>
}
