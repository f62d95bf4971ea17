// A plain request to a host that is not governed: the gate gives the bytes of a connection, and the
// request is written there as it was read. Leases never go along, nor does what was meant for the
// proxy (RFC 9110 7.6, 11.7). The host's answer comes back as it is.
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'

import { assert } from '../../domain/fault.ts'
import type { Arrival, Gate, TunnelReply } from '../../domain/request.ts'
import { holdsLease } from './credential.ts'
import { defect } from './defect.ts'
import type { Defect } from './defect.ts'
import { deliverRefusal, refuse } from './handler.ts'
import type { Received } from './handler.ts'
import type { Answer } from './exchange.ts'
import type { Head, Header } from './head.ts'
import type { HttpLimits } from './limits.ts'
import { duplexOf } from './stream.ts'

export interface PlainParts {
  readonly limits: HttpLimits
  gate(): Gate
}

/** Connection and proxy headers, and those that this door writes anew. */
const notForwarded = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function forwardPlain(parts: PlainParts, request: Received): void {
  const { exchange, destination, presented } = request
  const wrong = plainDefect(request)
  if (wrong !== null) {
    refuse(exchange, wrong)
    return
  }
  const arrival: Arrival = {
    door: 'http',
    session: exchange.connection.session,
    presented: presented.filter(({ place }) => place === 'proxy'),
    payload: { kind: 'tunnel', host: destination.host, port: destination.port },
  }
  parts
    .gate()
    .pass(arrival, exchange.signal)
    .then((reply) => {
      if (reply.kind === 'tunnel') carry(parts, request, reply)
      else if (reply.kind === 'refusal') deliverRefusal(exchange, reply, false, false)
      else refuse(exchange, defect('fault', 'an answer came where a tunnel was due'))
    })
    .catch(() => refuse(exchange, defect('fault', 'the gate failed')))
}

function plainDefect({ exchange, head, destination, presented }: Received): Defect | null {
  if (head.upgrade !== null)
    return defect('upgrade', `an upgrade to \`${head.upgrade}\` is not made`)
  const texts = [destination.target, ...forwardedHeaders(exchange.rawHeaders, head).flat()]
  if (texts.some(holdsLease)) {
    return defect('lease-to-stranger', `a lease would leave for \`${destination.host}\``)
  }
  if (presented.some(({ place }) => place === 'proxy')) return null
  return defect('proxy-credential', `\`${destination.host}\` is reached with a lease only`)
}

function forwardedHeaders(raw: readonly string[], head: Head): Header[] {
  const headers: Header[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    if (notForwarded.has(name) || head.hopByHop.includes(name)) continue
    headers.push([name, raw[at + 1] ?? ''])
  }
  return headers
}

function carry(parts: PlainParts, request: Received, reply: TunnelReply): void {
  const { exchange, head, destination, body } = request
  const { host, port, target } = destination
  const stream = duplexOf(reply)
  const outgoing = httpRequest({
    createConnection: () => stream,
    method: exchange.method,
    path: target,
    headers: [
      ...['host', port === 80 ? host : `${host}:${port}`],
      ...forwardedHeaders(exchange.rawHeaders, head).flat(),
      ...(body.length > 0 ? ['content-length', String(body.length)] : []),
    ],
  })
  let answered = false
  function answer(found: Answer | Defect): void {
    if (answered) return
    answered = true
    clearTimeout(timer)
    if ('code' in found) refuse(exchange, found)
    else exchange.answer(found)
  }
  const late = (): void => {
    answer(defect('slow-answer', `\`${host}\` did not answer in time`))
    stream.destroy()
  }
  const timer = setTimeout(late, parts.limits.plainAnswerSeconds * 1000)
  outgoing.on('response', (incoming) => answer(answerFrom(incoming)))
  outgoing.on('error', () => answer(defect('unreachable', `\`${host}\` did not answer`)))
  stream.on('error', () => answer(defect('unreachable', `\`${host}\` did not answer`)))
  exchange.signal.addEventListener('abort', () => stream.destroy(), { once: true })
  outgoing.end(body)
}

function answerFrom(incoming: IncomingMessage): Answer {
  const headers: Header[] = []
  const raw = incoming.rawHeaders
  for (let at = 0; at + 1 < raw.length; at += 2) headers.push([raw[at] ?? '', raw[at + 1] ?? ''])
  const status = incoming.statusCode
  assert(status !== undefined, 'a response has a status')
  return { status, headers, body: incoming, unread: false }
}
