import type { Standing } from './domain/mandate.ts'
import type { AgentName, LeaseId, SessionId } from './domain/names.ts'
import type { Session } from './domain/request.ts'

/** Whose connections are open, so that ending a lease ends them too. */
export interface Sessions {
  /**
   * A connection has shown a lease; it may show several in its life, and falls with any of them.
   */
  bind(session: Session, standing: Standing): void
  /**
   * Lets one refusal still be heard on this connection; it is severed a moment later all the same.
   */
  spare(session: Session): void
  /** `null` for every agent's. Returns how many connections were severed. */
  severAgent(agent: AgentName | null): number
  severLease(lease: LeaseId): number
  count(): number
}

interface Bound {
  readonly session: Session
  readonly leases: Set<LeaseId>
  readonly agents: Set<AgentName>
}

/** long enough to write a refusal, in milliseconds */
const lastWordsMilliseconds = 250

export function createSessions(): Sessions {
  const bound = new Map<SessionId, Bound>()
  const spared = new Set<SessionId>()

  function bind(session: Session, standing: Standing): void {
    let entry = bound.get(session.id)
    if (entry === undefined) {
      entry = { session, leases: new Set(), agents: new Set() }
      bound.set(session.id, entry)
      session.onClose(() => bound.delete(session.id))
    }
    entry.leases.add(standing.lease.id)
    entry.agents.add(standing.agent)
  }

  function sever(chosen: (entry: Bound) => boolean): number {
    const doomed = [...bound.values()].filter((one) => chosen(one) && !spared.has(one.session.id))
    for (const entry of doomed) entry.session.sever()
    return doomed.length
  }

  function spare(session: Session): void {
    spared.add(session.id)
    setTimeout(() => {
      spared.delete(session.id)
      session.sever()
    }, lastWordsMilliseconds).unref()
  }

  return {
    bind,
    spare,
    severAgent: (agent) => sever((entry) => agent === null || entry.agents.has(agent)),
    severLease: (lease) => sever((entry) => entry.leases.has(lease)),
    count: () => bound.size,
  }
}
