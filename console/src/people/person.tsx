import type { ReactNode } from 'react'

import type { PasskeyView, PersonView } from '../../../src/api/console/people/shapes.ts'
import { useSession } from '../session.tsx'
import { Moment } from '../ui/time.tsx'
import { Revoke } from './revoke.tsx'

export function Person({ person, signsInElsewhere }: PersonProps): ReactNode {
  const who = useSession()
  const live = person.passkeys.filter(({ revokedAt }) => revokedAt === null)
  return (
    <li className="card person">
      <h2>
        {person.name} {person.name === who.person && <span className="quiet">you</span>}
      </h2>
      <p className="roles">
        {person.roles.join(', ')}
        {signsInElsewhere && <span className="quiet"> · may sign in with the OpenID provider</span>}
      </p>
      {live.length === 0 && <p className="quiet">No passkey stands. They decide nothing.</p>}
      <ul className="passkeys">
        {person.passkeys.map((passkey, at) => (
          <Passkey key={passkey.id} passkey={passkey} person={person.name} number={at + 1} />
        ))}
      </ul>
    </li>
  )
}

interface PersonProps {
  readonly person: PersonView
  readonly signsInElsewhere: boolean
}

function Passkey({ passkey, person, number }: PasskeyProps): ReactNode {
  const { madeAt, usedAt, backedUp, revokedAt, isThis, revoking } = passkey
  const title = `Passkey ${number}`
  return (
    <li className={revokedAt === null ? '' : 'revoked'}>
      <div>
        <strong>{title}</strong> <code className="quiet">{passkey.id.slice(0, 10)}…</code>
        {isThis && <span className="quiet"> · signed in with it</span>}
        <p className="quiet">
          made <Moment at={madeAt} /> ·{' '}
          {backedUp ? 'synchronised between devices' : 'on one device only'}
          {usedAt !== null && (
            <>
              {' '}
              · last used <Moment at={usedAt} />
            </>
          )}
        </p>
        {revokedAt !== null && (
          <p>
            revoked <Moment at={revokedAt} />
          </p>
        )}
      </div>
      {revoking !== null && (
        <Revoke passkey={passkey.id} person={person} title={title} revoking={revoking} />
      )}
    </li>
  )
}

interface PasskeyProps {
  readonly passkey: PasskeyView
  readonly person: PersonView['name']
  readonly number: number
}
