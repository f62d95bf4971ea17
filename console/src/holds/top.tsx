import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { HoldView } from '../../../src/api/console/holds/shapes.ts'
import type { Backups } from '../../../src/domain/impact.ts'
import type { HoldState } from '../../../src/domain/hold.ts'
import type { ReleaseRule } from '../../../src/domain/verdict.ts'
import {
  backupsWords,
  blowsOf,
  environmentsOf,
  reversibilityWords,
  sentenceWords,
} from '../../../src/words/words.ts'
import { EnvironmentBanners } from '../ui/environment.tsx'
import { InertText, Sentence } from '../ui/inert-text.tsx'
import { Countdown, Moment } from '../ui/time.tsx'
import { stateWords } from './holds-page.tsx'

interface Props {
  readonly view: HoldView
  /** the gate's time */
  readonly now: number
}

/** What must be grasped in ten seconds: where, what, whether it comes back, how long there is. */
export function Top({ view, now }: Props): ReactNode {
  const { decision, hold } = view
  return (
    <header className="hold-top">
      <EnvironmentBanners environments={environmentsOf(decision)} />
      <h1>
        <Sentence words={sentenceWords(decision)} />
      </h1>
      <Fate view={view} />
      <Status view={view} now={now} />
      <Plan view={view} />
      <p className="quiet">
        mandate granted by {hold.grantedBy} · asked <Moment at={hold.openedAt} />
      </p>
    </header>
  )
}

const fateWords = {
  irreversible: 'irreversible: it cannot be taken back',
  recoverable: 'recoverable: a safeguard can bring it back',
  reversible: 'reversible',
} as const

function Fate({ view: { decision } }: Pick<Props, 'view'>): ReactNode {
  const fate = reversibilityWords(decision)
  const [worst] = blowsOf(decision)
  return (
    <p className="fates">
      <span className={`fate ${fate}`}>{fateWords[fate]}</span>
      {worst?.hit.effect.kind === 'destroy' && (
        <span className={`fate ${backupsFate(worst.hit.backups)}`}>
          {backupsWords(worst.hit.backups)}
        </span>
      )}
    </p>
  )
}

function backupsFate(backups: Backups): string {
  if (backups.kind === 'unknown' || backups.surviving.length === 0) return 'irreversible'
  return 'reversible'
}

const ruleWords: Readonly<Record<ReleaseRule, string>> = {
  owner: 'one owner or approver may release it',
  'other-person': 'somebody who did not grant the mandate may release it',
  'two-person': 'two people must release it, neither of whom granted the mandate',
}

function Status({ view: { hold, state }, now }: Props): ReactNode {
  return (
    <p className="status" role="status">
      {state.kind === 'waiting' ? (
        <>
          <span className="time-left">
            time left <Countdown until={hold.expiresAt} now={now} />
          </span>
          <span>silence means no</span>
          {state.approvals.length > 0 && (
            <strong>approved by {state.approvals.join(', ')}, not enough yet</strong>
          )}
          <span>{ruleWords[hold.release]}</span>
        </>
      ) : (
        <Outcome state={state} until={hold.expiresAt} />
      )}
    </p>
  )
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

function Plan({ view: { plan, hold, state } }: Pick<Props, 'view'>): ReactNode {
  if (plan.length === 0 || state.kind !== 'waiting') return null
  return (
    <p className="note plan-note">
      {plan.length} more of the same plan {plan.length === 1 ? 'waits' : 'wait'}.{' '}
      <Link to="/plans/$hold" params={{ hold: hold.id }}>
        Look at all {plan.length + 1} together
      </Link>
    </p>
  )
}
