// PostgreSQL servers, as the one path sees them. Nothing is sent but what a clearance is for, once;
// a session is its agent's, and is over when the agent's connection is.
import { isClearance } from '../../clearance.ts'
import type { Clearance } from '../../clearance.ts'
import type { Vault } from '../../credentials/vault.ts'
import type { Action, Trial } from '../../domain/action.ts'
import type { SafeguardProof } from '../../domain/fact.ts'
import { Fault, assert } from '../../domain/fault.ts'
import type { Digest, SecretName, SessionId, UpstreamName } from '../../domain/names.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { Request, SqlPayload, TransactionState } from '../../domain/request.ts'
import type { Measured } from '../../domain/trial.ts'
import { systemRandom } from '../../system/random.ts'
import type { Random } from '../../system/random.ts'
import { digestOf } from '../../system/request-digest.ts'
import type { Sent } from '../answer.ts'
import { machineAddresses, systemResolver } from '../resolver.ts'
import type { Resolver } from '../resolver.ts'
import { createAdminClient } from './administer.ts'
import type { AdminClient } from './administer.ts'
import { AgentSession } from './agent-session.ts'
import type { Row } from './exchange.ts'
import { mismatch } from './judged.ts'
import { failed, openSession } from './open.ts'
import type { Login, OpenParts, Opened, ServerPlace } from './open.ts'
import { refuseSettings } from './settings.ts'

export type SqlRequest = Request & { readonly payload: SqlPayload }

