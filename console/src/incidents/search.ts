// What an incident is asked for, in the page's address.
import type { ExportBody } from '../../../src/api/console/incidents/shapes.ts'

export const spans = { hour: 3600, day: 86_400, week: 604_800 } as const
export type Span = keyof typeof spans

export interface IncidentSearch {
  readonly decision?: string
  /** the last hour, day or week; a day when nothing else is asked for */
  readonly last?: Span
  readonly since?: string
  readonly until?: string
  readonly agent?: string
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** What is not in the shape of its kind is left out. */
export function readIncidentSearch(given: Record<string, unknown>): IncidentSearch {
  const { decision, last, since, until, agent } = given
  if (isLike(decision, /^dec_[a-z0-9]{16,25}$/)) return { decision }
  const whose = isLike(agent, /^[a-z0-9][a-z0-9-]{0,62}$/) ? { agent } : {}
  if (isLike(since, instant) && isLike(until, instant)) return { since, until, ...whose }
  return last === 'hour' || last === 'day' || last === 'week' ? { last, ...whose } : whose
}

function isLike(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

/** What happens while the page is open belongs to the last hour, too. */
const aheadSeconds = 43_200

/** `now` and `until` in milliseconds; a range to show goes on, one to export ends now. */
export function askedOf(
  search: IncidentSearch,
  now: number,
  what: 'show' | 'export',
): Omit<ExportBody, 'format'> {
  if (search.decision !== undefined) return { decision: search.decision }
  const whose = search.agent === undefined ? {} : { agent: search.agent }
  const { since, until, last = 'day' } = search
  if (since !== undefined && until !== undefined) return { since, until, ...whose }
  return {
    since: new Date(now - spans[last] * 1000).toISOString(),
    until: new Date(now + (what === 'show' ? aheadSeconds * 1000 : 1)).toISOString(),
    ...whose,
  }
}
