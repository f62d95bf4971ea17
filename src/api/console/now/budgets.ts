import type { LedgerEntry } from '../../../domain/fact.ts'
import type { Mandate } from '../../../domain/mandate.ts'
import type { Instant, MandateId } from '../../../domain/names.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { Spent, StoreReads } from '../../../store/store.ts'
import type { BudgetLine, BudgetUse } from './shapes.ts'

/** How far the budgets of the mandates that stand are used up. */
export interface BudgetBoard {
  /** the nearest to its limit first */
  used(now: Instant): readonly BudgetUse[]
}

/** looked at for one answer, the newest */
const mandatesMax = 500

/** Which mandates stand is remembered: there may be many that stood once. */
export function createBudgetBoard(
  ledger: Pick<Ledger, 'subscribe'>,
  store: Pick<StoreReads, 'mandates' | 'mandate' | 'spent'>,
): BudgetBoard {
  const standing = new Set<MandateId>()
  for (const { mandate, endedAt } of store.mandates()) {
    if (endedAt === null && hasLimits(mandate)) standing.add(mandate.id)
  }
  ledger.subscribe(({ fact }: LedgerEntry) => {
    if (fact.kind === 'mandate-granted' && hasLimits(fact.mandate)) standing.add(fact.mandate.id)
  })

  function used(now: Instant): readonly BudgetUse[] {
    const found: BudgetUse[] = []
    for (const id of [...standing].slice(-mandatesMax)) {
      const record = store.mandate(id)
      if (record === null || record.endedAt !== null || record.mandate.expiresAt <= now) {
        standing.delete(id)
        continue
      }
      const { mandate } = record
      const lines = budgetLines(mandate, store.spent(id))
      found.push({ mandate: id, agent: mandate.agent, lines })
    }
    return found.sort((a, b) => shareOf(b) - shareOf(a))
  }

  return { used }
}

const limited = ['requests', 'writes', 'destroys', 'denials', 'resources'] as const

function hasLimits({ budget }: Mandate): boolean {
  return limited.some((what) => budget[what] !== null)
}

export function budgetLines({ budget }: Mandate, spent: Spent): readonly BudgetLine[] {
  return limited.flatMap((what) => {
    const limit = budget[what]
    if (limit === null) return []
    return [{ what, used: what === 'resources' ? spent.resources.length : spent[what], limit }]
  })
}

function shareOf({ lines }: BudgetUse): number {
  return Math.max(...lines.map(({ used, limit }) => (limit === 0 ? used : used / limit)))
}