export interface Databases {
  /** Rejects when the clearance is not for exactly this; what the world does is in the result. */
  send(request: SqlRequest, clearance: Clearance, signal: AbortSignal): Promise<Sent>
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

export interface DatabaseConfig extends ServerPlace {
  readonly name: UpstreamName
  /** the server's role that agents work as */
  readonly role: string
  readonly credential: SecretName
  readonly admin: Readonly<{ role: string; credential: SecretName }> | null
  /** the secret that opens what is captured; there is none where nothing is enrolled */
  readonly captureKey: SecretName
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
  readonly resolver?: Resolver
  readonly ownAddresses?: () => readonly string[]
  readonly random?: Random
  readonly limits?: Partial<DatabasesLimits>
}

export type { AdminClient, Row }

export const databasesLimits: DatabasesLimits = {
  connectMilliseconds: 10_000,
  sessionsMax: 100,
  trialMilliseconds: 10_000,
  lockMilliseconds: 5_000,
  answerBytesMax: 16 * 1_048_576,
}

export function createDatabases(options: DatabasesOptions): Databases {
  const limits = { ...databasesLimits, ...options.limits }
  const openParts: OpenParts = {
    resolver: options.resolver ?? systemResolver,
    ownAddresses: options.ownAddresses ?? machineAddresses,
    connectMilliseconds: limits.connectMilliseconds,
    random: options.random ?? systemRandom,
  }
  const configs = new Map(options.configs.map((config) => [config.name, checked(config)]))
  const sessions = new Map<SessionId, Held>()
  const counts = new Map<UpstreamName, number>()
  const closers = new Set<() => void>()

  function find(name: UpstreamName): DatabaseConfig {
    const config = configs.get(name)
    if (config !== undefined) return config
    throw new Fault('upstream-unknown', `there is no upstream \`${name}\`; see \`upstreams\``)
  }

  function sessionOf(id: SessionId): AgentSession {
    const held = sessions.get(id)
    if (held !== undefined) return held.session
    throw new Fault('session-closed', 'the session at the server is over; open another')
  }

  /** The session of this request, and of no other upstream or database. */
  function sessionFor({ session, payload }: SqlRequest): AgentSession {
    const held = sessions.get(session.id)
    const same = held?.upstream === payload.upstream && held.database === payload.database
    if (held !== undefined && !same) throw mismatch()
    return sessionOf(session.id)
  }

  /** Counted while it stands: a server has only so many connections. */
  async function connect(config: DatabaseConfig, login: Login): Promise<Opened> {
    const count = counts.get(config.name) ?? 0
    if (count >= limits.sessionsMax) {
      return failed(
        'sessions-limit',
        `more than ${limits.sessionsMax} sessions at \`${config.name}\``,
      )
    }
    const leave = (): void => void counts.set(config.name, (counts.get(config.name) ?? 1) - 1)
    counts.set(config.name, count + 1)
    const opened = await openSession(openParts, config, login).catch((fault: unknown) => {
      leave()
      throw fault
    })
    if (opened.kind === 'failed') {
      leave()
      return opened
    }
    const { session } = opened
    const close = (): void => session.close()
    closers.add(close)
    session.onClose(() => {
      leave()
      closers.delete(close)
    })
    return opened
  }

  async function open(
    { session, payload }: SqlRequest,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Sent> {
    assert(!sessions.has(session.id), 'a connection of an agent opens one session')
    const config = find(payload.upstream)
    const refused = refuseSettings(payload.settings)
    if (refused !== null) return notSent('settings-refused')
    const { role, credential } = config
    const password = options.vault.open(credential, clearance)
    clearance.spend()
    const login = { role, password, database: payload.database, settings: payload.settings }
    const opened = await connect(config, login)
    if (opened.kind === 'failed') return notSent(opened.code)
    const { session: server, parameters } = opened
    if (signal.aborted) {
      server.close()
      return notSent('withdrawn')
    }
    const trialLimits = {
      statementMilliseconds: limits.trialMilliseconds,
      lockMilliseconds: limits.lockMilliseconds,
      answerBytesMax: limits.answerBytesMax,
    }
    const { readMeasured } = options
    const agent = new AgentSession({ server, limits: trialLimits, readMeasured })
    sessions.set(session.id, { session: agent, upstream: config.name, database: payload.database })
    server.onClose(() => sessions.delete(session.id))
    session.onClose(() => server.close())
    const reply = { kind: 'sql-opened', parameters, channel: agent.channel } as const
    const ended = Promise.resolve({ kind: 'succeeded', status: 0 } as const)
    return { kind: 'replied', reply, ended }
  }

  async function send(
    request: SqlRequest,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Sent> {
    checkRequest(request, clearance, 'send')
    if (request.payload.form === 'open') return open(request, clearance, signal)
    const session = sessionFor(request)
    await session.verify(request.payload)
    clearance.spend()
    if (signal.aborted) return notSent('withdrawn')
    const { running, ended } = await session.send(request)
    return { kind: 'replied', reply: running, ended }
  }

  async function measure(
    request: SqlRequest,
    actions: NonEmpty<Action>,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Measured> {
    checkRequest(request, clearance, 'measure')
    assert(request.payload.form !== 'open', 'nothing is tried before there is a session')
    const session = sessionFor(request)
    await session.verify(request.payload)
    const key = captureKey(find(request.payload.upstream), clearance)
    clearance.spend()
    const measured = await session.measure(request, actions, key)
    if (signal.aborted) await session.abandon(request.digest)
    return measured
  }

  /** null: this upstream was never enrolled */
  function captureKey({ captureKey: name }: DatabaseConfig, clearance: Clearance): string | null {
    try {
      return options.vault.open(name, clearance).reveal()
    } catch (fault) {
      if (fault instanceof Fault && fault.code === 'secret-unknown') return null
      throw fault
    }
  }

  function prove(request: SqlRequest, clearance: Clearance): SafeguardProof {
    assert(
      isClearance(clearance) && clearance.purpose === 'guard',
      'a clearance to guard is needed',
    )
    if (clearance.request !== request.digest) throw mismatch()
    clearance.spend()
    const tried = sessions.get(request.session.id)?.session.tried ?? null
    if (tried === null || tried.digest !== request.digest) {
      return { kind: 'failed', why: 'what was tried is no longer open; send it again' }
    }
    const { kept, because } = tried.measured
    if (kept === null) return { kind: 'failed', why: because[0] ?? 'nothing of it could be kept' }
    const { says, bytes, sha256 } = kept
    const artefact = `holdpoint.${tried.action}`
    return { kind: 'proven', says, artefact, bytes, sha256: sha256 as Digest }
  }

  async function ask(id: SessionId, sql: string, clearance: Clearance): Promise<readonly Row[]> {
    checkPurpose(clearance, 'discover')
    const held = sessions.get(id)
    if (held !== undefined && clearance.upstream !== held.upstream) throw mismatch()
    return sessionOf(id).ask(sql)
  }

  async function administer<T>(
    upstream: UpstreamName,
    database: string,
    work: (client: AdminClient) => Promise<T>,
    clearance: Clearance,
  ): Promise<T> {
    checkPurpose(clearance, 'administer')
    if (clearance.upstream !== upstream) throw mismatch()
    const { admin, ...config } = find(upstream)
    if (admin === null) {
      throw new Fault(
        'admin-missing',
        `\`upstreams.${upstream}\` names no \`admin\` role; add one to holdpoint.yaml`,
      )
    }
    const password = options.vault.open(admin.credential, clearance)
    clearance.spend()
    const settings = [['application_name', 'holdpoint']] as const
    const login = { role: admin.role, password, database, settings }
    const opened = await connect({ ...config, admin }, login)
    if (opened.kind === 'failed') {
      throw new Fault(opened.code, `\`${upstream}\` cannot be administered: ${opened.why}`)
    }
    try {
      return await work(createAdminClient(opened.session))
    } finally {
      opened.session.close()
    }
  }

  return {
    ...{ send, measure, prove, ask, administer },
    abandon: async (id, request) => sessions.get(id)?.session.abandon(request ?? null),
    epoch: (id) => sessionOf(id).server.epoch,
    state: (id) => stateOf(sessions.get(id)?.session ?? null),
    close: () => {
      for (const close of [...closers]) close()
      return Promise.resolve()
    },
  }
}

interface Held {
  readonly session: AgentSession
  readonly upstream: UpstreamName
  readonly database: string
}

function stateOf(session: AgentSession | null): SessionState {
  if (session === null) return { open: false, transaction: 'I', quiet: false, tried: false }
  const { transaction, quiet, tried } = session
  return { open: true, transaction, quiet, tried: tried !== null }
}

function checked(config: DatabaseConfig): DatabaseConfig {
  if (config.tls !== 'off' || config.allowPrivate) return config
  throw new Fault(
    'upstream-insecure',
    `\`upstreams.${config.name}.tls\` may be off on a private address only; say \`verify-full\``,
  )
}

function checkPurpose(clearance: Clearance, purpose: Clearance['purpose']): void {
  assert(isClearance(clearance), 'a clearance is made from receipts')
  assert(clearance.purpose === purpose, `a clearance to ${purpose} is needed`)
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

function notSent(code: string): Sent {
  return { kind: 'not-replied', outcome: { kind: 'failed', code, status: null } }
}
