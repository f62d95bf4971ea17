import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'

import type { PurgeList } from '../../../src/api/console/purges/shapes.ts'
import { useLive } from '../live.tsx'
import type { Live } from '../live.tsx'

/** that somebody asks for a purge is no fact yet, so the stream does not tell */
const againMilliseconds = 15_000

export function usePurges(): Live<PurgeList> {
  const live = useLive<PurgeList>('/api/purges', [])
  const reload = useRef(live.reload)
  useEffect(() => {
    reload.current = live.reload
  })
  useEffect(() => {
    const timer = setInterval(() => {
      reload.current()
    }, againMilliseconds)
    return () => {
      clearInterval(timer)
    }
  }, [])
  return live
}

/** Among the pages, while there is something to answer. */
export function PurgesLink(): ReactNode {
  const { value } = usePurges()
  const count = value?.waiting.length ?? 0
  if (count === 0) return null
  return <Link to="/purges">Purges ({count})</Link>
}
