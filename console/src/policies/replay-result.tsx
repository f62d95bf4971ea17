import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type {
  ReplayChange,
  ReplayReport,
  SkipReason,
  VerdictKind,
} from '../../../src/replay/report.ts'
import { EnvironmentTags } from '../ui/environment.tsx'
import { InertText, Name, Sentence } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { VerdictWord } from './verdict.tsx'

const kinds: readonly VerdictKind[] = ['allow', 'hold', 'deny']

/** What a replay found: the counts, then what changes, what would be let through first. */
export function ReplayResult({ report }: { report: ReplayReport }): ReactNode {
  const { changes, changed } = report
  const loosened = changes.filter((one) => one.loosened)
  const tightened = changes.filter((one) => !one.loosened)
  return (
    <section className="policy-replay" aria-label="What would have changed">
      <h2>{changed === 0 ? 'Nothing would have changed' : `${requests(changed)} would change`}</h2>
      <Matrix report={report} />
      <Honesty report={report} />
      {loosened.length > 0 && (
        <>
          <h3 className="policy-loosened">Would be let through, or asked of a person, now</h3>
          <Changes changes={loosened} />
        </>
      )}
      {tightened.length > 0 && (
        <>
          <h3>★ Would be held or refused now</h3>
          <Changes changes={tightened} />
        </>
      )}
      {changes.length < changed && (
        <p className="quiet">
          {changed - changes.length} more are counted above and not listed here.
        </p>
      )}
    </section>
  )
}

/** Recorded verdicts down, new ones across. */
function Matrix({ report: { cells } }: { report: ReplayReport }): ReactNode {
  return (
    <div className="policy-table" tabIndex={0} role="group" aria-label="Counts of verdicts">
      <table className="policy-matrix">
        <caption>Decisions, and in brackets requests: one that came again counts once</caption>
        <thead>
          <tr>
            <th scope="col">recorded as</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col">
                now {kind}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.map((was) => (
            <tr key={was}>
              <th scope="row">{was}</th>
              {kinds.map((would) => {
                const cell = cells.find((one) => one.was === was && one.would === would)
                const tone = cell === undefined || was === would ? 'same' : toneOf(was, would)
                return (
                  <td key={would} className={tone}>
                    {cell === undefined ? '0' : `${cell.decisions} (${cell.requests})`}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function toneOf(was: VerdictKind, would: VerdictKind): 'loosened' | 'tightened' {
  return kinds.indexOf(would) < kinds.indexOf(was) ? 'loosened' : 'tightened'
}

const skipWords: Readonly<Record<SkipReason, string>> = {
  'not-read': 'refused before they were read: no lease, an ended one, somebody else’s credential',
  breaker: 'refused by the breaker, whatever the policies say',
  'standing-unknown': 'their agent, lease or mandate is not known any more',
}

const stopWords = {
  decisions: 'The newest 10,000 decisions were judged; older ones were not looked at.',
  entries: 'The record is long: it stopped before all of these days were looked at.',
  time: 'It stopped after a minute; older traffic was not looked at.',
} as const

/** What these figures do not say. */
function Honesty({ report }: { report: ReplayReport }): ReactNode {
  const { judged, considered, amended, unmeasured, underOtherPolicies, stoppedBy } = report
  return (
    <ul className="policy-honesty quiet">
      <li>
        {judged} of {considered} decisions since <Moment at={report.since} /> judged again, by set{' '}
        <code>{report.policies.slice(0, 16)}</code>: {requests(report.requests)}.
      </li>
      {report.skipped.map(({ why, decisions }) => (
        <li key={why}>
          {decisions} left out: {skipWords[why]}.
        </li>
      ))}
      {amended.decisions > 0 && (
        <li>
          {amended.decisions} keep their verdict for other reasons, or ask for other people or
          safeguards.
        </li>
      )}
      {unmeasured > 0 && (
        <li>
          {unmeasured} were refused before they were tried at the server, so their rows were never
          counted; the gate would try them first, and judge again.
        </li>
      )}
      {underOtherPolicies > 0 && (
        <li>
          {underOtherPolicies} were judged by another set than the one in force: some of what
          changes here has changed already.
        </li>
      )}
      <li>Budgets, the breaker and safeguards are not judged again.</li>
      {stoppedBy !== null && <li className="policy-stopped">{stopWords[stoppedBy]}</li>}
    </ul>
  )
}

function Changes({ changes }: { changes: readonly ReplayChange[] }): ReactNode {
  return (
    <ul className="policy-changes">
      {changes.map((change) => (
        <li key={`${change.decision} ${change.would.kind}`} className="card">
          <p className={change.loosened ? 'policy-move loosened' : 'policy-move'}>
            {change.loosened ? '' : '★ '}was <VerdictWord kind={change.was.kind} />, would be{' '}
            <VerdictWord kind={change.would.kind} />
            {change.times > 1 ? ` · ${change.times} times` : ''}
          </p>
          <p className="policy-sentence">
            <Sentence words={change.sentence} />
          </p>
          <EnvironmentTags environments={change.environments} />
          <p className="quiet">
            because{' '}
            {change.would.because.map(({ code, says }, at) => (
              <span key={code}>
                {at > 0 && '; '}
                <code>
                  <InertText text={code} />
                </code>
                : <InertText text={says} />
              </span>
            ))}
          </p>
          {change.unmeasured && (
            <p className="quiet">
              Its rows were never counted: it was refused before it was tried.
            </p>
          )}
          <p className="quiet">
            <Moment at={change.at} /> · <Name text={change.line} /> ·{' '}
            <Link to="/incidents" search={{ decision: change.decision }}>
              what happened then
            </Link>
          </p>
        </li>
      ))}
    </ul>
  )
}

function requests(count: number): string {
  return `${count} ${count === 1 ? 'request' : 'requests'}`
}
