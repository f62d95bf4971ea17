import type { Concealed } from '../domain/concealed.ts'
import type { Presented } from '../domain/request.ts'

/** What was presented, sorted by what it means; nothing is looked up yet. */
export interface SortedPresented {
  /** a credential that Holdpoint did not issue, meant for the upstream */
  readonly foreign: Concealed | null
  /** a lease where leases leak: in the URL or a cookie */
  readonly misplaced: boolean
  /** leases that differ, in places that say the same thing */
  readonly two: boolean
  /** the token of the request itself */
  readonly inner: string | null
  /** the token of the connection, which is meant for Holdpoint whatever it is */
  readonly proxy: string | null
  /** what a lease that was proved, and not shown, goes by on its connection */
  readonly session: string | null
}

const leasePrefix = 'hpl_'

/**
 * All that looks like a lease is looked up as one, cut off or mistyped as it may be: no upstream
 * would take it. Everything else that stands where an upstream looks for a credential is foreign.
 */
export function sortPresented(presented: readonly Presented[]): SortedPresented {
  const sorted: { -readonly [K in keyof SortedPresented]: SortedPresented[K] } = {
    foreign: null,
    misplaced: false,
    two: false,
    inner: null,
    proxy: null,
    session: null,
  }
  for (const { place, value } of presented) {
    const token = value.reveal()
    switch (place) {
      case 'proxy':
        if (sorted.proxy !== null && sorted.proxy !== token) sorted.two = true
        else sorted.proxy = token
        break
      case 'session':
        if (sorted.session !== null && sorted.session !== token) sorted.two = true
        else sorted.session = token
        break
      case 'query':
      case 'cookie':
        if (token.includes(leasePrefix)) sorted.misplaced = true
        else sorted.foreign ??= value
        break
      default:
        if (!token.startsWith(leasePrefix)) sorted.foreign ??= value
        else if (sorted.inner !== null && sorted.inner !== token) sorted.two = true
        else sorted.inner = token
    }
  }
  return sorted
}
