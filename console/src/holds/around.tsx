// What stands around a hold: what the agent did just before, how the like was answered, and what
// has happened to this one.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { verdictWords } from '../../../src/words/words.ts'
import type { HoldView, PastDecision } from '../../../src/api/console/holds/shapes.ts'
import type { ActionSummary } from '../../../src/api/console/now/shapes.ts'
import { EnvironmentTags } from '../ui/environment.tsx'
import { InertText, Name, Sentence } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { AttentionWords } from './attention.tsx'
import { stateWords } from './holds-page.tsx'

const outcomeWords = {
  succeeded: 'succeeded',
  failed: 'failed at the provider',
  unknown: 'outcome unknown',
} as const

export function LastMinutes({ view }: { view: HoldView }): ReactNode {
  const { before, hold } = view
  return (
    <section aria-labelledby="before">
      <h2 id="before">
        What <Name text={hold.agent} /> did in the fifteen minutes before
      </h2>
      {before.length === 0 ? (
        <p className="quiet">Nothing. This was its first request in that time.</p>
      ) : (
        <>
          <p className="quiet">{countsOf(before)}, newest first.</p>
          <ol className="before">
            {before.map((action) => (
              <Action key={action.index} action={action} />
            ))}
          </ol>
        </>
      )}
    </section>
  )
}

function Action({ action }: { action: ActionSummary }): ReactNode {
  const { verdict, sentence, environments, at, outcome, says } = action
  return (
    <li className={`before-${verdict}`}>
      <Moment at={at} />
      <span className={`verdict ${verdict}`}>{verdictWords[verdict]}</span>
      <span>
        <Sentence words={sentence} /> <EnvironmentTags environments={environments} />
        {verdict === 'allow' ? (
          <span className="quiet">{outcome === null ? 'not over yet' : outcomeWords[outcome]}</span>
        ) : (
          <span className="quiet">
            <InertText text={says} />
          </span>
        )}
      </span>
    </li>
  )
}

/** `14 requests: 12 allowed, 1 held, 1 denied` */
function countsOf(actions: readonly ActionSummary[]): string {
  const parts = (['allow', 'hold', 'deny'] as const).flatMap((verdict) => {
    const count = actions.filter((action) => action.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdictWords[verdict]}`]
  })
  const count = actions.length
  return `${count} ${count === 1 ? 'request' : 'requests'}: ${parts.join(', ')}`
}

export function Similar({ similar }: { similar: readonly PastDecision[] }): ReactNode {
  return (
    <section className="card" aria-labelledby="similar">
      <h2 id="similar">How the like was answered</h2>
      {similar.length === 0 ? (
        <p className="quiet">Nothing like it has been held here before.</p>
      ) : (
        <ol className="similar">
          {similar.map((past) => (
            <li key={past.id}>
              <span className={`state ${past.state.kind}`}>{stateWords(past.state)}</span>
              <AttentionWords attention={past.attention} />
              <Link to="/holds/$hold" params={{ hold: past.id }} className="similar-link">
                <Sentence words={past.sentence} />
              </Link>
              <span className="quiet">
                <Moment at={past.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

export function History({ view }: { view: HoldView }): ReactNode {
  return (
    <section aria-labelledby="history">
      <h2 id="history">What has happened</h2>
      <ol className="history">
        {view.history.map(({ index, at, says }) => (
          <li key={index}>
            <Moment at={at} />
            <span>
              <InertText text={says} />
            </span>
            <span className="quiet">entry {index}</span>
          </li>
        ))}
      </ol>
      <p>
        <Link to="/incidents" search={{ decision: view.decision.id }}>
          Tell it from the beginning, as evidence
        </Link>
      </p>
      {view.answers.length > 0 && (
        <ul className="answers" aria-label="Answers, and how they were looked at">
          {view.answers.map(({ person, answer, attention, at }) => (
            <li key={`${person} ${at}`}>
              {person} {answer === 'release' ? 'said yes' : 'said no'}
              <AttentionWords attention={attention} />
            </li>
          ))}
        </ul>
      )}
      <p className="quiet">
        hold <code>{view.hold.id}</code> · request <code>{view.hold.request}</code> · policies{' '}
        <code>{view.hold.policies}</code>
      </p>
    </section>
  )
}
