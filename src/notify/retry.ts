// When a message is tried again: ever later, each time with some chance in it, so that many gates
// do not knock at once. Pure.
export const triesMax = 6
/** how long a message is tried for */
export const patienceMilliseconds = 30 * 60_000
const firstWait = 5_000
const factor = 3
const longestWait = 10 * 60_000

export interface Tried {
  /** how often it was tried, 1 or more */
  readonly attempts: number
  /** when it was first tried, and now, in milliseconds */
  readonly since: number
  readonly now: number
  /** for how long the other side asked to be left alone, in milliseconds; null for not said */
  readonly retryAfter: number | null
  /** a random byte */
  readonly chance: number
}

/** When to try again; null to give up. */
export function nextTry({ attempts, since, now, retryAfter, chance }: Tried): number | null {
  if (attempts >= triesMax) return null
  const wait = Math.min(longestWait, firstWait * factor ** (attempts - 1))
  const jittered = wait * (0.5 + (chance & 0xff) / 510)
  const at = now + Math.round(Math.max(jittered, retryAfter ?? 0))
  return at - since > patienceMilliseconds ? null : at
}

/** RFC 9110 §10.2.3: seconds, or a date. Null for what is neither. */
export function readRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)) return null
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** Said of the message itself, not of the moment: a 4xx but those that ask to come again. */
export function isForGood(status: number): boolean {
  return status < 500 && status !== 408 && status !== 425 && status !== 429
}
