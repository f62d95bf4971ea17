import { useId, useState } from 'react'
import type { ReactNode } from 'react'

import type { AskView } from '../../../src/api/console/asks/shapes.ts'
import { Press } from '../holds/decide.tsx'
import { mayDecide, useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { EnvironmentBanners } from '../ui/environment.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Countdown, Moment, useGateTime } from '../ui/time.tsx'
import { answerAsk, grantAsk } from './answer.ts'
import './asks.css'
import { useAsks } from './waiting.tsx'
import { Wants } from './wants.tsx'

/** What agents ask of people beside their requests: more of their mandate, or help. */
export function AsksPage(): ReactNode {
  const { value: list, problem, reload } = useAsks()
  const now = useGateTime(list?.now ?? null)
  const waiting = list?.asks.filter(({ state }) => state.kind === 'waiting') ?? []
  const over = list?.asks.filter(({ state }) => state.kind !== 'waiting') ?? []
  return (
    <>
      <h1>What agents ask</h1>
      <Problem problem={problem} />
      {list !== null && waiting.length === 0 && (
        <p className="quiet">No agent waits for an answer.</p>
      )}
      {waiting.map((view) => (
        <Waiting key={view.ask.id} view={view} now={now} onAnswered={reload} />
      ))}
      {over.length > 0 && <h2>Answered, or too late</h2>}
      {over.map((view) => (
        <Over key={view.ask.id} view={view} />
      ))}
    </>
  )
}

interface WaitingProps {
  readonly view: AskView
  /** the gate's time */
  readonly now: number
  readonly onAnswered: () => void
}

function Waiting({ view, now, onAnswered }: WaitingProps): ReactNode {
  const { ask, owner } = view
  return (
    <section className="card ask" aria-label={`Question ${ask.id}`}>
      <Title view={view} />
      <p className="quiet">
        Asked <Moment at={ask.askedAt} />
        {owner !== null && (
          <>
            ; <Name text={owner} /> answers for this agent
          </>
        )}
        .{' '}
        <strong>
          Time left <Countdown until={ask.expiresAt} now={now} />
        </strong>
      </p>
      {view.environments.length > 0 && <EnvironmentBanners environments={view.environments} />}
      <Wants view={view} />
      <Answer view={view} onAnswered={onAnswered} />
    </section>
  )
}

function Title({ view: { ask } }: Pick<WaitingProps, 'view'>): ReactNode {
  return (
    <h2>
      <Name text={ask.agent} />{' '}
      {ask.wants.kind === 'access' ? 'asks for more than its mandate' : 'says that it is stuck'}
    </h2>
  )
}

function Answer({ view, onAnswered }: Omit<WaitingProps, 'now'>): ReactNode {
  const { ask, draft, whyNot } = view
  const attempt = useAttempt()
  const session = useSession()
  const [note, setNote] = useState('')
  const [minutes, setMinutes] = useState(ask.wants.kind === 'access' ? ask.wants.minutes : 0)
  const may = mayDecide(session)
  const does = (work: () => Promise<unknown>) => (): void => {
    attempt.run(async () => {
      await work()
      onAnswered()
    })
  }
  if (!may) return <p className="why">Only an owner or an approver may answer.</p>
  const mayGrant = session.roles.includes('owner')
  return (
    <>
      <Note note={note} onNote={setNote} />
      {ask.wants.kind === 'access' && (
        <Minutes minutes={minutes} most={ask.wants.minutes} onMinutes={setMinutes} />
      )}
      {whyNot !== null && (
        <p className="why">
          <InertText text={whyNot} />
        </p>
      )}
      {ask.wants.kind === 'access' && !mayGrant && (
        <p className="why">Only an owner may say yes.</p>
      )}
      <Problem problem={attempt.problem} />
      <div className="buttons">
        <Press
          kind="refuse"
          disabled={attempt.busy}
          onPress={does(() => answerAsk(ask.id, 'refused', note))}
        >
          Say no
        </Press>
        <Press
          kind="plain"
          disabled={attempt.busy || note.trim() === ''}
          onPress={does(() => answerAsk(ask.id, 'told', note))}
        >
          Say what to do instead
        </Press>
        {draft !== null && (
          <Press
            kind="release"
            busy={attempt.busy}
            disabled={!mayGrant}
            onPress={does(() => grantAsk(view, draft, minutes))}
          >
            Allow it for {minutes} minutes, with passkey
          </Press>
        )}
      </div>
    </>
  )
}

interface MinutesProps {
  readonly minutes: number
  readonly most: number
  readonly onMinutes: (minutes: number) => void
}

/** Never more than was asked for. */
function Minutes({ minutes, most, onMinutes }: MinutesProps): ReactNode {
  const id = useId()
  return (
    <p className="ask-minutes">
      <label htmlFor={id}>For how many minutes (at most {most})</label>
      <input
        id={id}
        type="number"
        min={1}
        max={most}
        value={minutes}
        onChange={({ target }) => {
          onMinutes(Math.min(most, Math.max(1, Math.round(Number(target.value)))))
        }}
      />
    </p>
  )
}

function Note({ note, onNote }: { note: string; onNote: (note: string) => void }): ReactNode {
  const id = useId()
  return (
    <div className="refusal">
      <label htmlFor={id}>What should the agent do? It reads this.</label>
      <textarea
        id={id}
        rows={2}
        maxLength={1000}
        value={note}
        onChange={({ target }) => {
          onNote(target.value)
        }}
      />
    </div>
  )
}

function Over({ view }: Pick<WaitingProps, 'view'>): ReactNode {
  const { ask, state } = view
  return (
    <section className="card ask over" aria-label={`Question ${ask.id}`}>
      <Title view={view} />
      <p className="quiet">
        Asked <Moment at={ask.askedAt} />. <State state={state} />
      </p>
      <details>
        <summary>What it asked</summary>
        <Wants view={view} />
      </details>
    </section>
  )
}

function State({ state }: Pick<AskView, 'state'>): ReactNode {
  switch (state.kind) {
    case 'granted':
      return (
        <>
          <Name text={state.by} /> allowed it until <Moment at={state.until} />, as{' '}
          <code>{state.mandate}</code>.
        </>
      )
    case 'refused':
    case 'told':
      return (
        <>
          <Name text={state.by} /> {state.kind === 'refused' ? 'said no' : 'said what to do'}
          {state.note !== '' && (
            <>
              : <Name text={state.note} />
            </>
          )}
          .
        </>
      )
    default:
      return 'Nobody answered in time, which is a no.'
  }
}
