// One listener for agents: reverse proxy, forward proxy and the help desk. It reads requests, hands
// them to the gate, and writes what the gate says. It holds no credential, decides nothing and
// opens no upstream.
import type { AddressInfo, Socket } from 'node:net'
import type { Server } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'

import { assert } from '../../domain/fault.ts'
import type { SessionId } from '../../domain/names.ts'
import type { Door, Gate } from '../../domain/request.ts'
import { aborted, listen } from '../listening.ts'
import type { Authority } from './authority.ts'
import type { Buffered } from './body.ts'
import { connect } from './connect.ts'
import { openConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createPlaces } from './destination.ts'
import type { GovernedUpstream } from './destination.ts'
import type { Exchange } from './exchange.ts'
import { handle } from './handler.ts'
import { headerTable } from './head.ts'
import type { HelpDesk } from './help-desk.ts'
import { createHttp1Server } from './http1.ts'
import { serveHttp2 } from './http2.ts'
import { intercept } from './intercept.ts'
import { httpLimits } from './limits.ts'
import type { HttpLimits } from './limits.ts'
import { forwardPlain } from './plain.ts'
import { splice } from './tunnel.ts'

export interface HttpDoorOptions {
  readonly listen: ListenAddress
  readonly upstreams: readonly GovernedUpstream[]
  readonly authority: Pick<Authority, 'secureContext'>
  readonly help: HelpDesk
  newId(): SessionId
  /** besides loopback names: what this machine is called by agents that use a path prefix */
  readonly ownNames?: readonly string[]
  /** names that may be tunnelled to although they look private: `npm.internal` */
  readonly tunnelNames?: readonly string[]
  readonly limits?: Partial<HttpLimits>
}

export interface ListenAddress {
  readonly host: string
  /** 0 for any free one */
  readonly port: number
}

export interface HttpDoor extends Door {
  /** Resolves once it listens; rejects with what `serve` rejects with. */
  ready(): Promise<ListenAddress>
  /** Where it listens. Only once it does. */
  address(): ListenAddress
}

/** What lives while the door is open. */
interface Life {
  gate: Gate | null
  stopping: boolean
  readonly connections: WeakMap<Duplex, Connection>
  readonly sockets: Set<Socket>
  readonly sessions: Set<ServerHttp2Session>
}

export function createHttpDoor(options: HttpDoorOptions): HttpDoor {
  const limits = { ...httpLimits, ...options.limits }
  const life: Life = {
    gate: null,
    stopping: false,
    connections: new WeakMap(),
    sockets: new Set(),
    sessions: new Set(),
  }
  const server = joinParts(options, limits, life)
  const listening = Promise.withResolvers<ListenAddress>()
  // Whoever calls `serve` hears of it; `ready` need not be called.
  listening.promise.catch(() => undefined)

  function address(): ListenAddress {
    const bound = server.address()
    assert(bound !== null && typeof bound === 'object', 'the door listens')
    return { host: (bound satisfies AddressInfo).address, port: bound.port }
  }

  async function serve(gate: Gate, signal: AbortSignal): Promise<void> {
    assert(life.gate === null, 'a door is served once')
    life.gate = gate
    try {
      await listen(server, options.listen)
    } catch (error) {
      listening.reject(error)
      throw error
    }
    listening.resolve(address())
    await aborted(signal)
    await stop(server, life, limits)
  }

  return { serve, address, ready: () => listening.promise }
}

function joinParts(options: HttpDoorOptions, limits: HttpLimits, life: Life): Server {
  const buffered: Buffered = { bytes: 0 }
  const table = headerTable(options.upstreams.flatMap((upstream) => upstream.credentialHeaders))
  const places = createPlaces({
    upstreams: options.upstreams,
    ownNames: options.ownNames ?? [],
    tunnelNames: options.tunnelNames ?? [],
    targetBytesMax: limits.targetBytesMax,
  })
  function gate(): Gate {
    assert(life.gate !== null, 'requests come only while the door is served')
    return life.gate
  }
  const handlerParts = {
    ...{ limits, table, places, buffered, gate, help: options.help },
    forwardPlain: (request: Parameters<typeof forwardPlain>[1]) =>
      forwardPlain({ limits, gate }, request),
  }
  const onExchange = (exchange: Exchange): void => handle(handlerParts, exchange)
  const interceptParts = {
    ...{ limits, authority: options.authority },
    register: (stream: Duplex, connection: Connection) =>
      void life.connections.set(stream, connection),
    serveHttp2: (connection: Connection, stream: Duplex) =>
      remember(life.sessions, serveHttp2({ limits, handle: onExchange }, connection, stream)),
  }
  const server: Server = createHttp1Server({
    limits,
    connectionOf: (stream) => life.connections.get(stream),
    stopping: () => life.stopping,
    handle: onExchange,
    connect: (request, stream, head) => {
      const connection = life.connections.get(stream)
      try {
        assert(connection !== undefined, 'every stream belongs to a connection')
        connect(connectParts, connection, request, stream, head)
      } catch {
        stream.destroy()
      }
    },
  })
  const connectParts: Parameters<typeof connect>[0] = {
    ...{ limits, table, places, gate },
    intercept: (...entered) => intercept({ ...interceptParts, http1: server }, ...entered),
    splice: (...entered) => splice({ limits, places, gate }, ...entered),
  }
  server.prependListener('connection', (socket) => {
    // Streams from inside a CONNECT come here too, registered already.
    if (life.connections.has(socket)) return
    life.connections.set(socket, openConnection(socket, options.newId()))
    remember(life.sockets, socket)
  })
  return server
}

function remember<T extends Readonly<{ once(event: 'close', listener: () => void): unknown }>>(
  set: Set<T>,
  item: T,
): T {
  set.add(item)
  item.once('close', () => set.delete(item))
  return item
}

/** Takes no more; what is open may finish for a moment, then it is cut. */
function stop(server: Server, life: Life, limits: HttpLimits): Promise<void> {
  life.stopping = true
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const socket of life.sockets) socket.destroy()
    }, limits.stopSeconds * 1000)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    for (const session of life.sessions) session.close()
    server.closeIdleConnections()
  })
}
