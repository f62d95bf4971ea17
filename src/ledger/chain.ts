import type { Fact, FactKind, FactOf, LedgerEntry } from '../domain/fact.ts'
import type { Decision } from '../domain/decision.ts'
import type { Hold } from '../domain/hold.ts'
import type { DecisionId, HoldId, LeaseId } from '../domain/names.ts'

/**
 * What the entries of a ledger must say together, whoever wrote them: nothing was sent without a
 * permission that was written before, and nothing was sent twice. Remembers only what is still
 * open, and the names of what may be repeated or taken back.
 */
export interface Chain {
  /** what is wrong with the entry, after those before it */
  check(entry: LedgerEntry): readonly string[]
  /** sent, and no outcome written */
  withoutOutcome(): readonly DecisionId[]
}

interface OpenDecision {
  readonly decision: Decision
  permitted: boolean
  readonly unguarded: Set<string>
  sent: boolean
}

interface OpenHold {
  readonly hold: Hold
  readonly approvedBy: Set<string>
  released: boolean
}

interface Open {
  readonly decisions: Map<DecisionId, OpenDecision>
  readonly holds: Map<HoldId, OpenHold>
  readonly leases: Map<LeaseId, FactOf<'lease-issued'>['lease']>
  /** reads that were sent, and may be again */
  readonly standing: Set<DecisionId>
  /** what was sent, and did more than read */
  readonly changing: Set<DecisionId>
}

/** Says what is wrong with a fact of one kind, and remembers it. */
type Rule<K extends FactKind> = (fact: FactOf<K>, entry: LedgerEntry, open: Open) => string[]
type Rules = { readonly [K in FactKind]?: Rule<K> }

export function createChain(): Chain {
  const open: Open = {
    ...{ decisions: new Map(), holds: new Map(), leases: new Map() },
    ...{ standing: new Set(), changing: new Set() },
  }
  return {
    check(entry) {
      const fact: Fact = entry.fact
      try {
        return rules[fact.kind]?.(fact as never, entry, open) ?? []
      } catch {
        return [`its \`${fact.kind}\` fact is malformed`]
      }
    },
    withoutOutcome: () =>
      [...open.decisions].filter(([, { sent }]) => sent).map(([decision]) => decision),
  }
}

const peopleWanted = { owner: 1, 'other-person': 1, 'two-person': 2 } as const

