import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { ReactNode } from 'react'

import { verdictWords } from '../../../src/words/words.ts'
import type { ActionSummary } from '../../../src/api/console/now/shapes.ts'
import { EnvironmentTags } from '../ui/environment.tsx'
import { InertText, Name, Sentence } from '../ui/inert-text.tsx'

const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' })

/** One action: a summary on a row, with a way to all of it. */
export const ActionRow = memo(function ActionRow({ action }: { action: ActionSummary }): ReactNode {
  const { verdict, outcome } = action
  return (
    <>
      <div className="action-facts">
        <ActionLink action={action} />
        <span className={`verdict ${verdict}`}>{verdictWords[verdict]}</span>
        <span className={`outcome ${outcome ?? 'none'}`}>{outcomeWords(action)}</span>
        <span className="action-agent">
          {action.agent === null ? (
            <span className="quiet">a stranger</span>
          ) : (
            <Name text={action.agent} />
          )}
        </span>
        <EnvironmentTags environments={action.environments} />
      </div>
      <p className="action-sentence">
        <Sentence words={action.sentence} />
        {verdict !== 'allow' && (
          <span className="quiet">
            {' '}
            — <InertText text={action.says} />
          </span>
        )}
      </p>
    </>
  )
})

/** The whole row may be pressed; what is read out is the moment and where it leads. */
function ActionLink({ action: { at, hold, decision } }: { action: ActionSummary }): ReactNode {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const shown = (isToday ? time : dayAndTime).format(date)
  const moment = <time dateTime={at}>{shown}</time>
  if (hold !== null) {
    return (
      <Link
        to="/holds/$hold"
        params={{ hold }}
        className="action-link"
        aria-label={`${shown}, hold`}
      >
        {moment}
      </Link>
    )
  }
  return (
    <Link
      to="/incidents"
      search={{ decision }}
      className="action-link"
      aria-label={`${shown}, what happened`}
    >
      {moment}
    </Link>
  )
}

function outcomeWords({ verdict, outcome }: ActionSummary): string {
  switch (outcome) {
    case 'succeeded':
      return 'succeeded'
    case 'failed':
      return 'failed'
    case 'unknown':
      return 'outcome unknown'
    case null:
      return verdict === 'allow' ? 'no outcome yet' : 'not sent'
  }
}
