// The permission to forward. It is made here, out of receipts that only the ledger can make, and
// nowhere else: what was not decided and written down cannot be sent.
import type { Decision } from './domain/decision.ts'
import type { FactKind, FactOf } from './domain/fact.ts'
import { assert } from './domain/fault.ts'
import type { DecisionId, Digest } from './domain/names.ts'
import type { Verdict } from './domain/verdict.ts'
import { isReceipt } from './ledger/ledger.ts'
import type { Receipt } from './ledger/ledger.ts'

/** What was decided, and the release that was spent on it, when it takes one. */
export interface Permission {
  readonly decided: Receipt
  readonly claimed: Receipt | null
}

export interface SendingReceipts extends Permission {
  readonly guarded: readonly Receipt[]
  readonly sent: Receipt
  /** of the request that is about to be sent */
  readonly request: Digest
}

export interface StandingReceipts {
  readonly decided: Receipt
  readonly sent: Receipt
  /** of the request that is about to be sent */
  readonly request: Digest
}

export type { Clearance }

/** Lets one thing be done, once. The type leaves this module; the class does not. */
class Clearance {
  readonly #maker: typeof maker
  #spent = false
  readonly purpose: 'send' | 'guard' | 'discover' | 'measure' | 'administer' | 'notify' | 'sign-in'
  readonly request: Digest
  readonly decision: DecisionId | null
  /** the upstream's name, or `host:port` of a tunnel; null when it is not for sending anywhere */
  readonly upstream: string | null

  constructor(by: typeof maker, made: Readonly<Pick<Clearance, ClearanceField>>) {
    assert(by === maker, 'a clearance is made from receipts')
    this.#maker = by
    this.purpose = made.purpose
    this.request = made.request
    this.decision = made.decision
    this.upstream = made.upstream
    Object.freeze(this)
  }

