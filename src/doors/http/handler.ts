// One request at this door: its head is read, then where it goes, then its body; then the gate is
// asked, and what it says is written. What can be read in more than one way still goes to the gate,
// as unreadable, so that it is recorded and refused; only what is no HTTP, or leads nowhere, is
// answered here.
import { assert, unreachable } from '../../domain/fault.ts'
import type { Arrival, Gate, Presented, Refusal, Reply } from '../../domain/request.ts'
import { sha256 } from '../../system/hash.ts'
import { collectBody, Holding, nothing } from './body.ts'
import type { Buffered, Collected } from './body.ts'
import { decodeBody } from './decode.ts'
import { answerOf, defect } from './defect.ts'
import type { Defect } from './defect.ts'
import type { Destination, Places } from './destination.ts'
import type { Exchange } from './exchange.ts'
import { readHead } from './head.ts'
import type { Head, HeaderTable } from './head.ts'
import type { HelpDesk } from './help-desk.ts'
import type { HttpLimits } from './limits.ts'

export interface HandlerParts {
  readonly limits: HttpLimits
  readonly table: HeaderTable
  readonly places: Places
  readonly buffered: Buffered
  readonly help: HelpDesk
  gate(): Gate
  /** asks the gate for a way to a host that is not governed, and sends the request there */
  forwardPlain(request: Received): void
}

