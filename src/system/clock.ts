import { instantOf, millisecondsOf } from '../domain/instant.ts'
import type { Instant } from '../domain/names.ts'

export interface Clock {
  /** Never goes back, within a process and (with a floor) across restarts. */
  now(): Instant
  /** The same moment in milliseconds since 1970. */
  milliseconds(): number
}

/**
 * Wall time that cannot be turned back: when the wall clock jumps back, time goes on at the
 * monotonic rate from where it was, so that nothing expired comes alive again.
 */
export function createClock(floor: Instant | null): Clock {
  let last = floor === null ? 0 : millisecondsOf(floor)
  let lastMonotonic = performance.now()

  function milliseconds(): number {
    const monotonic = performance.now()
    last = Math.max(Date.now(), last + Math.floor(monotonic - lastMonotonic))
    lastMonotonic = monotonic
    return last
  }

  let shown = Number.NaN
  let text: Instant | null = null

  /** Many ask within a millisecond, and writing it out is what costs. */
  function now(): Instant {
    const at = milliseconds()
    if (text === null || at !== shown) {
      text = instantOf(at)
      shown = at
    }
    return text
  }

  return { milliseconds, now }
}

export interface FakeClock extends Clock {
  advance(seconds: number): void
}

export function createFakeClock(start: string): FakeClock {
  let milliseconds = Date.parse(start)
  return {
    milliseconds: () => milliseconds,
    now: () => instantOf(milliseconds),
    advance: (seconds) => (milliseconds += seconds * 1000),
  }
}
