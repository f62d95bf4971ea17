import type { ReactNode } from 'react'

import type {
  ExamplesView,
  PoliciesView,
  PolicyFileView,
  RuleView,
} from '../../../src/api/console/policies/shapes.ts'
import { Code } from '../ui/code.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { releaseWords, VerdictWord } from './verdict.tsx'

export function PolicyFiles({ view }: { view: PoliciesView }): ReactNode {
  return (
    <>
      <section aria-labelledby="policies-in-force">
        <h2 id="policies-in-force">In force</h2>
        {view.files.map((file) => (
          <PolicyFile key={file.name} file={file} />
        ))}
      </section>
      {view.optional.length > 0 && (
        <section aria-labelledby="policies-optional">
          <h2 id="policies-optional">Optional, not loaded</h2>
          <p className="quiet">
            Shipped with Holdpoint, and named in <code>policies.optional</code> to be loaded.
          </p>
          {view.optional.map((file) => (
            <PolicyFile key={file.name} file={file} />
          ))}
        </section>
      )}
    </>
  )
}

const kinds = { shipped: 'shipped', optional: 'shipped, optional', own: 'your own' } as const

function PolicyFile({ file }: { file: PolicyFileView }): ReactNode {
  const { name, kind, rules, text, examples } = file
  return (
    <details className="card policy-file">
      <summary>
        <code>
          <InertText text={name} />
        </code>
        <span className="quiet">
          {kinds[kind]} · {rules.length} {rules.length === 1 ? 'rule' : 'rules'}
        </span>
        <span className="policy-file-verdicts">
          {[...new Set(rules.map(({ verdict }) => verdict))].map((verdict) => (
            <VerdictWord key={verdict} kind={verdict} />
          ))}
        </span>
      </summary>
      <ul className="policy-rules">
        {rules.map((rule) => (
          <Rule key={rule.id} rule={rule} />
        ))}
      </ul>
      <Code text={text} language="cedar" label={`Text of ${kind === 'own' ? 'this file' : name}`} />
      <Examples examples={examples} isOwn={kind === 'own'} />
    </details>
  )
}

function Rule({ rule }: { rule: RuleView }): ReactNode {
  const { id, line, verdict, says, release, safeguards, instead, page } = rule
  return (
    <li>
      <VerdictWord kind={verdict} />{' '}
      <code>
        <InertText text={id} />
      </code>{' '}
      <span className="quiet">line {line}</span>
      <p>
        <InertText text={says} />
      </p>
      {release !== null && <p className="quiet">released by {releaseWords[release]}</p>}
      {safeguards.length > 0 && (
        <p className="quiet">
          first: <InertText text={safeguards.join(', ')} />
        </p>
      )}
      {instead !== null && (
        <p className="quiet">
          the agent is told: <InertText text={instead} />
        </p>
      )}
      {page !== null && (
        <details>
          <summary>About this rule</summary>
          <RulePage page={page} />
        </details>
      )}
    </li>
  )
}

/** The paragraphs below its title and its first line, which say what stands above already. */
function RulePage({ page }: { page: string }): ReactNode {
  const [, , ...paragraphs] = page.trim().split(/\n{2,}/)
  return paragraphs.map((paragraph, at) => (
    <p key={at} className="policy-page">
      <InertText text={plain(paragraph)} lines />
    </p>
  ))
}

/** Markdown's own marks taken out: links by their words, lines joined. */
function plain(paragraph: string): string {
  const words = paragraph.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
  return /^\s*[-|]/.test(words) ? words : words.replace(/\n/g, ' ')
}

function Examples({
  examples,
  isOwn,
}: {
  examples: ExamplesView | null
  isOwn: boolean
}): ReactNode {
  if (examples === null) {
    return <p className="quiet">There is no table of examples beside it.</p>
  }
  if (examples.kind === 'malformed') {
    return (
      <p className="danger-note">
        The table of examples beside it cannot be read: <InertText text={examples.says} />
      </p>
    )
  }
  return (
    <>
      <h3>Examples</h3>
      {isOwn && (
        <p className="quiet">
          As the table beside the file says; Holdpoint does not check tables of your own.
        </p>
      )}
      <div className="policy-table" tabIndex={0} role="group" aria-label="Table of examples">
        <table className="policy-examples">
          <thead>
            <tr>
              <th scope="col">When an agent …</th>
              <th scope="col">under the mandate</th>
              <th scope="col">it is</th>
              <th scope="col">because</th>
            </tr>
          </thead>
          <tbody>
            {examples.rows.map((row, at) => (
              <tr key={at}>
                <td>
                  <InertText text={row.situation} />
                  <div className="quiet">
                    <InertText text={`${row.effect} ${row.resource} in ${row.environments}`} />
                  </div>
                </td>
                <td>
                  <InertText text={row.mandate} />
                </td>
                <td>
                  <ExampleVerdict verdict={row.verdict} />
                </td>
                <td>
                  <InertText text={row.reasons} />
                  {row.safeguards !== '-' && (
                    <div className="quiet">
                      first: <InertText text={row.safeguards} />
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function ExampleVerdict({ verdict }: { verdict: string }): ReactNode {
  if (verdict === 'allow' || verdict === 'hold' || verdict === 'deny') {
    return <VerdictWord kind={verdict} />
  }
  return <InertText text={verdict} />
}
