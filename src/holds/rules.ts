import type { Answered, Binding, Hold, HoldState } from '../domain/hold.ts'
import type { MandateId, PersonName } from '../domain/names.ts'
import type { Role } from '../domain/fact.ts'
import type { ReleaseRule } from '../domain/verdict.ts'
import type { HoldRecord, StoreReads } from '../store/store.ts'

/** How many people a rule wants. */
export const peopleWanted: Readonly<Record<ReleaseRule, number>> = {
  owner: 1,
  'other-person': 1,
  'two-person': 2,
}

export interface Candidate {
  readonly name: PersonName
  readonly roles: readonly Role[]
}

/** Why this person may not give this answer; null when they may. More may refuse than release. */
export function whyNot(
  rule: ReleaseRule,
  granters: ReadonlySet<PersonName>,
  person: Candidate | null,
  answer: Binding['answer'],
): string | null {
  if (person === null) return 'nobody of that name is enrolled'
  if (!mayAnswer(person.roles))
    return 'only an owner or an approver answers a hold; an auditor reads'
  if (answer === 'refuse' || rule === 'owner') return null
  if (granters.has(person.name)) {
    return 'whoever granted the mandate cannot release what is done under it; ask another person'
  }
  return null
}

/** An auditor judges what others did, and so does nothing himself, whatever other role he has. */
export function mayAnswer(roles: readonly Role[]): boolean {
  return !roles.includes('auditor') && (roles.includes('owner') || roles.includes('approver'))
}

/** Everyone who granted the mandate, or one that it narrows. */
export function grantersOf(
  hold: Pick<Hold, 'grantedBy' | 'mandate'>,
  store: Pick<StoreReads, 'mandate'>,
): ReadonlySet<PersonName> {
  const granters = new Set([hold.grantedBy])
  const seen = new Set<MandateId>()
  let next: MandateId | null = hold.mandate
  while (next !== null && !seen.has(next)) {
    seen.add(next)
    const record = store.mandate(next)
    if (record !== null) granters.add(record.mandate.grantedBy)
    next = record?.mandate.parent ?? null
  }
  return granters
}

/** Whether these approvals are enough: distinct people with distinct passkeys. */
export function isEnough(rule: ReleaseRule, approvals: readonly Answered[]): boolean {
  const people = new Set(approvals.map(({ binding }) => binding.person))
  const passkeys = new Set(approvals.map(({ assertion }) => assertion.passkey))
  return Math.min(people.size, passkeys.size) >= peopleWanted[rule]
}

/** The state as the clock has it: silence past the expiry has meant no, written or not. */
export function stateAt(
  { hold, state }: Pick<HoldRecord, 'hold' | 'state'>,
  now: string,
): HoldState {
  const open = state.kind === 'waiting' || state.kind === 'released'
  return open && hold.expiresAt <= now ? { kind: 'expired' } : state
}
