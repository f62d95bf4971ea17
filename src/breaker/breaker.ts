import type { Breaker, Trip } from '../domain/breaker.ts'
import type { Decision } from '../domain/decision.ts'
import { millisecondsOf } from '../domain/instant.ts'
import type { Impact } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'
import type { AgentName, MandateId } from '../domain/names.ts'
import { costOf, createAccount } from './account.ts'
import type { Account, Cost, Spent } from './account.ts'
import { createAttempts } from './attempts.ts'
import type { Attempts } from './attempts.ts'
import { createShelf } from './shelf.ts'

export type { Spent } from './account.ts'

export interface RunningBreaker extends Breaker {
  /** A person has looked at it: the agent goes on, and what it tried before is forgotten. */
  resumed(agent: AgentName): void
}

export interface BreakerOptions {
  /** milliseconds; never goes back */
  readonly now: () => number
  /** what the ledger says was spent; asked once for each mandate */
  readonly spent: (mandate: MandateId) => Spent
  /** what was decided in the last ten minutes before a restart, in order, and who stood for it */
  readonly past?: Iterable<Past>
}

export interface Past {
  readonly standing: Standing
  readonly decision: Decision
}

const accountsMax = 10_000
const originsMax = 1_000

export function createBreaker({ now, spent, past = [] }: BreakerOptions): RunningBreaker {
  const accounts = createShelf<MandateId, Account>(accountsMax)
  /** by the agent whose mandate a human granted: a sub-agent's attempts are its own */
  const attempts = createShelf<AgentName, Attempts>(originsMax)
  const origins = createShelf<AgentName, { of: AgentName }>(originsMax)
  /** frozen already, or about to be: nothing more passes while the fact is being written */
  const tripped = new Map<AgentName, Trip>()

  function accountsOf({ mandate, ancestors }: Standing): readonly Account[] {
    return [mandate, ...ancestors].map(({ id, budget }) =>
      accounts.get(id, () => createAccount(budget, spent(id))),
    )
  }

  function take(standing: Standing, cost: Cost, at: number): string | null {
    const chain = accountsOf(standing)
    for (const account of chain) {
      const limit = account.passes(cost, at)
      if (limit !== null) return limit
    }
    for (const account of chain) account.take(cost, at)
    return null
  }

  function trip({ agent }: Standing, reason: Trip['reason'], says: string): Trip {
    const made: Trip = { reason, says }
    tripped.set(agent, made)
    return made
  }

  function tried(standing: Standing): Attempts {
    const origin = standing.ancestors.at(-1)?.agent ?? standing.agent
    origins.get(standing.agent, () => ({ of: origin })).of = origin
    return attempts.get(origin, createAttempts)
  }

  function returned(standing: Standing, impacts: readonly Impact[]): void {
    const cost = costOf(impacts)
    for (const account of accountsOf(standing)) account.giveBack(cost)
  }

  // The totals are the ledger's; what is learnt here is only what no total holds.
  for (const { standing, decision } of past) {
    const at = millisecondsOf(decision.at)
    const allowed = decision.verdict.kind === 'allow'
    const cost = costOf(decision.impacts)
    for (const account of accountsOf(standing)) account.recall(cost, at, allowed)
    if (allowed) continue
    tried(standing).learn(standing, decision.impacts, decision.request.digest, at)
  }

  return {
    charge(standing, impacts) {
      const already = tripped.get(standing.agent)
      if (already !== undefined) return already
      const limit = take(standing, costOf(impacts), now())
      return limit === null ? null : trip(standing, 'budget', limit)
    },
    refused(standing, impacts, request) {
      returned(standing, impacts)
      const limits = accountsOf(standing).map((account) => account.deny())
      const round = tried(standing).learn(standing, impacts, request, now())
      if (round !== null) return trip(standing, 'escalation-after-refusal', round)
      const limit = limits.find((says) => says !== null) ?? null
      return limit === null ? null : trip(standing, 'budget', limit)
    },
    pivoted(standing) {
      const says = 'it used a credential that Holdpoint did not issue'
      return trip(standing, 'credential-pivot', says)
    },
    returned,
    resumed(agent) {
      tripped.delete(agent)
      attempts.remove(origins.get(agent, () => ({ of: agent })).of)
    },
  }
}
