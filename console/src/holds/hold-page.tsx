import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { HoldView } from '../../../src/api/console/holds/shapes.ts'
import {
  backupsWords,
  blowsOf,
  effectWords,
  environmentsOf,
  labelOf,
  reversibilityWords,
  sentenceWords,
} from '../../../src/words/words.ts'
import type { HoldState } from '../../../src/domain/hold.ts'
import type { ReleaseRule } from '../../../src/domain/verdict.ts'
import { Problem } from '../ui/attempt.tsx'
import { Decide } from './decide.tsx'
import { EnvironmentBanners } from '../ui/environment.tsx'
import { stateWords } from './holds-page.tsx'
import { ImpactList } from './impact.tsx'
import { InertText, Name, Sentence } from '../ui/inert-text.tsx'
import { RequestAsJudged } from './request.tsx'
import { Countdown, Moment, useGateTime } from '../ui/time.tsx'
import { useLive } from '../live.tsx'

export function HoldPage(): ReactNode {
  const { hold: id } = useParams({ from: '/signed-in/holds/$hold' })
  const { value: view, problem, reload } = useLive<HoldView>(`/api/holds/${id}`, ['holds'])
  const now = useGateTime(view?.now ?? null)
  if (view === null) return <Problem problem={problem} />
  const { decision, hold, state } = view
  const over = state.kind !== 'waiting' || Date.parse(hold.expiresAt) <= now
  return (
    <article className="hold">
      <EnvironmentBanners environments={environmentsOf(decision)} />
      <h1>
        <Sentence words={sentenceWords(decision)} />
      </h1>
      <Status view={view} now={now} />
      <Problem problem={problem} />
      <Why view={view} />
      <section>
        <h2>What it reaches</h2>
        <ImpactList decision={decision} />
      </section>
      <Safeguards view={view} />
      <section>
        <h2>The request as judged</h2>
        {view.request === null ? (
          <p className="danger-note">
            <InertText text={view.requestFlaw ?? ''} />
          </p>
        ) : (
          <RequestAsJudged recorded={view.request} />
        )}
      </section>
      <History view={view} />
      {!over && <Decide view={view} onAnswered={reload} />}
    </article>
  )
}

const ruleWords: Readonly<Record<ReleaseRule, string>> = {
  owner: 'one owner or approver may release it',
  'other-person': 'somebody who did not grant the mandate may release it',
  'two-person': 'two people must release it, neither of whom granted the mandate',
}

function Status({ view, now }: { view: HoldView; now: number }): ReactNode {
  const { hold, state, decision } = view
  const fate = reversibilityWords(decision)
  const [worst] = blowsOf(decision)
  return (
    <div className="status" role="status">
      <span className={`fate ${fate}`}>{fate}</span>
      {worst?.hit.effect.kind === 'destroy' && (
        <span className="fate irreversible">{backupsWords(worst.hit.backups)}</span>
      )}
      {state.kind === 'waiting' ? (
        <span>
          {approvalWords(state)}
          {ruleWords[hold.release]} · time left <Countdown until={hold.expiresAt} now={now} />
        </span>
      ) : (
        <Outcome state={state} until={hold.expiresAt} />
      )}
    </div>
  )
}

function approvalWords(state: Extract<HoldState, { kind: 'waiting' }>): string {
  return state.approvals.length === 0 ? '' : `approved by ${state.approvals.join(', ')} · `
}

function Outcome({ state, until }: { state: HoldState; until: string }): ReactNode {
  return (
    <span className={`state ${state.kind}`}>
      {stateWords(state)}
      {state.kind === 'released' && (
        <>
          {' '}
          · the agent may send this request once, until <Moment at={until} />
        </>
      )}
      {state.kind === 'refused' && state.note !== '' && (
        <>
          : <InertText text={state.note} />
        </>
      )}
      {state.kind === 'withdrawn' && (
        <>
          : <InertText text={state.why} />
        </>
      )}
    </span>
  )
}

/** What was asked for, beside what is tried. */
function Why({ view }: { view: HoldView }): ReactNode {
  const { decision, hold, task } = view
  return (
    <div className="beside">
      <section className="card">
        <h2>
          What <Name text={hold.agent} /> was asked to do
        </h2>
        {task === null ? (
          <p className="quiet">The mandate is not known any more.</p>
        ) : (
          <blockquote>
            <InertText text={task} lines />
          </blockquote>
        )}
        <p className="quiet">in the words of {hold.grantedBy}, who granted:</p>
        <ul className="granted">
          {view.granted.map((scope, at) => (
            <li key={at}>
              {scope.effects.join(', ')} in <Name text={scope.environments.join(', ')} /> on{' '}
              <Name text={scope.resources.join(', ')} />
            </li>
          ))}
        </ul>
      </section>
      <section className="card">
        <h2>What it tries, and why it is held</h2>
        <ul className="reasons">
          {blowsOf(decision).map(({ verb, hit }, at) => (
            <li key={at}>
              <Name text={verb} />, which {effectWords(hit.effect)} <Name text={labelOf(hit)} />
            </li>
          ))}
        </ul>
        <p className="quiet">held because</p>
        <ul className="reasons">
          {decision.verdict.because.map(({ code, says }) => (
            <li key={code}>
              <InertText text={says} /> <span className="quiet">{code}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}

function Safeguards({ view }: { view: HoldView }): ReactNode {
  return (
    <section>
      <h2>What must succeed first</h2>
      {view.safeguards.length === 0 ? (
        <p className="quiet">No safeguard is asked for.</p>
      ) : (
        <ul className="safeguards">
          {view.safeguards.map(({ name, missing }) => (
            <li key={name} className={missing === null ? 'ready' : 'missing'}>
              <strong>{name}</strong>{' '}
              {missing === null
                ? 'is configured; it runs after a release, and nothing is sent unless it is proven'
                : `is missing: ${missing}`}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function History({ view }: { view: HoldView }): ReactNode {
  return (
    <section>
      <h2>What has happened</h2>
      <ol className="history">
        {view.history.map(({ index, at, says }) => (
          <li key={index}>
            <Moment at={at} /> <InertText text={says} />{' '}
            <span className="quiet">entry {index}</span>
          </li>
        ))}
      </ol>
      <p className="quiet">
        hold <code>{view.hold.id}</code> · request <code>{view.hold.request}</code> · policies{' '}
        <code>{view.hold.policies}</code>
      </p>
    </section>
  )
}
