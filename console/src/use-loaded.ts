import { useCallback, useEffect, useState } from 'react'

import { ApiError, followHolds, get } from './api.ts'

export interface Loaded<T> {
  readonly value: T | null
  readonly problem: string | null
  readonly reload: () => void
}

/** What a path says, asked again whenever holds have changed. */
export function useLoaded<T>(path: string, onSignedOut: () => void): Loaded<T> {
  const [value, setValue] = useState<T | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const reload = useCallback(() => {
    get<T>(path).then(
      (found) => {
        setValue(found)
        setProblem(null)
      },
      (fault: unknown) => {
        if (fault instanceof ApiError && fault.code === 'signed-out') onSignedOut()
        else setProblem(fault instanceof ApiError ? fault.message : 'the gate cannot be reached')
      },
    )
  }, [path, onSignedOut])
  useEffect(() => {
    reload()
    const stop = new AbortController()
    void followHolds(reload, stop.signal)
    return () => {
      stop.abort()
    }
  }, [reload])
  return { value, problem, reload }
}