/** A request whose head and body have been read. */
export interface Received {
  readonly exchange: Exchange
  readonly head: Head
  readonly destination: Destination
  readonly presented: readonly Presented[]
  readonly body: Uint8Array
  /** why it cannot be had whole and in one way; null when it can */
  readonly unreadable: string | null
  /** part of the body was not read */
  readonly unread: boolean
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function handle(parts: HandlerParts, exchange: Exchange): void {
  guarded(exchange, () => begin(parts, exchange))
}

/** A fault of our own is one request's refusal, never the end of the process. */
function guarded(exchange: Exchange, step: () => void): void {
  try {
    step()
  } catch {
    refuse(exchange, defect('fault', 'the door failed'))
  }
}

function begin(parts: HandlerParts, exchange: Exchange): void {
  const head = readRequestHead(parts, exchange)
  if (head.kind === 'defect') {
    refuse(exchange, head)
    return
  }
  const { authority, url, connection } = exchange
  const addressed = { url, authority: authority ?? head.host, host: head.host }
  const destination = parts.places.locate(addressed, connection.inside)
  if (destination.kind === 'defect') refuse(exchange, destination)
  else readBody(parts, exchange, head, destination)
}

function readRequestHead(parts: HandlerParts, exchange: Exchange): Head | Defect {
  const { limits, table } = parts
  if (!exchange.isCurrentVersion) return defect('version', 'only HTTP/1.1 and HTTP/2 are spoken')
  if (!methods.has(exchange.method)) {
    return defect('method', `the method \`${exchange.method.slice(0, 32)}\` is not known`)
  }
  if (exchange.rawHeaders.length > limits.headersMax * 2) {
    return defect('head-too-large', `there are more than ${limits.headersMax} headers`)
  }
  return readHead(exchange.rawHeaders, table)
}

function readBody(
  parts: HandlerParts,
  exchange: Exchange,
  head: Head,
  destination: Destination,
): void {
  const { limits, buffered } = parts
  const announced = head.chunked || (head.length !== null && head.length > 0)
  if (!exchange.mayHaveBody(announced)) {
    conclude(parts, received(exchange, head, destination, nothing, null, false))
    return
  }
  if (head.length !== null && head.length > limits.bodyBytesMax) {
    withoutBody(parts, exchange, head, destination, 'body-too-large')
    return
  }
  const holding = new Holding(exchange.connection, buffered, limits)
  exchange.onEnd(() => holding.release())
  if (head.expectsContinue) exchange.sendContinue()
  const done = (collected: Collected): void => {
    switch (collected.kind) {
      case 'whole':
        withBody(parts, exchange, head, destination, collected.bytes, holding)
        break
      case 'too-large':
        withoutBody(parts, exchange, head, destination, 'body-too-large')
        break
      case 'slow':
        withoutBody(parts, exchange, head, destination, 'slow-body')
        break
      case 'busy':
        refuse(exchange, defect('busy', 'too much is being held already'))
        break
      case 'broken':
        break
      default:
        unreachable(collected)
    }
  }
  const { source } = exchange
  const read = (collected: Collected): void => guarded(exchange, () => done(collected))
  exchange.reading(collectBody(source, holding, limits, read))
}

function withBody(
  parts: HandlerParts,
  exchange: Exchange,
  head: Head,
  destination: Destination,
  bytes: Uint8Array,
  holding: Holding,
): void {
  if (exchange.hasTrailers()) {
    refuse(exchange, defect('trailers', 'trailers follow the body'))
    return
  }
  // Other hosts' bodies are not judged, so they stay as they came.
  if (head.encoding === null || destination.kind === 'plain') {
    conclude(parts, received(exchange, head, destination, bytes, null, false))
    return
  }
  const decoded = decodeBody(head.encoding, bytes, parts.limits.bodyBytesMax)
  if (decoded.kind === 'refused') {
    const why = `the body cannot be read: ${decoded.why}`
    conclude(parts, received(exchange, head, destination, nothing, why, false))
  } else if (holding.take(decoded.bytes.length)) {
    conclude(parts, received(exchange, head, destination, decoded.bytes, null, false))
  } else {
    refuse(exchange, defect('busy', 'too much is being held already'))
  }
}

/** A body that is not had whole: unreadable to the gate, an error to everyone else. */
function withoutBody(
  parts: HandlerParts,
  exchange: Exchange,
  head: Head,
  destination: Destination,
  code: 'body-too-large' | 'slow-body',
): void {
  const { bodyBytesMax, bodySeconds } = parts.limits
  const why =
    code === 'slow-body'
      ? `the body did not arrive within ${bodySeconds} seconds`
      : `the body is longer than ${bodyBytesMax} bytes`
  if (destination.kind === 'governed') {
    conclude(parts, received(exchange, head, destination, nothing, why, true))
  } else refuse(exchange, defect(code, why))
}

function received(
  exchange: Exchange,
  head: Head,
  destination: Destination,
  body: Uint8Array,
  why: string | null,
  unread: boolean,
): Received {
  const upgrade = head.upgrade === null ? null : `it asks to be upgraded to \`${head.upgrade}\``
  const unreadable = upgrade ?? head.unreadable ?? destination.unreadable ?? why
  const { presented: given } = exchange.connection
  const presented =
    given.length === 0 && destination.presented.length === 0
      ? head.presented
      : [...given, ...head.presented, ...destination.presented]
  return { exchange, head, destination, presented, body, unreadable, unread }
}

function conclude(parts: HandlerParts, request: Received): void {
  switch (request.destination.kind) {
    case 'governed':
      askGate(parts, request)
      break
    case 'help':
      askHelp(parts, request)
      break
    case 'plain':
      parts.forwardPlain(request)
      break
    default:
      unreachable(request.destination.kind)
  }
}

function askGate(parts: HandlerParts, request: Received): void {
  const { exchange, head, destination, presented, body, unreadable } = request
  const { upstream } = destination
  assert(upstream !== null, 'a governed destination has an upstream')
  const arrival: Arrival = {
    door: 'http',
    session: exchange.connection.session,
    presented,
    payload: {
      kind: 'http',
      upstream,
      method: exchange.method,
      host: destination.host,
      target: destination.target,
      headers: head.headers,
      body,
      unreadable,
    },
  }
  parts
    .gate()
    .pass(arrival, exchange.signal)
    .then((reply) => deliver(request, reply))
    .catch(() => refuse(exchange, defect('fault', 'the gate failed')))
}

function deliver({ exchange, head, unread }: Received, reply: Reply | Refusal): void {
  switch (reply.kind) {
    case 'http':
      exchange.answer({ status: reply.status, headers: reply.headers, body: reply.body, unread })
      break
    case 'refusal':
      deliverRefusal(exchange, reply, unread, head.upgrade !== null)
      break
    case 'tunnel':
    case 'sql-opened':
    case 'sql-running':
    case 'mcp-opened':
    case 'mcp-running':
      refuse(exchange, defect('fault', `a ${reply.kind} came where an answer was due`))
      break
    default:
      unreachable(reply)
  }
}

/** As the provider would say no; a client that asked for an upgrade must not take it for a yes. */
export function deliverRefusal(
  exchange: Exchange,
  { answer }: Refusal,
  unread: boolean,
  upgrade: boolean,
): void {
  const status = upgrade ? 501 : answer.status
  exchange.answer({ status, headers: answer.headers, body: Buffer.from(answer.body), unread })
}

function askHelp(parts: HandlerParts, request: Received): void {
  const { exchange, destination, presented, body, unreadable } = request
  if (unreadable !== null) {
    refuse(exchange, defect('unreadable', unreadable))
    return
  }
  const mark = `${destination.target}?`.indexOf('?')
  const path = destination.target.slice(0, mark)
  const query = destination.target.slice(mark + 1)
  const entry = /^\/mcp(?:\/([a-z0-9-]{0,63}))?\/?$/.exec(path)
  if (entry !== null && parts.help.mcp !== undefined) {
    const { headers } = request.head
    const { peer } = exchange.connection.session
    const owner = sha256(presented.map(({ value }) => value.reveal()).join('\0'))
    const { method } = exchange
    parts.help
      .mcp(
        { method, presented, body, entry: entry[1] ?? '', headers, owner, peer },
        exchange.signal,
      )
      .then((answer) => exchange.answer({ ...answer, unread: false }))
      .catch(() => refuse(exchange, defect('fault', 'the MCP desk failed')))
    return
  }
  parts.help
    .answer({ method: exchange.method, path, query, presented, body }, exchange.signal)
    .then((answer) =>
      exchange.answer({
        status: answer.status,
        headers: answer.headers,
        body: typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body,
        unread: false,
      }),
    )
    .catch(() => refuse(exchange, defect('fault', 'the help desk failed')))
}

/** After a refusal of the door's own, the connection is not trusted to be where we think it is. */
export function refuse(exchange: Exchange, found: Defect): void {
  const { status, headers, body } = answerOf(found)
  exchange.answer({ status, headers, body: Buffer.from(body), unread: true })
}
