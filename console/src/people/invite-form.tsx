import { useState } from 'react'
import type { ReactNode } from 'react'

import type { OpenedView } from '../../../src/api/console/people/shapes.ts'
import type { Role } from '../../../src/domain/fact.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Invitation } from './invitation.tsx'
import { invite } from './invite.ts'

const roleWords: Readonly<Record<Role, string>> = {
  approver: 'Approver: answers holds',
  owner: 'Owner: answers holds, invites others, grants mandates',
  auditor: 'Auditor: reads, and decides nothing',
}

export function InviteForm(): ReactNode {
  const [person, setPerson] = useState('')
  const [role, setRole] = useState<Role>('approver')
  const [opened, setOpened] = useState<OpenedView | null>(null)
  const attempt = useAttempt()
  return (
    <section>
      <h2>Invite a person</h2>
      <form
        className="card invite"
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
        <p className="quiet">
          Somebody who has lost every passkey is invited again under their own name, in the roles
          that they had.
        </p>
        <button type="submit" className="main" disabled={attempt.busy}>
          {attempt.busy ? 'Waiting for your passkey…' : 'Invite, with your passkey'}
        </button>
      </form>
      <Problem problem={attempt.problem} />
      {opened !== null && <Invitation opened={opened} />}
    </section>
  )
}
