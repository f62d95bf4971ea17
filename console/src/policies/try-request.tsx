import { useId, useState } from 'react'
import type { ReactNode } from 'react'

import type { MandateChoice, TryAnswer, Tried } from '../../../src/api/console/policies/shapes.ts'
import type { VerdictTold } from '../../../src/replay/report.ts'
import { inert } from '../../../src/wire/inert.ts'
import { post } from '../api.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { EnvironmentTags } from '../ui/environment.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { DraftEditor, DraftProblem } from './draft-editor.tsx'
import type { Drafting } from './draft-editor.tsx'
import { isChange } from './draft.ts'
import { VerdictDetail } from './verdict.tsx'

const samples = {
  http: `{
  "surface": "http",
  "request": {
    "method": "POST",
    "url": "https://backboard.railway.com/graphql/v2",
    "headers": {"content-type": "application/json"},
    "body": "{\\"query\\": \\"mutation { volumeDelete(volumeId: \\\\\\"ID\\\\\\") }\\"}"
  }
}
`,
  sql: `{
  "surface": "sql",
  "statement": "DELETE FROM users"
}
`,
} as const

/** One request, read and placed as the gate would, judged by the set in force and by a draft. */
export function TryRequest({ view, draft, onDraft }: Drafting): ReactNode {
  const [request, setRequest] = useState<string>(samples.http)
  const [mandate, setMandate] = useState<string>(view.mandates[0]?.id ?? '')
  const [answer, setAnswer] = useState<TryAnswer | null>(null)
  const attempt = useAttempt()
  const tried = isChange(view, draft) ? draft : null
  if (view.mandates.length === 0) {
    return <p className="note">No mandate was granted yet: a request is judged under one.</p>
  }
  return (
    <form
      className="policy-form"
      onSubmit={(event) => {
        event.preventDefault()
        attempt.run(async () => {
          setAnswer(null)
          const body = { draft: tried, request, mandate }
          setAnswer(await post<TryAnswer>('/api/policies/try', body))
        })
      }}
    >
      <p>
        Nothing is sent anywhere. The request is read as at the door and placed on what the gate
        knows just now; the breaker, budgets and safeguards are not asked.
      </p>
      <MandateChooser mandates={view.mandates} mandate={mandate} onChoose={setMandate} />
      <RequestEditor request={request} onChange={setRequest} />
      <DraftEditor view={view} draft={draft} onDraft={onDraft} />
      <div className="buttons">
        <button type="submit" className="main" disabled={attempt.busy}>
          {attempt.busy ? 'Judging…' : 'Try it'}
        </button>
      </div>
      <Problem problem={attempt.problem} />
      <div aria-live="polite">{answer !== null && <Answer answer={answer} />}</div>
    </form>
  )
}

interface MandateChooserProps {
  readonly mandates: readonly MandateChoice[]
  readonly mandate: string
  readonly onChoose: (mandate: string) => void
}

function MandateChooser({ mandates, mandate, onChoose }: MandateChooserProps): ReactNode {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>Under the mandate</label>
      <select
        id={id}
        value={mandate}
        onChange={({ target }) => {
          onChoose(target.value)
        }}
      >
        {mandates.map(({ id: value, agent, task, ended }) => (
          <option key={value} value={value}>
            {`${agent}${ended ? ' (ended)' : ''}: ${inert(task.slice(0, 80))}`}
          </option>
        ))}
      </select>
    </>
  )
}

interface RequestEditorProps {
  readonly request: string
  readonly onChange: (request: string) => void
}

function RequestEditor({ request, onChange }: RequestEditorProps): ReactNode {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>
        Request, as <code>holdpoint inspect</code> takes it
      </label>
      <textarea
        id={id}
        className="code"
        rows={10}
        maxLength={32_768}
        spellCheck={false}
        value={request}
        onChange={({ target }) => {
          onChange(target.value)
        }}
      />
      <div className="buttons">
        {(['http', 'sql'] as const).map((surface) => (
          <button
            key={surface}
            type="button"
            className="plain"
            onClick={() => {
              onChange(samples[surface])
            }}
          >
            An example in {surface === 'http' ? 'HTTP' : 'SQL'}
          </button>
        ))}
      </div>
    </>
  )
}

function Answer({ answer }: { answer: TryAnswer }): ReactNode {
  switch (answer.kind) {
    case 'invalid':
      return <DraftProblem invalid={answer} />
    case 'not-a-request':
      return (
        <p className="danger-note" role="alert">
          This is no request: <InertText text={answer.says} />
        </p>
      )
    case 'unread':
      return (
        <p className="note">
          Refused before it is judged, whatever the policies say: <InertText text={answer.why} />
        </p>
      )
    case 'tried':
      return <TriedAnswer tried={answer} />
  }
}

function TriedAnswer({ tried }: { tried: Tried }): ReactNode {
  const { actions, environments, impact, measured, active, draft } = tried
  return (
    <section className="policy-tried" aria-label="What would happen">
      <h2>What it would do</h2>
      <EnvironmentTags environments={environments} />
      <ul>
        {actions.map(({ verb, effect, reversibility, resource }, at) => (
          <li key={at}>
            <Name text={verb} />: {effect}, {reversibility}
            {resource === null ? ', nobody knows what' : null}
            {resource !== null && (
              <>
                {' '}
                <Name text={resource} />
              </>
            )}
          </li>
        ))}
      </ul>
      <details>
        <summary>The whole impact</summary>
        <pre tabIndex={0}>
          <InertText text={impact.join('\n')} lines />
        </pre>
      </details>
      {measured && (
        <p className="note">
          At the gate this would be tried first, in a transaction that is not committed, and judged
          again by the rows that it touches.
        </p>
      )}
      <div className="policy-sides">
        <Side title="By the set in force" told={active} />
        {draft !== null && <Side title="By the draft" told={draft} />}
      </div>
      {draft !== null && draft.kind === active.kind && (
        <p className="quiet">The draft does not change the verdict.</p>
      )}
    </section>
  )
}

function Side({ title, told }: { title: string; told: VerdictTold }): ReactNode {
  return (
    <div className="card">
      <h3>{title}</h3>
      <VerdictDetail told={told} />
    </div>
  )
}
