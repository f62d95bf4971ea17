import { unreachable } from '../domain/fault.ts'
import type { HoldState } from '../domain/hold.ts'
import type { ReleaseRule } from '../domain/verdict.ts'
import { inert } from '../wire/inert.ts'

export function stateWords(state: HoldState): string {
  switch (state.kind) {
    case 'waiting':
      return state.approvals.length === 0
        ? 'waiting'
        : `waiting, ${state.approvals.join(' and ')} said yes`
    case 'released':
      return `released by ${state.by.join(' and ')}, not used yet`
    case 'refused':
      return `refused by ${state.by}${state.note === '' ? '' : `: ${inert(state.note)}`}`
    case 'expired':
      return 'ran out; silence means no'
    case 'withdrawn':
      return `withdrawn: ${inert(state.why)}`
    case 'spent':
      return `released, and let through once as ${state.decision}`
    default:
      return unreachable(state)
  }
}

export const releaseWords: Readonly<Record<ReleaseRule, string>> = {
  owner: 'one owner or approver',
  'other-person': 'one owner or approver who did not grant the mandate',
  'two-person': 'two people, neither of whom granted the mandate',
}
