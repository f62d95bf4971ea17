import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Clearance } from '../../src/clearance.ts'
import { clearToGuard, clearToMeasure, clearToSend } from '../../src/clearance.ts'
import type { Action } from '../../src/domain/action.ts'
import type { Decision } from '../../src/domain/decision.ts'
import type { Fact, SafeguardProof } from '../../src/domain/fact.ts'
import { Fault } from '../../src/domain/fault.ts'
import type { Hold, Settlement } from '../../src/domain/hold.ts'
import { later } from '../../src/domain/instant.ts'
import type { Mandate, Standing } from '../../src/domain/mandate.ts'
import type * as names from '../../src/domain/names.ts'
import type { Arrival, Refusal, Reply, Session } from '../../src/domain/request.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { createDecide } from '../../src/decide.ts'
import { createGateway } from '../../src/gateway.ts'
import type { Sent } from '../../src/parts.ts'
import { openLedgerKey } from '../../src/ledger/key.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import { sha256 } from '../../src/system/hash.ts'
import { systemRandom } from '../../src/system/random.ts'
import { approvalOf, measured, proofs, sqlPayload } from './gateway-cast.ts'

export interface Play {
  readonly verdict: keyof typeof verdicts
  readonly settlement: (typeof settlements)[number]
  readonly proof: SafeguardProof['kind']
  readonly answer: 'replied' | 'failed' | 'unknown'
  /** whether it is tried first, and what it touches kept */
  readonly tried: (typeof trials)[number]
  readonly failure: Failure | null
}

/**
 * The write of that number, from 1, fails: without being stored, stored all the same, or stored and
 * never confirmed to be durable.
 */
export interface Failure {
  readonly at: number
  readonly how: 'not-stored' | 'stored' | 'not-confirmed'
}

const because = [{ code: 'test', says: 'the play wants it' }] as const
const backup = 'independent-backup' as names.SafeguardName

export const verdicts = {
  allow: { kind: 'allow', because, safeguards: [] },
  'allow-guarded': { kind: 'allow', because, safeguards: [backup] },
  hold: { kind: 'hold', because, safeguards: [], release: 'owner' },
  'hold-guarded': { kind: 'hold', because, safeguards: [backup], release: 'owner' },
  deny: { kind: 'deny', because, instead: 'ask' },
} as const satisfies Readonly<Record<string, Verdict>>

export const trials = ['no', 'kept', 'not-kept', 'fault'] as const
export const settlements = ['none', 'waiting', 'refused', 'released'] as const

const agent = 'cursor' as names.AgentName
const owner = 'jer' as names.PersonName
const start = '2026-01-01T00:00:00.000Z' as names.Instant
const digest = sha256('a request')
const action: Action = {
  verb: 'volumeDelete',
  effects: [{ kind: 'unknown', why: 'the play does not read', legible: true }],
  evidence: { reader: 'play', excerpt: '', span: null },
}

const mandate: Mandate = {
  id: 'man_play' as names.MandateId,
  task: 'play',
  grantedBy: owner,
  agent,
  scopes: [{ effects: ['read'], environments: ['*'], resources: ['*'] }],
  egress: [],
  budget: {
    requestsPerMinute: null,
    writesPerMinute: null,
    requests: null,
    writes: null,
    destroys: null,
    denials: null,
    resources: null,
    rows: null,
  },
  holdWaitSeconds: 0,
  grantedAt: start,
  expiresAt: later(start, 86_400),
  parent: null,
}

const lease = {
  id: 'lease_play' as names.LeaseId,
  agent,
  mandate: mandate.id,
  tokenHash: sha256('token'),
  issuedAt: start,
  expiresAt: later(start, 3600),
}

const standing: Standing = {
  agent,
  owner,
  lease: { id: lease.id, expiresAt: lease.expiresAt },
  mandate,
  ancestors: [],
}

const session: Session = {
  id: 'ses_play' as names.SessionId,
  peer: '127.0.0.1:1',
  sever: () => undefined,
  onClose: () => undefined,
}

const arrival: Arrival = {
  door: 'http',
  session,
  presented: [],
  payload: {
    kind: 'http',
    upstream: 'railway' as names.UpstreamName,
    method: 'POST',
    host: 'backboard.railway.com',
    target: '/graphql/v2',
    headers: [],
    body: new Uint8Array(),
    unreadable: null,
  },
}

