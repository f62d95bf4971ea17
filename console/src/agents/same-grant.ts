import type { Mandate } from '../../../src/domain/mandate.ts'
import { canonicalJson } from '../../../src/wire/canonical-json.ts'

/** All but its id and the moment; it lasts as long, or ends with the same parent. */
export function isSameGrant(bound: Mandate, shown: Mandate): boolean {
  const { id, grantedAt, expiresAt } = shown
  const rest = canonicalJson({ ...bound, id, grantedAt, expiresAt }) === canonicalJson(shown)
  return rest && (lasts(bound) === lasts(shown) || bound.expiresAt === expiresAt)
}

function lasts({ grantedAt, expiresAt }: Mandate): number {
  return Date.parse(expiresAt) - Date.parse(grantedAt)
}

/** The same but for its id and its time, which ends no later than so many minutes after its start. */
export function isWithin(bound: Mandate, shown: Mandate, minutes: number): boolean {
  const { id, grantedAt, expiresAt } = shown
  const rest = canonicalJson({ ...bound, id, grantedAt, expiresAt }) === canonicalJson(shown)
  return rest && lasts(bound) <= minutes * 60_000
}
