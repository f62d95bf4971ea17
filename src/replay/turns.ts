import { Fault } from '../domain/fault.ts'

export interface Turns {
  /** Runs `work` when all before it are over. Rejects at once when too many wait. */
  take<T>(work: () => Promise<T>): Promise<T>
}

/** One at a time; `waitingMax` beside it may wait. */
export function createTurns(waitingMax: number): Turns {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function take<T>(work: () => Promise<T>): Promise<T> {
    if (waiting > waitingMax) {
      throw new Fault('replay-busy', 'others try policies just now; try again in a minute')
    }
    waiting += 1
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      waiting -= 1
    }
  }

  return { take }
}
