import type { Instant } from './names.ts'

export function instantOf(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString() as Instant
}

export function millisecondsOf(instant: Instant): number {
  return Date.parse(instant)
}

export function later(instant: Instant, seconds: number): Instant {
  return instantOf(millisecondsOf(instant) + seconds * 1000)
}
