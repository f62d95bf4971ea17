// Waits for a person. What a release was given for is bound in what the passkey signed, and every
// field is checked again when it is spent; any change voids it, and silence means no.
import type { Decision } from '../domain/decision.ts'
import { Fault } from '../domain/fault.ts'
import type { Binding, Hold, HoldState, Settlement } from '../domain/hold.ts'
import { millisecondsOf } from '../domain/instant.ts'
import type { Standing } from '../domain/mandate.ts'
import type { AgentName, HoldId, LeaseId, PersonName, SafeguardName } from '../domain/names.ts'
import type { Request } from '../domain/request.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { HoldRecord, StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'
import { newId } from '../system/random.ts'
import { answerSeconds, ask, expiryOf, settle, whyAgentIsOver } from './answering.ts'
import type { AnsweringParts, Asked, AskedOptions } from './answering.ts'
import { standingApprovals } from './approvals.ts'
import { neverShown } from './attention.ts'
import type { Look, Looked } from './attention.ts'
import { sameTerms, termsOf } from './binding.ts'
import { createChallenges } from './challenges.ts'
import type { Challenges } from './challenges.ts'
import type { Passkeys } from './passkeys.ts'
import { isEnough, stateAt } from './rules.ts'
import type { Site } from './stored.ts'
import { askTogether, settleTogether } from './together.ts'
import type { AskedTogether, AskedTogetherOptions, StatesAfter } from './together.ts'
import { createTurns } from './turns.ts'
import { createWait } from './waiting.ts'

export interface Holds {
  /**
   * The answer that an earlier hold got for the same request under the same lease. null: none that
   * still counts, so a new hold is to be opened.
   */
  answerFor(request: Request, decision: Decision, standing: Standing): Settlement | null
  /** false while too many requests of this agent wait for a person already */
  mayOpen(agent: AgentName): boolean
  /** Makes the hold; the caller appends `held` in the same turn as its decision. */
  open(request: Request, decision: Decision, standing: Standing): Hold
  wait(hold: HoldId, milliseconds: number, signal: AbortSignal): Promise<HoldState>
  /**
   * What a person's passkey must sign to give this answer; good for one try, for five minutes.
   * Without a look, nobody is known to have looked.
   */
  challenge(
    hold: HoldId,
    person: PersonName,
    answer: Binding['answer'],
    note: string,
    look?: Look,
  ): AskedOptions
  /** Takes the browser's answer. The challenge is used up even when this rejects. */
  settle(hold: HoldId, person: PersonName, nonce: string, response: unknown): Promise<HoldState>
  /** The same for the release of several holds of one plan, each of which was looked at. */
  challengeTogether(holds: readonly Looked[], person: PersonName): AskedTogetherOptions
  /** All of them are answered, or none. */
  settleTogether(person: PersonName, nonce: string, response: unknown): Promise<StatesAfter>
  /** Ends what waits, and what was released but not spent yet. */
  withdraw(whose: Whose, why: string): Promise<void>
  /** Writes down what silence has meant. */
  expire(): Promise<void>
  /** The state as the clock has it; null when there is no such hold. */
  state(hold: HoldId): HoldState | null
}

export type Whose =
  | Readonly<{ lease: LeaseId }>
  /** null: every agent */
  | Readonly<{ agent: AgentName | null }>

export interface HoldsOptions {
  readonly ledger: Pick<Ledger, 'append' | 'appendTogether' | 'subscribe'>
  readonly store: StoreReads
  readonly clock: Clock
  readonly random: Random
  /** where people's browsers are; a release given anywhere else does not count */
  readonly webauthn: Site
  readonly passkeys: Passkeys
  /** how long a person may take, in minutes */
  readonly minutes: number
  /** how many requests of one agent may wait at once */
  readonly perAgentMax: number
  /** why a safeguard could not be proven if it were released; null when all could */
  canProve(safeguards: readonly SafeguardName[], decision: Decision): string | null
  /** hears of faults that have no one left to be told */
  report(fault: unknown): void
}

