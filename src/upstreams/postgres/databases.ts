// PostgreSQL servers, as the one path sees them. Nothing is sent but what a clearance is for, once;
// a session is its agent's, and is over when the agent's connection is.
import type { Clearance } from '../../clearance.ts'
import type { Vault } from '../../credentials/vault.ts'
import type { Action, Trial } from '../../domain/action.ts'
import type { SafeguardProof } from '../../domain/fact.ts'
import { Fault, assert } from '../../domain/fault.ts'
import type { Digest, SessionId, UpstreamName } from '../../domain/names.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { Request, SqlPayload, TransactionState } from '../../domain/request.ts'
import type { Measured } from '../../domain/trial.ts'
import { systemRandom } from '../../system/random.ts'
import type { Random } from '../../system/random.ts'
import { digestOf } from '../../system/request-digest.ts'
import type { Sent } from '../answer.ts'
import { machineAddresses, systemResolver } from '../resolver.ts'
import type { Resolver } from '../resolver.ts'
import type { AdminClient } from './administer.ts'
import { AgentSession } from './agent-session.ts'
import type { Row } from './exchange.ts'
import type { ExportClient } from './export-client.ts'
import { mismatch } from './judged.ts'
import { Servers, checkPurpose } from './servers.ts'
import type { DatabaseConfig } from './servers.ts'
import { refuseSettings } from './settings.ts'
import { incomplete } from './trials.ts'

export type SqlRequest = Request & { readonly payload: SqlPayload }

export interface Databases {
  /**
   * Rejects when the clearance is not for exactly this; what the world does is in the result.
   * mayDrop: objects that fall by it were seen coming; of all others schema `holdpoint` says no.
   */
  send(
    request: SqlRequest,
    clearance: Clearance,
    signal: AbortSignal,
    mayDrop?: boolean,
  ): Promise<Sent>
  /**
   * Tries it and leaves it open, until it is sent or abandoned; nothing of it takes effect before.
   * What the world does is in the result: not complete, and why.
   */
  measure(
    request: SqlRequest,
    actions: NonEmpty<Action>,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Measured>
  /** What is kept by what this session has tried for this request. */
  prove(request: SqlRequest, clearance: Clearance): SafeguardProof
  /** Rolls back what the session has tried; of this request alone where its digest is given. */
  abandon(session: SessionId, request?: Digest): Promise<void>
  /** Holdpoint's own question in the agent's session, with its rights and its search_path. */
  ask(session: SessionId, sql: string, clearance: Clearance): Promise<readonly Row[]>
  /** Changes when something ran that may have changed what names mean. */
  epoch(session: SessionId): number
  state(session: SessionId): SessionState
  /** Does work on a connection of the gate's own, as its administrative role. */
  administer<T>(
    upstream: UpstreamName,
    database: string,
    work: (client: AdminClient) => Promise<T>,
    clearance: Clearance,
  ): Promise<T>
  /** As `administer`, over a connection on which whole tables can be copied. */
  exporting<T>(
    upstream: UpstreamName,
    database: string,
    work: (client: ExportClient) => Promise<T>,
    clearance: Clearance,
  ): Promise<T>
  /** Ends every connection, whatever is under way. */
  close(): Promise<void>
}

export interface SessionState {
  readonly open: boolean
  /** as the agent sees it */
  readonly transaction: TransactionState
  /** nothing is under way */
  readonly quiet: boolean
  /** something is tried, and neither sent nor abandoned */
  readonly tried: boolean
}

export interface DatabasesLimits {
  /** for resolving, connecting, TLS and the login; each of them */
  readonly connectMilliseconds: number
  /** sessions at one upstream at a time */
  readonly sessionsMax: number
  /** what a statement may take while it is tried */
  readonly trialMilliseconds: number
  /** how long it may wait for a lock meanwhile */
  readonly lockMilliseconds: number
  /** of what was tried, so much of an answer is kept */
  readonly answerBytesMax: number
}

export interface DatabasesOptions {
  readonly configs: readonly DatabaseConfig[]
  readonly vault: Pick<Vault, 'open'>
  /** reads what the functions of schema `holdpoint` say */
  readonly readMeasured: (json: string, kind: Trial) => Measured
  /** hears that something may have been defined anew in a database, for all its sessions */
  readonly onDefinition?: (upstream: UpstreamName) => void
  readonly resolver?: Resolver
  readonly ownAddresses?: () => readonly string[]
  readonly random?: Random
  readonly limits?: Partial<DatabasesLimits>
}

export type { AdminClient, DatabaseConfig, Row }

export const databasesLimits: DatabasesLimits = {
  connectMilliseconds: 10_000,
  sessionsMax: 100,
  trialMilliseconds: 10_000,
  lockMilliseconds: 5_000,
  answerBytesMax: 16 * 1_048_576,
}

export function createDatabases(options: DatabasesOptions): Databases {
  const databases = new PostgresDatabases(options)
  return {
    send: (request, clearance, signal, mayDrop = false) =>
      databases.send(request, clearance, signal, mayDrop),
    measure: (request, actions, clearance, signal) =>
      databases.measure(request, actions, clearance, signal),
    prove: (request, clearance) => databases.prove(request, clearance),
    abandon: (session, request) => databases.abandon(session, request ?? null),
    ask: (session, sql, clearance) => databases.ask(session, sql, clearance),
    epoch: (session) => databases.sessionOf(session).server.epoch,
    state: (session) => databases.state(session),
    administer: (upstream, database, work, clearance) =>
      databases.servers.administer(upstream, database, work, clearance),
    exporting: (upstream, database, work, clearance) =>
      databases.servers.exporting(upstream, database, work, clearance),
    close: () => databases.servers.close(),
  }
}

interface Held {
  readonly session: AgentSession
  readonly upstream: UpstreamName
  readonly database: string
}

class PostgresDatabases {
  readonly servers: Servers
  readonly #options: DatabasesOptions
  readonly #limits: DatabasesLimits
  readonly #sessions = new Map<SessionId, Held>()

