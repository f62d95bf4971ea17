// A listener for PostgreSQL clients. It speaks the protocol, hands what would run to the gate, and
// passes the answers on. It holds no credential, decides nothing and opens no upstream.
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'

import { assert } from '../../domain/fault.ts'
import type { SessionId } from '../../domain/names.ts'
import type { Door, Gate } from '../../domain/request.ts'
import type { Clock } from '../../system/clock.ts'
import type { HelpDesk } from '../http/help-desk.ts'
import type { Random } from '../../system/random.ts'
import { errorResponse } from '../../wire/postgres/backend.ts'
import { aborted, listen } from '../listening.ts'
import { createCancelKeys } from './cancel.ts'
import { openConnection } from './connection.ts'
import type { Connection, ConnectionParts, PostgresPlace } from './connection.ts'
import type { DoorTls } from './greet.ts'
import { postgresLimits } from './limits.ts'
import type { PostgresLimits } from './limits.ts'
import type { LeaseProver } from './log-in.ts'
import { createPatience } from './patience.ts'
import { fatalFields } from './refuse.ts'

export interface PostgresDoorOptions {
  readonly listen: PostgresAddress
  readonly upstreams: readonly PostgresPlace[]
  /** null: clients are told that there is no TLS */
  readonly tls: DoorTls | null
  readonly leases: LeaseProver
  /** answers agents about themselves: SHOW holdpoint.whoami */
  readonly help?: HelpDesk
  readonly clock: Pick<Clock, 'milliseconds'>
  readonly random: Random
  newId(): SessionId
  readonly limits?: Partial<PostgresLimits>
}

export interface PostgresAddress {
  readonly host: string
  /** 0 for any free one */
  readonly port: number
}

export interface PostgresDoor extends Door {
  /** Resolves once it listens; rejects with what `serve` rejects with. */
  ready(): Promise<PostgresAddress>
  /** Where it listens. Only once it does. */
  address(): PostgresAddress
}

export function createPostgresDoor(options: PostgresDoorOptions): PostgresDoor {
  const limits = { ...postgresLimits, ...options.limits }
  const connections = new Set<Connection>()
  const server = createServer({ noDelay: true, pauseOnConnect: false })
  const listening = Promise.withResolvers<PostgresAddress>()
  let served = false
  // Whoever calls `serve` hears of it; `ready` need not be called.
  listening.promise.catch(() => undefined)

  function address(): PostgresAddress {
    const bound = server.address()
    assert(bound !== null && typeof bound === 'object', 'the door listens')
    return { host: (bound satisfies AddressInfo).address, port: bound.port }
  }

  async function serve(gate: Gate, signal: AbortSignal): Promise<void> {
    assert(!served, 'a door is served once')
    served = true
    accept(server, connections, partsOf(options, limits, gate))
    try {
      await listen(server, options.listen)
    } catch (error) {
      listening.reject(error)
      throw error
    }
    listening.resolve(address())
    await aborted(signal)
    await stop(server, connections, limits)
  }

  return { serve, address, ready: () => listening.promise }
}

function partsOf(
  options: PostgresDoorOptions,
  limits: PostgresLimits,
  gate: Gate,
): ConnectionParts {
  const { tls, random } = options
  return {
    ...{ gate, tls, random, limits, prover: options.leases, help: options.help ?? null },
    places: new Map(options.upstreams.map((place) => [place.name, place])),
    keys: createCancelKeys(random),
    patience: createPatience(options.clock),
    newId: () => options.newId(),
  }
}

function accept(server: Server, connections: Set<Connection>, parts: ConnectionParts): void {
  const full = errorResponse(fatalFields('53300', 'sorry, too many clients already'))
  server.on('connection', (socket) => {
    if (connections.size >= parts.limits.connectionsMax) {
      socket.on('error', () => undefined)
      socket.end(full)
      socket.destroySoon()
      return
    }
    const connection = openConnection(parts, socket)
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })
}

/** Takes no more; what runs may finish for a moment, then it is cut. */
function stop(
  server: Server,
  connections: ReadonlySet<Connection>,
  limits: PostgresLimits,
): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, limits.stopSeconds * 1000)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    for (const connection of connections) connection.stop()
  })
}
