// Who may revoke a passkey, and what it would do. Nobody is ever locked out of the gate by it.
import { Fault } from '../domain/fault.ts'
import type { HoldId, PasskeyId, PersonName } from '../domain/names.ts'
import type { PasskeyRecord, StoreReads } from '../store/store.ts'

type Reads = Pick<StoreReads, 'people' | 'person' | 'passkey'>

export function someoneIsEnrolled(store: Pick<StoreReads, 'people'>): boolean {
  return store.people().some(({ passkeys }) => passkeys.some(isLive))
}

function isLive({ revokedAt }: PasskeyRecord): boolean {
  return revokedAt === null
}

/** An owner any, everyone their own; throws when they may not, or when no owner would be left. */
export function revocable(store: Reads, by: PersonName, id: PasskeyId): PasskeyRecord {
  const found = store.passkey(id)
  if (found === null) throw new Fault('unknown-passkey', 'there is no such passkey; see the list')
  const person = store.person(by)
  const isOwner = person?.roles.includes('owner') === true && !person.roles.includes('auditor')
  if (person?.passkeys.some(isLive) !== true || (found.person !== by && !isOwner)) {
    throw new Fault('may-not-revoke', 'you revoke passkeys of your own; an owner revokes any')
  }
  if (found.revokedAt !== null) throw new Fault('already-ended', 'it has been revoked already')
  if (isLastOfOwners(store, id)) {
    throw new Fault(
      'last-owner',
      'no owner could sign in any more; add another passkey, or invite another owner, first',
    )
  }
  return found
}

function isLastOfOwners(store: Reads, id: PasskeyId): boolean {
  const owners = store.people().filter(({ roles }) => roles.includes('owner'))
  const live = owners.flatMap(({ passkeys }) => passkeys).filter(isLive)
  return live.length === 1 && live[0]?.passkey.id === id
}

/** Holds that wait, and have an approval given with it: that approval will count no more. */
export function approvedWith(
  store: Pick<StoreReads, 'holds' | 'decision'>,
  id: PasskeyId,
): readonly HoldId[] {
  const open = [...store.holds({ state: 'waiting' }), ...store.holds({ state: 'released' })]
  return open.flatMap(({ hold }) => {
    const history = store.decision(hold.decision)?.history ?? []
    const given = history.some(
      ({ fact }) =>
        fact.kind === 'approved' && fact.hold === hold.id && fact.assertion.passkey === id,
    )
    return given ? [hold.id] : []
  })
}
