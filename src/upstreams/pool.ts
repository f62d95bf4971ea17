import { assert } from '../domain/fault.ts'
import { Connection } from './connection.ts'
import type { ConnectionLimits, ConnectionOwner } from './connection.ts'
import { dial } from './dial.ts'
import type { DialParts, Dialled, Place } from './dial.ts'

export interface PoolLimits extends ConnectionLimits {
  /** connections to one upstream at once */
  readonly connectionsMax: number
}

export const poolLimits: PoolLimits = {
  tickMilliseconds: 1000,
  answerTicks: 60,
  silentTicks: 60,
  unreadTicks: 120,
  abandonedTicks: 10,
  idleTicks: 4,
  connectionsMax: 1024,
}

/** Nothing has left when there is no connection. */
export type Borrowed =
  | Readonly<{ kind: 'connection'; connection: Connection }>
  | Exclude<Dialled, { kind: 'connected' }>
  | Readonly<{ kind: 'busy'; why: string }>

/** Where all connections read into: what is in it is taken before the next one reads. */
const shared = Buffer.allocUnsafe(65_536)

/**
 * Connections to one upstream, kept for a while. The newest is used again first; the rest can end.
 */
export class Pool implements ConnectionOwner {
  readonly limits: PoolLimits
  readonly #place: Place
  readonly #parts: DialParts
  readonly #all = new Set<Connection>()
  readonly #idle: Connection[] = []
  #dialling = 0
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(place: Place, parts: DialParts, limits: PoolLimits) {
    this.#place = place
    this.#parts = parts
    this.limits = limits
  }

  /** One that is open already; null when there is none. */
  take(): Connection | null {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.usable) return last
      last.close()
    }
    return null
  }

  async open(): Promise<Borrowed> {
    if (this.#closed) return { kind: 'unreachable', why: 'the gate is stopping' }
    const { connectionsMax } = this.limits
    if (this.#all.size + this.#dialling >= connectionsMax) {
      return { kind: 'busy', why: `${connectionsMax} connections to it are open already` }
    }
    this.#dialling++
    try {
      return await this.#dial()
    } finally {
      this.#dialling--
    }
  }

  async #dial(): Promise<Borrowed> {
    let connection: Connection | null = null
    const heard = { early: false }
    const onread = {
      buffer: shared,
      callback(count: number): boolean {
        if (connection === null) heard.early = true
        return connection?.receive(shared.subarray(0, count)) ?? false
      },
    }
    const dialled = await dial(this.#parts, this.#place, onread)
    if (dialled.kind !== 'connected') return dialled
    connection = new Connection(this, dialled.socket)
    this.#all.add(connection)
    this.#timer ??= setInterval(() => this.#tick(), this.limits.tickMilliseconds).unref()
    if (!heard.early && !this.#closed) return { kind: 'connection', connection }
    connection.close()
    return { kind: 'unreachable', why: 'the upstream spoke before it was asked' }
  }

  free(connection: Connection): void {
    assert(this.#all.has(connection), 'a connection comes back to its own pool')
    this.#idle.push(connection)
  }

  closed(connection: Connection): void {
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
    if (this.#all.size === 0) this.#stop()
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#all) connection.close()
    this.#stop()
  }

  #tick(): void {
    for (const connection of this.#all) connection.tick()
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }
}
