import type { Clock } from '../../system/clock.ts'

export interface RateLimit {
  /** false when there were too many of this key lately */
  take(key: string): boolean
}

export interface RateLimitOptions {
  readonly clock: Clock
  readonly perMinute: number
  readonly burst: number
}

const keysMax = 10_000

/** A bucket per key that fills at a steady rate. */
export function createRateLimit({ clock, perMinute, burst }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>()

  function take(key: string): boolean {
    const now = clock.milliseconds()
    const bucket = buckets.get(key) ?? { tokens: burst, at: now }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute)
    bucket.at = now
    buckets.delete(key)
    buckets.set(key, bucket)
    const [oldest] = buckets.keys()
    if (buckets.size > keysMax && oldest !== undefined) buckets.delete(oldest)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  return { take }
}
