// What the console's page is told. The page imports this file, so it holds types alone.
import type { Role } from '../../../domain/fact.ts'
import type { HoldId, Instant, PasskeyId, PersonName } from '../../../domain/names.ts'

/** An invitation, whose code is shown once. */
export interface OpenedView {
  readonly code: string
  readonly expiresAt: Instant
}

export interface PeopleView {
  readonly people: readonly PersonView[]
  /** codes that were given out and may still be used, newest first */
  readonly invitations: readonly InvitationView[]
  /** whom the OpenID provider may name, enrolled or not; empty where there is none */
  readonly known: readonly PersonName[]
}

export interface PersonView {
  readonly name: PersonName
  readonly roles: readonly Role[]
  /** oldest first, revoked ones too */
  readonly passkeys: readonly PasskeyView[]
}

export interface PasskeyView {
  readonly id: PasskeyId
  readonly madeAt: Instant
  /** its last sign-in, release or refusal among the newest entries; null: none of those */
  readonly usedAt: Instant | null
  /** kept by a service that copies it to other devices */
  readonly backedUp: boolean
  readonly revokedAt: Instant | null
  /** this session was opened with it */
  readonly isThis: boolean
  /** null: whoever looks may not revoke it, or it has been */
  readonly revoking: RevokingView | null
}

/** What revoking it would do now. */
export type RevokingView =
  | Readonly<{ kind: 'cannot'; why: string }>
  | Readonly<{
      kind: 'can'
      /** signed-in browsers that are signed out */
      sessions: number
      /** holds that lose an approval given with it */
      holds: readonly HoldId[]
      /** invitations that end, because their inviter has no other passkey */
      invitations: number
      /** it is the last one of that person, who can sign nothing any more */
      last: boolean
    }>

export interface InvitationView {
  readonly person: PersonName
  readonly roles: readonly Role[]
  readonly by: PersonName | null
  readonly expiresAt: Instant
}
