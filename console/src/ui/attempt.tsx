import { useState } from 'react'
import type { ReactNode } from 'react'

import { InertText } from './inert-text.tsx'

export interface Attempt {
  readonly busy: boolean
  readonly problem: string | null
  run(work: () => Promise<void>): void
}

/** Something a person tries: one at a time, and what went wrong is said. */
export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  function run(work: () => Promise<void>): void {
    if (busy) return
    setBusy(true)
    setProblem(null)
    work()
      .catch((fault: unknown) => {
        setProblem(wordsOf(fault))
      })
      .finally(() => {
        setBusy(false)
      })
  }
  return { busy, problem, run }
}

export function Problem({ problem }: { problem: string | null }): ReactNode {
  return (
    <p className="problem" role="alert" hidden={problem === null}>
      {problem !== null && <InertText text={problem} />}
    </p>
  )
}

function wordsOf(fault: unknown): string {
  if (!(fault instanceof Error)) return 'something went wrong; try again'
  // What browsers throw when a person says no to the passkey prompt, or takes too long.
  if (fault.name === 'NotAllowedError' || fault.name === 'AbortError') {
    return 'the passkey was not used; nothing was decided'
  }
  return fault.message
}
