// What the gate says, kept fresh: one event stream for the whole page says what has changed, and
// what is on show is asked for again.
import { QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import type { Topic } from '../../src/api/console/events.ts'
import { ApiError, get, hasPageKey, headers } from './api.ts'

export const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true, staleTime: 1000 } },
})

export interface Live<T> {
  readonly value: T | null
  readonly problem: string | null
  readonly reload: () => void
}

/** What a path says, asked again whenever one of the topics has changed. */
export function useLive<T>(path: string, topics: readonly Topic[]): Live<T> {
  const { data, error, refetch } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => get<T>(path, signal),
    meta: { topics },
  })
  const problem = error === null ? null : problemOf(error)
  return { value: data ?? null, problem, reload: () => void refetch() }
}

function problemOf(error: Error): string {
  return error instanceof ApiError ? error.message : 'the gate cannot be reached'
}

const listeners = new Map<Topic, Set<() => void>>()

/** Calls back whenever the topic has changed, and once the stream stands again after a break. */
export function useTopic(topic: Topic, onChange: () => void): void {
  useEffect(() => {
    const all = listeners.get(topic) ?? new Set()
    listeners.set(topic, all.add(onChange))
    return () => {
      all.delete(onChange)
    }
  }, [topic, onChange])
}

/** Follows the gate for as long as somebody is signed in. */
export function useEventStream(signedIn: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!signedIn) return
    const stop = new AbortController()
    void follow(client, stop.signal)
    return () => {
      stop.abort()
    }
  }, [signedIn, client])
}

const retryMilliseconds = 2000

async function follow(client: QueryClient, signal: AbortSignal): Promise<void> {
  for (let again = false; !signal.aborted; again = true) {
    try {
      const response = await fetch('/api/events', { headers: headers(), signal })
      if (response.status === 401) {
        await client.invalidateQueries()
        return
      }
      // What happened while nobody listened is not told again.
      if (again) changed(client, null)
      await readEvents(response, (topic) => {
        changed(client, topic)
      })
    } catch {
      // The gate is away for a moment, or the page is closing: the loop decides.
    }
    if (!hasPageKey()) return
    await new Promise((resolve) => setTimeout(resolve, retryMilliseconds))
  }
}

async function readEvents(response: Response, onTopic: (topic: Topic) => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const lines = (rest + part.value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('event: ')) onTopic(line.slice('event: '.length) as Topic)
    }
  }
}

/** null: anything may have. */
function changed(client: QueryClient, topic: Topic | null): void {
  const called = topic === null ? [...listeners.values()] : [listeners.get(topic) ?? []]
  for (const all of called) for (const listener of all) listener()
  void client.invalidateQueries({
    predicate: ({ meta }) => {
      const topics = (meta?.['topics'] ?? []) as readonly Topic[]
      return topic === null ? topics.length > 0 : topics.includes(topic)
    },
  })
}
