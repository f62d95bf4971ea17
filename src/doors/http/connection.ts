import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import type { SessionId } from '../../domain/names.ts'
import type { Presented, Session } from '../../domain/request.ts'

/** Where a connection leads once it is inside a CONNECT: every request there must name the same. */
export interface Inside {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
}

/** A connection of an agent, from its first byte to its last, TLS inside it included. */
export interface Connection {
  readonly session: Session
  /** null outside of any CONNECT */
  readonly inside: Inside | null
  /** the credential given on CONNECT; it counts for every request inside */
  readonly presented: readonly Presented[]
  /** bodies held for requests of this connection, in bytes */
  buffered: number
  /** set when no further request may be taken from it */
  closing: boolean
  /** the HTTP/1.1 request whose turn it is; the next ones wait behind it */
  current: Turn | null
  readonly waiting: (() => void)[]
  /** Severs the connection when nothing comes or goes for so long. */
  limitIdle(seconds: number): void
  /** The same connection, further in. */
  enter(inside: Inside, presented: readonly Presented[], stream: Duplex): Connection
}

/** What must be told to the request in hand when its connection breaks. */
export interface Turn {
  /** stops a body that is still being read; false when the gate has the request already */
  abandon(): boolean
  /** the client is gone */
  leave(): void
}

export function openConnection(socket: Socket, id: SessionId): Connection {
  const listeners: (() => void)[] = []
  const streams: Duplex[] = [socket]
  const layers: Connection[] = []
  let over = false

  function sever(): void {
    // Requests that were parsed already must not come to their turn.
    for (const layer of layers) layer.closing = true
    for (const stream of streams) stream.destroy()
  }

  socket.once('close', () => {
    over = true
    sever()
    for (const layer of layers) layer.current?.leave()
    for (const listener of listeners.splice(0)) listener()
  })

  const session: Session = {
    id,
    peer: `${socket.remoteAddress ?? 'gone'}:${socket.remotePort ?? 0}`,
    sever,
    onClose: (listener) => {
      if (over) listener()
      else listeners.push(listener)
    },
  }

  function within(inside: Inside | null, presented: readonly Presented[]): Connection {
    const connection: Connection = {
      session,
      inside,
      presented,
      buffered: 0,
      closing: false,
      current: null,
      waiting: [],
      limitIdle: (seconds) => socket.setTimeout(seconds * 1000, sever),
      enter: (deeper, shown, stream) => {
        if (stream !== socket) streams.push(stream)
        return within(deeper, shown)
      },
    }
    layers.push(connection)
    return connection
  }
  return within(null, [])
}
