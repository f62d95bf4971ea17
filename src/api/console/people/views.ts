import type { Fact } from '../../../domain/fact.ts'
import { Fault } from '../../../domain/fault.ts'
import type { Instant, PasskeyId, PersonName } from '../../../domain/names.ts'
import type { EnrolmentRecord, PasskeyRecord, PersonRecord } from '../../../store/store.ts'
import { approvedWith } from '../../revoking.ts'
import type { ConsoleParts } from '../parts.ts'
import type { ConsoleSession } from '../session.ts'
import type { PasskeyView, PeopleView, RevokingView } from './shapes.ts'

/** entries looked at to say when a passkey was last used */
const usesMax = 500
const invitationsMax = 100

type Parts = Pick<ConsoleParts, 'store' | 'clock' | 'people' | 'sessions' | 'openid'>

/** Everyone, as this person may see them: all read the same, and who may revoke is told. */
export function peopleView(parts: Parts, session: ConsoleSession): PeopleView {
  const used = lastUses(parts)
  const open = openInvitations(parts)
  return {
    people: parts.store.people().map((person) => ({
      name: person.name,
      roles: person.roles,
      passkeys: person.passkeys.map((record) =>
        passkeyView(parts, session, person, { record, used, open }),
      ),
    })),
    invitations: open.map(({ enrolment: { person, roles, invitedBy, expiresAt } }) => ({
      ...{ person, roles, by: invitedBy, expiresAt },
    })),
    known: parts.openid?.people ?? [],
  }
}

interface Looked {
  readonly record: PasskeyRecord
  readonly used: ReadonlyMap<PasskeyId, Instant>
  readonly open: readonly EnrolmentRecord[]
}

function passkeyView(
  parts: Parts,
  session: ConsoleSession,
  person: PersonRecord,
  { record, used, open }: Looked,
): PasskeyView {
  const { passkey, enrolledAt, revokedAt } = record
  const { means } = session
  return {
    id: passkey.id,
    madeAt: enrolledAt,
    usedAt: used.get(passkey.id) ?? null,
    backedUp: passkey.backedUp,
    revokedAt,
    isThis: means.kind === 'passkey' && means.passkey === passkey.id,
    revoking: revokedAt === null ? revokingView(parts, session.person, person, record, open) : null,
  }
}

function revokingView(
  { people, store, sessions }: Parts,
  by: PersonName,
  person: PersonRecord,
  { passkey }: PasskeyRecord,
  open: readonly EnrolmentRecord[],
): RevokingView | null {
  try {
    people.checkRevocable(by, passkey.id)
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'last-owner') {
      return { kind: 'cannot', why: fault.message }
    }
    return null
  }
  const live = person.passkeys.filter(({ revokedAt }) => revokedAt === null)
  const last = live.length === 1
  const theirs = open.filter(({ enrolment }) => enrolment.invitedBy === person.name)
  return {
    kind: 'can',
    sessions: sessions.openedBy(passkey.id),
    holds: approvedWith(store, passkey.id),
    invitations: last ? theirs.length : 0,
    last,
  }
}

function openInvitations({ store, clock }: Parts): readonly EnrolmentRecord[] {
  const now = clock.now()
  return store.unusedEnrolments(invitationsMax).filter(({ enrolment }) => enrolment.expiresAt > now)
}

/** By the newest entries alone: older uses are not known, and are said to be none. */
function lastUses({ store }: Parts): ReadonlyMap<PasskeyId, Instant> {
  const uses = new Map<PasskeyId, Instant>()
  const kinds = ['signed-in', 'approved', 'settled'] as const
  for (const { fact, at } of store.search({ kinds, limit: usesMax }).entries) {
    const passkey = passkeyIn(fact)
    if (passkey !== null && !uses.has(passkey)) uses.set(passkey, at)
  }
  return uses
}

function passkeyIn(fact: Fact): PasskeyId | null {
  if (fact.kind === 'approved') return fact.assertion.passkey
  if (fact.kind === 'signed-in') return fact.how.kind === 'passkey' ? fact.how.passkey : null
  if (fact.kind !== 'settled' || fact.settlement.kind !== 'refused') return null
  return fact.settlement.assertion.passkey
}
