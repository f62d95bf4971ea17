import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'

import type {
  InvitationView,
  OpenedView,
  PeopleView,
} from '../../../src/api/console/people/shapes.ts'
import { useLive } from '../live.tsx'
import { useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Moment } from '../ui/time.tsx'
import { Invitation } from './invitation.tsx'
import { InviteForm } from './invite-form.tsx'
import { invite } from './invite.ts'
import { Person } from './person.tsx'
import './people.css'

export function PeoplePage(): ReactNode {
  const { value, problem } = useLive<PeopleView>('/api/people', ['people', 'holds'])
  const who = useSession()
  return (
    <>
      <h1>People</h1>
      <p className="quiet">
        Whoever is enrolled here has a passkey, and every release takes it again, however they
        signed in.
      </p>
      <p>
        <Link to="/notifications">Who is told, and how</Link>
      </p>
      <Problem problem={problem} />
      {value !== null && <Everyone people={value} />}
      {value !== null && <Invitations invitations={value.invitations} />}
      {who.enrolled && <AnotherPasskey />}
      {who.roles.includes('owner') && <InviteForm />}
    </>
  )
}

function Everyone({ people: { people, known } }: { people: PeopleView }): ReactNode {
  const enrolled = new Set<string>(people.map(({ name }) => name))
  const waiting = known.filter((name) => !enrolled.has(name))
  return (
    <>
      <ul className="people">
        {people.map((person) => (
          <Person
            key={person.name}
            person={person}
            signsInElsewhere={known.includes(person.name)}
          />
        ))}
      </ul>
      {waiting.length > 0 && (
        <p className="note">
          May sign in with the OpenID provider and read, and have no passkey here:{' '}
          {waiting.join(', ')}.
        </p>
      )}
    </>
  )
}

function Invitations({ invitations }: { invitations: readonly InvitationView[] }): ReactNode {
  if (invitations.length === 0) return null
  return (
    <section>
      <h2>Open invitations</h2>
      <ul className="card plain-list">
        {invitations.map(({ person, roles, by, expiresAt }) => (
          <li key={`${person} ${expiresAt}`}>
            <strong>{person}</strong>, {roles.join(' and ')}, invited by{' '}
            {by ?? 'the gate’s own terminal'}; the code works until <Moment at={expiresAt} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The only passkey is one lost telephone away from nobody. */
function AnotherPasskey(): ReactNode {
  const { person, roles } = useSession()
  const [opened, setOpened] = useState<OpenedView | null>(null)
  const attempt = useAttempt()
  return (
    <section>
      <h2>Another passkey of yours</h2>
      <p>
        For another device, or a security key to keep in a drawer. A passkey that you have must sign
        for it.
      </p>
      <button
        type="button"
        className="refuse"
        disabled={attempt.busy}
        onClick={() => {
          setOpened(null)
          attempt.run(async () => {
            setOpened(await invite(person, roles))
          })
        }}
      >
        {attempt.busy ? 'Waiting for your passkey…' : 'Add a passkey, with one of yours'}
      </button>
      <Problem problem={attempt.problem} />
      {opened !== null && <Invitation opened={opened} mine />}
    </section>
  )
}
