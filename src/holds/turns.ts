import type { HoldId } from '../domain/names.ts'

/** Runs work for the same holds in order, one after the other. */
export type Turns = <T>(holds: readonly HoldId[], work: () => Promise<T>) => Promise<T>

export function createTurns(): Turns {
  const tails = new Map<HoldId, Promise<unknown>>()

  function inTurn<T>(key: HoldId, work: () => Promise<T>): Promise<T> {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work, work)
    const tail = turn
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
    tails.set(key, tail)
    return turn
  }

  // Taken in one order by everyone, so that no two wait for each other.
  return (holds, work) =>
    [...new Set(holds)]
      .sort()
      .reduceRight<typeof work>((inner, hold) => () => inTurn(hold, inner), work)()
}
