import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'

import type { ActionList } from '../../../src/api/console/now/shapes.ts'
import { get } from '../api.ts'
import { followActions, problemOf } from '../live.tsx'
import { createActionStream, pathOf } from './stream.ts'
import type { ActionFilter, ActionStream, StreamView } from './stream.ts'

export interface LiveActions extends StreamView {
  readonly stream: ActionStream
  readonly problem: string | null
  /** Asks for what is older than the last row; does nothing while it is asked for. */
  readonly loadOlder: () => void
  /** Lets go of what is here and asks for the newest again. */
  readonly reload: () => void
}

const pageSize = 100
const catchUpSize = 100
/** pages that are asked for after a break; what is more than that is let go */
const catchUpPagesMax = 20
/** how many stretches of the log are looked through for one page of rare ones */
const stretchesMax = 5

/** What was decided, as it is decided, without gaps or doubles across breaks of the connection. */
export function useActions(filter: ActionFilter): LiveActions {
  const { agent, verdict } = filter
  const wanted = useMemo(() => ({ agent, verdict }), [agent, verdict])
  const stream = useMemo(() => createActionStream(wanted), [wanted])
  const view = useSyncExternalStore(stream.subscribe, stream.view)
  const [problem, setProblem] = useState<string | null>(null)
  const asking = useRef<ActionStream | null>(null)

  const ask = useCallback((work: Promise<void>): void => {
    work.then(
      () => {
        setProblem(null)
      },
      (fault: unknown) => {
        if (fault instanceof Error && fault.name === 'AbortError') return
        setProblem(problemOf(fault as Error))
      },
    )
  }, [])

  useEffect(() => {
    const stop = new AbortController()
    const catching = (): void => {
      ask(catchUp(stream, wanted, stop.signal))
    }
    const unfollow = followActions({ onActions: stream.take, onStanding: catching })
    catching()
    return () => {
      unfollow()
      stop.abort()
    }
  }, [stream, wanted, ask])

  const loadOlder = useCallback(() => {
    const { older } = stream.view()
    if (older === null || asking.current === stream) return
    asking.current = stream
    const work = loadFrom(stream, wanted, older).finally(() => {
      asking.current = null
    })
    ask(work)
  }, [stream, wanted, ask])

  const reload = useCallback(() => {
    const loading = get<ActionList>(pathOf(wanted, null, pageSize)).then(stream.replace)
    ask(loading)
  }, [stream, wanted, ask])

  return { ...view, stream, problem, loadOlder, reload }
}

/** The newest down to what is known already, outcomes that were missed included. */
async function catchUp(
  stream: ActionStream,
  filter: ActionFilter,
  signal: AbortSignal,
): Promise<void> {
  const down = stream.knownDownTo()
  if (down === null) {
    stream.merge(await get<ActionList>(pathOf(filter, null, pageSize), signal))
    return
  }
  const found: ActionList['actions'][number][] = []
  let before: number | null = null
  for (let page = 0; page < catchUpPagesMax; page++) {
    const list: ActionList = await get<ActionList>(pathOf(filter, before, catchUpSize), signal)
    found.push(...list.actions)
    before = list.next
    if (before !== null && before > down) continue
    stream.merge({ actions: found, next: before })
    return
  }
  stream.replace({ actions: found, next: before })
}

async function loadFrom(stream: ActionStream, filter: ActionFilter, older: number): Promise<void> {
  let before: number | null = older
  for (let i = 0; i < stretchesMax && before !== null; i++) {
    const list: ActionList = await get<ActionList>(pathOf(filter, before, pageSize))
    // While it was asked for, the rows at the bottom may have been let go.
    if ((stream.view().older ?? 0) !== before) return
    stream.append(list)
    before = list.next
    if (list.actions.length > 0) return
  }
}
