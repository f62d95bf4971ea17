// Who an agent is at the doors, what its mandate allows, and what is left of it.
import type { Budget, Mandate, Standing } from '../domain/mandate.ts'
import type { Spent, StoreReads } from '../store/store.ts'
import { mandateWords } from '../words/mandate.ts'
import { authorizationDetails } from './mandate-request.ts'

/** As an agent is told. */
export function whoami(
  { agent, owner, lease, mandate, ancestors }: Standing,
  store: Pick<StoreReads, 'spent'>,
): object {
  const chain = [mandate, ...ancestors]
  const spent = chain.map((one) => ({ mandate: one, spent: store.spent(one.id) }))
  const words = mandateWords(mandate)
  return {
    agent,
    owner,
    lease: { id: lease.id, expires_at: lease.expiresAt },
    in_words: { you_may: words.may, you_may_not: words.mayNot, until: words.until },
    mandate: {
      id: mandate.id,
      task: mandate.task,
      granted_by: mandate.grantedBy,
      expires_at: mandate.expiresAt,
      authorization_details: authorizationDetails(mandate),
      egress: mandate.egress,
      hold_wait_seconds: mandate.holdWaitSeconds,
    },
    left: {
      requests: left(spent, 'requests'),
      writes: left(spent, 'writes'),
      destroys: left(spent, 'destroys'),
      denials: left(spent, 'denials'),
      resources: left(spent, 'resources'),
    },
    per_minute: {
      requests: least(chain.map(({ budget }) => budget.requestsPerMinute)),
      writes: least(chain.map(({ budget }) => budget.writesPerMinute)),
    },
    per_statement: { rows: least(chain.map(({ budget }) => budget.rows)) },
    next:
      'whatever is outside the mandate is refused or waits for a person; a refusal says what to ' +
      'do, and another way to the same end is refused too; to do more than this, ask for it',
  }
}

/** The tightest of the mandate and all above it; null is no limit. */
function left(
  chain: readonly { readonly mandate: Mandate; readonly spent: Spent }[],
  name: keyof Spent & keyof Budget,
): number | null {
  return least(
    chain.map(({ mandate, spent }) => {
      const limit = mandate.budget[name]
      const used = spent[name]
      const count = typeof used === 'number' ? used : used.length
      return limit === null ? null : Math.max(0, limit - count)
    }),
  )
}

function least(limits: readonly (number | null)[]): number | null {
  const known = limits.filter((limit) => limit !== null)
  return known.length === 0 ? null : Math.min(...known)
}
