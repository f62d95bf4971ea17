import { Concealed } from '../domain/concealed.ts'
import type { SignedDeed } from '../domain/deed.ts'
import type { Lease } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { Identity } from '../domain/identity.ts'
import { instantOf, later } from '../domain/instant.ts'
import type { AgentName, Instant, LeaseId, MandateId, PersonName } from '../domain/names.ts'
import type { Presented } from '../domain/request.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import type { Random } from '../system/random.ts'
import { newId } from '../system/random.ts'
import { scramProves, scramServerSignature } from '../system/scram.ts'
import type { ScramProof, ScramSalt } from '../system/scram.ts'
import { LeaseBook } from './lease-book.ts'
import type { EndListener, HeldLease } from './lease-book.ts'
import { leaseSalt, makeVerifier, writeVerifier } from './lease-verifier.ts'
import { sortPresented } from './presented.ts'
import { stranger, strangerOf } from './strangers.ts'

/** Who stands for what at the doors. Knows only hashes of the tokens it gave out. */
export interface Leases {
  /** Never throws; what it cannot place is a stranger. */
  identify(presented: readonly Presented[]): Identity
  /** what a client that proves a lease by SCRAM-SHA-256 is told first */
  readonly scramSalt: ScramSalt
  /**
   * Finds whose token made the proof. Whether that lease stands is for `identify` to say, each time
   * that it is presented; null: nobody's, or that of a lease issued before verifiers were kept.
   */
  proveScram(proof: ScramProof): ProvedLease | null
  /** Ends with the mandate at the latest, whatever was wanted. */
  issue(wanted: WantedLease): Promise<{ readonly lease: Lease; readonly token: Concealed }>
  revoke(lease: LeaseId, by: PersonName): Promise<void>
  /** Whether it may be used at this very moment. */
  stands(lease: LeaseId): boolean
  /**
   * Called when leases end or are stopped: one lease, all of an agent's, or all there are. An
   * expiry is told by `sweep`. The same end may be told twice.
   */
  onEnd(listener: EndListener): void
  /**
   * Tells of what expired meanwhile, so that open connections end too; to be called every second or
   * so.
   */
  sweep(): void
}

/** A lease that was proved on a connection, without being shown. */
export interface ProvedLease {
  /** stands for the lease, until `end` */
  readonly presented: Presented
  /** what proves to the client that the gate knows the lease too */
  readonly serverSignature: Uint8Array
  /** The connection is over: what was presented on it stands for nothing any more. */
  end(): void
}

export interface WantedLease {
  readonly agent: AgentName
  readonly mandate: MandateId
  readonly ttlSeconds: number
  readonly by: PersonName
  /** what a person signed for it in the console; kept beside, with the verifier */
  readonly deed?: SignedDeed
}

export interface LeaseOptions {
  readonly ledger: Pick<Ledger, 'append' | 'subscribe'>
  readonly store: StoreReads
  readonly clock: Clock
  readonly random: Random
}

const tokenBytes = 32
/** leases that a proof is tried against; some microseconds each */
const provableMax = 4_096
const provableEndedMax = 256
const ttlSecondsMax = 86_400

export function createLeases({ ledger, store, clock, random }: LeaseOptions): Leases {
  const listeners: EndListener[] = []
  /** what proved leases go by: only in memory, only while their connections live */
  const handles = new Map<string, HeldLease>()
  const book = new LeaseBook(store, (lease, agent) => {
    for (const listener of listeners) listener(lease, agent)
  })
  ledger.subscribe(({ fact }) => book.fold(fact))

  async function issue(wanted: WantedLease): Promise<{ lease: Lease; token: Concealed }> {
    const mandateEnds = checkWanted(book, wanted, clock)
    const token = `hpl_${random.bytes(tokenBytes).toString('base64url')}`
    const issuedAt = clock.now()
    const expiresAt = later(issuedAt, wanted.ttlSeconds)
    const lease: Lease = {
      id: newId<LeaseId>(random, 'lease'),
      agent: wanted.agent,
      mandate: wanted.mandate,
      tokenHash: sha256(token),
      issuedAt,
      expiresAt: expiresAt < mandateEnds ? expiresAt : mandateEnds,
    }
    const verifier = writeVerifier(makeVerifier(token), wanted.deed)
    await ledger.append({ kind: 'lease-issued', lease, by: wanted.by }, verifier)
    return { lease, token: new Concealed('lease', token) }
  }

  async function revoke(lease: LeaseId, by: PersonName): Promise<void> {
    if (book.byId(lease) === undefined) {
      throw unknown('lease', lease, 'see `holdpoint lease list`')
    }
    await ledger.append({ kind: 'lease-revoked', lease, by })
  }

  function proveScram({ authMessage, proof }: ScramProof): ProvedLease | null {
    for (const held of book.provable(provableMax, provableEndedMax)) {
      if (!scramProves(held.verifier, authMessage, proof)) continue
      const handle = `hpd_${random.bytes(tokenBytes).toString('base64url')}`
      handles.set(handle, held)
      return {
        presented: { place: 'session', value: new Concealed('lease', handle) },
        serverSignature: scramServerSignature(held.verifier, authMessage),
        end: () => void handles.delete(handle),
      }
    }
    return null
  }

  function stands(lease: LeaseId): boolean {
    const held = book.byId(lease)
    return held !== undefined && book.fall(held, clock.milliseconds()) === null
  }

  return {
    identify: (presented) => identify({ book, handles }, presented, clock.milliseconds()),
    scramSalt: leaseSalt,
    proveScram,
    issue,
    revoke,
    stands,
    onEnd: (listener) => void listeners.push(listener),
    sweep: () => book.sweep(clock.milliseconds()),
  }
}

