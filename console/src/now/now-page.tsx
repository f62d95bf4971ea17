import type { ReactNode } from 'react'

import type { HoldList } from '../../../src/api/console/holds/shapes.ts'
import { OverHolds, WaitingHolds } from '../holds/holds-page.tsx'
import { useLive } from '../live.tsx'
import { Problem } from '../ui/attempt.tsx'

export function NowPage(): ReactNode {
  const { value: list, problem } = useLive<HoldList>('/api/holds', ['holds'])
  return (
    <>
      <h1>Waiting for a person</h1>
      <Problem problem={problem} />
      {list !== null && <WaitingHolds list={list} />}
      {list !== null && list.over.length > 0 && (
        <>
          <h2>Answered, or over</h2>
          <OverHolds list={list} />
        </>
      )}
    </>
  )
}
