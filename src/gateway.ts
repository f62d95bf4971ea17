// The one path. Whatever an agent sends, at whatever door, goes through `walk`, in this order:
// identify, interpret, place, judge, record, hold, guard, forward, record. Every arrow fails
// closed. This file imports types and builds nothing; main.ts joins the parts.
import type { Clearance } from './clearance.ts'
import type { Action } from './domain/action.ts'
import type { Breaker, Trip } from './domain/breaker.ts'
import type { Decision } from './domain/decision.ts'
import type { Fact, FactOf, SafeguardProof } from './domain/fact.ts'
import { assert, unreachable } from './domain/fault.ts'
import type { Hold, HoldState, Settlement } from './domain/hold.ts'
import type { Identity, Stranger } from './domain/identity.ts'
import type { Impact } from './domain/impact.ts'
import type { Standing } from './domain/mandate.ts'
import type { AgentName, Digest, HoldId, LeaseId, SafeguardName } from './domain/names.ts'
import type { NonEmpty } from './domain/nonempty.ts'
import type { Outcome } from './domain/outcome.ts'
import type {
  Arrival,
  Gate,
  Payload,
  Presented,
  Refusal,
  Reply,
  Request,
} from './domain/request.ts'
import type { Verdict } from './domain/verdict.ts'
import type { Receipt } from './ledger/ledger.ts'
import * as texts from './refusals.ts'
import type { Sessions } from './sessions.ts'

/** What the path is made of. Each part may refuse; none may let through what another refused. */
export interface Parts {
  receive(arrival: Arrival): Request
  identify(presented: readonly Presented[]): Identity
  interpret(payload: Payload): NonEmpty<Action>
  place(actions: NonEmpty<Action>): Promise<Placed> | Placed
  readonly breaker: Breaker
  judge(standing: Standing, impacts: NonEmpty<Impact>): Verdict
  decide(judged: Judged): Decision
  /** one clause, lower case: what the decided request would do */
  describe(decision: Decision): string
  /** durable when it resolves; facts given in one turn are kept together, in order */
  append<F extends Fact>(fact: F, beside?: Uint8Array): Promise<Receipt<F>>
  /** for what nobody waits for: with the next group of facts, or a few milliseconds later */
  appendSoon<F extends Fact>(fact: F): Promise<Receipt<F>>
  /** the request as judged, to be kept beside its decision */
  record(payload: Payload): Uint8Array
  readonly holds: HoldPoint
  guard(name: SafeguardName, decision: Decision, clearance: Clearance): Promise<SafeguardProof>
  readonly clear: Clear
  /** whether the lease still stands, at this very moment */
  stands(lease: LeaseId): boolean
  send(request: Request, clearance: Clearance, signal: AbortSignal): Promise<Sent>
  /** something was sent that may have changed what exists */
  changed(decision: Decision): void
  refuse(text: texts.RefusalText, payload: Payload): Refusal
  readonly sessions: Pick<Sessions, 'bind' | 'spare'>
  /** takes over what goes on after the agent was answered; its fault is reported */
  outlive(work: Promise<unknown>): void
  /** hears of faults that have no one left to be told */
  report(fault: unknown): void
}

export interface Placed {
  readonly impacts: NonEmpty<Impact>
  readonly inventory: Digest
}

/** All that a ruling is made of. */
export interface Judged {
  readonly request: Request
  readonly standing: Standing | null
  readonly foreign: Stranger['foreign']
  readonly impacts: readonly Impact[]
  readonly inventory: Digest | null
  readonly verdict: Verdict
}

export interface HoldPoint {
  answerFor(request: Request, decision: Decision, standing: Standing): Settlement | null
  mayOpen(agent: AgentName): boolean
  open(request: Request, decision: Decision, standing: Standing): Hold
  wait(hold: HoldId, milliseconds: number, signal: AbortSignal): Promise<HoldState>
}

/** Makes clearances out of receipts; the only makers there are. */
export interface Clear {
  toGuard(receipts: Recorded): Clearance
  toSend(
    receipts: Recorded & Readonly<{ guarded: readonly Receipt[]; sent: Receipt; request: Digest }>,
  ): Clearance
}

interface Recorded {
  readonly decided: Receipt
  readonly claimed: Receipt | null
}

export type Sent =
  | Readonly<{ kind: 'replied'; reply: Reply; ended: Promise<Outcome> }>
  | Readonly<{ kind: 'not-replied'; outcome: Exclude<Outcome, { kind: 'succeeded' }> }>

/** A judged request on its way. */
interface Journey {
  readonly request: Request
  readonly standing: Standing
  readonly decision: Decision
  readonly signal: AbortSignal
  /** false on the way back from a wait: one request waits once */
  readonly mayWait: boolean
}