  constructor(options: DatabasesOptions) {
    this.#options = options
    this.#limits = { ...databasesLimits, ...options.limits }
    const { configs, vault } = options
    const { sessionsMax, connectMilliseconds } = this.#limits
    this.servers = new Servers(configs, vault, sessionsMax, {
      resolver: options.resolver ?? systemResolver,
      ownAddresses: options.ownAddresses ?? machineAddresses,
      connectMilliseconds,
      random: options.random ?? systemRandom,
    })
  }

  sessionOf(id: SessionId): AgentSession {
    const held = this.#sessions.get(id)
    if (held !== undefined) return held.session
    throw new Fault('session-closed', 'the session at the server is over; open another')
  }

  async send(
    request: SqlRequest,
    clearance: Clearance,
    signal: AbortSignal,
    mayDrop: boolean,
  ): Promise<Sent> {
    checkRequest(request, clearance, 'send')
    if (request.payload.form === 'open') return this.#open(request, clearance, signal)
    try {
      const session = this.#sessionFor(request)
      await session.verify(request)
      const key = mayDrop ? this.servers.captureKey(request.payload.upstream, clearance) : null
      clearance.spend()
      if (signal.aborted) return notSent('withdrawn')
      const { running, ended } = await session.send(request, key)
      return { kind: 'replied', reply: running, ended }
    } catch (fault) {
      if (isOfTheWorld(fault)) return notSent(fault.code)
      throw fault
    }
  }