export const holdIdPattern = /^hold_[a-z0-9]{16}$/
export const holdMinutesDefault = 60
export const holdMinutesMax = 24 * 60
export const holdsPerAgentMaxDefault = 20
const challengesMax = 1000
/** A hold that was made and never written is forgotten after this, in milliseconds. */
const unwrittenMillisecondsMax = 10_000

interface Parts extends AnsweringParts {
  readonly options: HoldsOptions
  readonly ledger: HoldsOptions['ledger']
  readonly batches: Challenges<AskedTogether>
  /** made, and not written yet: requests that arrive at once see them too */
  readonly unwritten: Map<HoldId, Hold>
}

export function createHolds(options: HoldsOptions): Holds {
  const { ledger, store, clock, random } = options
  if (!(options.minutes > 0 && options.minutes <= holdMinutesMax)) {
    throw new Fault('config-hold-minutes', `a hold lasts 1 to ${holdMinutesMax} minutes; change it`)
  }
  const memory = { clock, random, seconds: answerSeconds, max: challengesMax }
  const challenges = createChallenges<Asked>(memory)
  const batches = createChallenges<AskedTogether>(memory)
  const parts: Parts = { ...options, options, challenges, batches, unwritten: new Map() }
  const inTurn = createTurns()
  ledger.subscribe(({ fact }) => {
    if (fact.kind === 'held') parts.unwritten.delete(fact.hold.id)
  })

  async function takeAnswer(
    id: HoldId,
    person: PersonName,
    nonce: string,
    response: unknown,
  ): Promise<HoldState> {
    const asked = challenges.take(nonce)
    if (asked?.binding.hold !== id || asked.binding.person !== person) throw neverAsked()
    return inTurn([id], () => settle(parts, asked, response))
  }

  async function takeTogether(
    person: PersonName,
    nonce: string,
    response: unknown,
  ): Promise<StatesAfter> {
    const asked = batches.take(nonce)
    if (asked?.person !== person) throw neverAsked()
    const holds = asked.bound.map(({ binding }) => binding.hold)
    return inTurn(holds, () => settleTogether(parts, asked, response))
  }

  return {
    answerFor: (request, decision, standing) => answerFor(parts, request, decision, standing),
    mayOpen: (agent) => waitingOf(parts, agent) < options.perAgentMax,
    open: (request, decision, standing) => open(parts, request, decision, standing),
    wait: createWait(options),
    challenge: (hold, person, answer, note, look = neverShown) =>
      ask(parts, hold, person, { answer, note, look }),
    settle: takeAnswer,
    challengeTogether: (holds, person) => askTogether(parts, holds, person),
    settleTogether: takeTogether,
    withdraw: (whose, why) => withdraw(parts, whose, why),
    expire: () => expire(parts),
    state: (id) => {
      const record = store.hold(id)
      return record === null ? null : stateAt(record, clock.now())
    },
  }
}

function neverAsked(): Fault {
  return new Fault(
    'challenge-unknown',
    'this answer was used, is too old, or was never asked for; ask again',
  )
}

function answerFor(
  parts: Parts,
  request: Request,
  decision: Decision,
  standing: Standing,
): Settlement | null {
  const terms = termsOf(decision)
  for (const hold of parts.unwritten.values()) {
    if (isFor(hold, request, standing) && sameTerms(terms, hold)) return waiting(hold)
  }
  const record = parts.store.holdFor(request.digest, standing.lease.id)
  if (record === null || !isFor(record.hold, request, standing)) return null
  const { hold } = record
  if (hold.expiresAt <= parts.clock.now()) return null
  switch (record.state.kind) {
    case 'refused':
      // A no stays a no, whatever else has changed: asking again must not wear a person down.
      return { kind: 'refused', hold: hold.id, by: record.state.by, note: record.state.note }
    case 'waiting':
      return sameTerms(terms, hold) ? waiting(hold) : null
    case 'released':
      return sameTerms(terms, hold) && isReleased(parts, record)
        ? { kind: 'released', hold, decision: record.decision }
        : null
    default:
      return null
  }
}

