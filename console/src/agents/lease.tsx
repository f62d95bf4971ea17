import { useState } from 'react'
import type { ReactNode } from 'react'

import type { MandateView } from '../../../src/api/console/agents/shapes.ts'
import type { IssuedLeaseView } from '../../../src/api/console/deeds/shapes.ts'
import { post } from '../api.ts'
import { perform } from '../deeds.ts'
import { mayDecide, useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { Confirm } from './confirm.tsx'

interface LeasesProps {
  readonly view: MandateView
  readonly onChanged: () => void
}

/** The leases of one mandate: those that live, and a new one. */
export function Leases({ view, onChanged }: LeasesProps): ReactNode {
  const session = useSession()
  const { leases, mandate } = view
  return (
    <section aria-label="Leases">
      <h3>Leases</h3>
      {leases.length === 0 && <p className="quiet">None: nobody can act under this mandate.</p>}
      <ul className="agent-leases">
        {leases.map(({ id, expiresAt }) => (
          <li key={id}>
            <code>{id}</code>
            <span>
              until <Moment at={expiresAt} />
            </span>
            {mayDecide(session) && (
              <Confirm
                label="Revoke…"
                about={`lease ${id}`}
                title={<>Revoke the lease {id}?</>}
                act="Revoke this lease now"
                onAct={async () => {
                  await post(`/api/leases/${id}/revoke`, {})
                  onChanged()
                }}
              >
                <p>
                  Open connections with it are cut, and what waits for a person under it is
                  withdrawn, at once. The mandate stays; other leases of it go on.
                </p>
              </Confirm>
            )}
          </li>
        ))}
      </ul>
      {view.stands && session.roles.includes('owner') && (
        <IssueLease agent={mandate.agent} mandate={mandate.id} onIssued={onChanged} />
      )}
    </section>
  )
}

interface IssueProps {
  readonly agent: string
  readonly mandate: string
  readonly onIssued: () => void
}

export function IssueLease({ agent, mandate, onIssued }: IssueProps): ReactNode {
  const [minutes, setMinutes] = useState(480)
  const [issued, setIssued] = useState<IssuedLeaseView | null>(null)
  const attempt = useAttempt()
  const issue = (): void => {
    attempt.run(async () => {
      const done = await perform({ kind: 'lease-issue', agent, mandate, minutes } as const)
      setIssued(done.issued)
      onIssued()
    })
  }
  if (issued !== null) {
    return (
      <Issued
        issued={issued}
        onDone={() => {
          setIssued(null)
        }}
      />
    )
  }
  return (
    <form
      className="agent-issue"
      onSubmit={(event) => {
        event.preventDefault()
        issue()
      }}
    >
      <label htmlFor={`minutes-${mandate}`}>A new lease, in minutes</label>
      <input
        id={`minutes-${mandate}`}
        type="number"
        min={1}
        max={1440}
        value={minutes}
        onChange={(event) => {
          setMinutes(event.target.valueAsNumber)
        }}
        required
      />
      <button type="submit" className="main" disabled={attempt.busy}>
        {attempt.busy ? 'Waiting for your passkey…' : 'Issue a lease, with your passkey'}
      </button>
      <Problem problem={attempt.problem} />
    </form>
  )
}

/** The token is held by this page alone, until it is put away. */
function Issued({ issued, onDone }: { issued: IssuedLeaseView; onDone: () => void }): ReactNode {
  const { token, expiresAt, environment } = issued
  return (
    <div className="note agent-issued" role="status">
      <p>
        <strong>This lease is shown once.</strong> It is kept nowhere and cannot be shown again. It
        ends <Moment at={expiresAt} />.
      </p>
      <p className="code agent-token">{token}</p>
      <Copy text={token} what="the lease" />
      {environment.map(({ says, line }) => (
        <div key={line} className="agent-line">
          <p className="quiet">
            <InertText text={says} />
          </p>
          <pre tabIndex={0}>
            <InertText text={line} />
          </pre>
          <Copy text={line} what={`the line: ${says}`} />
        </div>
      ))}
      <button type="button" className="refuse" onClick={onDone}>
        I have it; put it away
      </button>
    </div>
  )
}

function Copy({ text, what }: { text: string; what: string }): ReactNode {
  const [said, setSaid] = useState('')
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setSaid('copied')
      },
      () => {
        setSaid('not copied: select it instead')
      },
    )
  }
  return (
    <p>
      <button type="button" className="plain" aria-label={`Copy ${what}`} onClick={copy}>
        Copy
      </button>{' '}
      <span className="quiet" role="status">
        {said}
      </span>
    </p>
  )
}