  /** Throws when it was spent before. */
  spend(): void {
    assert(!this.#spent, 'a clearance is spent once')
    this.#spent = true
  }

  static isGenuine(value: unknown): value is Clearance {
    return typeof value === 'object' && value !== null && #maker in value
  }
}

type ClearanceField = 'purpose' | 'request' | 'decision' | 'upstream'

const maker: unique symbol = Symbol('maker of clearances')

/** Receipts that have let something out already: no intent is acted on twice. */
const used = new WeakSet<Receipt>()

export function isClearance(value: unknown): value is Clearance {
  return Clearance.isGenuine(value)
}

/**
 * To send what was decided: allowed or released, every safeguard proven, and the intent written
 * last.
 */
export function clearToSend(receipts: SendingReceipts): Clearance {
  const { decided, claimed, guarded, request } = receipts
  const { decision, after } = permitted(receipts)
  const sent = genuine(receipts.sent, 'sent')
  assert(sent.fact.decision === decision.id, 'the intent is of this decision')
  const last = Math.max(after, ...guarded.map(({ index }) => index))
  assert(sent.index > last, 'the intent comes last')
  assert(sent.fact.request === decision.request.digest, 'what is sent is what was decided')
  assert(request === decision.request.digest, 'the request is the one that was decided')
  assertProven(decision, guarded, claimed ?? decided)
  assertUnused(receipts.sent)
  const { upstream } = sent.fact
  return new Clearance(maker, { purpose: 'send', request, decision: decision.id, upstream })
}

/**
 * To run a safeguard before sending. One for each: they share what was decided, and send nothing.
 */
export function clearToGuard(receipts: Permission): Clearance {
  const { decision } = permitted(receipts)
  const request = decision.request.digest
  return new Clearance(maker, { purpose: 'guard', request, decision: decision.id, upstream: null })
}

/** To ask a provider what exists there, for Holdpoint itself. */
export function clearToDiscover(receipt: Receipt): Clearance {
  const { request, upstream } = genuine(receipt, 'discovering').fact
  assertUnused(receipt)
  return new Clearance(maker, { purpose: 'discover', request, decision: null, upstream })
}

/**
 * To send a read again in the session in which it was decided. The first sending's intent says that
 * it stands for these; it may be acted on any number of times, for reads alone.
 */
export function clearToRepeat(receipts: StandingReceipts): Clearance {
  const { fact, index } = genuine(receipts.decided, 'decided')
  const { decision } = fact
  const sent = genuine(receipts.sent, 'sent')
  assert(decision.verdict.kind === 'allow', 'only what is allowed is repeated')
  assert(decision.verdict.safeguards.length === 0, 'what needs a safeguard is not repeated')
  assert(onlyReads(decision), 'only reads are repeated')
  assert(sent.fact.decision === decision.id && sent.index > index, 'the intent is of this decision')
  assert(sent.fact.standing === true, 'the intent stands')
  const { upstream } = sent.fact
  const { request } = receipts
  return new Clearance(maker, { purpose: 'send', request, decision: decision.id, upstream })
}

function onlyReads({ impacts }: Decision): boolean {
  const effects = impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
  return effects.length > 0 && effects.every(({ kind }) => kind === 'read')
}

/** To try a request where it cannot take effect, and see what it would touch. */
export function clearToMeasure(receipt: Receipt): Clearance {
  const { request, upstream } = genuine(receipt, 'measuring').fact
  assertUnused(receipt)
  return new Clearance(maker, { purpose: 'measure', request, decision: null, upstream })
}

/** To change, for Holdpoint itself, what it keeps in a database. */
export function clearToAdminister(receipt: Receipt): Clearance {
  const { request, upstream } = genuine(receipt, 'administering').fact
  assertUnused(receipt)
  return new Clearance(maker, { purpose: 'administer', request, decision: null, upstream })
}

/** To tell people, through one channel, what was written down before: `upstream` is the channel. */
export function clearToNotify(receipt: Receipt): Clearance {
  const { request, channel } = genuine(receipt, 'notifying').fact
  assertUnused(receipt)
  return new Clearance(maker, { purpose: 'notify', request, decision: null, upstream: channel })
}

/** To ask an OpenID provider who somebody is, with the console's own secret there. */
export function clearToSignIn(receipt: Receipt): Clearance {
  const { request, issuer } = genuine(receipt, 'signing-in').fact
  assertUnused(receipt)
  return new Clearance(maker, { purpose: 'sign-in', request, decision: null, upstream: issuer })
}

/**
 * The decision, when it was an allow, or a hold whose release was claimed by this very decision.
 */
function permitted({ decided, claimed }: Permission): { decision: Decision; after: number } {
  const { fact, index } = genuine(decided, 'decided')
  const { decision } = fact
  assert(decision.verdict.kind !== 'deny', 'a denied request is not cleared')
  if (decision.verdict.kind === 'allow') {
    assert(claimed === null, 'what is allowed spends no release')
    return { decision, after: index }
  }
  assert(claimed !== null, 'a held request is cleared by a claimed release')
  const claim = genuine(claimed, 'claimed')
  assert(claim.fact.decision === decision.id, 'the release was claimed by this decision')
  assert(claim.index > index, 'a release is claimed after the decision')
  return { decision, after: claim.index }
}

function assertProven(
  { id, verdict }: Decision,
  guarded: readonly Receipt[],
  after: Receipt,
): void {
  const proven = new Set<string>()
  for (const receipt of guarded) {
    const { fact, index } = genuine(receipt, 'guarded')
    assert(fact.decision === id, 'the safeguard ran for this decision')
    assert(index > after.index, 'a safeguard runs after the permission')
    assert(fact.proof.kind === 'proven', 'a safeguard that failed clears nothing')
    proven.add(fact.safeguard)
  }
  const missing = safeguardsOf(verdict).find((name) => !proven.has(name))
  assert(missing === undefined, 'every safeguard is proven')
}

function safeguardsOf(verdict: Verdict): readonly string[] {
  return verdict.kind === 'deny' ? [] : verdict.safeguards
}

function genuine<K extends FactKind>(receipt: Receipt, kind: K): Receipt<FactOf<K>> {
  assert(isReceipt(receipt), 'a receipt comes from the ledger')
  assert(receipt.fact.kind === kind, `the receipt is of a \`${kind}\` fact`)
  return receipt as Receipt<FactOf<K>>
}

function assertUnused(receipt: Receipt): void {
  assert(!used.has(receipt), 'an intent is acted on once')
  used.add(receipt)
}
