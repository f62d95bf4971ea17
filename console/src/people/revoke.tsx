import { AlertDialog } from '@base-ui/react/alert-dialog'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'

import type { RevokingView } from '../../../src/api/console/people/shapes.ts'
import type { PasskeyId, PersonName } from '../../../src/domain/names.ts'
import { perform } from '../deeds.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'

/** Two steps: what it will do, then a passkey. */
export function Revoke({ passkey, person, title, revoking }: RevokeProps): ReactNode {
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const cancel = useRef<HTMLButtonElement>(null)
  const attempt = useAttempt()
  if (revoking.kind === 'cannot') return <p className="quiet">Cannot be revoked: {revoking.why}.</p>
  const revoke = (): void => {
    attempt.run(async () => {
      await perform({ kind: 'passkey-revoke', passkey, person })
      setOpen(false)
      // It may have been the one that this page is signed in with.
      await client.invalidateQueries()
    })
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger className="plain" aria-label={`Revoke ${title} of ${person}…`}>
        Revoke…
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="people-backdrop" />
        <AlertDialog.Popup className="people-dialog card" initialFocus={cancel}>
          <AlertDialog.Title>
            Revoke {title} of {person}?
          </AlertDialog.Title>
          <AlertDialog.Description render={<div />}>
            <Consequences revoking={revoking} person={person} />
          </AlertDialog.Description>
          <Problem problem={attempt.problem} />
          <div className="buttons">
            <AlertDialog.Close ref={cancel} className="refuse">
              Cancel
            </AlertDialog.Close>
            <button type="button" className="release" disabled={attempt.busy} onClick={revoke}>
              {attempt.busy ? 'Waiting for your passkey…' : 'Revoke, with your passkey'}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

interface RevokeProps {
  readonly passkey: PasskeyId
  readonly person: PersonName
  readonly title: string
  readonly revoking: RevokingView
}

function Consequences({ revoking, person }: ConsequencesProps): ReactNode {
  const { sessions, holds, invitations, last } = revoking
  return (
    <ul>
      <li>It signs nothing from then on, and cannot be made to again.</li>
      <li>{browsers(sessions)}</li>
      {holds.length > 0 && (
        <li>
          What it approved counts no more. Approvals wait on:{' '}
          {holds.map((hold) => (
            <Link key={hold} to="/holds/$hold" params={{ hold }}>
              {hold}{' '}
            </Link>
          ))}
        </li>
      )}
      {invitations > 0 && <li>{codes(invitations, person)}</li>}
      {last && (
        <li>
          It is the last one of {person}. They decide nothing more, until an owner invites them
          again.
        </li>
      )}
    </ul>
  )
}

interface ConsequencesProps {
  readonly revoking: Extract<RevokingView, { kind: 'can' }>
  readonly person: PersonName
}

function browsers(count: number): string {
  if (count === 0) return 'No browser is signed in with it.'
  return count === 1
    ? 'One browser that is signed in with it is signed out at once.'
    : `${count} browsers that are signed in with it are signed out at once.`
}

function codes(count: number, person: PersonName): string {
  return count === 1
    ? `One open invitation of ${person} ends.`
    : `${count} open invitations of ${person} end.`
}
