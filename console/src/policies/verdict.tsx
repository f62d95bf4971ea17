import type { ReactNode } from 'react'

import type { VerdictKind, VerdictTold } from '../../../src/replay/report.ts'
import { InertText } from '../ui/inert-text.tsx'

/** The word itself says it; the colour only repeats it. */
export function VerdictWord({ kind }: { kind: VerdictKind }): ReactNode {
  return <strong className={`policy-verdict ${kind}`}>{kind}</strong>
}

/** Who must say yes. */
export const releaseWords = {
  owner: 'any owner or approver',
  'other-person': 'somebody who did not grant the mandate',
  'two-person': 'two people who did not grant the mandate',
} as const

/** A verdict with its reasons and what it asks for. Rules of one's own are others' words. */
export function VerdictDetail({ told }: { told: VerdictTold }): ReactNode {
  return (
    <>
      <VerdictWord kind={told.kind} />
      <ul className="policy-reasons">
        {told.because.map(({ code, says }) => (
          <li key={code}>
            <code>
              <InertText text={code} />
            </code>
            : <InertText text={says} />
          </li>
        ))}
      </ul>
      {told.release !== null && <p className="quiet">released by {releaseWords[told.release]}</p>}
      {told.safeguards.length > 0 && (
        <p className="quiet">
          first: <InertText text={told.safeguards.join(', ')} />
        </p>
      )}
    </>
  )
}
