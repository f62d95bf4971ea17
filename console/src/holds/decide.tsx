import { useId, useState } from 'react'
import type { ReactNode } from 'react'

import type { HoldView } from '../../../src/api/console/holds/shapes.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { answerHold } from './answer.ts'
import { useElapsed } from './seen.tsx'

interface Props {
  readonly view: HoldView
  readonly impactSeen: boolean
  readonly onAnswered: () => void
}

/** The two answers. Neither is the default, and each asks for the passkey. */
export function Decide({ view, impactSeen, onAnswered }: Props): ReactNode {
  const [refusing, setRefusing] = useState(false)
  const [note, setNote] = useState('')
  const attempt = useAttempt()
  const why = whyNoRelease(view)
  const answer = (kind: 'release' | 'refuse'): void => {
    attempt.run(async () => {
      await answerHold(view, { answer: kind, note: kind === 'refuse' ? note : '', impactSeen })
      onAnswered()
    })
  }
  return (
    <section className="decide" aria-label="Your answer">
      {why !== null && (
        <p className="why">
          Cannot be released: <InertText text={why} />.
        </p>
      )}
      {why === null && !refusing && <AttentionHint impactSeen={impactSeen} />}
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

/** a release sooner than this is marked; the gate measures it by its own clock */
const hastyMilliseconds = 3000

/** Said calmly, never in the way: whoever must answer at once, may. */
function AttentionHint({ impactSeen }: { impactSeen: boolean }): ReactNode {
  const calm = useElapsed(hastyMilliseconds)
  if (impactSeen && calm) return null
  return (
    <p className="attention-hint" role="status">
      {impactSeen
        ? 'You have just opened this: a release within three seconds is marked in the ledger.'
        : 'You have not seen the whole impact: a release now is marked in the ledger.'}
    </p>
  )
}

interface PressProps {
  readonly kind: 'refuse' | 'release' | 'plain'
  readonly busy?: boolean
  readonly disabled?: boolean
  readonly onPress: () => void
  readonly children: ReactNode
}

export function Press(props: PressProps): ReactNode {
  const { kind, busy = false, disabled = false, onPress, children } = props
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
export function whyNoRelease(view: HoldView): string | null {
  const missing = view.safeguards.find((safeguard) => safeguard.missing !== null)?.missing
  return view.whyNotRelease ?? view.requestFlaw ?? missing ?? null
}
