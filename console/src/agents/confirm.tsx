import { AlertDialog } from '@base-ui/react/alert-dialog'
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'

import { Problem, useAttempt } from '../ui/attempt.tsx'

interface ConfirmProps {
  /** on the button that opens it */
  readonly label: string
  /** which one, for who does not see the page */
  readonly about: string
  readonly title: ReactNode
  /** on the button that does it */
  readonly act: string
  readonly children: ReactNode
  readonly onAct: () => Promise<void>
}

/** Two steps: what will end is said first, and nothing has happened yet. */
export function Confirm({ label, about, title, act, children, onAct }: ConfirmProps): ReactNode {
  const [open, setOpen] = useState(false)
  const cancel = useRef<HTMLButtonElement>(null)
  const attempt = useAttempt()
  const run = (): void => {
    attempt.run(async () => {
      await onAct()
      setOpen(false)
    })
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger className="plain agent-danger" aria-label={`${label} ${about}`}>
        {label}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="dialog-backdrop" />
        <AlertDialog.Popup className="dialog card" initialFocus={cancel}>
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />}>{children}</AlertDialog.Description>
          <Problem problem={attempt.problem} />
          <div className="buttons">
            <AlertDialog.Close ref={cancel} className="refuse">
              Cancel
            </AlertDialog.Close>
            <button type="button" className="release" disabled={attempt.busy} onClick={run}>
              {act}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
