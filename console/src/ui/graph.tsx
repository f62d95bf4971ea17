import { Component, lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'

import './graph.css'
import type { GraphShape } from './graph-model.ts'

const Flow = lazy(async () => ({ default: (await import('./graph-flow.tsx')).Flow }))

interface Props extends GraphShape {
  readonly label: string
  readonly onSelect?: (id: string) => void
}

/**
 * A graph to look at, left to right; in rows where there is little room. A list beside it must say
 * the same in text: nothing is known from the graph alone.
 */
export function Graph({ nodes, edges, label, onSelect }: Props): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const observer = new ResizeObserver(() => {
      setWidth(element.clientWidth)
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [])
  const drawing = <p className="quiet">The graph is being drawn…</p>
  return (
    <section className="graph" ref={place} aria-label={label}>
      <WhereItFails>
        <Suspense fallback={drawing}>
          {width === 0 ? (
            drawing
          ) : (
            <Flow
              {...{ nodes, edges, width, label }}
              onSelect={onSelect === undefined ? null : onSelect}
            />
          )}
        </Suspense>
      </WhereItFails>
    </section>
  )
}

/** The list says the same: a graph that cannot be drawn takes nothing else with it. */
class WhereItFails extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return <p className="note">The graph could not be drawn. The list says the same in words.</p>
  }
}
