import type { Decision } from '../domain/decision.ts'
import type { Mandate, Standing } from '../domain/mandate.ts'
import type { StoreReads } from '../store/store.ts'

type Granted = Pick<StoreReads, 'mandate'>
type Known = Pick<StoreReads, 'agent' | 'lease' | 'mandate'>

/** Who stood for an earlier decision; null for a stranger's. */
export function standingThen(
  store: Known,
  { agent, lease, mandate }: Pick<Decision, 'agent' | 'lease' | 'mandate'>,
): Standing | null {
  if (agent === null || lease === null || mandate === null) return null
  const held = store.lease(lease)?.lease
  const owner = store.agent(agent)?.owner
  const granted = store.mandate(mandate)?.mandate
  if (held === undefined || owner === undefined || granted === undefined) return null
  const standing = { id: held.id, expiresAt: held.expiresAt }
  return { agent, owner, lease: standing, mandate: granted, ancestors: ancestorsOf(store, granted) }
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
