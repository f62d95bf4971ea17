import { useState } from 'react'
import type { ReactNode } from 'react'

import type { DraftView } from '../../../src/api/console/agents/shapes.ts'
import type { ReplayReport, VerdictKind } from '../../../src/replay/report.ts'
import { post } from '../api.ts'
import { ReplayResult } from '../policies/replay-result.tsx'
import '../policies/policies.css'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import type { Request } from './form.ts'
import { ThreeLines } from './mandate-words.tsx'
import { MatrixTable } from './matrix-table.tsx'

interface DraftShownProps {
  readonly draft: DraftView
  readonly request: Request
}

/** What would be signed, what it comes to, and what it would have meant. */
export function DraftShown({ draft, request }: DraftShownProps): ReactNode {
  const { mandate } = draft
  return (
    <>
      <h2>
        What <Name text={mandate.agent} /> could do
      </h2>
      <div className="card">
        <blockquote>
          <InertText text={mandate.task} lines />
        </blockquote>
        <ThreeLines {...draft} />
      </div>
      <MatrixTable matrix={draft.matrix} />
      <LastWeek request={request} key={JSON.stringify(request)} />
    </>
  )
}

function LastWeek({ request }: { request: Request }): ReactNode {
  const [report, setReport] = useState<ReplayReport | null>(null)
  const attempt = useAttempt()
  const look = (): void => {
    attempt.run(async () => {
      setReport(await post<ReplayReport>('/api/mandates/preview', { request }))
    })
  }
  return (
    <section aria-label="Over the last week">
      <h2>What it would have meant last week</h2>
      {report === null && (
        <p>
          <button type="button" className="refuse" disabled={attempt.busy} onClick={look}>
            {attempt.busy ? 'Judging what is recorded…' : 'Judge the last seven days by it'}
          </button>
        </p>
      )}
      <Problem problem={attempt.problem} />
      {report !== null && <Meant report={report} agent={request.agent} />}
    </section>
  )
}

const verdicts: readonly (readonly [VerdictKind, string])[] = [
  ['allow', 'would have been allowed'],
  ['hold', 'would have been held for a person'],
  ['deny', 'would have been denied'],
]

function Meant({ report, agent }: { report: ReplayReport; agent: string }): ReactNode {
  const { considered, judged, cells } = report
  if (judged === 0) {
    return (
      <p className="note" role="status">
        {considered === 0
          ? 'Nothing is recorded of this agent in the last seven days, so this says nothing.'
          : `None of the ${considered} recorded decisions on this agent could be judged again.`}
      </p>
    )
  }
  const count = (kind: VerdictKind): number =>
    cells.filter(({ would }) => would === kind).reduce((sum, { decisions }) => sum + decisions, 0)
  return (
    <>
      <p role="status">
        Of {judged} {judged === 1 ? 'action' : 'actions'} by <Name text={agent} /> in the last seven
        days:
      </p>
      <ul className="agent-meant">
        {verdicts.map(([kind, words]) => (
          <li key={kind}>
            <strong>{count(kind)}</strong> {words}
          </li>
        ))}
      </ul>
      <details className="agent-fold">
        <summary>Which ones would have changed, and why</summary>
        <ReplayResult report={report} />
      </details>
    </>
  )
}
