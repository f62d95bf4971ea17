import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { ReactNode } from 'react'

import type { SessionView } from '../../src/api/console/sign-in/shapes.ts'
import { get, hasPageKey, signOut } from './api.ts'
import { useEventStream } from './live.tsx'
import { AsksLink } from './asks/waiting.tsx'
import { PurgesLink } from './purges/waiting.tsx'
import { SessionProvider } from './session.tsx'
import { SignInPage } from './sign-in/sign-in-page.tsx'
import { Unenrolled } from './sign-in/unenrolled.tsx'

const sessionKey = ['session'] as const

type Who = 'asking' | SessionView | null

function useWho(): Who {
  const { data, isPending } = useQuery({
    queryKey: sessionKey,
    queryFn: () => (hasPageKey() ? get<SessionView>('/api/session').catch(() => null) : null),
    refetchInterval: 60_000,
  })
  return isPending ? 'asking' : (data ?? null)
}

/** What is around every page. */
export function Frame({ session, children }: FrameProps): ReactNode {
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header session={session} />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

interface FrameProps {
  readonly session: SessionView | null
  readonly children: ReactNode
}

/** Every page but those for people who are not signed in yet. */
export function SignedIn(): ReactNode {
  const who = useWho()
  const client = useQueryClient()
  const session = who === 'asking' ? null : who
  useEventStream(session !== null)
  useEffect(() => {
    if (session === null) client.removeQueries({ predicate: ({ meta }) => meta !== undefined })
  }, [session, client])
  if (who === 'asking') {
    return (
      <Frame session={null}>
        <p className="quiet">One moment…</p>
      </Frame>
    )
  }
  if (session === null) {
    const welcome = (welcomed: SessionView): void => {
      client.setQueryData(sessionKey, welcomed)
    }
    return (
      <Frame session={null}>
        <SignInPage onWelcome={welcome} />
      </Frame>
    )
  }
  return (
    <SessionProvider value={session}>
      <Frame session={session}>
        <Unenrolled />
        <Outlet />
      </Frame>
    </SessionProvider>
  )
}

const pages = [
  ['/', 'Now'],
  ['/agents', 'Agents'],
  ['/environments', 'Environments'],
  ['/incidents', 'Incidents'],
  ['/ledger', 'Ledger'],
  ['/policies', 'Policies'],
  ['/people', 'People'],
] as const

function Header({ session }: { session: SessionView | null }): ReactNode {
  const client = useQueryClient()
  return (
    <header className="top">
      <Link to="/" className="wordmark">
        <img src="/mark.svg" alt="" width="24" height="24" /> Holdpoint
      </Link>
      {session !== null && (
        <>
          <nav aria-label="Console">
            {pages.map(([to, title]) => (
              <Link key={to} to={to} activeOptions={{ exact: to === '/' }}>
                {title}
              </Link>
            ))}
            <AsksLink />
            <PurgesLink />
          </nav>
          <div className="who">
            <span>
              {session.person} <span className="quiet">{session.roles.join(', ')}</span>
            </span>
            <button
              type="button"
              className="plain"
              onClick={() => {
                void signOut().then(() => client.invalidateQueries({ queryKey: sessionKey }))
              }}
            >
              Sign out
            </button>
          </div>
        </>
      )}
    </header>
  )
}
