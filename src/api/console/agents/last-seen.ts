import type { AgentName, Instant } from '../../../domain/names.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { StoreReads } from '../../../store/store.ts'

/** When an agent last did anything, as far as that is remembered. */
export type LastSeen = (agent: AgentName) => Instant | null

/** actions from before a restart that are looked at */
const rememberedMax = 5000
const agentsMax = 10_000

export function createLastSeen(
  ledger: Pick<Ledger, 'subscribe'>,
  store: Pick<StoreReads, 'search'>,
): LastSeen {
  const seen = new Map<AgentName, Instant>()
  const { entries } = store.search({ kinds: ['decided'], limit: rememberedMax })
  for (const { fact, at } of entries) {
    if (fact.kind !== 'decided' || fact.decision.agent === null) continue
    if (!seen.has(fact.decision.agent)) seen.set(fact.decision.agent, at)
  }
  ledger.subscribe(({ fact, at }) => {
    if (fact.kind !== 'decided' || fact.decision.agent === null) return
    if (seen.has(fact.decision.agent) || seen.size < agentsMax) seen.set(fact.decision.agent, at)
  })
  return (agent) => seen.get(agent) ?? null
}
