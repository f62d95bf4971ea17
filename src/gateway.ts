// The one path. Whatever an agent sends, at whatever door, goes through `walk`, in this order:
// identify, interpret, place, judge, measure, record, hold, guard, forward, record. Every arrow
// fails closed. This file imports types and builds nothing; main.ts joins the parts.
import type { Clearance } from './clearance.ts'
import type { Trip } from './domain/breaker.ts'
import type { Decision } from './domain/decision.ts'
import type { FactOf } from './domain/fact.ts'
import { assert, unreachable } from './domain/fault.ts'
import type { Hold, Settlement } from './domain/hold.ts'
import type { Stranger } from './domain/identity.ts'
import type { Impact } from './domain/impact.ts'
import type { Standing } from './domain/mandate.ts'
import type { AgentName, HoldId, SafeguardName } from './domain/names.ts'
import type { NonEmpty } from './domain/nonempty.ts'
import type { Outcome } from './domain/outcome.ts'
import type { Arrival, Gate, Refusal, Reply, Request } from './domain/request.ts'
import type { Measured } from './domain/trial.ts'
import type { Verdict } from './domain/verdict.ts'
import type { Receipt } from './ledger/ledger.ts'
import type { Parts, Reading, Recorded, Sent } from './parts.ts'
import * as texts from './refusals.ts'

interface Weighed {
  readonly impacts: NonEmpty<Impact>
  readonly verdict: Verdict
  readonly measured: Measured | null
}

/** A judged request on its way. */
interface Journey {
  readonly request: Request
  readonly standing: Standing
  readonly reading: Reading
  readonly decision: Decision
  readonly measured: Measured | null
  readonly signal: AbortSignal
  /** false on the way back from a wait: one request waits once */
  readonly mayWait: boolean
}

export function createGateway(parts: Parts): Gate {
  async function pass(arrival: Arrival, signal: AbortSignal): Promise<Reply | Refusal> {
    try {
      return await walkOrAbandon(parts, parts.receive(arrival), signal)
    } catch (fault) {
      parts.report(fault)
      return parts.refuse(texts.faultRefusal(fault), arrival.payload)
    }
  }
  return { pass }
}

/** What was tried and is not sent is rolled back, whatever the reason. */
async function walkOrAbandon(
  parts: Parts,
  request: Request,
  signal: AbortSignal,
): Promise<Reply | Refusal> {
  let answer: Reply | Refusal | null = null
  try {
    answer = await walk(parts, request, signal, true)
    return answer
  } finally {
    if (answer === null || answer.kind === 'refusal') await parts.abandon(request)
  }
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
  const reading = await parts.interpret(request)
  const repeated = parts.standing.find(request, standing, reading)
  if (repeated !== null) return sendAgain(parts, request, repeated, signal)
  const { impacts: placed, inventory } = await parts.place(reading.actions)
  const weighed = await weigh(parts, request, standing, placed, signal)
  const { impacts, measured } = weighed
  const trip = parts.breaker.charge(standing, impacts)
  const verdict = trip === null ? weighed.verdict : denyTripped(trip)
  const decision = parts.decide({ request, standing, foreign: null, impacts, inventory, verdict })
  const journey = { request, standing, reading, decision, measured, signal, mayWait }
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

/**
 * What is not denied and can be tried is measured before it is judged for good: nothing of it takes
 * effect, and what was kept of what it touches becomes its first safeguard.
 */
async function weigh(
  parts: Parts,
  request: Request,
  standing: Standing,
  impacts: NonEmpty<Impact>,
  signal: AbortSignal,
): Promise<Weighed> {
  const verdict = parts.judge(standing, impacts)
  const { payload, digest } = request
  const tried = impacts.some(({ action }) => action.trial !== undefined)
  if (verdict.kind === 'deny' || !tried || payload.kind !== 'sql') {
    return { impacts, verdict, measured: null }
  }
  const { upstream } = payload
  const receipt = await parts.append({ kind: 'measuring', upstream, request: digest })
  const measured = await parts.measure(request, impacts, parts.clear.toMeasure(receipt), signal)
  const exact = parts.weigh(impacts, measured)
  const judged = parts.judge(standing, exact)
  return { impacts: exact, verdict: withCapture(judged, measured), measured }
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
    const proof = await parts.guard(name, decision, parts.clear.toGuard(recorded), request)
    const fact: FactOf<'guarded'> = {
      kind: 'guarded',
      decision: decision.id,
      safeguard: name,
      proof,
    }
    guarded.push(await parts.append(fact))
    if (proof.kind === 'failed') return no(parts, request, texts.guardRefusal(decision, proof.why))
  }
  const sent = recorded.sent ?? (await parts.append(intent(journey)))
  if (journey.signal.aborted || !parts.stands(journey.standing.lease.id)) {
    await parts.append(ended(decision, { kind: 'failed', code: 'withdrawn', status: null }))
    return no(parts, request, texts.withdrawnRefusal(decision.id))
  }
  const clearance = parts.clear.toSend({ ...recorded, guarded, sent, request: request.digest })
  const answer = await parts.send(request, clearance, journey.signal, decision)
  if (isPlainRead(journey)) {
    const receipts = { decided: recorded.decided, sent }
    parts.standing.keep(receipts, request, journey.standing, journey.reading)
  }
  return conclude(parts, journey, answer)
}

