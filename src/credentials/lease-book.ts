import type { Fact, Lease } from '../domain/fact.ts'
import { assert } from '../domain/fault.ts'
import type { StrangerCode } from '../domain/identity.ts'
import { millisecondsOf } from '../domain/instant.ts'
import type { Mandate, Standing } from '../domain/mandate.ts'
import { widened } from '../domain/widening.ts'
import type { AgentName, Digest, Instant, LeaseId, MandateId, PersonName } from '../domain/names.ts'
import type { StoreReads } from '../store/store.ts'
import type { ScramVerifier } from '../system/scram.ts'
import { readVerifier } from './lease-verifier.ts'

export interface HeldLease {
  readonly standing: Standing
  /** of the lease or of a mandate above it, whichever comes first */
  readonly expiresAtMilliseconds: number
  /** the mandate and all above it */
  readonly mandates: readonly MandateState[]
  /** the agents of those mandates: when one is stopped, so are those it gave work to */
  readonly agents: readonly AgentState[]
  revoked: boolean
  /** for whoever proves that they have the token; null when none was kept, undefined: not read yet */
  verifier: ScramVerifier | null | undefined
}

export interface MandateState {
  readonly mandate: Mandate
  readonly above: readonly MandateState[]
  readonly expiresAt: Instant
  revoked: boolean
  /** what adds to it; the newest last */
  readonly widenings: MandateState[]
}

export interface AgentState {
  readonly name: AgentName
  readonly owner: PersonName
  /** what the breaker says of it; null while it may go on */
  frozen: string | null
  killed: boolean
}

export interface Fall {
  readonly code: StrangerCode
  /** whose, or which: for the words of the refusal */
  readonly name: string
  /** when, or why; empty when there is nothing to add */
  readonly detail: string
}

export type EndListener = (lease: LeaseId | 'all', agent: AgentName | null) => void

/** What is known of leases and of all that they stand on, in memory: a fold over facts. */
export class LeaseBook {
  readonly #leases = new Map<LeaseId, HeldLease>()
  /** in the order in which they were issued */
  readonly #order: HeldLease[] = []
  readonly #hashes = new Map<Digest, HeldLease>()
  readonly #mandates = new Map<MandateId, MandateState>()
  readonly #agents = new Map<AgentName, AgentState>()
  /** those whose end has not been told yet */
  readonly #live = new Set<HeldLease>()
  /** those that stand */
  readonly #widening = new Set<MandateState>()
  readonly #wide = new Map<MandateState, { by: readonly MandateState[]; mandate: Mandate }>()
  readonly #store: StoreReads
  readonly #ended: EndListener
  #everyoneKilled = false

  constructor(store: StoreReads, ended: EndListener) {
    this.#store = store
    this.#ended = ended
    this.#restore(store)
  }

  byTokenHash(hash: Digest): HeldLease | undefined {
    return this.#hashes.get(hash)
  }

  byId(id: LeaseId): HeldLease | undefined {
    return this.#leases.get(id)
  }

  /**
   * Those to which a proof may belong, newest first: at most `liveMax` that may stand, then
   * `endedMax` of the others, so that whoever comes with an old one hears what befell it.
   */
  *provable(liveMax: number, endedMax: number): Iterable<HeldLease & Provable> {
    yield* this.#withVerifier([...this.#live].reverse(), liveMax)
    yield* this.#withVerifier(this.#endedNewestFirst(), endedMax)
  }

  *#withVerifier(held: Iterable<HeldLease>, max: number): Iterable<HeldLease & Provable> {
    let left = max
    for (const one of held) {
      if (left === 0) return
      left -= 1
      if (one.verifier === undefined)
        one.verifier = readVerifier(this.#store.besideLease(one.standing.lease.id)?.bytes)
      if (hasVerifier(one)) yield one
    }
  }

  *#endedNewestFirst(): Iterable<HeldLease> {
    for (let i = this.#order.length - 1; i >= 0; i--) {
      const held = this.#order[i]
      if (held !== undefined && !this.#live.has(held)) yield held
    }
  }

  agent(name: AgentName): AgentState | undefined {
    return this.#agents.get(name)
  }

  mandate(id: MandateId): MandateState | undefined {
    return this.#mandates.get(id)
  }

