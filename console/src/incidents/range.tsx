import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'

import { Problem } from '../ui/attempt.tsx'
import { spans } from './search.ts'
import type { IncidentSearch, Span } from './search.ts'

const titles: Readonly<Record<Span, string>> = {
  hour: 'Last hour',
  day: 'Last day',
  week: 'Last week',
}

/** A stretch of time, of all agents or of one; or, from a link, one action. */
export function RangeForm({ search }: { search: IncidentSearch }): ReactNode {
  const navigate = useNavigate({ from: '/incidents' })
  const [since, setSince] = useState(localOf(search.since))
  const [until, setUntil] = useState(localOf(search.until))
  const [agent, setAgent] = useState(search.agent ?? '')
  const [problem, setProblem] = useState<string | null>(null)
  const whose = agent === '' ? {} : { agent }
  const isCustom = search.since !== undefined
  const last = search.decision === undefined && !isCustom ? (search.last ?? 'day') : null
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (since === '' && until === '') {
      void navigate({ search: { last: last ?? 'day', ...whose } })
      return
    }
    const [from, to] = [new Date(since), until === '' ? new Date() : new Date(until)]
    if (!(from < to)) {
      setProblem('Choose a beginning, and an end that is after it.')
      return
    }
    setProblem(null)
    void navigate({ search: { since: from.toISOString(), until: to.toISOString(), ...whose } })
  }
  return (
    <section className="range">
      <nav aria-label="Range">
        {(Object.keys(spans) as Span[]).map((span) => (
          <Link
            key={span}
            to="/incidents"
            search={{ last: span, ...whose }}
            className={span === last ? 'range-span chosen' : 'range-span'}
            aria-current={span === last ? 'true' : undefined}
          >
            {titles[span]}
          </Link>
        ))}
        {search.decision !== undefined && <span className="range-span chosen">One action</span>}
        {isCustom && <span className="range-span chosen">From … to</span>}
      </nav>
      <form onSubmit={submit}>
        <Moment title="From" value={since} onChange={setSince} />
        <Moment title="To" value={until} onChange={setUntil} />
        <label>
          Agent
          <input
            value={agent}
            maxLength={63}
            pattern="[a-z0-9][a-z0-9-]*"
            placeholder="every agent"
            onChange={(event) => {
              setAgent(event.target.value)
            }}
          />
        </label>
        <button type="submit" className="main">
          Show
        </button>
      </form>
      <Problem problem={problem} />
    </section>
  )
}

function Moment({
  title,
  value,
  onChange,
}: {
  title: string
  value: string
  onChange: (value: string) => void
}): ReactNode {
  return (
    <label>
      {title}
      <input
        type="datetime-local"
        step="1"
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
      />
    </label>
  )
}

/** In this browser's own time zone, as the input wants it. */
function localOf(instant: string | undefined): string {
  if (instant === undefined) return ''
  const time = new Date(instant)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
