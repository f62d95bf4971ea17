// Which kinds of fact support evidence for which controls. The ids are those of Regulation (EU)
// 2024/1689 (AI Act), of the AICPA's Trust Services Criteria of 2017 and of OWASP AISVS chapter 9.
// What is shown here is material for whoever assesses; the assessment is theirs.
import type { Fact, FactKind, LedgerEntry } from '../domain/fact.ts'

export type Framework = 'EU AI Act' | 'SOC 2' | 'OWASP AISVS'

export interface Control {
  readonly framework: Framework
  readonly id: string
  /** what it is about, in a few words */
  readonly about: string
  /** what the entries show, in one sentence */
  readonly shows: string
}

export interface Support extends Control {
  /** entries that support evidence for it: how many, and the first of them */
  readonly count: number
  readonly indices: readonly number[]
}

interface Row extends Control {
  readonly kinds: readonly FactKind[]
  /** which of them; all when not given */
  readonly which?: (fact: Fact) => boolean
}

const indicesShownMax = 20

const aiAct = 'EU AI Act'
const soc2 = 'SOC 2'
const aisvs = 'OWASP AISVS'

export const controlRows: readonly Row[] = [
  {
    ...{ framework: aiAct, id: 'Art. 12(1)', about: 'record-keeping' },
    shows:
      'Which requests came, how each was judged and how it ended, recorded by itself and in order.',
    kinds: ['decided', 'sent', 'ended', 'repeated'],
  },
  {
    ...{ framework: aiAct, id: 'Art. 12(2)', about: 'events that point to a risk' },
    shows: 'What was refused, held or stopped, and for which reason.',
    kinds: ['decided', 'held', 'tripped', 'killed'],
    which: (fact) => fact.kind !== 'decided' || fact.decision.verdict.kind !== 'allow',
  },
  {
    ...{ framework: aiAct, id: 'Art. 14(4)(b)', about: 'automation bias' },
    shows: 'How long each person looked before they answered, and whether the impact was in view.',
    kinds: ['approved', 'settled'],
    which: (fact) => attentionOf(fact),
  },
  {
    ...{
      framework: aiAct,
      id: 'Art. 14(4)(d)',
      about: 'not using, or reversing, what a system does',
    },
    shows: 'Where a person refused what an agent tried, or took back what it had done.',
    kinds: ['settled', 'undone'],
    which: (fact) => fact.kind !== 'settled' || fact.settlement.kind === 'refused',
  },
  {
    ...{ framework: aiAct, id: 'Art. 14(4)(e)', about: 'intervening, and a stop' },
    shows: 'Where an agent was stopped by a person or frozen by its breaker, and who let it go on.',
    kinds: ['killed', 'kill-lifted', 'tripped', 'resumed', 'lease-revoked', 'mandate-revoked'],
  },
  {
    ...{ framework: aiAct, id: 'Art. 26(2)', about: 'oversight assigned to people' },
    shows: 'Who was enrolled to oversee, in which role, and who answered which hold.',
    kinds: ['enrolment-opened', 'person-enrolled', 'approved', 'settled'],
  },
  {
    ...{ framework: aiAct, id: 'Art. 26(6)', about: 'logs kept by the deployer' },
    shows: 'What was kept, in an append-only log from which each entry can be proven.',
    kinds: ['decided', 'held', 'approved', 'settled', 'claimed', 'guarded', 'sent', 'ended'],
  },
  {
    ...{ framework: soc2, id: 'CC6.1', about: 'logical access' },
    shows: 'Under which mandate and lease agents came, and what was refused for bearing none.',
    kinds: ['mandate-granted', 'lease-issued', 'decided'],
    which: (fact) => fact.kind !== 'decided' || fact.decision.lease === null,
  },
  {
    ...{ framework: soc2, id: 'CC6.3', about: 'access granted, changed and removed; separation' },
    shows: 'Who granted and revoked access, by name, and who released what was held.',
    kinds: [
      ...(['mandate-granted', 'mandate-revoked', 'lease-issued', 'lease-revoked'] as const),
      ...(['person-enrolled', 'passkey-revoked', 'approved'] as const),
    ],
  },
  {
    ...{ framework: soc2, id: 'CC7.2', about: 'watching for anomalies' },
    shows: 'The effect that was read in each request, and where the breaker froze an agent.',
    kinds: ['decided', 'tripped'],
  },
  {
    ...{ framework: soc2, id: 'CC7.3', about: 'evaluating security events' },
    shows: 'What was held for a person, and what they answered.',
    kinds: ['held', 'approved', 'settled'],
  },
  {
    ...{ framework: soc2, id: 'CC7.4', about: 'responding to incidents' },
    shows: 'Where agents were stopped, access revoked, people told and changes taken back.',
    kinds: [
      ...(['tripped', 'killed', 'lease-revoked', 'mandate-revoked'] as const),
      ...(['notified', 'undone'] as const),
    ],
  },
  {
    ...{ framework: soc2, id: 'CC8.1', about: 'changes authorised, tested and approved' },
    shows: 'Who released which change, which safeguards were tried first, and by which policies.',
    kinds: ['settled', 'claimed', 'guarded', 'policies-loaded'],
    which: (fact) => fact.kind !== 'settled' || fact.settlement.kind === 'released',
  },
  {
    ...{ framework: aisvs, id: 'C9.1.1', about: 'budgets' },
    shows: 'The limits in the mandate, and where the breaker froze who reached one.',
    kinds: ['mandate-granted', 'tripped'],
  },
  {
    ...{ framework: aisvs, id: 'C9.2.1', about: 'high-impact actions wait for approval' },
    shows: 'What was held, how that was answered, and when its release was spent.',
    kinds: ['held', 'settled', 'claimed'],
  },
  {
    ...{ framework: aisvs, id: 'C9.2.2', about: 'approval of the whole, canonical action' },
    shows: 'The digests of the request and of its impacts, to which each answer is bound.',
    kinds: ['held', 'approved'],
  },
  {
    ...{ framework: aisvs, id: 'C9.2.3', about: 'reversibility' },
    shows: 'How hard each effect is to take back, as classed before the verdict.',
    kinds: ['decided'],
  },
  {
    ...{ framework: aisvs, id: 'C9.2.8', about: 'approvals bound by cryptography' },
    shows: 'The passkey assertion of each answer, over a nonce that is used once.',
    kinds: ['approved', 'settled'],
    which: (fact) => fact.kind !== 'settled' || fact.settlement.kind === 'refused',
  },
  {
    ...{ framework: aisvs, id: 'C9.4.1', about: 'identity of agents' },
    shows: 'Which agent, lease and mandate each request came by.',
    kinds: ['agent-added', 'lease-issued', 'decided'],
    which: (fact) => fact.kind !== 'decided' || fact.decision.lease !== null,
  },
  {
    ...{ framework: aisvs, id: 'C9.5.6', about: 'authorisation of every action' },
    shows: 'The verdict on every request that was judged, and the policies that gave it.',
    kinds: ['decided', 'policies-loaded'],
  },
  {
    ...{ framework: aisvs, id: 'C9.6.1', about: 'kill switch' },
    shows: 'Who stopped one agent or all of them, and when.',
    kinds: ['killed', 'kill-lifted'],
  },
  {
    ...{ framework: aisvs, id: 'C9.6.2', about: 'an unmet approval blocks' },
    shows: 'Which holds ended refused, withdrawn or without an answer.',
    kinds: ['settled'],
    which: (fact) => fact.kind === 'settled' && fact.settlement.kind !== 'released',
  },
  {
    ...{ framework: aisvs, id: 'C9.6.3', about: 'approval by a channel of its own' },
    shows: 'Answers given with a passkey at the console, where no lease is accepted.',
    kinds: ['approved', 'notified'],
  },
]

function attentionOf(fact: Fact): boolean {
  if (fact.kind === 'approved') return fact.attention !== undefined
  return (
    fact.kind === 'settled' &&
    fact.settlement.kind === 'refused' &&
    fact.settlement.attention !== undefined
  )
}

/** Those rows that something among the entries supports. */
export function supportsOf(entries: readonly LedgerEntry[]): readonly Support[] {
  return controlRows.flatMap(({ kinds, which, ...control }) => {
    const found = entries.filter(({ fact }) => kinds.includes(fact.kind) && (which?.(fact) ?? true))
    if (found.length === 0) return []
    const indices = found.slice(0, indicesShownMax).map(({ index }) => index)
    return [{ ...control, count: found.length, indices }]
  })
}
