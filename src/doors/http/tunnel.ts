// A tunnel to a host that is not governed. Its bytes are not read, but for the first: they must be
// a TLS ClientHello that names the host of the CONNECT, in the clear. Otherwise a tunnel to an
// allowed host could carry a connection to a governed one.
import { pipeline } from 'node:stream'
import type { Duplex } from 'node:stream'

import type { Arrival, Gate, Reply } from '../../domain/request.ts'
import { discard } from './answer.ts'
import { nothing } from './body.ts'
import type { Entry } from './connect.ts'
import type { Connection } from './connection.ts'
import type { Places } from './destination.ts'
import type { HttpLimits } from './limits.ts'
import { endWith } from './last-words.ts'
import { helloDefect, peek, unrecognizedName } from './peek.ts'
import type { Peeked } from './peek.ts'
import { duplexOf } from './stream.ts'

export interface TunnelParts {
  readonly limits: HttpLimits
  readonly places: Places
  gate(): Gate
}

export function splice(
  parts: TunnelParts,
  connection: Connection,
  entry: Entry,
  stream: Duplex,
  reply: Reply,
): void {
  if (reply.kind !== 'tunnel') {
    connection.session.sever()
    return
  }
  const upstream = duplexOf(reply)
  upstream.on('error', () => connection.session.sever())
  connection.session.onClose(() => upstream.destroy())
  peek(stream, parts.limits.handshakeSeconds, (peeked) => {
    if (mayGoOn(entry, peeked)) {
      join(parts, connection, stream, upstream)
      return
    }
    upstream.destroy()
    endWith(stream, unrecognizedName, parts.limits.lingerSeconds)
    reportFronting(parts, connection, entry, peeked)
  })
}

function mayGoOn({ host }: Entry, peeked: Peeked): boolean {
  return peeked.kind === 'hello' && helloDefect(peeked.hello, host) === null
}

function join(parts: TunnelParts, connection: Connection, stream: Duplex, upstream: Duplex): void {
  connection.limitIdle(parts.limits.tunnelIdleSeconds)
  const over = (error: unknown): void => {
    if (error !== undefined && error !== null) connection.session.sever()
  }
  pipeline(stream, upstream, over)
  pipeline(upstream, stream, over)
}

/**
 * A governed host named inside a tunnel to another one is a way round the gate: the gate hears of
 * it.
 */
function reportFronting(
  parts: TunnelParts,
  connection: Connection,
  { host, presented }: Entry,
  peeked: Peeked,
): void {
  const named = peeked.kind === 'hello' ? peeked.hello.serverName : null
  const upstream = named === null ? null : parts.places.upstreamOf(named)
  if (named === null || upstream === null) return
  const arrival: Arrival = {
    door: 'http',
    session: connection.session,
    presented,
    payload: {
      kind: 'http',
      upstream,
      method: 'CONNECT',
      host: named,
      target: '/',
      headers: [],
      body: nothing,
      unreadable: `a tunnel to \`${host}\` opens with a ClientHello that names \`${named}\``,
    },
  }
  parts
    .gate()
    .pass(arrival, new AbortController().signal)
    .then((answer) => {
      if (answer.kind === 'http') discard(answer.body)
    })
    .catch(() => undefined)
}
