// Which parts of something long have come into a person's view. Marks stand at the edges of its
// parts and inside long ones; what has not been scrolled to has not been seen.
import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'

interface Watch {
  add(mark: Element): () => void
}

const Watching = createContext<Watch | null>(null)

/** as high as the bar with the two answers, which covers what is under it */
const coveredBelow = 130

export interface Seen {
  /** all marks there are have come into view, and there is one at least */
  readonly seen: boolean
  readonly watch: Watch
}

export function useSeen(): Seen {
  const [left, setLeft] = useState(-1)
  const marks = useRef({ all: new Set<Element>(), seen: new Set<Element>() })
  const observer = useRef<IntersectionObserver | null>(null)
  const count = useCallback((): void => {
    const { all, seen } = marks.current
    setLeft(all.size === 0 ? -1 : [...all].filter((mark) => !seen.has(mark)).length)
  }, [])
  const add = useCallback(
    (mark: Element): (() => void) => {
      observer.current ??= new IntersectionObserver(
        (entries) => {
          for (const { isIntersecting, target } of entries) {
            if (isIntersecting) marks.current.seen.add(target)
          }
          count()
        },
        { rootMargin: `0px 0px -${coveredBelow}px 0px` },
      )
      marks.current.all.add(mark)
      observer.current.observe(mark)
      count()
      return () => {
        marks.current.all.delete(mark)
        observer.current?.unobserve(mark)
        count()
      }
    },
    [count],
  )
  useEffect(
    () => () => {
      observer.current?.disconnect()
      observer.current = null
    },
    [],
  )
  const watch = useRef<Watch>({ add })
  return { seen: left === 0, watch: watch.current }
}

export function SeenWithin({ watch, children }: Pick<Seen, 'watch'> & Kids): ReactNode {
  return <Watching value={watch}>{children}</Watching>
}

interface Kids {
  readonly children: ReactNode
}

/** A place that must have been in view. */
export function Mark(): ReactNode {
  const watch = useContext(Watching)
  const place = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (place.current !== null) return watch?.add(place.current)
    return undefined
  }, [watch])
  return <span ref={place} className="mark" aria-hidden="true" />
}

/** Whether so long has passed since this was first shown. */
export function useElapsed(milliseconds: number): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      setOver(true)
    }, milliseconds)
    return () => {
      clearTimeout(timer)
    }
  }, [milliseconds])
  return over
}
