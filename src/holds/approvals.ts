import type { Answered } from '../domain/hold.ts'
import type { HoldRecord, StoreReads } from '../store/store.ts'
import { bindsHold } from './binding.ts'
import { grantersOf, whyNot } from './rules.ts'
import { verifyStoredRelease } from './stored.ts'
import type { Site } from './stored.ts'

/**
 * The approvals of a hold that still count, each verified again from its stored bytes: for this
 * hold in every field, by a passkey not revoked since, of a person who may still release.
 */
export function standingApprovals(
  record: HoldRecord,
  store: Pick<StoreReads, 'decision' | 'mandate' | 'passkey' | 'person'>,
  site: Site,
): readonly Answered[] {
  const { hold } = record
  const granters = grantersOf(hold, store)
  const history = store.decision(hold.decision)?.history ?? []
  return history.flatMap(({ fact }) => {
    if (fact.kind !== 'approved' || fact.hold !== hold.id) return []
    const { binding, assertion, batch } = fact
    const passkey = store.passkey(assertion.passkey)
    const stands =
      passkey !== null &&
      passkey.revokedAt === null &&
      passkey.person === binding.person &&
      binding.answer === 'release' &&
      bindsHold(binding, hold) &&
      whyNot(hold.release, granters, store.person(binding.person), 'release') === null &&
      verifyStoredRelease(fact, passkey.passkey, site).kind === 'valid'
    if (!stands) return []
    return [batch === undefined ? { binding, assertion } : { binding, assertion, batch }]
  })
}
