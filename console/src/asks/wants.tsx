import type { ReactNode } from 'react'

import type { AskView } from '../../../src/api/console/asks/shapes.ts'
import { InertText } from '../ui/inert-text.tsx'

/** What was asked of the agent beside what it asks: its own words are quoted, and set apart. */
export function Wants({ view }: { view: AskView }): ReactNode {
  const { mandate, more, ask, words } = view
  return (
    <div className="ask-wants">
      {mandate !== null && (
        <>
          <Quoted says="The task that it was given" text={mandate.task} />
          <dl>
            <dt>It may now</dt>
            <dd>
              <InertText text={mandate.words.may} />
            </dd>
            {more !== null && (
              <>
                <dt>It asks for, besides</dt>
                <dd>
                  <strong>
                    <InertText text={more} />
                  </strong>
                </dd>
              </>
            )}
          </dl>
        </>
      )}
      <Quoted
        says={
          ask.wants.kind === 'access' ? 'Why, in its own words' : 'Where it is stuck, in its words'
        }
        text={words.reason}
      />
      {words.tried.length > 0 && (
        <Quoted says="What it says it has tried" text={words.tried.join('\n')} />
      )}
      {words.intends !== null && <Quoted says="What it would do next" text={words.intends} />}
    </div>
  )
}

function Quoted({ says, text }: { says: string; text: string }): ReactNode {
  return (
    <figure className="agent-task">
      <figcaption>{says}</figcaption>
      <blockquote>
        <InertText text={text} lines />
      </blockquote>
    </figure>
  )
}
