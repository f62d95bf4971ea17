import { useParams } from '@tanstack/react-router'
import { memo } from 'react'
import type { ReactNode } from 'react'

import type { HoldView } from '../../../src/api/console/holds/shapes.ts'
import { useLive } from '../live.tsx'
import { Problem } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { useGateTime } from '../ui/time.tsx'
import { History, LastMinutes, Similar } from './around.tsx'
import { Decide } from './decide.tsx'
import './holds.css'
import { Impact } from './impact.tsx'
import { RequestAsJudged } from './request.tsx'
import { Rows } from './rows.tsx'
import { Safeguards } from './safeguards.tsx'
import { SeenWithin, useSeen } from './seen.tsx'
import type { Seen } from './seen.tsx'
import { Top } from './top.tsx'
import { Why } from './why.tsx'

export function HoldPage(): ReactNode {
  const { hold: id } = useParams({ from: '/signed-in/holds/$hold' })
  return <OneHold key={id} id={id} />
}

/** A hold of its own: what was seen of one says nothing of the next. */
function OneHold({ id }: { id: string }): ReactNode {
  const { value: view, problem, reload } = useLive<HoldView>(`/api/holds/${id}`, ['holds'])
  const now = useGateTime(view?.now ?? null)
  const { seen, watch } = useSeen()
  if (view === null) return <Problem problem={problem} />
  const { hold, state } = view
  const over = state.kind !== 'waiting' || Date.parse(hold.expiresAt) <= now
  return (
    <article className="hold">
      <Top view={view} now={now} />
      <Problem problem={problem} />
      <Why view={view} />
      <Body view={view} watch={watch} />
      <div className="beside">
        <Safeguards safeguards={view.safeguards} now={now} />
        <Similar similar={view.similar} />
      </div>
      <LastMinutes view={view} />
      <History view={view} />
      {!over && <Decide view={view} impactSeen={seen} onAnswered={reload} />}
    </article>
  )
}

/** What is long, and is not drawn again for every second that passes. */
const Body = memo(function Body({ view, watch }: { view: HoldView } & Pick<Seen, 'watch'>) {
  return (
    <>
      <SeenWithin watch={watch}>
        <Impact decision={view.decision} />
      </SeenWithin>
      <Trial view={view} />
      <Judged view={view} />
    </>
  )
})

function Trial({ view: { preview, request } }: { view: HoldView }): ReactNode {
  if (preview !== null) return <Rows preview={preview} />
  if (request?.includes('"kind":"sql"') !== true) return null
  return <p className="note">It was not tried: how many rows it would touch is not known.</p>
}

export const Judged = memo(function Judged({ view }: { view: HoldView }): ReactNode {
  return (
    <section aria-label="The request as judged">
      <h2>The request as judged</h2>
      {view.request === null ? (
        <p className="danger-note">
          <InertText text={view.requestFlaw ?? ''} />
        </p>
      ) : (
        <RequestAsJudged recorded={view.request} />
      )}
    </section>
  )
})
