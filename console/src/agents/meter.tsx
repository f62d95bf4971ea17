import type { ReactNode } from 'react'

import type { BudgetLine } from '../../../src/api/console/now/shapes.ts'

const nouns: Readonly<Record<BudgetLine['what'], string>> = {
  requests: 'requests',
  writes: 'writes',
  destroys: 'destructions',
  denials: 'refusals and holds',
  resources: 'resources touched',
}

/** How much of a mandate is used up, in words and as a bar. */
export function Budget({ lines }: { lines: readonly BudgetLine[] }): ReactNode {
  if (lines.length === 0) return <p className="quiet">No budget: nothing of it is counted.</p>
  return (
    <ul className="agent-budget" aria-label="Budget used">
      {lines.map(({ what, used, limit }) => {
        const share = limit === 0 ? (used > 0 ? 1 : 0) : Math.min(1, used / limit)
        const tone = share >= 1 ? 'spent' : share >= 0.75 ? 'near' : ''
        return (
          <li key={what}>
            <span>
              {used} of {limit} {nouns[what]}
            </span>
            <span className="agent-bar" aria-hidden="true">
              <span className={tone} style={{ width: `${Math.round(share * 100)}%` }} />
            </span>
          </li>
        )
      })}
    </ul>
  )
}
