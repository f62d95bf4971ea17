import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { MeansView, SessionView } from '../../../src/api/console/sign-in/shapes.ts'
import { get, signIn } from '../api.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { goToProvider } from './openid.ts'

export function SignInPage({
  onWelcome,
}: {
  onWelcome: (session: SessionView) => void
}): ReactNode {
  const attempt = useAttempt()
  const { data: means } = useQuery({
    queryKey: ['/api/sign-in/means'],
    queryFn: ({ signal }) => get<MeansView>('/api/sign-in/means', signal),
    staleTime: Infinity,
  })
  const openid = means?.openid ?? null
  return (
    <section className="card narrow">
      <h1>Sign in</h1>
      <p>Your passkey says who you are. It is asked for again at every decision.</p>
      <div className="buttons">
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
        {openid !== null && (
          <button
            type="button"
            className="refuse"
            disabled={attempt.busy}
            onClick={() => {
              attempt.run(goToProvider)
            }}
          >
            Sign in with {new URL(openid).host}
          </button>
        )}
      </div>
      <Problem problem={attempt.problem} />
      <p className="quiet">
        Were you given a code? <Link to="/enrol">Make your passkey</Link>
      </p>
    </section>
  )
}