export interface Stage {
  /** what was on the disk whenever something was tried */
  readonly tries: readonly (readonly string[])[]
  /** trials that were neither sent nor rolled back */
  openTrials(): number
  pass(): Promise<Reply | Refusal>
  /** what reached the upstream, and what was on the disk then */
  readonly sends: readonly SendSeen[]
  /** the kinds of facts that permit a sending in this play */
  readonly wanted: readonly string[]
  kinds(): readonly string[]
  ledgerFailed(): boolean
  endLease(): void
  /** when outcomes that nobody waits for are written */
  settled(): Promise<void>
  close(): Promise<void>
}

interface SendSeen {
  readonly clearance: Clearance
  readonly ledgerHadFailed: boolean
  readonly permission: readonly string[]
}

/** A real store whose nth write, once armed, fails in one of two ways. */
function failing(
  store: Store,
  failure: Failure | null,
): { store: Store; arm(): void; failed(): boolean } {
  let writes = Number.NEGATIVE_INFINITY
  let failed = false
  const write: Store['write'] = (work) => {
    writes++
    if (failure === null || writes !== failure.at) {
      store.write(work)
      return
    }
    failed = true
    if (failure.how !== 'not-stored') store.write(work)
    if (failure.how !== 'not-confirmed') throw new Fault('store-full', 'the play fails this write')
  }
  function sync(): Promise<void> {
    return failed ? Promise.reject(new Fault('store-full', 'the disk is gone')) : store.sync()
  }
  return { store: { ...store, write, sync }, arm: () => (writes = 0), failed: () => failed }
}

