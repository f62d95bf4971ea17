import { useId, useState } from 'react'
import type { ReactNode } from 'react'

import type { ReplayAnswer } from '../../../src/api/console/policies/shapes.ts'
import { post } from '../api.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { DraftEditor, DraftProblem } from './draft-editor.tsx'
import type { Drafting } from './draft-editor.tsx'
import { isChange } from './draft.ts'
import { ReplayResult } from './replay-result.tsx'

const dayChoices = [1, 3, 7] as const

/** What was judged before, judged again. */
export function OverTraffic({ view, draft, onDraft }: Drafting): ReactNode {
  const id = useId()
  const [days, setDays] = useState(7)
  const [answer, setAnswer] = useState<ReplayAnswer | null>(null)
  const attempt = useAttempt()
  const drafted = isChange(view, draft) ? draft : null
  return (
    <form
      className="policy-form"
      onSubmit={(event) => {
        event.preventDefault()
        attempt.run(async () => {
          setAnswer(null)
          setAnswer(await post<ReplayAnswer>('/api/policies/replay', { draft: drafted, days }))
        })
      }}
    >
      <p>
        Recorded decisions are judged again, each under its own mandate, with the impact that was
        recorded. The newest 10,000 at most, of seven days at most. Nothing is sent or changed.
      </p>
      <DraftEditor view={view} draft={draft} onDraft={onDraft} />
      <label htmlFor={`${id}-days`}>Traffic of the last</label>
      <select
        id={`${id}-days`}
        value={days}
        onChange={({ target }) => {
          setDays(Number(target.value))
        }}
      >
        {dayChoices.map((one) => (
          <option key={one} value={one}>
            {one === 1 ? 'day' : `${one} days`}
          </option>
        ))}
      </select>
      <div className="buttons">
        <button type="submit" className="main" disabled={attempt.busy}>
          {attempt.busy ? 'Judging again…' : 'Judge it again'}
        </button>
      </div>
      {drafted === null && (
        <p className="quiet">
          Without a draft this judges by the set in force, as a check: nothing should change.
        </p>
      )}
      <Problem problem={attempt.problem} />
      <div aria-live="polite">
        {answer?.kind === 'invalid' && <DraftProblem invalid={answer} />}
        {answer?.kind === 'replayed' && <ReplayResult report={answer.report} />}
      </div>
    </form>
  )
}
