import type { ReactNode } from 'react'

import type { AskView } from '../../../src/api/console/asks/shapes.ts'
import { InertText } from '../ui/inert-text.tsx'

/** What was asked of the agent beside what it asks: its own words are quoted, and set apart. */
export function Wants({ view }: { view: AskView }): ReactNode {
  const { mandate, more, ask } = view
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
      {ask.wants.kind === 'access' ? (
        <Quoted says="Why, in the agent’s own words" text={ask.wants.reason} />
      ) : (
        <Help wants={ask.wants} />
      )}
    </div>
  )
}

type HelpWants = Extract<AskView['ask']['wants'], { kind: 'help' }>

function Help({ wants: { situation, tried, intends } }: { wants: HelpWants }): ReactNode {
  return (
    <>
      <Quoted says="Where it is stuck, in its own words" text={situation} />
      {tried.length > 0 && <Quoted says="What it says it has tried" text={tried.join('\n')} />}
      {intends !== null && <Quoted says="What it would do next" text={intends} />}
    </>
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
