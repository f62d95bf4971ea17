// What the one path is made of, as types: gateway.ts walks it, and main/ joins the real parts.
import type { Clearance } from './clearance.ts'
import type { Action } from './domain/action.ts'
import type { Breaker } from './domain/breaker.ts'
import type { Decision } from './domain/decision.ts'
import type { Fact, SafeguardProof } from './domain/fact.ts'
import type { Hold, HoldState, Settlement } from './domain/hold.ts'
import type { Identity, Stranger } from './domain/identity.ts'
import type { Impact } from './domain/impact.ts'
import type { Standing } from './domain/mandate.ts'
import type { AgentName, Digest, HoldId, LeaseId, SafeguardName } from './domain/names.ts'
import type { NonEmpty } from './domain/nonempty.ts'
import type { Outcome } from './domain/outcome.ts'
import type { Arrival, Payload, Presented, Refusal, Reply, Request } from './domain/request.ts'
import type { Measured } from './domain/trial.ts'
import type { Verdict } from './domain/verdict.ts'
import type { Receipt } from './ledger/ledger.ts'
import type { RefusalText } from './refusals.ts'
import type { Sessions } from './sessions.ts'

/** What the path is made of. Each part may refuse; none may let through what another refused. */
export interface Parts {
  receive(arrival: Arrival): Request
  identify(presented: readonly Presented[]): Identity
  interpret(request: Request): Promise<Reading> | Reading
  place(actions: NonEmpty<Action>): Promise<Placed> | Placed
  /** reads that were permitted once in a session, and may be sent there again */
  readonly standing: StandingReads
  /** Tries it where it cannot take effect, and leaves it open until `send` or `abandon`. */
  measure(
    request: Request,
    impacts: NonEmpty<Impact>,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Measured>
  /** what was measured, as impacts; the same ones where nothing was */
  weigh(impacts: NonEmpty<Impact>, measured: Measured): NonEmpty<Impact>
  /** Rolls back what was tried for this request and not sent; nothing where nothing was. */
  abandon(request: Request): Promise<void>
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
  record(payload: Payload, measured: Measured | null): Uint8Array
  readonly holds: HoldPoint
  guard(
    name: SafeguardName,
    decision: Decision,
    clearance: Clearance,
    request: Request,
  ): Promise<SafeguardProof>
  readonly clear: Clear
  /** whether the lease still stands, at this very moment */
  stands(lease: LeaseId): boolean
  /** decision: null for a read that is sent again */
  send(
    request: Request,
    clearance: Clearance,
    signal: AbortSignal,
    decision: Decision | null,
  ): Promise<Sent>
  /** something was sent that may have changed what exists */
  changed(decision: Decision): void
  refuse(text: RefusalText, payload: Payload): Refusal
  readonly sessions: Pick<Sessions, 'bind' | 'spare'>
  /** takes over what goes on after the agent was answered; its fault is reported */
  outlive(work: Promise<unknown>): void
  /** hears of faults that have no one left to be told */
  report(fault: unknown): void
}

export interface Reading {
  readonly actions: NonEmpty<Action>
  /** alike for requests that read the same things in the same way; null when it is no plain read */
  readonly shape: string | null
}

export interface StandingReads {
  /** A permission to send it, where its like was permitted in this session and nothing changed. */
  find(request: Request, standing: Standing, reading: Reading): Clearance | null
  keep(receipts: StandingReceipts, request: Request, standing: Standing, reading: Reading): void
}

export interface StandingReceipts {
  readonly decided: Receipt
  readonly sent: Receipt
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
  toMeasure(measuring: Receipt): Clearance
  toSend(
    receipts: Recorded & Readonly<{ guarded: readonly Receipt[]; sent: Receipt; request: Digest }>,
  ): Clearance
}

/** What was decided, and the release that was spent on it, when it takes one. */
export interface Recorded {
  readonly decided: Receipt
  readonly claimed: Receipt | null
}

export type Sent =
  | Readonly<{ kind: 'replied'; reply: Reply; ended: Promise<Outcome> }>
  | Readonly<{ kind: 'not-replied'; outcome: Exclude<Outcome, { kind: 'succeeded' }> }>
