import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { AskList } from '../../../src/api/console/asks/shapes.ts'
import { useLive } from '../live.tsx'
import type { Live } from '../live.tsx'

export function useAsks(): Live<AskList> {
  return useLive<AskList>('/api/asks', ['asks'])
}

/** Among the pages, while an agent waits for an answer. */
export function AsksLink(): ReactNode {
  const { value } = useAsks()
  const count = value?.waiting ?? 0
  if (count === 0) return null
  return <Link to="/asks">Asks ({count})</Link>
}
