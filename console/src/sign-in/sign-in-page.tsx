import type { ReactNode } from 'react'

import type { SessionView } from '../../../src/api/console/sign-in/shapes.ts'
import { signIn } from '../api.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Link } from '@tanstack/react-router'

export function SignInPage({
  onWelcome,
}: {
  onWelcome: (session: SessionView) => void
}): ReactNode {
  const attempt = useAttempt()
  return (
    <section className="card narrow">
      <h1>Sign in</h1>
      <p>Your passkey says who you are. It is asked for again at every decision.</p>
      <button
        type="button"
        className="main"
        disabled={attempt.busy}
        onClick={() => {
          attempt.run(async () => {
            onWelcome(await signIn())
          })
        }}
      >
        {attempt.busy ? 'Waiting for your passkey…' : 'Sign in with a passkey'}
      </button>
      <Problem problem={attempt.problem} />
      <p className="quiet">
        Were you given a code? <Link to="/enrol">Make your passkey</Link>
      </p>
    </section>
  )
}