  /** Who stands by it at this moment, with all that widens its mandate then. */
  standing({ standing, mandates }: HeldLease, now: Instant): Standing {
    if (mandates.every(({ widenings }) => widenings.length === 0)) return standing
    const [mandate, ...ancestors] = mandates.map((state) => this.#widened(state, now))
    assert(mandate !== undefined, 'a lease has a mandate')
    return { ...standing, mandate, ancestors }
  }

  /** The same object while the same widens it: what was judged for it is remembered by that. */
  #widened(state: MandateState, now: Instant): Mandate {
    const standing = state.widenings.filter(({ revoked, expiresAt }) => !revoked && now < expiresAt)
    if (standing.length === 0) return state.mandate
    const last = this.#wide.get(state)
    const same =
      last?.by.length === standing.length && last.by.every((one, i) => one === standing[i])
    if (last !== undefined && same) return last.mandate
    const grants = standing.map(({ mandate }) => mandate)
    const mandate = widened(state.mandate, grants, now)
    this.#wide.set(state, { by: standing, mandate })
    return mandate
  }

  /** Why it does not stand at this moment; null when it does. */
  fall(held: HeldLease, milliseconds: number): Fall | null {
    if (this.#everyoneKilled) return { code: 'killed', name: 'every agent', detail: '' }
    return fallOf(held, milliseconds)
  }

  /** Tells of leases whose time is over, each once. */
  sweep(milliseconds: number): void {
    for (const held of this.#live) {
      if (milliseconds >= held.expiresAtMilliseconds) this.#end(held)
    }
    for (const state of this.#widening) {
      if (millisecondsOf(state.expiresAt) <= milliseconds) this.#endWidening(state)
    }
  }

  fold(fact: Fact): void {
    switch (fact.kind) {
      case 'agent-added':
        this.#addAgent(fact.agent, fact.owner)
        return
      case 'mandate-granted':
        this.#addMandate(fact.mandate)
        return
      case 'mandate-revoked':
        this.#revokeMandate(known(this.#mandates, fact.mandate))
        return
      case 'lease-issued':
        this.#addLease(fact.lease)
        return
      case 'lease-revoked':
        this.#revokeLease(known(this.#leases, fact.lease))
        return
      default:
        this.#foldStops(fact)
    }
  }

  #foldStops(fact: Fact): void {
    switch (fact.kind) {
      case 'tripped': {
        const agent = known(this.#agents, fact.agent)
        agent.frozen ??= fact.says
        this.#stop(agent)
        return
      }
      case 'resumed':
        known(this.#agents, fact.agent).frozen = null
        return
      case 'killed':
        this.#kill(fact.agent)
        return
      case 'kill-lifted':
        if (fact.agent === null) this.#everyoneKilled = false
        else known(this.#agents, fact.agent).killed = false
        return
      default:
    }
  }

  #addAgent(name: AgentName, owner: PersonName): AgentState {
    const agent = { name, owner, frozen: null, killed: false }
    this.#agents.set(name, agent)
    return agent
  }

  #addMandate(mandate: Mandate): MandateState {
    const parent = mandate.parent === null ? null : known(this.#mandates, mandate.parent)
    const above = parent === null ? [] : [parent, ...parent.above]
    const expiresAt = earliest([mandate.expiresAt, ...above.map((each) => each.expiresAt)])
    const state = { mandate, above, expiresAt, revoked: false, widenings: [] }
    this.#mandates.set(mandate.id, state)
    if (mandate.widens !== undefined) {
      known(this.#mandates, mandate.widens.mandate).widenings.push(state)
      this.#widening.add(state)
    }
    return state
  }

  #addLease(lease: Lease): HeldLease {
    const under = known(this.#mandates, lease.mandate)
    const chain = [under, ...under.above]
    const expiresAt = earliest([lease.expiresAt, under.expiresAt])
    const held = {
      standing: {
        agent: lease.agent,
        owner: known(this.#agents, lease.agent).owner,
        lease: { id: lease.id, expiresAt },
        mandate: under.mandate,
        ancestors: under.above.map(({ mandate }) => mandate),
      },
      expiresAtMilliseconds: millisecondsOf(expiresAt),
      mandates: chain,
      agents: [...new Set(chain.map(({ mandate }) => known(this.#agents, mandate.agent)))],
      revoked: false,
      verifier: undefined,
    }
    this.#leases.set(lease.id, held)
    this.#order.push(held)
    this.#hashes.set(lease.tokenHash, held)
    this.#live.add(held)
    return held
  }

  #end(held: HeldLease): void {
    if (this.#live.delete(held)) this.#tell(held)
  }

  #tell({ standing }: HeldLease): void {
    this.#ended(standing.lease.id, standing.agent)
  }

  #revokeLease(held: HeldLease): void {
    held.revoked = true
    this.#end(held)
  }

  #revokeMandate(state: MandateState): void {
    state.revoked = true
    this.#endWidening(state)
    for (const held of this.#live) {
      if (held.mandates.includes(state)) this.#end(held)
    }
  }

  /** What is open may be so by it alone: connections end, the leases go on. */
  #endWidening(state: MandateState): void {
    if (!this.#widening.delete(state)) return
    const wider = state.mandate.widens?.mandate
    for (const held of this.#live) {
      if (held.mandates.some(({ mandate }) => mandate.id === wider)) this.#tell(held)
    }
  }

  /** An agent is stopped, and with it those that work under its mandates; they may be let go on. */
  #stop(agent: AgentState): void {
    this.#ended('all', agent.name)
    for (const held of this.#live) {
      if (held.standing.agent !== agent.name && held.agents.includes(agent)) this.#tell(held)
    }
  }

  #kill(name: AgentName | null): void {
    if (name === null) {
      this.#everyoneKilled = true
      this.#ended('all', null)
      return
    }
    const agent = known(this.#agents, name)
    agent.killed = true
    this.#stop(agent)
  }

  #restore(store: StoreReads): void {
    for (const { name, owner, frozen, killed } of store.agents()) {
      const agent = this.#addAgent(name, owner)
      agent.frozen = frozen?.says ?? null
      agent.killed = killed
    }
    this.#everyoneKilled = store.killed().some(({ agent }) => agent === null)
    for (const { mandate, endedAt } of store.mandates()) {
      this.#addMandate(mandate).revoked = endedAt !== null
    }
    for (const { lease, endedAt } of store.leases()) {
      const held = this.#addLease(lease)
      held.revoked = endedAt !== null
      if (held.revoked) this.#live.delete(held)
    }
  }
}

export interface Provable {
  readonly verifier: ScramVerifier
}

function hasVerifier(held: HeldLease): held is HeldLease & Provable {
  return held.verifier !== null && held.verifier !== undefined
}

/** The gravest reason first; it is what a person would want to hear. */
function fallOf(held: HeldLease, milliseconds: number): Fall | null {
  for (const { name, frozen, killed } of held.agents) {
    if (killed) return { code: 'killed', name: `\`${name}\``, detail: '' }
    if (frozen !== null) return { code: 'frozen', name: `\`${name}\``, detail: frozen }
  }
  const revoked = held.mandates.find((state) => state.revoked)
  if (revoked !== undefined) {
    return { code: 'mandate-revoked', name: `\`${revoked.mandate.id}\``, detail: '' }
  }
  const { id, expiresAt } = held.standing.lease
  if (held.revoked) return { code: 'lease-revoked', name: `\`${id}\``, detail: '' }
  if (milliseconds < held.expiresAtMilliseconds) return null
  // A new lease would be no help where the mandate is over too.
  const over = held.mandates.find(
    ({ mandate }) => millisecondsOf(mandate.expiresAt) <= milliseconds,
  )
  if (over === undefined) return { code: 'lease-expired', name: `\`${id}\``, detail: expiresAt }
  const { mandate } = over
  return { code: 'mandate-expired', name: `\`${mandate.id}\``, detail: mandate.expiresAt }
}

/** Instants sort as text. */
function earliest(instants: readonly Instant[]): Instant {
  const [first] = [...instants].sort()
  assert(first !== undefined, 'there is an instant')
  return first
}

function known<K extends string, V>(map: ReadonlyMap<K, V>, name: K): V {
  const found = map.get(name)
  assert(found !== undefined, `\`${name}\` was told of before`)
  return found
}
