import type { ReactNode } from 'react'

import type { SafeguardView } from '../../../src/api/console/holds/shapes.ts'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { durationWords } from './attention.tsx'

interface Props {
  readonly safeguards: readonly SafeguardView[]
  /** the gate's time */
  readonly now: number
}

export function Safeguards({ safeguards, now }: Props): ReactNode {
  return (
    <section className="card" aria-labelledby="safeguards">
      <h2 id="safeguards">What must succeed first</h2>
      {safeguards.length === 0 ? (
        <p className="quiet">No safeguard is asked for: a release is sent as it is.</p>
      ) : (
        <>
          <ul className="safeguards">
            {safeguards.map((safeguard) => (
              <Safeguard key={safeguard.name} safeguard={safeguard} now={now} />
            ))}
          </ul>
          <p className="quiet">They run after a release. Nothing is sent unless each succeeds.</p>
        </>
      )}
    </section>
  )
}

function Safeguard({ safeguard, now }: { safeguard: SafeguardView; now: number }): ReactNode {
  const { name, missing, proven } = safeguard
  if (missing !== null) {
    return (
      <li className="missing">
        <strong>{name}</strong> is missing: <InertText text={missing} />
      </li>
    )
  }
  return (
    <li className={proven === null ? 'untried' : 'ready'}>
      <strong>{name}</strong> is configured,{' '}
      {proven === null ? (
        'and has never run here yet'
      ) : (
        <>
          and proven {durationWords(now - Date.parse(proven.at))} ago here (
          <Moment at={proven.at} />
          ): <InertText text={proven.says} />
        </>
      )}
    </li>
  )
}
