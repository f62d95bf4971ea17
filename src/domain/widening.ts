import type { Mandate } from './mandate.ts'
import type { Instant } from './names.ts'

/** A mandate with all that widens it just then; itself where nothing does. */
export function widened(mandate: Mandate, by: readonly Mandate[], at: Instant): Mandate {
  const standing = by.filter(
    ({ widens, grantedAt, expiresAt }) =>
      widens?.mandate === mandate.id && grantedAt <= at && at < expiresAt,
  )
  if (standing.length === 0) return mandate
  const [first, ...rest] = mandate.scopes
  return {
    ...mandate,
    scopes: [first, ...rest, ...standing.flatMap(({ scopes }) => scopes)],
    egress: [...new Set([...mandate.egress, ...standing.flatMap(({ egress }) => egress)])],
  }
}
