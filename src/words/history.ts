import type { Fact } from '../domain/fact.ts'
import { unreachable } from '../domain/fault.ts'
import type { Outcome } from '../domain/outcome.ts'
import { inert } from '../wire/inert.ts'
import { attentionWords } from './attention.ts'

/** One line of a history, lower case: what happened, in words that are safe to show. */
export function historyWords(fact: Fact): string {
  switch (fact.kind) {
    case 'decided':
      return `decided: ${fact.decision.verdict.kind}`
    case 'held':
      return `held: ${fact.hold.id} opened, until ${fact.hold.expiresAt}`
    case 'approved':
      return `approved by ${inert(fact.binding.person)}${attentionWords(fact.attention)}`
    case 'settled':
      return settledWords(fact.settlement)
    case 'claimed':
      return `the release was spent by ${fact.decision}`
    case 'guarded':
      return fact.proof.kind === 'proven'
        ? `safeguard ${inert(fact.safeguard)}: ${inert(fact.proof.says)}`
        : `safeguard ${inert(fact.safeguard)} failed: ${inert(fact.proof.why)}`
    case 'sent':
      return `sent to ${inert(fact.upstream)}`
    case 'ended':
      return outcomeWords(fact.outcome)
    case 'repeated':
      return `read ${fact.count} more times in its session`
    case 'undone': {
      const whole = fact.equal ? 'everything is as it was' : `${fact.conflicts} rows in conflict`
      return `undone by ${inert(fact.by)}: ${whole}`
    }
    default:
      return fact.kind
  }
}

type Settled = Extract<Fact, { kind: 'settled' }>['settlement']

function settledWords(settlement: Settled): string {
  switch (settlement.kind) {
    case 'released':
      return `released by ${settlement.by.map(inert).join(' and ')}`
    case 'refused': {
      const note = settlement.note === '' ? '' : `: ${inert(settlement.note)}`
      return `refused by ${inert(settlement.by)}${attentionWords(settlement.attention)}${note}`
    }
    case 'expired':
      return 'expired: nobody answered, and silence means no'
    case 'withdrawn':
      return `withdrawn: ${inert(settlement.why)}`
    default:
      return unreachable(settlement)
  }
}

function outcomeWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'succeeded':
      return `succeeded, status ${outcome.status}`
    case 'failed':
      return `failed: ${inert(outcome.code)}`
    case 'unknown':
      return `outcome unknown: ${inert(outcome.why)}`
    default:
      return unreachable(outcome)
  }
}
