import type { Attention, Fact, FactOf, LedgerEntry, Passkey, Role } from '../domain/fact.ts'
import type { Answered, Hold } from '../domain/hold.ts'
import type { Mandate } from '../domain/mandate.ts'
import type {
  DecisionId,
  Digest,
  HoldId,
  MandateId,
  PasskeyId,
  PersonName,
} from '../domain/names.ts'
import { attentionFlaw } from './attention.ts'
import { bindsHold, sameTerms, termsOf, togetherChallengeOf } from './binding.ts'
import type { Terms } from './binding.ts'
import { grantersOf, isEnough, mayAnswer, whyNot } from './rules.ts'
import { verifyStoredRelease } from './stored.ts'
import type { Site } from './stored.ts'

/**
 * Follows a ledger from its first entry and says what is wrong with its releases, and with who
 * purged: from the facts alone, believing no fold. Nothing is said of an entry that is in order.
 */
export interface ReleaseAudit {
  take(entry: LedgerEntry): readonly string[]
}

interface Enrolled {
  readonly passkey: Passkey
  readonly person: PersonName
}

interface Followed {
  readonly hold: Hold
  readonly approvals: Answered[]
  over: boolean
  released: boolean
}

interface Seen {
  readonly site: Site | null
  readonly passkeys: Map<PasskeyId, Enrolled>
  readonly roles: Map<PersonName, readonly Role[]>
  readonly mandates: Map<MandateId, Mandate>
  readonly terms: Map<DecisionId, Terms>
  readonly claimed: Set<DecisionId>
  readonly holds: Map<HoldId, Followed>
  /** for whom several holds were released together, by their challenge */
  readonly batches: Map<string, string>
}

export function createReleaseAudit(site: Site | null): ReleaseAudit {
  const seen: Seen = {
    site,
    passkeys: new Map(),
    roles: new Map(),
    mandates: new Map(),
    terms: new Map(),
    claimed: new Set(),
    holds: new Map(),
    batches: new Map(),
  }
  return {
    take: ({ fact, at, index, beside }) =>
      [...flawsOf(seen, fact, at), ...purgeFlaws(seen, fact, beside)].map(
        (flaw) => `entry ${index}, \`${fact.kind}\`: ${flaw}`,
      ),
  }
}

function flawsOf(seen: Seen, fact: Fact, at: string): readonly string[] {
  switch (fact.kind) {
    case 'person-enrolled':
      seen.passkeys.set(fact.passkey.id, { passkey: fact.passkey, person: fact.person })
      seen.roles.set(fact.person, fact.roles)
      return []
    case 'passkey-revoked':
      seen.passkeys.delete(fact.passkey)
      return []
    case 'mandate-granted':
      seen.mandates.set(fact.mandate.id, fact.mandate)
      return []
    case 'decided':
      if (fact.decision.verdict.kind === 'hold')
        seen.terms.set(fact.decision.id, termsOf(fact.decision))
      return []
    case 'held':
      return takeHeld(seen, fact.hold)
    case 'approved':
    case 'settled':
    case 'claimed': {
      const followed = seen.holds.get(fact.hold)
      if (followed === undefined) return ['there is no such hold']
      if (fact.kind === 'approved') return takeApproved(seen, followed, fact, at)
      return fact.kind === 'settled'
        ? takeSettled(seen, followed, fact.settlement, at)
        : takeClaimed(seen, followed, fact.decision, at)
    }
    case 'sent':
      return seen.terms.has(fact.decision) && !seen.claimed.has(fact.decision)
        ? ['a held request was forwarded without a release']
        : []
    default:
      return []
  }
}

/** What was signed is beside the ledger, for whoever has the store; here is who, and that it is. */
function purgeFlaws(seen: Seen, fact: Fact, beside: Digest | null): readonly string[] {
  if (fact.kind !== 'administering' || fact.work !== 'purge') return []
  const may = fact.by !== null && mayAnswer(candidate(seen, fact.by)?.roles ?? [])
  return [
    ...(may ? [] : ['it purges for nobody who may answer']),
    ...(beside === null ? ['it purges, and nothing that was signed is beside it'] : []),
  ]
}