export function createGateway(parts: Parts): Gate {
  async function pass(arrival: Arrival, signal: AbortSignal): Promise<Reply | Refusal> {
    try {
      return await walk(parts, parts.receive(arrival), signal, true)
    } catch (fault) {
      parts.report(fault)
      return parts.refuse(texts.faultRefusal(fault), arrival.payload)
    }
  }
  return { pass }
}

async function walk(
  parts: Parts,
  request: Request,
  signal: AbortSignal,
  mayWait: boolean,
): Promise<Reply | Refusal> {
  const identity = parts.identify(request.presented)
  if (identity.kind === 'stranger') return turnAway(parts, request, identity)
  const { standing } = identity
  parts.sessions.bind(request.session, standing)
  const { impacts, inventory } = await parts.place(parts.interpret(request.payload))
  const trip = parts.breaker.charge(standing, impacts)
  const verdict = trip === null ? parts.judge(standing, impacts) : denyTripped(trip)
  const decision = parts.decide({ request, standing, foreign: null, impacts, inventory, verdict })
  const journey = { request, standing, decision, signal, mayWait }
  switch (verdict.kind) {
    case 'allow':
      return forward(parts, journey, null)
    case 'hold':
      return atHoldPoint(parts, journey)
    case 'deny':
      return deny(parts, journey, trip)
    default:
      return unreachable(verdict)
  }
}

async function forward(
  parts: Parts,
  journey: Journey,
  hold: Hold | null,
): Promise<Reply | Refusal> {
  const { request, decision } = journey
  const recorded = await recordPermission(parts, journey, hold)
  const { safeguards } = permissionOf(decision.verdict)
  const guarded: Receipt[] = []
  for (const name of safeguards) {
    const proof = await parts.guard(name, decision, parts.clear.toGuard(recorded))
    const fact: FactOf<'guarded'> = {
      kind: 'guarded',
      decision: decision.id,
      safeguard: name,
      proof,
    }
    guarded.push(await parts.append(fact))
    if (proof.kind === 'failed') return no(parts, request, texts.guardRefusal(decision, proof.why))
  }
  const sent = recorded.sent ?? (await parts.append(intent(request, decision)))
  if (journey.signal.aborted || !parts.stands(journey.standing.lease.id)) {
    await parts.append(ended(decision, { kind: 'failed', code: 'withdrawn', status: null }))
    return no(parts, request, texts.withdrawnRefusal(decision.id))
  }
  const clearance = parts.clear.toSend({ ...recorded, guarded, sent, request: request.digest })
  return conclude(parts, journey, await parts.send(request, clearance, journey.signal))
}

/** A plain permission and its intent share one write; a release is claimed before anything else. */
async function recordPermission(
  parts: Parts,
  { request, decision }: Journey,
  hold: Hold | null,
): Promise<Recorded & Readonly<{ sent: Receipt | null }>> {
  const deciding = parts.append({ kind: 'decided', decision }, besideOf(parts, request, decision))
  if (hold !== null) {
    const claiming = parts.append({ kind: 'claimed', hold: hold.id, decision: decision.id })
    const [decided, claimed] = await Promise.all([deciding, claiming])
    return { decided, claimed, sent: null }
  }
  if (permissionOf(decision.verdict).safeguards.length > 0) {
    return { decided: await deciding, claimed: null, sent: null }
  }
  const [decided, sent] = await Promise.all([deciding, parts.append(intent(request, decision))])
  return { decided, claimed: null, sent }
}

/** The outcome is written when it is known; the agent need not wait for that. */
function conclude(parts: Parts, { request, decision }: Journey, sent: Sent): Reply | Refusal {
  parts.changed(decision)
  const outcome = sent.kind === 'replied' ? sent.ended : Promise.resolve(sent.outcome)
  parts.outlive(outcome.then((known) => parts.appendSoon(ended(decision, known))))
  return sent.kind === 'replied'
    ? sent.reply
    : no(parts, request, texts.unansweredRefusal(decision, sent.outcome))
}

/** Opens a hold, or finds the answer that an earlier one got; silence means no. */
async function atHoldPoint(parts: Parts, journey: Journey): Promise<Reply | Refusal> {
  const { request, decision, standing } = journey
  const answer = parts.holds.answerFor(request, decision, standing)
  if (answer?.kind === 'released') return forward(parts, journey, answer.hold)
  if (answer !== null) parts.breaker.returned(standing, decision.impacts)
  const beside = answer === null ? parts.record(request.payload) : undefined
  const deciding = parts.append({ kind: 'decided', decision }, beside)
  // Awaited on every way below; should one throw before that, its rejection is not left alone.
  deciding.catch(() => undefined)
  if (answer?.kind === 'refused') {
    await deciding
    return no(parts, request, texts.refusedByPerson(decision, answer))
  }
  const would = parts.describe(decision)
  if (answer === null && !parts.holds.mayOpen(standing.agent)) {
    await Promise.all([deciding, learnRefusal(parts, journey)])
    return no(parts, request, texts.floodRefusal(decision, would))
  }
  const waiting = answer ?? (await openHold(parts, journey, deciding))
  await deciding
  if (!journey.mayWait || !(await releasedMeanwhile(parts, journey, waiting.hold))) {
    return no(parts, request, texts.heldRefusal(decision, would, waiting))
  }
  // Judged anew, as the request that comes again would be: what changed meanwhile voids the
  // release.
  return walk(parts, request, journey.signal, false)
}

