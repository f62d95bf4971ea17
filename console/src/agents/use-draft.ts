import { useEffect, useState } from 'react'

import type { DraftView } from '../../../src/api/console/agents/shapes.ts'
import { ApiError, post } from '../api.ts'
import type { Request } from './form.ts'

/** longer than a person pauses between two letters; judging costs the gate some time */
const pauseMilliseconds = 700

interface Drafted {
  readonly of: string
  readonly draft: DraftView | null
  readonly problem: string | null
}

/** What the gate would make of the request; the last answer stays until the next one is there. */
export function useDraft(request: Request | null): Omit<Drafted, 'of'> & { fresh: boolean } {
  const [drafted, setDrafted] = useState<Drafted>({ of: '', draft: null, problem: null })
  const wanted = request === null ? '' : JSON.stringify(request)
  useEffect(() => {
    if (wanted === '') return
    let dropped = false
    const set = (draft: DraftView | null, problem: string | null): void => {
      if (!dropped) setDrafted({ of: wanted, draft, problem })
    }
    const timer = setTimeout(() => {
      post<DraftView>('/api/mandates/draft', { request: JSON.parse(wanted) as object }).then(
        (draft) => {
          set(draft, null)
        },
        (fault: unknown) => {
          set(null, fault instanceof ApiError ? fault.message : 'the gate cannot be reached')
        },
      )
    }, pauseMilliseconds)
    return () => {
      dropped = true
      clearTimeout(timer)
    }
  }, [wanted])
  const { of, draft, problem } = drafted
  return { draft, problem, fresh: of === wanted }
}