/** Not the store's word alone: the signatures are verified again, as they stand in the ledger. */
function isReleased(parts: Parts, record: HoldRecord): boolean {
  const approvals = standingApprovals(record, parts.store, parts.webauthn)
  return isEnough(record.hold.release, approvals)
}

function isFor(hold: Hold, request: Request, standing: Standing): boolean {
  return (
    hold.request === request.digest &&
    hold.lease === standing.lease.id &&
    hold.agent === standing.agent &&
    hold.mandate === standing.mandate.id
  )
}

function waiting(hold: Hold): Settlement {
  return { kind: 'waiting', hold: hold.id, expiresAt: hold.expiresAt }
}

function waitingOf(parts: Parts, agent: AgentName): number {
  const now = parts.clock.now()
  const written = parts.store.holds({ state: 'waiting', agent })
  const stillOpen = written.filter(({ hold }) => hold.expiresAt > now).length
  forgetUnwritten(parts)
  const unwritten = [...parts.unwritten.values()].filter((hold) => hold.agent === agent)
  return stillOpen + unwritten.length
}

function forgetUnwritten({ clock, unwritten }: Parts): void {
  for (const [id, hold] of unwritten) {
    if (clock.milliseconds() - millisecondsOf(hold.openedAt) > unwrittenMillisecondsMax)
      unwritten.delete(id)
  }
}

function open(parts: Parts, request: Request, decision: Decision, standing: Standing): Hold {
  const { clock, store, options, unwritten } = parts
  const { lease, mandate, agent } = standing
  const ends = [lease.expiresAt, mandate.expiresAt]
  const hold: Hold = {
    id: newId(options.random, 'hold'),
    decision: decision.id,
    agent,
    lease: lease.id,
    mandate: mandate.id,
    grantedBy: mandate.grantedBy,
    request: request.digest,
    ...termsOf(decision),
    openedAt: clock.now(),
    expiresAt: expiryOf(clock.now(), options.minutes, ends),
  }
  const before = store.holdFor(request.digest, lease.id)
  unwritten.set(hold.id, hold)
  if (before !== null && stateAt(before, clock.now()).kind === 'waiting') {
    // A person must not be asked for what cannot happen that way any more.
    const why = `what it would do has changed: see ${hold.id}`
    endAs(parts, before.hold.id, { kind: 'withdrawn', why }).catch((fault: unknown) => {
      options.report(fault)
    })
  }
  return hold
}

async function withdraw(parts: Parts, whose: Whose, why: string): Promise<void> {
  const records = [
    ...parts.store.holds({ state: 'waiting' }),
    ...parts.store.holds({ state: 'released' }),
  ].filter(({ hold }) =>
    'lease' in whose
      ? hold.lease === whose.lease
      : whose.agent === null || hold.agent === whose.agent,
  )
  await Promise.all(records.map(({ hold }) => endAs(parts, hold.id, { kind: 'withdrawn', why })))
}

async function expire(parts: Parts): Promise<void> {
  const now = parts.clock.now()
  forgetUnwritten(parts)
  const open = [
    ...parts.store.holds({ state: 'waiting' }),
    ...parts.store.holds({ state: 'released' }),
  ]
  const ends = open.map(async ({ hold }) => {
    if (hold.expiresAt <= now) return endAs(parts, hold.id, { kind: 'expired' })
    const why = whyAgentIsOver(parts, hold)
    if (why !== null) await endAs(parts, hold.id, { kind: 'withdrawn', why })
  })
  await Promise.all(ends)
}

type End = Extract<HoldState, { kind: 'expired' | 'withdrawn' }>

/** Somebody may have answered meanwhile: then it has ended already. */
async function endAs(parts: Parts, hold: HoldId, settlement: End): Promise<void> {
  try {
    await parts.ledger.append({ kind: 'settled', hold, settlement })
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.code !== 'conflict') throw fault
  }
}
