import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'

/** Questions that were put to a browser and wait for their one answer, in memory. */
export interface Challenges<T> {
  /** The nonce is 32 random bytes, base64url; `make` may write it into what is asked. */
  put(make: (nonce: string) => T): T
  /** Uses it up, whatever comes of it; null when it was used, is too old or was never asked. */
  take(nonce: string): T | null
}

export interface ChallengesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly seconds: number
  /** the oldest makes room: a flood costs the flooder its own challenges first */
  readonly max: number
}

export function createChallenges<T>(options: ChallengesOptions): Challenges<T> {
  const { clock, random } = options
  const open = new Map<string, Readonly<{ value: T; until: number }>>()

  function put(make: (nonce: string) => T): T {
    const nonce = random.bytes(32).toString('base64url')
    const value = make(nonce)
    open.set(nonce, { value, until: clock.milliseconds() + options.seconds * 1000 })
    for (const [oldest, { until }] of open) {
      if (open.size <= options.max && until > clock.milliseconds()) break
      open.delete(oldest)
    }
    return value
  }

  function take(nonce: string): T | null {
    const found = open.get(nonce)
    open.delete(nonce)
    return found === undefined || found.until <= clock.milliseconds() ? null : found.value
  }

  return { put, take }
}
