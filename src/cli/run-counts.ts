// What happens in a run, counted from the ledger as it is written: a line while it goes on, and
// what it came to at its end.
import type { Decision } from '../domain/decision.ts'
import type { LedgerEntry } from '../domain/fact.ts'
import type { AgentName, DecisionId, HoldId, LeaseId } from '../domain/names.ts'
import { factWords } from '../words/entries.ts'

export interface RunCounts {
  /** Counts an entry; a line for people where one of them should look up. */
  add(entry: LedgerEntry): string | null
  /** `12 actions, 1 waits` */
  brief(): string
  summary(): RunSummary
}

export interface RunSummary {
  readonly actions: number
  readonly allowed: number
  readonly refused: number
  readonly held: number
  readonly waiting: readonly HoldId[]
  readonly changed: readonly DecisionId[]
  readonly frozen: string | null
}

export function createRunCounts(lease: LeaseId, agent: AgentName): RunCounts {
  const decisions = new Map<DecisionId, Readonly<{ line: string; changes: boolean }>>()
  const waiting = new Set<HoldId>()
  const changed: DecisionId[] = []
  const counts = { actions: 0, allow: 0, hold: 0, deny: 0 }
  let frozen: string | null = null

  function add(entry: LedgerEntry): string | null {
    const { fact } = entry
    switch (fact.kind) {
      case 'decided': {
        const { decision } = fact
        if (decision.lease !== lease && !(decision.lease === null && decision.agent === agent)) {
          return null
        }
        counts.actions++
        counts[decision.verdict.kind]++
        const line = factWords(fact)
        decisions.set(decision.id, { line, changes: changes(decision) })
        return decision.verdict.kind === 'deny' ? line : null
      }
      case 'held':
        if (fact.hold.lease !== lease) return null
        waiting.add(fact.hold.id)
        return `waits for a person as ${fact.hold.id}: ${decisions.get(fact.hold.decision)?.line ?? ''}`
      case 'settled':
        return waiting.delete(fact.hold) ? factWords(fact) : null
      case 'ended':
        if (fact.outcome.kind !== 'failed' && decisions.get(fact.decision)?.changes === true) {
          changed.push(fact.decision)
        }
        return null
      case 'repeated':
        if (decisions.has(fact.decision)) counts.actions += fact.count
        return null
      case 'tripped':
        if (fact.agent !== agent) return null
        frozen = fact.says
        return factWords(fact)
      default:
        return null
    }
  }

  return {
    add,
    brief() {
      const waits = waiting.size === 0 ? '' : `, ${waiting.size} waiting for a person`
      const refused = counts.deny === 0 ? '' : `, ${counts.deny} refused`
      return `${counts.actions} action${counts.actions === 1 ? '' : 's'}${refused}${waits}`
    },
    summary: () => ({
      ...{ actions: counts.actions, allowed: counts.allow, refused: counts.deny },
      ...{ held: counts.hold, waiting: [...waiting], changed, frozen },
    }),
  }
}

/** Something other than a read of what is governed; a tunnel to a host is no change. */
function changes({ impacts }: Decision): boolean {
  const effects = impacts.flatMap(({ action }) => action.effects)
  return effects.some(
    (effect) =>
      effect.kind === 'unknown' ||
      (effect.kind !== 'read' &&
        effect.kind !== 'disclose' &&
        effect.resource.provider !== 'egress'),
  )
}
