// The beginning of a connection: TLS by request or at once, no GSSAPI, then a StartupMessage or a
// CancelRequest. What comes behind a request before it is answered was put there by somebody in
// between, and ends it (CVE-2021-23222).
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'

import { Fault } from '../../domain/fault.ts'
import { endpointOf } from '../../system/scram.ts'
import { errorResponse } from '../../wire/postgres/backend.ts'
import { readStartup } from '../../wire/postgres/startup.ts'
import type { Startup, StartupPacket } from '../../wire/postgres/startup.ts'
import { fatalFields } from './refuse.ts'

/** How the door proves who it is. */
export interface DoorTls {
  /** names that clients may call it by; the first is taken where they say none */
  readonly names: readonly [string, ...string[]]
  secureContext(name: string): Promise<SecureContext>
}

export interface Greeted {
  readonly kind: 'startup'
  readonly startup: Startup
  readonly stream: Duplex
  /** tls-server-end-point; null without TLS */
  readonly endpoint: Uint8Array | null
  /** what came behind the StartupMessage */
  readonly rest: Uint8Array
}

export type Greeting = Greeted | Extract<StartupPacket, { kind: 'cancel' }> | Ended

/** It is over: refused, cut off, or never begun. */
interface Ended {
  readonly kind: 'ended'
}

const tlsRecord = 0x16
const protocolName = 'postgresql'
const accepted = Buffer.from('S')
const declined = Buffer.from('N')

/** Whoever calls it bounds its time, by destroying the socket. */
export async function greet(socket: Socket, tls: DoorTls | null): Promise<Greeting> {
  let stream: Duplex = socket
  let secure: TLSSocket | null = null
  let bytes: Uint8Array = await readSome(stream)
  if (bytes[0] === tlsRecord) {
    secure = tls === null ? null : await startTls(socket, tls, bytes)
    if (secure?.alpnProtocol !== protocolName) return end(secure ?? socket)
    stream = secure
    bytes = new Uint8Array()
  }
  let declinedGss = false
  for (;;) {
    const read = readPacket(bytes)
    if (read === 'refused') return end(stream, '08P01', 'this is not the PostgreSQL protocol 3')
    if (read === null) {
      const more = await readSome(stream)
      if (more.length === 0) return end(stream)
      bytes = Buffer.concat([bytes, more])
      continue
    }
    const { packet, length } = read
    const rest = bytes.subarray(length)
    switch (packet.kind) {
      case 'cancel':
        stream.destroy()
        return packet
      case 'startup':
        stream.pause()
        return { kind: 'startup', startup: packet, stream, rest, endpoint: endpointOfOwn(secure) }
      case 'gss':
        if (rest.length > 0 || declinedGss || secure !== null) return end(stream)
        declinedGss = true
        stream.write(declined)
        bytes = rest
        break
      case 'tls':
        if (rest.length > 0 || secure !== null) return end(stream)
        bytes = rest
        if (tls === null) {
          stream.write(declined)
          break
        }
        stream.write(accepted)
        secure = await startTls(socket, tls, null)
        if (secure === null) return end(stream)
        stream = secure
        break
    }
  }
}

function readPacket(bytes: Uint8Array): ReturnType<typeof readStartup> | 'refused' {
  try {
    return readStartup(bytes)
  } catch (fault) {
    if (fault instanceof Fault) return 'refused'
    throw fault
  }
}

function end(stream: Duplex, code?: string, message = ''): Ended {
  if (code !== undefined) stream.write(errorResponse(fatalFields(code, message)))
  stream.on('error', () => undefined)
  stream.end()
  return { kind: 'ended' }
}

/** The next bytes that come; none when none will. */
function readSome(stream: Duplex): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const settle = (bytes: Uint8Array): void => {
      stream.off('readable', look).off('end', gone).off('close', gone).off('error', gone)
      resolve(bytes)
    }
    const gone = (): void => settle(new Uint8Array())
    const look = (): void => {
      const chunk = stream.read() as Buffer | null
      if (chunk !== null) settle(chunk)
    }
    stream.on('readable', look).on('end', gone).on('close', gone).on('error', gone)
    if (stream.destroyed) gone()
    else look()
  })
}

/** null when it comes to nothing. `early` was read already. */
function startTls(
  socket: Socket,
  tls: DoorTls,
  early: Uint8Array | null,
): Promise<TLSSocket | null> {
  if (early !== null) socket.unshift(early)
  return new Promise((resolve) => {
    const secure = new TLSSocket(socket, {
      isServer: true,
      ALPNProtocols: [protocolName],
      SNICallback: (name, done) => {
        const [first] = tls.names
        const asked = tls.names.includes(name.toLowerCase()) ? name.toLowerCase() : first
        tls.secureContext(asked).then(
          (context) => done(null, context),
          () => done(new Error('no certificate')),
        )
      },
    })
    secure.once('secure', () => resolve(secure))
    secure.once('error', () => resolve(null))
    secure.once('close', () => resolve(null))
  })
}

function endpointOfOwn(secure: TLSSocket | null): Uint8Array | null {
  const certificate = secure?.getCertificate()
  if (certificate == null || !('raw' in certificate)) return null
  return endpointOf(certificate.raw)
}
