import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { FocusEvent, PointerEvent, ReactNode } from 'react'

import { ActionRow } from './stream-rows.tsx'
import type { LiveActions } from './use-actions.ts'

/** in pixels, as now.css has them */
const rowHeight = 78
const narrowRowHeight = 166
const overscan = 8
const narrow = '(width < 46rem)'

/** Of ten thousand rows only those in view exist. Held still while somebody reads. */
export function ActionRows({ live }: { live: LiveActions }): ReactNode {
  const { rows, stream, loadOlder } = live
  const scroller = useRef<HTMLDivElement>(null)
  const height = useNarrow() ? narrowRowHeight : rowHeight
  const reading = useReading(live, scroller)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (at) => rows[at]?.index ?? at,
    overscan,
    useFlushSync: false,
  })
  useEffect(() => {
    virtualizer.measure()
  }, [virtualizer, height])
  const items = virtualizer.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0
  const isNearEnd = rows.length > 0 && lastShown >= rows.length - 1
  useEffect(() => {
    if (isNearEnd) loadOlder()
  }, [isNearEnd, loadOlder])

  const showFresh = (): void => {
    stream.showFresh()
    scroller.current?.scrollTo({ top: 0 })
  }
  return (
    <div className="actions-frame">
      <FreshButton fresh={live.fresh} onShow={showFresh} />
      <div
        className="actions"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Stream of actions, newest first"
        style={{ height: `min(70vh, 46rem, ${virtualizer.getTotalSize() + 2}px)` }}
        {...reading}
      >
        <ol className="action-rows" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const action = rows[item.index]
            if (action === undefined) return null
            return (
              <li
                key={item.key}
                className={`action ${action.verdict}`}
                style={{ height, transform: `translateY(${item.start}px)` }}
                aria-posinset={item.index + 1}
                aria-setsize={rows.length}
              >
                <ActionRow action={action} />
              </li>
            )
          })}
        </ol>
      </div>
    </div>
  )
}

function FreshButton({ fresh, onShow }: { fresh: number; onShow: () => void }): ReactNode {
  if (fresh === 0) return null
  return (
    <button type="button" className="main fresh" onClick={onShow}>
      {fresh.toLocaleString('en')} new, show
    </button>
  )
}

interface Reading {
  onScroll(): void
  onPointerEnter(event: PointerEvent): void
  onPointerLeave(): void
  onFocus(): void
  onBlur(event: FocusEvent): void
}

/** Somebody reads who has scrolled down, points at a row, or is among them with the keyboard. */
function useReading(
  { stream }: LiveActions,
  scroller: Readonly<{ current: HTMLDivElement | null }>,
): Reading {
  const reasons = useRef(new Set<'scrolled' | 'pointed' | 'focused'>())
  const reads = (reason: 'scrolled' | 'pointed' | 'focused', holds: boolean): void => {
    if (holds) reasons.current.add(reason)
    else reasons.current.delete(reason)
    stream.holdStill(reasons.current.size > 0)
  }
  useEffect(() => {
    stream.holdStill(reasons.current.size > 0)
  }, [stream])
  return {
    onScroll: () => {
      reads('scrolled', (scroller.current?.scrollTop ?? 0) > 4)
    },
    onPointerEnter: ({ pointerType }) => {
      if (pointerType === 'mouse') reads('pointed', true)
    },
    onPointerLeave: () => {
      reads('pointed', false)
    },
    onFocus: () => {
      reads('focused', scroller.current?.matches(':has(:focus-visible), :focus-visible') ?? false)
    },
    onBlur: ({ currentTarget, relatedTarget }) => {
      if (!currentTarget.contains(relatedTarget)) reads('focused', false)
    },
  }
}

function useNarrow(): boolean {
  const [query] = useState(() => window.matchMedia(narrow))
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener)
      return () => {
        query.removeEventListener('change', listener)
      }
    },
    () => query.matches,
  )
}
