import type { Decision } from '../domain/decision.ts'
import type { Mandate, Standing } from '../domain/mandate.ts'
import type { Instant } from '../domain/names.ts'
import { widened } from '../domain/widening.ts'
import type { MandateRecord, StoreReads } from '../store/store.ts'

type Granted = Pick<StoreReads, 'mandate'>
type Known = Pick<StoreReads, 'agent' | 'lease' | 'mandate' | 'mandates'>

/** Who stood for an earlier decision, with what widened the mandate then; null for a stranger's. */
export function standingThen(
  store: Known,
  { agent, lease, mandate, at }: Pick<Decision, 'agent' | 'lease' | 'mandate' | 'at'>,
  widenings: readonly MandateRecord[] = wideningsOf(store),
): Standing | null {
  if (agent === null || lease === null || mandate === null) return null
  const held = store.lease(lease)?.lease
  const owner = store.agent(agent)?.owner
  const granted = store.mandate(mandate)?.mandate
  if (held === undefined || owner === undefined || granted === undefined) return null
  const standing = { id: held.id, expiresAt: held.expiresAt }
  const chain = { mandate: granted, ancestors: ancestorsOf(store, granted) }
  return { agent, owner, lease: standing, ...widenedChain(chain, widenings, at) }
}

export function wideningsOf({ mandates }: Pick<StoreReads, 'mandates'>): readonly MandateRecord[] {
  return mandates().filter(({ mandate }) => mandate.widens !== undefined)
}

export type Chain = Pick<Standing, 'mandate' | 'ancestors'>

/** The mandate and those above it, each with what widened it at that time. */
export function widenedChain(
  { mandate, ancestors }: Chain,
  widenings: readonly MandateRecord[],
  at: Instant,
): Chain {
  const standing = widenings
    .filter(({ endedAt }) => endedAt === null || at < endedAt)
    .map((record) => record.mandate)
  if (standing.length === 0) return { mandate, ancestors }
  return {
    mandate: widened(mandate, standing, at),
    ancestors: ancestors.map((above) => widened(above, standing, at)),
  }
}

/** Nearest first. */
export function ancestorsOf(store: Granted, { parent }: Mandate): readonly Mandate[] {
  const ancestors: Mandate[] = []
  for (let id = parent; id !== null; id = ancestors.at(-1)?.parent ?? null) {
    const above = store.mandate(id)?.mandate
    if (above === undefined) break
    ancestors.push(above)
  }
  return ancestors
}
