import { Fault } from '../../domain/fault.ts'
import type { Clock } from '../../system/clock.ts'

/** How long something may still take. */
export interface Watch {
  /** milliseconds; throws when there are none */
  left(): number
  check(): void
}

export function startWatch(clock: Clock, minutes: number): Watch {
  const end = clock.milliseconds() + minutes * 60_000
  function left(): number {
    const rest = end - clock.milliseconds()
    if (rest <= 0) throw new Fault('export-late', `it took more than ${minutes} minutes`)
    return rest
  }
  return { left, check: () => void left() }
}
