import type { Clock } from '../../system/clock.ts'

/** How long someone waits whose peers have failed to log in lately. */
export interface Patience {
  /** before a proof is looked at, in milliseconds */
  delay(address: string): number
  failed(address: string): void
}

const windowMilliseconds = 10_000
const freeFailures = 5
const delayMilliseconds = 1_000
const addressesMax = 4_096

/**
 * Tokens cannot be guessed; this is so that trying costs the one who tries, and nobody is locked
 * out: who shares an address with a fool waits a second.
 */
export function createPatience(clock: Pick<Clock, 'milliseconds'>): Patience {
  const failures = new Map<string, { since: number; count: number }>()

  function current(address: string) {
    const found = failures.get(address)
    const now = clock.milliseconds()
    return found !== undefined && now - found.since < windowMilliseconds ? found : null
  }

  return {
    delay: (address) => ((current(address)?.count ?? 0) > freeFailures ? delayMilliseconds : 0),
    failed(address) {
      const found = current(address)
      if (found !== null) {
        found.count += 1
        return
      }
      failures.delete(address)
      failures.set(address, { since: clock.milliseconds(), count: 1 })
      const [oldest] = failures.keys()
      if (failures.size > addressesMax && oldest !== undefined) failures.delete(oldest)
    },
  }
}