interface Known {
  readonly book: LeaseBook
  readonly handles: ReadonlyMap<string, HeldLease>
}

function identify(
  { book, handles }: Known,
  presented: readonly Presented[],
  milliseconds: number,
): Identity {
  const { foreign, misplaced, two, inner, proxy, session } = sortPresented(presented)
  if (foreign !== null) {
    const standing = standingOf(book, proxy, milliseconds) ?? standingOf(book, inner, milliseconds)
    return stranger('foreign-credential', standing, foreign)
  }
  if (misplaced) return stranger('misplaced-lease')
  if (two) return stranger('two-leases')
  if (session !== null) {
    if (inner !== null || proxy !== null) return stranger('two-leases')
    return identifyHeld(book, handles.get(session), milliseconds)
  }
  // The lease of the connection must stand too, although the request's own says who asks.
  if (proxy !== null && inner !== null && proxy !== inner) {
    const connection = identifyBy(book, proxy, milliseconds)
    if (connection.kind === 'stranger') return connection
  }
  const token = inner ?? proxy
  return token === null ? stranger('no-lease') : identifyBy(book, token, milliseconds)
}

function identifyBy(book: LeaseBook, token: string, milliseconds: number): Identity {
  return identifyHeld(book, book.byTokenHash(sha256(token)), milliseconds)
}

function identifyHeld(
  book: LeaseBook,
  held: HeldLease | undefined,
  milliseconds: number,
): Identity {
  if (held === undefined) return stranger('unknown-lease')
  const fall = book.fall(held, milliseconds)
  if (fall !== null) return strangerOf(fall)
  return { kind: 'known', standing: book.standing(held, instantOf(milliseconds)) }
}

function standingOf(book: LeaseBook, token: string | null, milliseconds: number) {
  if (token === null) return null
  const identity = identifyBy(book, token, milliseconds)
  return identity.kind === 'known' ? identity.standing : null
}

/** Gives the end of the mandate, which no lease outlives. */
function checkWanted(book: LeaseBook, wanted: WantedLease, clock: Clock): Instant {
  const { agent, mandate, ttlSeconds } = wanted
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > ttlSecondsMax) {
    throw new Fault('lease-seconds', `a lease lasts 1 to ${ttlSecondsMax} seconds; ask for that`)
  }
  const known = book.agent(agent)
  if (known === undefined) {
    throw unknown('agent', agent, 'add it with `holdpoint agent add`')
  }
  const under = book.mandate(mandate)
  if (under === undefined) {
    throw unknown('mandate', mandate, 'see `holdpoint mandate list`')
  }
  if (under.mandate.widens !== undefined) {
    const widened = under.mandate.widens.mandate
    throw new Fault('mandate-widens', `it only widens \`${widened}\`; issue a lease for that one`)
  }
  if (under.mandate.agent !== agent) {
    throw new Fault('wrong-agent', `the mandate \`${mandate}\` is for \`${under.mandate.agent}\``)
  }
  if ([under, ...under.above].some(({ revoked }) => revoked)) {
    throw new Fault('mandate-ended', `the mandate \`${mandate}\` was revoked; grant another`)
  }
  if (clock.now() >= under.expiresAt) {
    throw new Fault('mandate-ended', `the mandate ended at ${under.expiresAt}; grant another`)
  }
  return under.expiresAt
}

function unknown(what: string, name: string, instead: string): Fault {
  return new Fault(`${what}-unknown`, `there is no ${what} \`${name}\`; ${instead}`)
}
