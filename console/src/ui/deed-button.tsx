import type { ReactNode } from 'react'

import { perform } from '../deeds.ts'
import { mayDecide, useSession } from '../session.tsx'
import { Problem, useAttempt } from './attempt.tsx'

interface Props {
  readonly deed: Parameters<typeof perform>[0]
  readonly onDone: () => void
  readonly children: ReactNode
}

/** A button for what takes a passkey because it gives power back. Not there for who only reads. */
export function DeedButton({ deed, onDone, children }: Props): ReactNode {
  const session = useSession()
  const attempt = useAttempt()
  if (!mayDecide(session)) return null
  const act = (): void => {
    attempt.run(async () => {
      await perform(deed)
      onDone()
    })
  }
  return (
    <>
      <button type="button" className="refuse" disabled={attempt.busy} onClick={act}>
        {attempt.busy ? 'Waiting for your passkey…' : children}
      </button>
      <Problem problem={attempt.problem} />
    </>
  )
}
