import { useId, useState } from 'react'
import type { ReactNode } from 'react'

import type { HoldView } from '../../../src/api/console/holds/shapes.ts'
import { answerHold } from './answer.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'

interface Props {
  readonly view: HoldView
  readonly onAnswered: () => void
}

/** The two answers. Neither is the default, and each asks for the passkey. */
export function Decide({ view, onAnswered }: Props): ReactNode {
  const [refusing, setRefusing] = useState(false)
  const [note, setNote] = useState('')
  const attempt = useAttempt()
  const why = whyNoRelease(view)
  const answer = (kind: 'release' | 'refuse'): void => {
    attempt.run(async () => {
      await answerHold(view, kind, kind === 'refuse' ? note : '')
      onAnswered()
    })
  }
  return (
    <section className="decide" aria-label="Your answer">
      {why !== null && <p className="why">Cannot be released: {why}.</p>}
      {refusing && <Note note={note} onNote={setNote} />}
      <Problem problem={attempt.problem} />
      <div className="buttons">
        {refusing ? (
          <>
            <Press kind="refuse" busy={attempt.busy} onPress={() => answer('refuse')}>
              Refuse, with passkey
            </Press>
            <Press kind="plain" disabled={attempt.busy} onPress={() => setRefusing(false)}>
              Back
            </Press>
          </>
        ) : (
          <>
            <Press
              kind="refuse"
              disabled={attempt.busy || view.whyNotRefuse !== null}
              onPress={() => setRefusing(true)}
            >
              Refuse…
            </Press>
            <Press
              kind="release"
              busy={attempt.busy}
              disabled={why !== null}
              onPress={() => answer('release')}
            >
              Release once, with passkey
            </Press>
          </>
        )}
      </div>
    </section>
  )
}

interface PressProps {
  readonly kind: 'refuse' | 'release' | 'plain'
  readonly busy?: boolean
  readonly disabled?: boolean
  readonly onPress: () => void
  readonly children: ReactNode
}

function Press({ kind, busy = false, disabled = false, onPress, children }: PressProps): ReactNode {
  return (
    <button type="button" className={kind} disabled={busy || disabled} onClick={onPress}>
      {busy ? 'Waiting for your passkey…' : children}
    </button>
  )
}

function Note({ note, onNote }: { note: string; onNote: (note: string) => void }): ReactNode {
  const id = useId()
  return (
    <div className="refusal">
      <label htmlFor={id}>What should the agent do instead? It reads this. (may be empty)</label>
      <textarea
        id={id}
        rows={2}
        maxLength={1000}
        value={note}
        autoFocus
        onChange={(event) => {
          onNote(event.target.value)
        }}
      />
    </div>
  )
}

/** Why this page offers no release; null when it does. The gate checks all of it again. */
function whyNoRelease(view: HoldView): string | null {
  const missing = view.safeguards.find((safeguard) => safeguard.missing !== null)?.missing
  return view.whyNotRelease ?? view.requestFlaw ?? missing ?? null
}
