// The control plane for people, on its own port and origin. Nothing here decides: holds and people
// do. What is turned away, and in which order, is in `respond`.
import type { IncomingMessage, ServerResponse } from 'node:http'

import { Fault } from '../../domain/fault.ts'
import { mayAnswer } from '../../holds/rules.ts'
import { readJson } from './body.ts'
import { createConsoleEvents } from './events.ts'
import type { ConsoleEvents } from './events.ts'
import type { ConsoleFiles } from './files.ts'
import { findObjection } from './guard.ts'
import type { ConsoleSite, Envelope } from './guard.ts'
import { createLooks } from './holds/looks.ts'
import { createPastHolds } from './holds/past.ts'
import { createLastProofs } from './holds/proofs.ts'
import { createRecentHolds } from './holds/recent.ts'
import type { BoundConsole } from './listen.ts'
import { createNowBoard } from './now/board.ts'
import type { ConsoleParts } from './parts.ts'
import { createRateLimit } from './rate.ts'
import type { RateLimit } from './rate.ts'
import { findRoute } from './route.ts'
import type { Answer, PersonRoute } from './route.ts'
import { openRoutes, personRoutes } from './routes.ts'
import { createConsoleSessions } from './session.ts'
import { standingOf } from './standing.ts'
import type { ConsoleSession } from './session.ts'

type MadeHere = 'sessions' | 'recent' | 'board' | 'past' | 'proofs' | 'looks'

export interface ConsoleOptions extends Omit<ConsoleParts, MadeHere> {
  readonly bound: BoundConsole
  readonly files: ConsoleFiles
  /** the ledger's public files by their path below `/ledger/`; null mounts none */
  readonly ledgerFiles: LedgerFiles | null
  /** hears of faults that are nobody's doing */
  report(fault: unknown): void
}

export type LedgerFiles = (path: string) => Promise<LedgerFile | null> | LedgerFile | null

export interface LedgerFile {
  readonly bytes: Uint8Array
  readonly type: string
  /** never changes again, as full tiles do not */
  readonly immutable: boolean
}

interface Server extends ConsoleOptions, ConsoleParts {
  readonly open: ConsoleSite
  readonly secure: boolean
  readonly events: ConsoleEvents
  readonly all: RateLimit
  readonly strangers: RateLimit
  readonly decisions: RateLimit
  readonly heavy: RateLimit
}

/** Starts answering on the bound sockets. Returns what ends it. */
export function serveConsole(options: ConsoleOptions): { close(): Promise<void> } {
  const { bound, clock, random, store } = options
  const open = siteOf(options)
  const secure = open.origin.startsWith('https:')
  const server: Server = {
    ...options,
    ...{ open, secure },
    sessions: createConsoleSessions({ store, clock, random, secure }),
    recent: createRecentHolds(options.ledger, store),
    board: createNowBoard({ ledger: options.ledger, store, clock }),
    past: createPastHolds(options.ledger, store),
    looks: createLooks(clock),
    proofs: createLastProofs(options.ledger, store),
    events: createConsoleEvents(options.ledger, store),
    all: createRateLimit({ clock, perMinute: 1200, burst: 400 }),
    strangers: createRateLimit({ clock, perMinute: 60, burst: 60 }),
    decisions: createRateLimit({ clock, perMinute: 60, burst: 60 }),
    heavy: createRateLimit({ clock, perMinute: 20, burst: 20 }),
  }
  bound.serve((request, response) => {
    respond(server, request, response).catch((fault: unknown) => fail(server, response, fault))
  })
  return {
    close: async () => {
      server.events.close()
      await bound.close()
    },
  }
}

/** A proxy in front has another name and scheme; nothing is believed of what its headers say. */
function siteOf({ bound, site }: ConsoleOptions): ConsoleSite {
  const [origin = bound.origin] = site.origins
  return origin === bound.origin ? bound : { origin, hosts: [new URL(origin).host] }
}

