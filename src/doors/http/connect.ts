// CONNECT (RFC 9110 9.3.6). Its target is a host name and a port. To governed hosts and the help
// desk the connection is intercepted: TLS on 443, plain HTTP on 80. To others it is plain HTTP,
// read here, on 80, and elsewhere a tunnel, which the gate allows or not. HTTP/1.0 is taken:
// Python's http.client writes it.
// https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import type { Arrival, Gate, Presented, Reply, Refusal } from '../../domain/request.ts'
import type { Connection, Inside } from './connection.ts'
import { defect } from './defect.ts'
import type { Defect } from './defect.ts'
import type { Destination, Places } from './destination.ts'
import { readHead } from './head.ts'
import type { Head, HeaderTable } from './head.ts'
import { readAuthority } from './host.ts'
import { writeLast, writeRefusal } from './last-words.ts'
import type { HttpLimits } from './limits.ts'

export interface ConnectParts {
  readonly limits: HttpLimits
  readonly table: HeaderTable
  readonly places: Places
  gate(): Gate
  /** speaks HTTP with the client in the name of the host */
  intercept(connection: Connection, entry: Entry, stream: Duplex): void
  /** joins the client with what the gate has opened */
  splice(connection: Connection, entry: Entry, stream: Duplex, reply: Reply): void
}

/** A CONNECT that has been read. */
export interface Entry {
  readonly kind: Destination['kind']
  readonly host: string
  readonly port: number
  readonly presented: readonly Presented[]
}

const established = 'HTTP/1.1 200 Connection established\r\n\r\n'

export function connect(
  parts: ConnectParts,
  connection: Connection,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): void {
  // Requests before it must have been answered: what follows belongs to another place.
  if (connection.current !== null || connection.waiting.length > 0 || connection.closing) {
    connection.session.sever()
    return
  }
  stream.on('error', () => connection.session.sever())
  const entry = readEntry(parts, connection, request)
  if ('code' in entry) {
    connection.closing = true
    writeRefusal(stream, entry, parts.limits.lingerSeconds)
    return
  }
  if (head.length > 0) stream.unshift(head)
  if (entry.kind !== 'plain' || entry.port === 80) {
    stream.write(established)
    parts.intercept(connection, entry, stream)
    return
  }
  askGate(parts, connection, entry, stream)
}

function readEntry(
  parts: ConnectParts,
  connection: Connection,
  request: IncomingMessage,
): Entry | Defect {
  if (connection.inside !== null) return defect('malformed', 'a CONNECT is inside another')
  const { rawHeaders, url = '' } = request
  if (rawHeaders.length > parts.limits.headersMax * 2) {
    return defect('head-too-large', `there are more than ${parts.limits.headersMax} headers`)
  }
  const head = readHead(rawHeaders, parts.table)
  if (head.kind === 'defect') return head
  if (head.chunked || head.length !== null) return defect('malformed', 'a CONNECT has no body')
  const authority = readAuthority(url)
  const refused = parts.places.refuse(authority)
  if (refused !== null) return refused
  if (authority.kind !== 'name' || authority.port === null) {
    return defect('bad-host', 'a CONNECT names a host and a port')
  }
  const { host, port } = authority
  if (!agrees(head, { host, port })) {
    return defect('misdirected', `the CONNECT names \`${url}\` and Host \`${head.host ?? ''}\``)
  }
  const presented = head.presented.filter(({ place }) => place === 'proxy')
  const kind = parts.places.kindOf(host)
  if (kind !== 'plain' && port !== 443 && port !== 80) {
    return defect('port-refused', `port ${port} of \`${host}\``)
  }
  if (kind === 'plain' && presented.length === 0) {
    return defect('proxy-credential', `\`${host}\` is reached with a lease only`)
  }
  return { kind, host, port, presented }
}

/**
 * A Host beside the CONNECT's target must name the same; some clients leave it out, or its port.
 */
function agrees({ host: written }: Head, { host, port }: Pick<Inside, 'host' | 'port'>): boolean {
  if (written === null) return true
  const named = readAuthority(written)
  if (named.kind !== 'name' || named.host !== host) return false
  return named.port === null || named.port === port
}

function askGate(parts: ConnectParts, connection: Connection, entry: Entry, stream: Duplex): void {
  const gone = new AbortController()
  connection.session.onClose(() => gone.abort())
  const leave = (): void => connection.session.sever()
  stream.once('end', leave)
  const arrival: Arrival = {
    door: 'http',
    session: connection.session,
    presented: entry.presented,
    payload: { kind: 'tunnel', host: entry.host, port: entry.port },
  }
  parts
    .gate()
    .pass(arrival, gone.signal)
    .then((reply) => {
      stream.off('end', leave)
      deliver(parts, connection, entry, stream, reply)
    })
    .catch(() => connection.session.sever())
}

function deliver(
  parts: ConnectParts,
  connection: Connection,
  entry: Entry,
  stream: Duplex,
  reply: Reply | Refusal,
): void {
  if (reply.kind !== 'refusal') {
    if (reply.kind === 'tunnel' && stream.writable) stream.write(established)
    parts.splice(connection, entry, stream, reply)
    return
  }
  connection.closing = true
  // Any 2xx would mean that the tunnel is open.
  const status = reply.answer.status >= 400 ? reply.answer.status : 403
  writeLast(stream, { ...reply.answer, status }, 'Refused', parts.limits.lingerSeconds)
}