function takeHeld(seen: Seen, hold: Hold): readonly string[] {
  const terms = seen.terms.get(hold.decision)
  const again = seen.holds.has(hold.id)
  seen.holds.set(hold.id, { hold, approvals: [], over: false, released: false })
  if (again) return ['the hold was opened before']
  return terms !== undefined && sameTerms(terms, hold) ? [] : ['the hold is not for its decision']
}

function takeApproved(
  seen: Seen,
  followed: Followed,
  answered: FactOf<'approved'>,
  at: string,
): readonly string[] {
  const { hold } = followed
  const { binding } = answered
  const granters = grantersOf(hold, { mandate: (id) => recordOf(seen.mandates.get(id)) })
  const why = whyNot(hold.release, granters, candidate(seen, binding.person), 'release')
  const flaws = [
    ...answerFlaws(seen, followed, answered, 'release', at),
    ...batchFlaws(seen, answered, hold),
    ...(why === null ? [] : [why]),
  ]
  if (flaws.length === 0) followed.approvals.push(answered)
  return flaws
}

/** One press is for one person's releases of one plan. */
function batchFlaws(
  { batches }: Seen,
  { binding, batch }: Answered,
  hold: Hold,
): readonly string[] {
  if (batch === undefined) return []
  const challenge = togetherChallengeOf(batch)
  const { agent, mandate, lease } = hold
  const plan = JSON.stringify([agent, mandate, lease, binding.person, binding.nonce])
  const first = batches.get(challenge) ?? plan
  batches.set(challenge, first)
  return first === plan ? [] : ['it was released together with holds of another plan']
}

function takeSettled(
  seen: Seen,
  followed: Followed,
  settlement: Extract<Fact, { kind: 'settled' }>['settlement'],
  at: string,
): readonly string[] {
  const { hold, over } = followed
  followed.over = true
  const lapses = settlement.kind === 'withdrawn' || settlement.kind === 'expired'
  if (over && !(followed.released && lapses)) return ['it was settled before']
  followed.released = false
  if (settlement.kind === 'refused') {
    const flaws = answerFlaws(seen, { ...followed, over: false }, settlement, 'refuse', at)
    return mayAnswer(candidate(seen, settlement.by)?.roles ?? []) &&
      settlement.binding.person === settlement.by
      ? flaws
      : [...flaws, 'whoever refused it may not answer']
  }
  if (settlement.kind !== 'released') return []
  const people = new Set(followed.approvals.map(({ binding }) => binding.person))
  const enough =
    isEnough(hold.release, followed.approvals) && settlement.by.every((by) => people.has(by))
  followed.released = enough
  return enough ? [] : ['it was released without the approvals that its rule wants']
}

function takeClaimed(
  seen: Seen,
  followed: Followed,
  decision: DecisionId,
  at: string,
): readonly string[] {
  const { hold, released } = followed
  followed.released = false
  seen.claimed.add(decision)
  if (!released) return ['it was spent without being released, or twice']
  if (hold.expiresAt <= at) return ['it was spent after its expiry']
  const terms = seen.terms.get(decision)
  return terms !== undefined && sameTerms(terms, hold) ? [] : ['it was spent on something else']
}

function answerFlaws(
  seen: Seen,
  { hold, over }: Pick<Followed, 'hold' | 'over'>,
  answered: Answered & Readonly<{ attention?: Attention }>,
  answer: 'release' | 'refuse',
  at: string,
): readonly string[] {
  const { binding, assertion, attention } = answered
  if (over) return ['the hold was over']
  if (hold.expiresAt <= at) return ['the hold had expired']
  if (binding.answer !== answer || !bindsHold(binding, hold))
    return ['it was given for something else']
  const enrolled = seen.passkeys.get(assertion.passkey)
  if (enrolled?.person !== binding.person) return ['its passkey is not one of that person']
  const stored = verifyStoredRelease(answered, enrolled.passkey, seen.site)
  if (stored.kind === 'invalid') return [stored.why]
  const flaw = attentionFlaw(answered, attention)
  return flaw === null ? [] : [flaw]
}

function candidate(
  seen: Seen,
  name: PersonName,
): Readonly<{ name: PersonName; roles: readonly Role[] }> | null {
  const roles = seen.roles.get(name)
  return roles === undefined ? null : { name, roles }
}

function recordOf(
  mandate: Mandate | undefined,
): Readonly<{ mandate: Mandate; endedAt: null }> | null {
  return mandate === undefined ? null : { mandate, endedAt: null }
}
