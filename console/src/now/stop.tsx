import { AlertDialog } from '@base-ui/react/alert-dialog'
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'

import { post } from '../api.ts'
import { mayDecide, useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Name } from '../ui/inert-text.tsx'

/** The first of two steps: it says what will happen, and nothing has happened yet. */
export function StopButton({ agent, onStopped }: StopProps): ReactNode {
  const session = useSession()
  const [open, setOpen] = useState(false)
  const cancel = useRef<HTMLButtonElement>(null)
  const attempt = useAttempt()
  if (!mayDecide(session)) return null
  const stop = (): void => {
    attempt.run(async () => {
      await post('/api/stop', { agent })
      setOpen(false)
      onStopped()
    })
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger
        className={agent === null ? 'stop-all' : 'stop-one'}
        aria-label={agent === null ? undefined : `Stop the agent ${agent}…`}
      >
        {agent === null ? 'Stop all agents…' : 'Stop…'}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="dialog-backdrop" />
        <AlertDialog.Popup className="dialog card" initialFocus={cancel}>
          <AlertDialog.Title className="dialog-title">
            {agent === null ? (
              'Stop all agents?'
            ) : (
              <>
                Stop the agent <Name text={agent} />?
              </>
            )}
          </AlertDialog.Title>
          <AlertDialog.Description render={<div />}>
            <StopWords agent={agent} />
          </AlertDialog.Description>
          <Problem problem={attempt.problem} />
          <div className="buttons">
            <AlertDialog.Close ref={cancel} className="refuse">
              Cancel
            </AlertDialog.Close>
            <button type="button" className="release" disabled={attempt.busy} onClick={stop}>
              {agent === null ? 'Stop all agents now' : 'Stop this agent now'}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

interface StopProps {
  /** null: all of them */
  readonly agent: string | null
  readonly onStopped: () => void
}

function StopWords({ agent }: Pick<StopProps, 'agent'>): ReactNode {
  const whose = agent === null ? 'Of every agent' : 'Of this agent'
  return (
    <>
      <p>
        {whose}, every open connection is cut and everything that waits for a person is withdrawn,
        at once. Nothing new is let through.
      </p>
      <p>What was sent already runs on where it was sent. Starting again needs a passkey.</p>
    </>
  )
}