export async function createStage(folder: string, play: Play): Promise<Stage> {
  mkdirSync(folder)
  const clock = createFakeClock(start)
  const faulty = failing(openSqliteStore(join(folder, 'store.sqlite')), play.failure)
  const { store } = faulty
  const random = systemRandom
  const signer = openLedgerKey({ file: join(folder, 'ledger.key'), random })
  const ledger = await createLedger({
    store,
    signer,
    folder: join(folder, 'ledger'),
    clock,
    random,
  })
  const decide = createDecide({
    clock,
    random,
    policies: () => sha256('policies'),
    salt: random.bytes(16),
  })
  const sends: SendSeen[] = []
  let leaseStands = true

  const tries: (readonly string[])[] = []
  let openTrials = 0
  const tried = play.tried !== 'no'
  const payload = tried ? sqlPayload : arrival.payload
  const id = 'req_play' as names.RequestId
  const request = { ...arrival, payload, id, receivedAt: start, digest }
  const played: Action = tried ? { ...action, trial: 'rows' } : action
  const hold = await seed()
  const seeded = store.head().size
  faulty.arm()

  /** Everyone and everything that the facts of a play speak of, and the hold in its state. */
  async function seed(): Promise<Hold> {
    const judged = {
      request,
      standing,
      foreign: null,
      impacts: [{ action, hits: [unknownHit] }] as const,
    }
    const decision = decide({ ...judged, inventory: null, verdict: verdicts.hold })
    const opened = holdOf(decision)
    const facts: Fact[] = [
      { kind: 'agent-added', agent, owner },
      { kind: 'mandate-granted', mandate },
      { kind: 'lease-issued', lease, by: owner },
    ]
    if (play.settlement !== 'none')
      facts.push({ kind: 'decided', decision }, { kind: 'held', hold: opened })
    if (play.settlement === 'released') {
      facts.push(...approvalOf(opened, owner, start))
      facts.push({
        kind: 'settled',
        hold: opened.id,
        settlement: { kind: 'released', by: [owner] },
      })
    }
    for (const fact of facts) await ledger.append(fact)
    return opened
  }

  function settlement(): Settlement | null {
    switch (play.settlement) {
      case 'none':
        return null
      case 'waiting':
        return { kind: 'waiting', hold: hold.id, expiresAt: hold.expiresAt }
      case 'refused':
        return { kind: 'refused', hold: hold.id, by: owner, note: 'no' }
      case 'released':
        return { kind: 'released', hold, decision: decisionOf(store, hold) }
    }
  }

  function kinds(): readonly string[] {
    return store.entries(seeded, 100).map(({ fact }) => fact.kind)
  }

  const sent: Record<Play['answer'], () => Sent> = {
    replied: () => ({
      kind: 'replied',
      reply: { kind: 'http', status: 200, headers: [], body: new Uint8Array() },
      ended: Promise.resolve({ kind: 'succeeded', status: 200 }),
    }),
    failed: () => ({
      kind: 'not-replied',
      outcome: { kind: 'failed', code: 'down', status: null },
    }),
    unknown: () => ({ kind: 'not-replied', outcome: { kind: 'unknown', why: 'cut' } }),
  }

  const gate = createGateway({
    receive: () => request,
    identify: () => ({ kind: 'known', standing }),
    interpret: () => ({ actions: [played], shape: null }),
    standing: { find: () => null, keep: () => undefined },
    measure() {
      tries.push(kinds())
      openTrials = 1
      if (play.tried === 'fault') return Promise.reject(new Fault('server-gone', 'it is gone'))
      return Promise.resolve(measured(play.tried === 'kept'))
    },
    weigh: (impacts) => impacts,
    abandon() {
      openTrials = 0
      return Promise.resolve()
    },
    place: () => ({
      impacts: [{ action: played, hits: [unknownHit] }],
      inventory: sha256('inventory'),
    }),
    breaker: {
      charge: () => null,
      refused: () => null,
      returned: () => undefined,
      pivoted: () => ({ reason: 'credential-pivot', says: 'pivot' }),
    },
    judge: () => verdicts[play.verdict],
    decide,
    describe: () => 'this would play',
    append: (fact, beside) => ledger.append(fact, beside),
    appendSoon: (fact) => ledger.appendSoon(fact),
    record: () => new Uint8Array([1]),
    holds: {
      answerFor: settlement,
      mayOpen: () => true,
      open: (_, decision) => ({ ...holdOf(decision), id: 'hold_new' as names.HoldId }),
      wait: () => Promise.resolve({ kind: 'expired' }),
    },
    guard: () => Promise.resolve(proofs[play.proof]),
    clear: { toGuard: clearToGuard, toMeasure: clearToMeasure, toSend: clearToSend },
    stands: () => leaseStands,
    send(_, clearance) {
      clearance.spend()
      openTrials = 0
      sends.push({ clearance, ledgerHadFailed: faulty.failed(), permission: kinds() })
      return Promise.resolve(sent[play.answer]())
    },
    changed: () => undefined,
    refuse: (text) => ({
      kind: 'refusal',
      ...text,
      answer: { status: 403, headers: [], body: '' },
    }),
    sessions: { bind: () => undefined, spare: () => undefined },
    outlive: (work) => void work.catch(() => undefined),
    report: () => undefined,
  })

  return {
    pass: () => gate.pass(arrival, new AbortController().signal),
    sends,
    tries,
    openTrials: () => openTrials,
    wanted: wantedOf(play),
    kinds,
    ledgerFailed: () => faulty.failed(),
    endLease: () => (leaseStands = false),
    settled: () => new Promise((resolve) => setTimeout(resolve, 15)),
    async close() {
      await ledger.close()
      store.close()
    },
  }
}

function wantedOf({ verdict, tried }: Play): readonly string[] {
  const measuring = tried === 'no' ? [] : ['measuring']
  const claimed = verdict.startsWith('hold') ? ['claimed'] : []
  const captured = tried === 'kept' ? ['guarded'] : []
  const guarded = verdict.endsWith('guarded') ? ['guarded'] : []
  return [...measuring, 'decided', ...claimed, ...captured, ...guarded, 'sent']
}

function decisionOf(store: Store, hold: Hold): Decision {
  const record = store.hold(hold.id)
  if (record === null) throw new Error('the play was seeded without its hold')
  return record.decision
}

function holdOf(decision: Decision): Hold {
  return {
    id: 'hold_play' as names.HoldId,
    decision: decision.id,
    agent,
    lease: lease.id,
    mandate: mandate.id,
    grantedBy: owner,
    request: digest,
    impacts: sha256('impacts'),
    policies: sha256('policies'),
    safeguards: [],
    release: 'owner',
    openedAt: start,
    expiresAt: later(start, 3600),
  }
}

const unknownHit = {
  effect: action.effects[0],
  environments: { kind: 'unknown', why: 'the play does not place' },
  label: 'something',
  dependants: [],
  backups: { kind: 'unknown' },
  rows: { kind: 'unknown' },
  basis: 'unresolved',
} as const
