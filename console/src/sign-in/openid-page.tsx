import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'

import { Frame } from '../layout.tsx'
import { Problem } from '../ui/attempt.tsx'
import { comeBack } from './openid.ts'

/** Where the provider sends the browser back to. */
export function OpenIdRoute(): ReactNode {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    comeBack().then(
      ({ session, back }) => {
        client.setQueryData(['session'], session)
        void navigate({ to: back, replace: true })
      },
      (fault: unknown) => {
        setProblem(fault instanceof Error ? fault.message : 'something went wrong; begin again')
      },
    )
  }, [client, navigate])
  return (
    <Frame session={null}>
      <section className="card narrow">
        <h1>{problem === null ? 'Signing in…' : 'You are not signed in'}</h1>
        <Problem problem={problem} />
        {problem !== null && (
          <p>
            <Link to="/">Sign in again</Link>
          </p>
        )}
      </section>
    </Frame>
  )
}
