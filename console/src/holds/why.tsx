import type { ReactNode } from 'react'

import type { HoldView } from '../../../src/api/console/holds/shapes.ts'
import { blowsOf, effectWords, labelOf } from '../../../src/words/words.ts'
import { InertText, Name } from '../ui/inert-text.tsx'

/** What was asked for, beside what is tried. */
export function Why({ view }: { view: HoldView }): ReactNode {
  return (
    <div className="beside">
      <Asked view={view} />
      <Tried view={view} />
    </div>
  )
}

function Asked({ view: { hold, task, granted } }: { view: HoldView }): ReactNode {
  return (
    <section className="card" aria-labelledby="asked">
      <h2 id="asked">
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
        {granted.map((scope, at) => (
          <li key={at}>
            {scope.effects.join(', ')} in <Name text={scope.environments.join(', ')} /> on{' '}
            <Name text={scope.resources.join(', ')} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** the impact below has all of them */
const blowsShownMax = 6

function Tried({ view: { decision } }: { view: HoldView }): ReactNode {
  const blows = blowsOf(decision)
  const more = blows.length - blowsShownMax
  return (
    <section className="card" aria-labelledby="tried">
      <h2 id="tried">What it tries, and why it is held</h2>
      <ul className="reasons">
        {blows.slice(0, blowsShownMax).map(({ verb, hit }, at) => (
          <li key={at}>
            <Name text={verb} />, which {effectWords(hit.effect)} <Name text={labelOf(hit)} />
          </li>
        ))}
        {more > 0 && <li>and {more} more, all of them below</li>}
      </ul>
      <p className="quiet">held because</p>
      <ul className="reasons">
        {decision.verdict.because.map(({ code, says }) => (
          <li key={code}>
            <InertText text={says} />{' '}
            <span className="quiet">
              <InertText text={code} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