type Waiting = Extract<Settlement, { kind: 'waiting' }>

async function openHold(
  parts: Parts,
  journey: Journey,
  deciding: Promise<Receipt>,
): Promise<Waiting> {
  const hold = parts.holds.open(journey.request, journey.decision, journey.standing)
  await Promise.all([deciding, parts.append({ kind: 'held', hold })])
  await learnRefusal(parts, journey)
  return { kind: 'waiting', hold: hold.id, expiresAt: hold.expiresAt }
}

async function releasedMeanwhile(parts: Parts, journey: Journey, hold: HoldId): Promise<boolean> {
  const milliseconds = journey.standing.mandate.holdWaitSeconds * 1000
  if (milliseconds === 0 || journey.signal.aborted) return false
  return (await parts.holds.wait(hold, milliseconds, journey.signal)).kind === 'released'
}

async function deny(parts: Parts, journey: Journey, trip: Trip | null): Promise<Refusal> {
  const { request, decision, standing } = journey
  const recorded = [
    parts.append({ kind: 'decided', decision }, parts.record(request.payload)),
    trip === null ? learnRefusal(parts, journey) : recordTrip(parts, request, standing.agent, trip),
  ]
  await Promise.all(recorded)
  return no(parts, request, texts.deniedRefusal(decision, parts.describe(decision)))
}

/** A stranger is told no before anything is asked of a provider; a found credential is a pivot. */
async function turnAway(parts: Parts, request: Request, stranger: Stranger): Promise<Refusal> {
  const { code, says, instead, standing, foreign } = stranger
  const verdict: Verdict = { kind: 'deny', because: [{ code, says }], instead }
  const decision = parts.decide({
    request,
    standing,
    foreign,
    impacts: [],
    inventory: null,
    verdict,
  })
  const recorded: Promise<unknown>[] = [
    parts.append({ kind: 'decided', decision }, parts.record(request.payload)),
  ]
  if (foreign !== null && standing !== null) {
    recorded.push(recordTrip(parts, request, standing.agent, parts.breaker.pivoted(standing)))
  }
  await Promise.all(recorded)
  return no(parts, request, texts.deniedRefusal(decision, ''))
}

async function learnRefusal(parts: Parts, { request, decision, standing }: Journey): Promise<void> {
  const trip = parts.breaker.refused(standing, decision.impacts, request.digest)
  if (trip !== null) await recordTrip(parts, request, standing.agent, trip)
}

/** The fact freezes the agent and severs its connections; on this one it still hears why. */
async function recordTrip(
  parts: Parts,
  request: Request,
  agent: AgentName,
  { reason, says }: Trip,
): Promise<void> {
  parts.sessions.spare(request.session)
  await parts.append({ kind: 'tripped', agent, reason, says })
}

function denyTripped(trip: Trip): Verdict {
  return {
    kind: 'deny',
    because: [{ code: `breaker-${trip.reason}`, says: trip.says }],
    instead: 'stop; the agent is frozen until a person looks at it and lets it go on',
  }
}

function permissionOf(verdict: Verdict): Exclude<Verdict, { kind: 'deny' }> {
  assert(verdict.kind !== 'deny', 'a denied request is not forwarded')
  return verdict
}

function intent(request: Request, decision: Decision): FactOf<'sent'> {
  const { payload } = request
  const upstream = payload.kind === 'http' ? payload.upstream : `${payload.host}:${payload.port}`
  return { kind: 'sent', decision: decision.id, request: request.digest, upstream }
}

function ended(decision: Decision, outcome: Outcome): FactOf<'ended'> {
  return { kind: 'ended', decision: decision.id, outcome }
}

/** Permitted reads are not kept whole: they are many, and change nothing. */
function besideOf(parts: Parts, request: Request, decision: Decision): Uint8Array | undefined {
  const permittedRead =
    decision.verdict.kind === 'allow' &&
    decision.impacts.every(({ hits }) => hits.every(({ effect }) => effect.kind === 'read'))
  return permittedRead ? undefined : parts.record(request.payload)
}

function no(parts: Parts, request: Request, text: texts.RefusalText): Refusal {
  return parts.refuse(text, request.payload)
}
