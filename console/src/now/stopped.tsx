import type { ReactNode } from 'react'

import type { NowView } from '../../../src/api/console/now/shapes.ts'
import type { TripReason } from '../../../src/domain/fact.ts'
import { DeedButton } from '../ui/deed-button.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'

const reasonWords: Readonly<Record<TripReason, string>> = {
  budget: 'its budget is used up',
  'credential-pivot': 'it used a credential that is not its own',
  'escalation-after-refusal': 'it looked for another way after a refusal',
}

/** What people and the breaker have stopped, and the passkey that lets it go on. */
export function Stopped({ view, onChanged }: StoppedProps): ReactNode {
  const { killed, frozen } = view
  if (killed.length + frozen.length === 0) {
    return <p className="quiet">Every breaker is closed: no agent is stopped or frozen.</p>
  }
  return (
    <ul className="stopped">
      {killed.map(({ agent, by, at }) => (
        <li key={agent ?? ''} className="danger-note">
          <p>
            {agent === null ? <strong>All agents are stopped</strong> : <Name text={agent} />}
            {agent === null ? '' : <strong> is stopped</strong>}, by <Name text={by} />,{' '}
            <Moment at={at} />. Nothing of {agent === null ? 'theirs' : 'it'} is let through.
          </p>
          <DeedButton deed={{ kind: 'kill-lift', agent, since: at }} onDone={onChanged}>
            Let {agent === null ? 'them' : 'it'} start again, with passkey
          </DeedButton>
        </li>
      ))}
      {frozen.map(({ agent, reason, says, at }) => (
        <li key={agent} className="danger-note">
          <p>
            <Name text={agent} /> <strong>is frozen</strong>, <Moment at={at} />:{' '}
            {reasonWords[reason]} (<InertText text={says} />
            ).
          </p>
          <DeedButton deed={{ kind: 'resume', agent, since: at }} onDone={onChanged}>
            Let it go on, with passkey
          </DeedButton>
        </li>
      ))}
    </ul>
  )
}

interface StoppedProps {
  readonly view: NowView
  readonly onChanged: () => void
}
