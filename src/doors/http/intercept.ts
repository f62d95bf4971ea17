// Inside a CONNECT to a governed host: the client's TLS ends here, with a leaf of our own
// authority, and HTTP/1.1 or HTTP/2 is spoken in the host's name. The ClientHello must name that
// host before any certificate is made.
import type { Server } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import { createServer } from 'node:tls'
import type { SecureContext } from 'node:tls'

import { unreachable } from '../../domain/fault.ts'
import type { Authority } from './authority.ts'
import type { Entry } from './connect.ts'
import type { Connection } from './connection.ts'
import { defect } from './defect.ts'
import { endWith, writeRefusal } from './last-words.ts'
import type { HttpLimits } from './limits.ts'
import { helloDefect, peek, unrecognizedName } from './peek.ts'
import type { Peeked } from './peek.ts'

export interface InterceptParts {
  readonly limits: HttpLimits
  readonly authority: Pick<Authority, 'secureContext'>
  /** from now on, requests on this stream are of this connection */
  register(stream: Duplex, connection: Connection): void
  readonly http1: Server
  serveHttp2(connection: Connection, stream: Duplex): ServerHttp2Session
}

export function intercept(
  parts: InterceptParts,
  connection: Connection,
  entry: Entry,
  stream: Duplex,
): void {
  if (entry.port === 80) {
    const inside = { scheme: 'http', host: entry.host, port: entry.port } as const
    parts.register(stream, connection.enter(inside, entry.presented, stream))
    parts.http1.emit('connection', stream)
    return
  }
  peek(stream, parts.limits.handshakeSeconds, (peeked) => {
    if (!mayTerminate(parts, entry, stream, peeked)) return
    parts.authority.secureContext(entry.host).then(
      (context) => terminate(parts, connection, entry, stream, context),
      () => connection.session.sever(),
    )
  })
}

function mayTerminate(
  { limits }: InterceptParts,
  { host, port }: Entry,
  stream: Duplex,
  peeked: Peeked,
): boolean {
  switch (peeked.kind) {
    case 'hello':
      // What an encrypted hello may hide does not matter here: it ends here.
      if (helloDefect({ ...peeked.hello, encrypted: false }, host) === null) return true
      endWith(stream, unrecognizedName, limits.lingerSeconds)
      return false
    case 'not-tls':
      writeRefusal(
        stream,
        defect('malformed', `port ${port} of \`${host}\` speaks TLS`),
        limits.lingerSeconds,
      )
      return false
    case 'refused':
    case 'gone':
      stream.destroy()
      return false
    default:
      return unreachable(peeked)
  }
}

/** A TLS server for one connection: what comes out of it can only be what went in. */
function terminate(
  parts: InterceptParts,
  connection: Connection,
  { host, port, presented }: Entry,
  stream: Duplex,
  secureContext: SecureContext,
): void {
  if (stream.destroyed) return
  const server = createServer({
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: parts.limits.handshakeSeconds * 1000,
    // The name was read already; here the library that will act on it says the same.
    SNICallback: (name, done) => {
      if (name.toLowerCase() === host) done(null, secureContext)
      else done(new Error('the ClientHello reads as another name'))
    },
  })
  server.once('tlsClientError', () => connection.session.sever())
  server.once('secureConnection', (secure) => {
    secure.on('error', () => connection.session.sever())
    const inner = connection.enter({ scheme: 'https', host, port }, presented, secure)
    parts.register(secure, inner)
    if (secure.alpnProtocol === 'h2') parts.serveHttp2(inner, secure)
    else parts.http1.emit('connection', secure)
  })
  server.emit('connection', stream)
}
