import { useState } from 'react'
import type { ReactNode } from 'react'

import type { OpenedView } from '../../../src/api/console/people/shapes.ts'
import type { Role } from '../../../src/domain/fact.ts'
import { useSession } from '../session.tsx'
import { invite } from './invite.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Moment } from '../ui/time.tsx'

const roleWords: Readonly<Record<Role, string>> = {
  approver: 'Approver: answers holds',
  owner: 'Owner: answers holds and invites others',
  auditor: 'Auditor: reads, and decides nothing',
}

export function PeoplePage(): ReactNode {
  const who = useSession()
  const [person, setPerson] = useState('')
  const [role, setRole] = useState<Role>('approver')
  const [opened, setOpened] = useState<OpenedView | null>(null)
  const attempt = useAttempt()
  if (!who.roles.includes('owner')) return <p>Only an owner invites people.</p>
  return (
    <section className="card narrow">
      <h1>Invite a person</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setOpened(null)
          attempt.run(async () => {
            setOpened(await invite(person, [role]))
          })
        }}
      >
        <label htmlFor="person">Name, as it will stand in the ledger</label>
        <input
          id="person"
          value={person}
          onChange={(event) => {
            setPerson(event.target.value)
          }}
          pattern="[a-z0-9][a-z0-9\-]{0,62}"
          title="lower-case letters, digits and hyphens"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <fieldset>
          <legend>Role</legend>
          {(Object.keys(roleWords) as Role[]).map((each) => (
            <label key={each} className="choice">
              <input
                type="radio"
                name="role"
                checked={role === each}
                onChange={() => {
                  setRole(each)
                }}
              />
              {roleWords[each]}
            </label>
          ))}
        </fieldset>
        <button type="submit" className="main" disabled={attempt.busy}>
          {attempt.busy ? 'Waiting for your passkey…' : 'Invite, with your passkey'}
        </button>
      </form>
      <Problem problem={attempt.problem} />
      {opened !== null && <Invitation opened={opened} />}
    </section>
  )
}

function Invitation({ opened }: { opened: OpenedView }): ReactNode {
  return (
    <div className="note" role="status">
      <p>Give this code to them yourself. It is shown once.</p>
      <p className="code">{opened.code}</p>
      <p className="quiet">
        They open <code>{`${location.origin}/enrol`}</code> before <Moment at={opened.expiresAt} />.
      </p>
    </div>
  )
}