/** Under a decision that stands for this session: its outcome is the session's, and counted. */
async function sendAgain(
  parts: Parts,
  request: Request,
  clearance: Clearance,
  signal: AbortSignal,
): Promise<Reply | Refusal> {
  const sent = await parts.send(request, clearance, signal, null)
  if (sent.kind === 'replied') return sent.reply
  return no(parts, request, texts.unansweredRefusal(null, sent.outcome))
}

/** A plain permission and its intent share one write; a release is claimed before anything else. */
async function recordPermission(
  parts: Parts,
  journey: Journey,
  hold: Hold | null,
): Promise<Recorded & Readonly<{ sent: Receipt | null }>> {
  const { decision } = journey
  const deciding = parts.append({ kind: 'decided', decision }, besideOf(parts, journey))
  if (hold !== null) {
    const claiming = parts.append({ kind: 'claimed', hold: hold.id, decision: decision.id })
    const [decided, claimed] = await Promise.all([deciding, claiming])
    return { decided, claimed, sent: null }
  }
  if (permissionOf(decision.verdict).safeguards.length > 0) {
    return { decided: await deciding, claimed: null, sent: null }
  }
  const [decided, sent] = await Promise.all([deciding, parts.append(intent(journey))])
  return { decided, claimed: null, sent }
}

/** The outcome is written when it is known; the agent need not wait for that. */
function conclude(parts: Parts, { request, decision }: Journey, sent: Sent): Reply | Refusal {
  parts.changed(decision)
  const outcome = sent.kind === 'replied' ? sent.ended : Promise.resolve(sent.outcome)
  parts.outlive(outcome.then((known) => parts.appendSoon(ended(decision, known))))
  return sent.kind === 'replied'
    ? sent.reply
    : no(parts, request, texts.unansweredRefusal(decision.id, sent.outcome))
}

/** Opens a hold, or finds the answer that an earlier one got; silence means no. */
async function atHoldPoint(parts: Parts, journey: Journey): Promise<Reply | Refusal> {
  const { request, decision, standing } = journey
  const answer = parts.holds.answerFor(request, decision, standing)
  if (answer?.kind === 'released') return forward(parts, journey, answer.hold)
  // A person may take an hour: nothing that was tried stays open for so long.
  await parts.abandon(request)
  if (answer !== null) parts.breaker.returned(standing, decision.impacts)
  const beside = answer === null ? parts.record(request.payload, journey.measured) : undefined
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
    return no(parts, request, texts.heldRefusal(decision, would, waiting, request.payload.kind))
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
  const { request, decision, standing, measured } = journey
  const recorded = [
    parts.append({ kind: 'decided', decision }, parts.record(request.payload, measured)),
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
    parts.append({ kind: 'decided', decision }, parts.record(request.payload, null)),
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

function intent(journey: Journey): FactOf<'sent'> {
  const { payload, digest } = journey.request
  const upstream = payload.kind === 'tunnel' ? `${payload.host}:${payload.port}` : payload.upstream
  const sent = { kind: 'sent', decision: journey.decision.id, request: digest, upstream } as const
  return isPlainRead(journey) ? { ...sent, standing: true } : sent
}

/** Its like may be sent again in this session without another decision. */
function isPlainRead({ reading, decision }: Journey): boolean {
  return reading.shape !== null && decision.verdict.kind === 'allow' && readsOnly(decision)
}

function readsOnly({ impacts }: Decision): boolean {
  return impacts.every(({ hits }) => hits.every(({ effect }) => effect.kind === 'read'))
}

const capture = 'capture' as SafeguardName

/** Whatever else a policy asks for: what was kept must be proven before it takes effect. */
function withCapture(verdict: Verdict, measured: Measured): Verdict {
  if (verdict.kind === 'deny' || measured.kept === null) return verdict
  return { ...verdict, safeguards: [...new Set([...verdict.safeguards, capture])].sort() }
}

function ended(decision: Decision, outcome: Outcome): FactOf<'ended'> {
  return { kind: 'ended', decision: decision.id, outcome }
}

/** Permitted reads are not kept whole: they are many, and change nothing. */
function besideOf(parts: Parts, { request, decision, measured }: Journey): Uint8Array | undefined {
  const permittedRead = decision.verdict.kind === 'allow' && readsOnly(decision)
  return permittedRead ? undefined : parts.record(request.payload, measured)
}

function no(parts: Parts, request: Request, text: texts.RefusalText): Refusal {
  return parts.refuse(text, request.payload)
}
