// When each hold was first shown to whom, in memory: a restart signs everyone out, and forgets it.
import type { HoldId } from '../../../domain/names.ts'
import type { Look } from '../../../holds/attention.ts'
import type { Clock } from '../../../system/clock.ts'

export interface Looks {
  /** The hold goes to this session's page now. The first time is what counts. */
  shown(session: string, hold: HoldId): void
  /** How it was looked at, if it is answered now. */
  at(session: string, hold: HoldId, impactSeen: boolean): Look
}

/** the oldest makes room; what is forgotten counts as never shown, which is marked */
const sessionsMax = 1000
const holdsMax = 500

export function createLooks(clock: Pick<Clock, 'milliseconds'>): Looks {
  const sessions = new Map<string, Map<HoldId, number>>()

  return {
    shown(session, hold) {
      const shown = sessions.get(session) ?? new Map<HoldId, number>()
      sessions.set(session, shown)
      if (!shown.has(hold)) shown.set(hold, clock.milliseconds())
      forgetOldest(shown, holdsMax)
      forgetOldest(sessions, sessionsMax)
    },
    at(session, hold, impactSeen) {
      const since = sessions.get(session)?.get(hold)
      const milliseconds = since === undefined ? null : Math.max(0, clock.milliseconds() - since)
      return { milliseconds, impactSeen }
    },
  }
}

function forgetOldest<K>(map: Map<K, unknown>, max: number): void {
  const [oldest] = map.keys()
  if (map.size > max && oldest !== undefined) map.delete(oldest)
}
