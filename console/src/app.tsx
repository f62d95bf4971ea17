import { useCallback, useEffect, useState } from 'react'
import type { ReactNode } from 'react'

import type { SessionView } from '../../src/api/console/shapes.ts'
import { get, hasPageKey, signOut } from './api.ts'
import { EnrolPage } from './enrol-page.tsx'
import { HoldPage } from './hold-page.tsx'
import { HoldsPage } from './holds-page.tsx'
import { Link } from './link.tsx'
import { PeoplePage } from './people-page.tsx'
import { PurgesPage } from './purges-page.tsx'
import { go, useRoute } from './route.ts'
import type { Route } from './route.ts'
import { SignInPage } from './sign-in-page.tsx'

type Who = 'asking' | 'nobody' | SessionView

export function App(): ReactNode {
  const route = useRoute()
  const [who, setWho] = useState<Who>('asking')
  const path = JSON.stringify(route)
  useEffect(() => {
    if (!hasPageKey()) {
      setWho('nobody')
      return
    }
    get<SessionView>('/api/session').then(setWho, () => {
      setWho('nobody')
    })
  }, [path])
  const leave = useCallback(() => {
    setWho('nobody')
  }, [])
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header who={who} onSignOut={leave} />
      <main id="content" tabIndex={-1}>
        <Page route={route} who={who} onWelcome={setWho} onSignedOut={leave} />
      </main>
    </>
  )
}

interface PageProps {
  readonly route: Route
  readonly who: Who
  readonly onWelcome: (session: SessionView) => void
  readonly onSignedOut: () => void
}

function Page({ route, who, onWelcome, onSignedOut }: PageProps): ReactNode {
  if (route.page === 'enrol') {
    const welcome = (session: SessionView): void => {
      onWelcome(session)
      go('/')
    }
    return <EnrolPage code={route.code} onWelcome={welcome} />
  }
  if (who === 'asking') return <p className="quiet">One moment…</p>
  if (who === 'nobody') return <SignInPage onWelcome={onWelcome} />
  switch (route.page) {
    case 'hold':
      return <HoldPage key={route.id} id={route.id} onSignedOut={onSignedOut} />
    case 'purges':
      return <PurgesPage onSignedOut={onSignedOut} />
    case 'people':
      return <PeoplePage who={who} />
    default:
      return <HoldsPage onSignedOut={onSignedOut} />
  }
}

function Header({ who, onSignOut }: { who: Who; onSignOut: () => void }): ReactNode {
  const session = typeof who === 'string' ? null : who
  return (
    <header className="top">
      <Link to="/" className="wordmark">
        <img src="/mark.svg" alt="" width="24" height="24" /> Holdpoint
      </Link>
      {session !== null && (
        <nav aria-label="Console">
          <Link to="/">Holds</Link>
          <Link to="/purges">Purges</Link>
          {session.roles.includes('owner') && <Link to="/people">Invite</Link>}
          <span className="who">
            {session.person} <span className="quiet">{session.roles.join(', ')}</span>
          </span>
          <button
            type="button"
            className="plain"
            onClick={() => {
              void signOut().then(onSignOut)
            }}
          >
            Sign out
          </button>
        </nav>
      )}
    </header>
  )
}
