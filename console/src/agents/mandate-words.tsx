import type { ReactNode } from 'react'

import type { MandateView } from '../../../src/api/console/agents/shapes.ts'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'

type Told = Pick<MandateView, 'mandate' | 'words'>

/** The task is a person's or an agent's own words, so it is quoted, and set apart. */
export function Task({ task }: { task: string }): ReactNode {
  return (
    <figure className="agent-task">
      <figcaption>The task, in the words of who granted it</figcaption>
      <blockquote>
        <InertText text={task} lines />
      </blockquote>
    </figure>
  )
}

/** What it may, what it may not, how long: three lines. */
export function ThreeLines({ mandate, words }: Told): ReactNode {
  return (
    <dl className="agent-lines">
      <dt>May</dt>
      <dd>
        <InertText text={words.may} />
      </dd>
      <dt>May not</dt>
      <dd>
        <InertText text={words.mayNot} />
      </dd>
      <dt>Until</dt>
      <dd>
        <Moment at={mandate.expiresAt} />, or {words.until.split(', or ').slice(1).join(', or ')}
      </dd>
    </dl>
  )
}

export function GrantedBy({ mandate, under }: Pick<MandateView, 'mandate' | 'under'>): ReactNode {
  return (
    <p className="quiet">
      Granted by <Name text={mandate.grantedBy} />, <Moment at={mandate.grantedAt} />
      {under !== null && (
        <>
          , cut from a mandate of <Name text={under} />
        </>
      )}
      . <code>{mandate.id}</code>
    </p>
  )
}
