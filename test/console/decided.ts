// Decisions as the gateway writes them, without a gateway: for the page Now and its measurements.
import type { Decision } from '../../src/domain/decision.ts'
import type { AgentName, DecisionId, RequestId } from '../../src/domain/names.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { sha256 } from '../../src/system/hash.ts'
import { newId, systemRandom } from '../../src/system/random.ts'
import { agent as worldAgent, volumeImpact } from './world.ts'
import type { World } from './world.ts'

export interface Decided {
  /** null: a stranger */
  readonly agent?: AgentName | null
  readonly verdict?: Verdict['kind']
  readonly label?: string
  /** none: it is not over */
  readonly outcome?: Outcome
}

type DecidedWorld = Pick<World, 'ledger' | 'standing'>

/** Writes one, durable when it resolves. */
export async function decide(world: DecidedWorld, how: Decided = {}): Promise<Decision> {
  const decision = decisionOf(world, how)
  await world.ledger.append({ kind: 'decided', decision })
  if (how.outcome !== undefined) await end(world, decision, how.outcome)
  return decision
}

export async function end(
  { ledger }: DecidedWorld,
  { id, request: { digest } }: Pick<Decision, 'id' | 'request'>,
  outcome: Outcome = { kind: 'succeeded', status: 200 },
): Promise<void> {
  await ledger.append({ kind: 'sent', decision: id, request: digest, upstream: 'railway' })
  await ledger.append({ kind: 'ended', decision: id, outcome })
}

/** Writes many at once. */
export async function decideMany(
  world: DecidedWorld,
  count: number,
  how: (at: number) => Decided = () => ({}),
): Promise<void> {
  const groupMax = 500
  for (let from = 0; from < count; from += groupMax) {
    const group = Array.from({ length: Math.min(groupMax, count - from) }, (_, i) => how(from + i))
    await Promise.all(group.map((one) => decide(world, one)))
  }
}

function decisionOf({ standing }: DecidedWorld, how: Decided): Decision {
  const { agent = worldAgent, verdict = 'allow', label = 'volume pg-data' } = how
  const known = agent === null ? null : standing
  return {
    id: newId<DecisionId>(systemRandom, 'dec'),
    request: {
      ...{ id: newId<RequestId>(systemRandom, 'req'), door: 'http', foreignCredential: null },
      ...{ digest: sha256(label), line: 'POST railway /graphql/v2' },
    },
    agent,
    lease: known === null ? null : known.lease.id,
    mandate: known === null ? null : known.mandate.id,
    impacts: [volumeImpact(label)],
    verdict: verdictOf(verdict),
    ...{ policies: sha256('baseline'), inventory: sha256('inventory') },
    at: standing.mandate.grantedAt,
  }
}

function verdictOf(kind: Verdict['kind']): Verdict {
  const because = [{ code: `test-${kind}`, says: 'a test says so' }] as const
  switch (kind) {
    case 'allow':
      return { kind, because, safeguards: [] }
    case 'hold':
      return { kind, because, safeguards: [], release: 'owner' }
    case 'deny':
      return { kind, because, instead: 'do something else' }
  }
}