const rules: Rules = {
  'lease-issued': ({ lease }, _, { leases }) => {
    leases.set(lease.id, lease)
    return []
  },
  decided: ({ decision }, _, open) => decide(decision, open),
  held: ({ hold }, _, { decisions, holds }) => {
    const known = decisions.get(hold.decision)
    holds.set(hold.id, { hold, approvedBy: new Set(), released: false })
    if (known?.decision.verdict.kind !== 'hold') return ['it holds what was not decided to be held']
    return sameMatter(hold, known.decision)
  },
  approved: ({ hold: id, binding }, { at }, { holds }) => {
    const known = holds.get(id)
    if (known === undefined || known.released) return ['it approves a hold that is not waiting']
    const wrong = binding.hold !== id || binding.answer !== 'release'
    const again = known.approvedBy.has(binding.person)
    known.approvedBy.add(binding.person)
    return [
      ...(wrong ? ['it approves with a signature over something else'] : []),
      ...(again ? [`\`${binding.person}\` approved it already`] : []),
      ...(known.hold.expiresAt <= at ? ['it approves a hold that has expired'] : []),
    ]
  },
  settled: ({ hold: id, settlement }, { at }, { holds }) => {
    const known = holds.get(id)
    if (known === undefined) return ['it settles a hold that is not open']
    if (settlement.kind !== 'released') {
      holds.delete(id)
      return []
    }
    if (known.released) return ['it releases a hold twice']
    known.released = true
    return released(known, settlement.by, known.hold.expiresAt <= at)
  },
  claimed: ({ hold: id, decision: claimant }, { at }, { holds, decisions }) => {
    const known = holds.get(id)
    if (known?.released !== true) return ['it spends a release that is not there']
    holds.delete(id)
    const spentOn = decisions.get(claimant)
    if (spentOn?.decision.verdict.kind !== 'hold')
      return ['it spends a release on no held decision']
    spentOn.permitted = true
    const late = known.hold.expiresAt <= at ? ['it spends a release that has expired'] : []
    return [...late, ...sameMatter(known.hold, spentOn.decision)]
  },
  guarded: ({ decision, safeguard, proof }, _, { decisions }) => {
    const known = decisions.get(decision)
    if (known === undefined || known.sent) return ['it guards what is not about to be sent']
    if (proof.kind === 'proven') known.unguarded.delete(safeguard)
    return []
  },
  sent: ({ decision, request, standing }, _, open) => {
    const { decisions } = open
    const known = decisions.get(decision)
    if (known === undefined)
      return ['it was sent without a decision before it, or after its outcome']
    const again = known.sent
    known.sent = true
    const reads = onlyReads(known.decision)
    if (standing === true) open.standing.add(decision)
    if (reads !== true) open.changing.add(decision)
    return [
      ...(standing === true && reads === false ? ['it stands for more than reads'] : []),
      ...(known.permitted ? [] : ['it was sent without permission']),
      ...(again ? ['it was sent twice'] : []),
      ...(known.decision.request.digest === request
        ? []
        : ['what was sent is not what was decided on']),
      ...(known.unguarded.size === 0
        ? []
        : [`it was sent without ${[...known.unguarded].join(', ')}`]),
    ]
  },
  ended: ({ decision }, _, { decisions }) => {
    const known = decisions.get(decision)
    if (known?.sent !== true) return ['it is the outcome of nothing that was sent']
    decisions.delete(decision)
    return []
  },
  repeated: ({ decision, count }, _, { standing }) => [
    ...(standing.has(decision) ? [] : ['it repeats what was not sent as a read that stands']),
    ...(Number.isSafeInteger(count) && count > 0 ? [] : ['it repeats something no times']),
  ],
  undone: ({ decision }, _, { changing }) =>
    changing.has(decision) ? [] : ['it takes back what was never sent, or only read'],
}

/** Whether it did nothing but read; null where nothing is known that it did. */
function onlyReads({ impacts }: Decision): boolean | null {
  const effects = impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
  return effects.length === 0 ? null : effects.every(({ kind }) => kind === 'read')
}

function decide(decision: Decision, { decisions, leases }: Open): string[] {
  const { verdict } = decision
  if (verdict.kind === 'deny') return []
  const again = decisions.has(decision.id)
  const unguarded = new Set<string>(verdict.safeguards)
  const permitted = verdict.kind === 'allow'
  decisions.set(decision.id, { decision, permitted, unguarded, sent: false })
  const lease = decision.lease === null ? undefined : leases.get(decision.lease)
  const stands = lease?.agent === decision.agent && lease.mandate === decision.mandate
  return [
    ...(again ? ['its decision was made before'] : []),
    ...(stands ? [] : ['it permits something to no lease that was issued']),
  ]
}

function released({ hold, approvedBy }: OpenHold, by: readonly string[], late: boolean): string[] {
  const people = new Set(by.filter((person) => approvedBy.has(person)))
  if (hold.release !== 'owner') people.delete(hold.grantedBy)
  const enough =
    people.size >= peopleWanted[hold.release] && by.every((each) => approvedBy.has(each))
  return [
    ...(enough ? [] : ['it releases without the approvals that the rule wants']),
    ...(late ? ['it releases a hold that has expired'] : []),
  ]
}

/** A hold is for one request, under one lease, judged by one set of policies. */
function sameMatter(hold: Hold, decision: Decision): string[] {
  const same =
    hold.request === decision.request.digest &&
    hold.lease === decision.lease &&
    hold.agent === decision.agent &&
    hold.mandate === decision.mandate &&
    hold.policies === decision.policies
  return same ? [] : ['its hold is for something else than its decision']
}
