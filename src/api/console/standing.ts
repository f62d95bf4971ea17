import type { Role } from '../../domain/fact.ts'
import type { PersonName } from '../../domain/names.ts'
import type { StoreReads } from '../../store/store.ts'

export interface Standing {
  /** they have a passkey that was not revoked */
  readonly enrolled: boolean
  readonly roles: readonly Role[]
}

/**
 * What a person may do here. Whoever has no passkey left has no role left, however they signed in:
 * revoking the last one is how somebody is let go.
 */
export function standingOf(
  { store }: Readonly<{ store: Pick<StoreReads, 'person'> }>,
  name: PersonName,
): Standing {
  const person = store.person(name)
  const enrolled = person?.passkeys.some(({ revokedAt }) => revokedAt === null) === true
  return { enrolled, roles: enrolled ? person.roles : [] }
}