async function respond(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of headersFor(server)) response.setHeader(name, value)
  const peer = request.socket.remoteAddress ?? ''
  if (!server.all.take(peer)) throw tooMany()
  const { method = '', url = '', headers } = request
  const envelope: Envelope = { method, url, headers }
  if (isAlias(server, envelope)) {
    redirect(server, response)
    return
  }
  const objection = findObjection(envelope, server.open)
  if (objection !== null) {
    sendJson(response, objection.status, errorOf(objection))
    return
  }
  if (url.startsWith('/api/')) return answerApi(server, request, response, peer)
  if (method === 'POST') throw new Fault('not-found', 'there is nothing here')
  if (url.startsWith('/ledger/') && server.ledgerFiles !== null) {
    return sendLedgerFile(server.ledgerFiles, url, response)
  }
  sendFile(server, request, response)
}

async function answerApi(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  peer: string,
): Promise<void> {
  const { method = '' } = request
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  const signal = hungUp(response)
  const asked = { parts: server, query: new URLSearchParams(query), signal }
  const open = findRoute(openRoutes, method, path)
  if (open !== null) {
    if (!server.strangers.take(peer)) throw tooMany()
    const body = method === 'POST' ? await readJson(request) : {}
    sendAnswer(response, await open.route.answer({ ...asked, params: open.params, body }))
    return
  }
  const session = sessionOf(server, request)
  if (session === null) {
    sendJson(response, 401, errorOf({ code: 'signed-out', says: 'sign in with your passkey' }))
    return
  }
  if (path === '/api/events') {
    listen(server, request, response)
    return
  }
  const found = findRoute(personRoutes, method, path)
  if (found === null) throw new Fault('not-found', 'there is nothing here')
  const { route, params } = found
  const { person } = session
  checkMay(server, route, session)
  const body = method === 'POST' ? await readJson(request) : {}
  sendAnswer(response, await route.answer({ ...asked, params, body, session, person }))
}

function hungUp(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

/** An auditor, and whoever has no role, changes nothing but what is their own. */
function checkMay(server: Server, route: PersonRoute, session: ConsoleSession): void {
  if (route.method === 'POST' && !server.decisions.take(session.id)) throw tooMany()
  if (route.heavy === true && !server.heavy.take(session.person)) throw tooMany()
  if (route.method === 'POST' || route.path === '/api/session') server.sessions.touch(session)
  if (route.method === 'GET' || route.only !== undefined) return
  const { enrolled, roles } = standingOf(server, session.person)
  if (mayAnswer(roles)) return
  const says = enrolled
    ? 'only an owner or an approver may; an auditor reads'
    : 'you have no passkey here, and so only read; ask an owner for a code'
  throw new Fault('may-not-answer', says)
}

function listen(server: Server, request: IncomingMessage, response: ServerResponse): void {
  if (!server.events.listen(response, () => sessionOf(server, request) !== null)) throw tooMany()
}

function sessionOf(server: Server, { headers }: IncomingMessage): ConsoleSession | null {
  const page = headers['holdpoint-page']
  return server.sessions.find(headers.cookie, Array.isArray(page) ? undefined : page)
}

/** The console by number is the same machine, but passkeys belong to its name. */
function isAlias({ bound }: Server, { method, url, headers }: Envelope): boolean {
  return method === 'GET' && url === '/' && bound.aliases.includes(headers.host ?? '')
}

function redirect({ open }: Server, response: ServerResponse): void {
  response.writeHead(307, { location: `${open.origin}/` }).end()
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // One policy, of one name, which makes one address: that of the worker that shows notifications.
  'trusted-types holdpoint-worker',
].join('; ')

function headersFor({ secure }: Server): readonly (readonly [string, string])[] {
  return [
    ['content-security-policy', policy],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'publickey-credentials-get=(self), publickey-credentials-create=(self)'],
    ['cache-control', 'no-store'],
    ...(secure ? ([['strict-transport-security', 'max-age=31536000']] as const) : []),
  ]
}

