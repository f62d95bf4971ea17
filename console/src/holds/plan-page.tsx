// Several holds of one plan, each shown whole, answered with one passkey once all were seen.
import { Link, useParams } from '@tanstack/react-router'
import { useCallback, useEffect, useState } from 'react'
import type { ReactNode } from 'react'

import type { HoldView } from '../../../src/api/console/holds/shapes.ts'
import { environmentsOf, reversibilityWords, sentenceWords } from '../../../src/words/words.ts'
import { useLive } from '../live.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { EnvironmentBanners } from '../ui/environment.tsx'
import { InertText, Name, Sentence } from '../ui/inert-text.tsx'
import { Countdown, useGateTime } from '../ui/time.tsx'
import { Press, whyNoRelease } from './decide.tsx'
import { Judged } from './hold-page.tsx'
import './holds.css'
import { stateWords } from './holds-page.tsx'
import { ImpactList } from './impact.tsx'
import { Rows } from './rows.tsx'
import { Mark, SeenWithin, useSeen } from './seen.tsx'
import { releaseTogether } from './together.ts'

/** as many as one passkey may answer */
const togetherMax = 20

export function PlanPage(): ReactNode {
  const { hold: id } = useParams({ from: '/signed-in/plans/$hold' })
  const { value: first, problem } = useLive<HoldView>(`/api/holds/${id}`, ['holds'])
  const [ids, setIds] = useState<readonly string[] | null>(null)
  useEffect(() => {
    // What was on the page when it was opened stays: a hold that comes later is another look.
    if (first !== null) setIds((before) => before ?? idsOf(first))
  }, [first])
  if (first === null || ids === null) return <Problem problem={problem} />
  return (
    <article className="hold plan">
      <h1>
        {ids.length} requests of <Name text={first.hold.agent} />, one plan
      </h1>
      <p>
        {first.task === null ? (
          'Its mandate is not known any more.'
        ) : (
          <>
            It was asked: <Name text={first.task} />
          </>
        )}
      </p>
      <Together key={ids.join()} ids={ids} />
    </article>
  )
}

/** In the order in which they came. */
function idsOf({ hold, plan }: HoldView): readonly string[] {
  const all = [...plan, hold].sort((a, b) => a.openedAt.localeCompare(b.openedAt))
  return all.slice(0, togetherMax).map(({ id }) => id)
}

interface Shown {
  readonly view: HoldView
  readonly seen: boolean
}

function Together({ ids }: { ids: readonly string[] }): ReactNode {
  const [shown, setShown] = useState<ReadonlyMap<string, Shown>>(new Map())
  const attempt = useAttempt()
  const onShown = useCallback((id: string, one: Shown): void => {
    setShown((before) => new Map([...before, [id, one]]))
  }, [])
  const all = ids.flatMap((id) => shown.get(id) ?? [])
  const open = all.filter(
    ({ view }) => view.state.kind === 'waiting' && whyNoRelease(view) === null,
  )
  const unseen = open.filter(({ seen }) => !seen).length + (ids.length - all.length)
  return (
    <>
      {ids.map((id, at) => (
        <OneOfPlan key={id} id={id} title={`${at + 1} of ${ids.length}`} onShown={onShown} />
      ))}
      {(open.length > 0 || all.length < ids.length) && (
        <section className="decide" aria-label="Your answer">
          <p className="attention-hint" role="status">
            {planWords(open.length, unseen)}
          </p>
          <Problem problem={attempt.problem} />
          <div className="buttons">
            <Press
              kind="release"
              busy={attempt.busy}
              disabled={open.length < 2 || unseen > 0}
              onPress={() => {
                attempt.run(async () => {
                  await releaseTogether(open.map(({ view }) => view))
                })
              }}
            >
              Release these {open.length}, each once, with one passkey
            </Press>
          </div>
        </section>
      )}
    </>
  )
}

function planWords(open: number, unseen: number): string {
  if (unseen > 0) {
    const parts = unseen === 1 ? 'One of them has' : `${unseen} of them have`
    return `${parts} not been shown whole yet. Scroll through each to release them together.`
  }
  if (open < 2) return 'Only one can be released here: open it by itself.'
  return 'Each was shown. To refuse one, open it by itself.'
}

interface OneProps {
  readonly id: string
  readonly title: string
  readonly onShown: (id: string, shown: Shown) => void
}

function OneOfPlan({ id, title, onShown }: OneProps): ReactNode {
  const { value: view, problem } = useLive<HoldView>(`/api/holds/${id}`, ['holds'])
  const now = useGateTime(view?.now ?? null)
  const { seen, watch } = useSeen()
  useEffect(() => {
    if (view !== null) onShown(id, { view, seen })
  }, [id, view, seen, onShown])
  if (view === null) return <Problem problem={problem} />
  const { decision, hold, state } = view
  const fate = reversibilityWords(decision)
  const why = whyNoRelease(view)
  return (
    <section className="plan-hold" aria-label={`Request ${title}`}>
      <p className="plan-place">
        <strong>{title}</strong>
        <span className={seen ? 'shown' : 'not-shown'}>{seen ? '✓ shown' : 'not shown yet'}</span>
        <Link to="/holds/$hold" params={{ hold: hold.id }}>
          open it by itself
        </Link>
      </p>
      <SeenWithin watch={watch}>
        <Mark />
        <EnvironmentBanners environments={environmentsOf(decision)} />
        <h2>
          <Sentence words={sentenceWords(decision)} />
        </h2>
        <p className="status">
          <span className={`fate ${fate}`}>{fate}</span>
          {state.kind === 'waiting' ? (
            <span>
              time left <Countdown until={hold.expiresAt} now={now} />
            </span>
          ) : (
            <span className={`state ${state.kind}`}>{stateWords(state)}</span>
          )}
        </p>
        {why !== null && state.kind === 'waiting' && (
          <p className="why">
            Not among those released: <InertText text={why} />.
          </p>
        )}
        <ImpactList decision={decision} />
        {view.preview !== null && <Rows preview={view.preview} />}
        <Judged view={view} />
        <Mark />
      </SeenWithin>
    </section>
  )
}
