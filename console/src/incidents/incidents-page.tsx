import { useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { IncidentView } from '../../../src/api/console/incidents/shapes.ts'
import type { EvidenceFormat } from '../../../src/evidence/file.ts'
import type { IncidentScope } from '../../../src/evidence/incident.ts'
import { extentWords, scopeWords } from '../../../src/evidence/labels.ts'
import { download } from '../download.ts'
import { useLive } from '../live.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Name, Sentence } from '../ui/inert-text.tsx'
import './incidents.css'
import { RangeForm } from './range.tsx'
import { askedOf } from './search.ts'
import type { IncidentSearch } from './search.ts'
import { Supports } from './supports.tsx'
import { Timeline } from './timeline.tsx'

/** What happened, told from the ledger, for whoever was not there. */
export function IncidentsPage(): ReactNode {
  const search = useSearch({ from: '/signed-in/incidents' })
  const asked = JSON.stringify(search)
  const path = useMemo(() => pathOf(JSON.parse(asked) as IncidentSearch), [asked])
  const { value, problem } = useLive<IncidentView>(path, ['actions', 'holds', 'agents'])
  return (
    <article className="incident">
      <h1>Incident</h1>
      <RangeForm key={asked} search={search} />
      <Problem problem={problem} />
      {value === null ? (
        problem === null && <p className="quiet">One moment…</p>
      ) : (
        <Told view={value} search={search} />
      )}
    </article>
  )
}

function pathOf(search: IncidentSearch): string {
  const asked = askedOf(search, Date.now(), 'show')
  return `/api/incidents?${new URLSearchParams({ ...asked }).toString()}`
}

function Told({ view, search }: { view: IncidentView; search: IncidentSearch }): ReactNode {
  const { incident } = view
  return (
    <>
      <section className="extent">
        <p>
          <Scope search={search} scope={incident.scope} />.
        </p>
        {extentWords(incident).map((line) => (
          <p key={line} className="quiet">
            {line}
          </p>
        ))}
      </section>
      {incident.more && (
        <p className="danger-note">This is not all of it. Choose a shorter range, or one agent.</p>
      )}
      {incident.span !== null && <Exports search={search} now={view.now} />}
      <Timeline chapters={incident.chapters} alone={incident.scope.kind === 'decision'} />
      <Supports supports={incident.supports} />
    </>
  )
}

/** What goes on is told as that, not by an end that is still to come. */
function Scope({ search, scope }: { search: IncidentSearch; scope: IncidentScope }): ReactNode {
  if (scope.kind === 'decision' || search.since !== undefined) {
    return <Sentence words={scopeWords(scope)} />
  }
  const span = `The last ${search.last ?? 'day'}, until now, `
  if (scope.agent === null) return `${span}of every agent`
  return (
    <>
      {span}of agent <Name text={scope.agent} />
    </>
  )
}

const formats: readonly (readonly [EvidenceFormat, string])[] = [
  ['markdown', 'Markdown'],
  ['pdf', 'PDF'],
  ['json', 'JSON'],
]

function Exports({ search, now }: { search: IncidentSearch; now: string }): ReactNode {
  const attempt = useAttempt()
  return (
    <section className="exports" aria-label="Export as evidence">
      <span>Export with proofs, as</span>
      {formats.map(([format, title]) => (
        <button
          key={format}
          type="button"
          className="plain"
          disabled={attempt.busy}
          onClick={() => {
            const asked = askedOf(search, Math.max(Date.now(), Date.parse(now)), 'export')
            attempt.run(() => download('/api/incidents/export', { format, ...asked }))
          }}
        >
          {title}
        </button>
      ))}
      <button
        type="button"
        className="plain"
        onClick={() => {
          window.print()
        }}
      >
        Print
      </button>
      <span className="quiet">That you export is recorded.</span>
      <Problem problem={attempt.problem} />
    </section>
  )
}