function sendFile({ files }: Server, request: IncomingMessage, response: ServerResponse): void {
  const file = files.find((request.url ?? '').split('?', 1)[0] ?? '')
  if (file === null) throw new Fault('not-found', 'there is nothing here')
  const kept = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache'
  response.setHeader('cache-control', kept)
  response.setHeader('etag', file.tag)
  if (request.headers['if-none-match'] === file.tag) response.writeHead(304).end()
  else response.writeHead(200, { 'content-type': file.type }).end(file.bytes)
}

async function sendLedgerFile(
  ledgerFiles: LedgerFiles,
  url: string,
  response: ServerResponse,
): Promise<void> {
  const file = await ledgerFiles(url.slice('/ledger/'.length))
  if (file === null) throw new Fault('not-found', 'the ledger has no such file')
  const kept = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache'
  response.writeHead(200, { 'content-type': file.type, 'cache-control': kept }).end(file.bytes)
}

function sendAnswer(response: ServerResponse, answer: Answer): void {
  if ('bytes' in answer) {
    const { bytes, type, fileName } = answer
    const kept = `attachment; filename="${fileName}"`
    response.writeHead(200, { 'content-type': type, 'content-disposition': kept }).end(bytes)
    return
  }
  if (answer.setCookie !== undefined) response.setHeader('set-cookie', answer.setCookie)
  sendJson(response, 200, answer.body)
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  // A refusal may come before the body was read; what is left of it is not waited for.
  if (status >= 400) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Faults that a person can do something about, and the status that says so. */
const statuses: Readonly<Record<string, number>> = {
  'not-found': 404,
  'unknown-hold': 404,
  'unknown-agent': 404,
  'ledger-range': 404,
  'ledger-empty': 409,
  'too-many-requests': 429,
  'body-too-large': 413,
  'body-malformed': 400,
  'lease-not-accepted': 403,
  'note-too-long': 400,
  'name-invalid': 400,
  'name-taken': 409,
  'enrolment-roles': 400,
  'enrolment-closed': 409,
  'code-unknown': 403,
  'passkey-refused': 403,
  'assertion-refused': 403,
  'challenge-unknown': 409,
  'may-not-answer': 403,
  'may-not-invite': 403,
  'may-not-revoke': 403,
  'unknown-passkey': 404,
  'last-owner': 409,
  'openid-refused': 403,
  'openid-unknown-person': 403,
  'openid-unreachable': 502,
  'approved-already': 409,
  'hold-over': 409,
  'together-count': 400,
  'not-one-plan': 409,
  'not-shown': 409,
  'impact-unseen': 409,
  'purge-over': 409,
  'purges-full': 409,
  'no-admin': 409,
  'enrolment-answer': 502,
  'agent-over': 409,
  'safeguard-missing': 409,
  'deed-changed': 409,
  'mandate-ended': 409,
  'mandate-wider': 409,
  'mandate-expiry': 400,
  'mandate-resources': 400,
  'mandate-empty': 400,
  'no-mandate': 409,
  'wrong-agent': 409,
  'already-there': 409,
  'already-ended': 409,
  'not-killed': 409,
  'not-frozen': 409,
  'push-refused': 400,
  'test-under-way': 409,
  'replay-busy': 429,
  'policy-too-slow': 409,
  'mandate-none': 409,
  'draft-name': 400,
  stopped: 409,
  conflict: 409,
  'evidence-empty': 409,
  'evidence-busy': 409,
  'ledger-closed': 503,
}

function fail(server: Server, response: ServerResponse, fault: unknown): void {
  // Whoever asked has hung up: there is nobody to tell, and nothing of ours is wrong.
  if (response.destroyed) return
  const status = fault instanceof Fault ? statuses[fault.code] : undefined
  if (status === undefined) server.report(fault)
  if (response.headersSent) {
    response.destroy()
    return
  }
  const told =
    fault instanceof Fault && status !== undefined
      ? { code: fault.code, says: fault.message }
      : { code: 'internal-fault', says: 'something went wrong here; see `holdpoint doctor`' }
  sendJson(response, status ?? 500, errorOf(told))
}

function errorOf({ code, says }: Readonly<{ code: string; says: string }>): object {
  return { error: { code, says } }
}

function tooMany(): Fault {
  return new Fault('too-many-requests', 'too many requests; wait a minute')
}