  async #open(
    { session, payload }: SqlRequest,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Sent> {
    assert(!this.#sessions.has(session.id), 'a connection of an agent opens one session')
    const { upstream, database, settings } = payload
    if (refuseSettings(settings) !== null) return notSent('settings-refused')
    const key = this.servers.captureKey(upstream, clearance)
    const opened = await this.servers.open(upstream, { database, settings }, clearance)
    if (opened.kind === 'failed') return notSent(opened.code)
    const { session: server, parameters } = opened
    if (signal.aborted) {
      server.close()
      return notSent('withdrawn')
    }
    const { trialMilliseconds, lockMilliseconds, answerBytesMax } = this.#limits
    const limits = { statementMilliseconds: trialMilliseconds, lockMilliseconds, answerBytesMax }
    const { readMeasured } = this.#options
    const agent = new AgentSession({ server, limits, readMeasured })
    const unmarked = key === null ? null : await markOrSay(agent, key)
    if (unmarked !== null) {
      server.close()
      return notSent(unmarked)
    }
    this.#sessions.set(session.id, { session: agent, upstream, database })
    server.onDefinition = () => this.#options.onDefinition?.(upstream)
    server.onClose(() => this.#sessions.delete(session.id))
    session.onClose(() => server.close())
    const reply = { kind: 'sql-opened', parameters, channel: agent.channel } as const
    return { kind: 'replied', reply, ended: Promise.resolve({ kind: 'succeeded', status: 0 }) }
  }

  async measure(
    request: SqlRequest,
    actions: NonEmpty<Action>,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Measured> {
    checkRequest(request, clearance, 'measure')
    const { payload, digest } = request
    assert(payload.form !== 'open', 'nothing is tried before there is a session')
    try {
      const session = this.#sessionFor(request)
      await session.verify(request)
      const key = this.servers.captureKey(payload.upstream, clearance)
      clearance.spend()
      const measured = await session.measure(request, actions, key)
      if (signal.aborted) await session.abandon(digest)
      return measured
    } catch (fault) {
      if (isOfTheWorld(fault)) return incomplete(fault.message)
      throw fault
    }
  }

  prove({ session, digest }: SqlRequest, clearance: Clearance): SafeguardProof {
    checkPurpose(clearance, 'guard')
    if (clearance.request !== digest) throw mismatch()
    clearance.spend()
    const tried = this.#sessions.get(session.id)?.session.tried ?? null
    if (tried?.digest !== digest) {
      return { kind: 'failed', why: 'what was tried is no longer open; send it again' }
    }
    const { kept, because } = tried.measured
    if (kept === null) return { kind: 'failed', why: because[0] ?? 'nothing of it could be kept' }
    const { says, bytes, sha256 } = kept
    const artefact = `holdpoint.${tried.action}`
    return { kind: 'proven', says, artefact, bytes, sha256: sha256 as Digest }
  }

  async abandon(id: SessionId, request: Digest | null): Promise<void> {
    await this.#sessions.get(id)?.session.abandon(request)
  }

  async ask(id: SessionId, sql: string, clearance: Clearance): Promise<readonly Row[]> {
    checkPurpose(clearance, 'discover')
    const session = this.sessionOf(id)
    if (clearance.upstream !== this.#sessions.get(id)?.upstream) throw mismatch()
    return session.ask(sql)
  }

  state(id: SessionId): SessionState {
    const session = this.#sessions.get(id)?.session
    if (session === undefined) return { open: false, transaction: 'I', quiet: false, tried: false }
    const { transaction, quiet, tried } = session
    return { open: true, transaction, quiet, tried: tried !== null }
  }

  /** The session of this request, and of no other upstream or database. */
  #sessionFor({ session, payload }: SqlRequest): AgentSession {
    const held = this.#sessions.get(session.id)
    const same = held?.upstream === payload.upstream && held.database === payload.database
    if (held !== undefined && !same) throw mismatch()
    return this.sessionOf(session.id)
  }
}

/** Recomputed: what is about to run is what was decided, whatever happened to it since. */
function checkRequest(
  { payload, digest }: SqlRequest,
  clearance: Clearance,
  purpose: 'send' | 'measure',
): void {
  checkPurpose(clearance, purpose)
  if (clearance.request !== digest || digestOf(payload) !== digest) throw mismatch()
  if (clearance.upstream !== payload.upstream) throw mismatch()
  assert(payload.unreadable === null, 'what could not be read is never sent')
}

const worldly = new Set(['session-closed', 'statement-forgotten', 'database-unasked'])

/** Nothing was sent, and it is no bug. */
function isOfTheWorld(fault: unknown): fault is Fault {
  return fault instanceof Fault && worldly.has(fault.code)
}

/** Why its drops cannot be watched; null when they are, or need not be. */
async function markOrSay(agent: AgentSession, key: string): Promise<string | null> {
  try {
    await agent.mark(key)
    return null
  } catch (fault) {
    if (isOfTheWorld(fault)) return fault.code
    throw fault
  }
}

function notSent(code: string): Sent {
  return { kind: 'not-replied', outcome: { kind: 'failed', code, status: null } }
}
