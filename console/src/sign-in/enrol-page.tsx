import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'

import type { SessionView } from '../../../src/api/console/sign-in/shapes.ts'
import { enrol } from '../api.ts'
import { Frame } from '../layout.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'

/** The code may stand in the fragment, which no server is sent. */
export function EnrolRoute(): ReactNode {
  const client = useQueryClient()
  const navigate = useNavigate()
  const welcome = (session: SessionView): void => {
    client.setQueryData(['session'], session)
    void navigate({ to: '/' })
  }
  return (
    <Frame session={null}>
      <EnrolPage onWelcome={welcome} />
    </Frame>
  )
}

function EnrolPage({ onWelcome }: { onWelcome: (session: SessionView) => void }): ReactNode {
  const [typed, setTyped] = useState(() => location.hash.replace(/^#/, ''))
  const attempt = useAttempt()
  return (
    <section className="card narrow">
      <h1>Make your passkey</h1>
      <p>
        The code was printed by <code>holdpoint</code> on its own terminal, or given to you by an
        owner. It works once, for ten minutes.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          attempt.run(async () => {
            onWelcome(await enrol(typed))
          })
        }}
      >
        <label htmlFor="code">Enrolment code</label>
        <input
          id="code"
          className="code"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
          }}
          placeholder="hpe_…"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <button type="submit" className="main" disabled={attempt.busy}>
          {attempt.busy ? 'Waiting for your passkey…' : 'Make a passkey'}
        </button>
      </form>
      <Problem problem={attempt.problem} />
      <p className="quiet">
        Never give a code to an agent, or to anything that an agent can read. Whoever uses it can
        release what agents are held for.
      </p>
    </section>
  )
}
