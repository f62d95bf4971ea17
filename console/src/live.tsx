// What the gate says, kept fresh: one event stream for the whole page says what has changed, and
// what is on show is asked for again.
import { QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

import type { Topic } from '../../src/api/console/events.ts'
import type { ActionsEvent } from '../../src/api/console/now/shapes.ts'
import { ApiError, get, hasPageKey, headers } from './api.ts'
import { createEventReader } from './events.ts'

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

export function problemOf(error: Error): string {
  return error instanceof ApiError ? error.message : 'the gate cannot be reached'
}

const listeners = new Map<Topic, Set<() => void>>()

/** Calls back whenever the topic has changed, and whenever the stream stands anew. */
export function useTopic(topic: Topic, onChange: () => void): void {
  useEffect(() => {
    const all = listeners.get(topic) ?? new Set()
    listeners.set(topic, all.add(onChange))
    return () => {
      all.delete(onChange)
    }
  }, [topic, onChange])
}

export interface ActionsListener {
  onActions(event: ActionsEvent): void
  /** The stream stands, for the first time or again: what came before was not told. */
  onStanding(): void
}

const actionsListeners = new Set<ActionsListener>()

/** Follows the actions themselves. Returns what ends it. */
export function followActions(listener: ActionsListener): () => void {
  actionsListeners.add(listener)
  return () => actionsListeners.delete(listener)
}

let isStanding = false
const standingListeners = new Set<() => void>()

function setStanding(stands: boolean): void {
  isStanding = stands
  for (const listener of standingListeners) listener()
}

/** Whether the gate can tell this page anything just now. */
export function useIsStanding(): boolean {
  return useSyncExternalStore(
    (listener) => {
      standingListeners.add(listener)
      return () => standingListeners.delete(listener)
    },
    () => isStanding,
  )
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
/** A browser gives one origin six connections: pages that nobody looks at must not keep them. */
const outOfSightMilliseconds = 60_000

function untilInSight(): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve()
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.visibilityState !== 'visible') return
      document.removeEventListener('visibilitychange', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
  })
}

/** Calls back once the page has been out of sight for a while. Returns what ends the watching. */
function whenOutOfSight(leave: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    clearTimeout(timer)
    if (document.visibilityState !== 'visible') timer = setTimeout(leave, outOfSightMilliseconds)
  }
  document.addEventListener('visibilitychange', look)
  return () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
  }
}

async function follow(client: QueryClient, signal: AbortSignal): Promise<void> {
  const spaced = createSpaced((topics) => {
    tell(client, topics)
  })
  while (!signal.aborted) {
    await untilInSight()
    const leaving = new AbortController()
    const either = AbortSignal.any([signal, leaving.signal])
    const watch = whenOutOfSight(() => {
      leaving.abort()
    })
    try {
      const response = await fetch('/api/events', { headers: headers(), signal: either })
      if (response.status === 401) {
        await client.invalidateQueries()
        return
      }
      if (response.ok) await listen(client, response, spaced)
    } catch {
      // The gate is away for a moment, or the page is closing: the loop decides.
    } finally {
      watch()
    }
    setStanding(false)
    if (!hasPageKey()) return
    await new Promise((resolve) => setTimeout(resolve, retryMilliseconds))
  }
}

async function listen(client: QueryClient, response: Response, spaced: Spaced): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  setStanding(true)
  // What happened while nobody listened is not told again.
  tell(client, null)
  for (const listener of actionsListeners) listener.onStanding()
  const read = createEventReader()
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const events = read(part.value)
    for (const { topic, data } of events) {
      if (topic === 'actions') tellActions(data as ActionsEvent | Record<string, never>)
    }
    spaced(events.map(({ topic }) => topic))
  }
}

function tellActions(event: ActionsEvent | Record<string, never>): void {
  if (!isActions(event)) return
  for (const listener of actionsListeners) listener.onActions(event)
}

function isActions(event: ActionsEvent | Record<string, never>): event is ActionsEvent {
  return 'decided' in event
}

type Spaced = (topics: readonly Topic[]) => void

/** What changes many times a second is asked for once a second; the first change at once. */
const spacingMilliseconds = 1000

function createSpaced(act: (topics: readonly Topic[]) => void): Spaced {
  const toldAt = new Map<Topic, number>()
  const waiting = new Set<Topic>()
  let timer: ReturnType<typeof setTimeout> | null = null

  function actNow(topics: readonly Topic[]): void {
    for (const topic of topics) toldAt.set(topic, performance.now())
    if (topics.length > 0) act(topics)
  }

  function later(): void {
    timer = null
    const topics = [...waiting]
    waiting.clear()
    actNow(topics)
  }

  return (topics) => {
    const earliest = performance.now() - spacingMilliseconds
    const isDue = (topic: Topic): boolean => (toldAt.get(topic) ?? -Infinity) <= earliest
    for (const topic of topics) if (!isDue(topic)) waiting.add(topic)
    actNow([...new Set(topics)].filter(isDue))
    if (waiting.size > 0) timer ??= setTimeout(later, spacingMilliseconds)
  }
}

/** null: anything may have changed. */
function tell(client: QueryClient, topics: readonly Topic[] | null): void {
  const called = topics === null ? [...listeners.values()] : topics.map((t) => listeners.get(t))
  for (const listener of new Set(called.flatMap((all) => [...(all ?? [])]))) listener()
  void client.invalidateQueries({
    predicate: ({ meta }) => {
      const followed = (meta?.['topics'] ?? []) as readonly Topic[]
      return topics === null
        ? followed.length > 0
        : followed.some((topic) => topics.includes(topic))
    },
  })
}
