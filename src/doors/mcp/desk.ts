// What the MCP door does with one request, whoever listens: finds the session that it belongs to,
// or begins one, and hands the message to it. A session belongs to the credential that began it.
import type { SessionId, UpstreamName } from '../../domain/names.ts'
import type { Gate, Refusal, Session } from '../../domain/request.ts'
import type { Clock } from '../../system/clock.ts'
import { errorCodes, errorText, readMessage } from '../../wire/mcp/message.ts'
import type { Message } from '../../wire/mcp/message.ts'
import { headerFault, saysModern } from './check-headers.ts'
import { said, saidNothing } from './inbound.ts'
import type { Inbound, Outbound } from './inbound.ts'
import { messageLimits } from './limits.ts'
import type { McpDoorLimits } from './limits.ts'
import { createMergedSeat } from './merged-seat.ts'
import { createOwnSeat } from './own-seat.ts'
import type { OwnTools } from './own-seat.ts'
import { openSeat } from './seat.ts'
import type { Seat, SeatParts } from './seat.ts'

export interface DeskOptions {
  readonly gate: Gate
  readonly upstreams: readonly UpstreamName[]
  readonly own: OwnTools
  readonly clock: Pick<Clock, 'milliseconds'>
  newId(): SessionId
  readonly limits: McpDoorLimits
}

export interface McpDesk {
  /** Never rejects. */
  handle(inbound: Inbound): Promise<Outbound>
  /** Ends what nobody has used for long. */
  sweep(): void
  /** Ends every session. */
  close(): void
}

/** An open session. */
interface Open {
  readonly session: Session
  readonly entry: string
  readonly owner: string
  readonly seat: Seat
  readonly close: () => void
  usedAt: number
  busy: number
}

export const ownEntry = 'holdpoint'
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function createMcpDesk(options: DeskOptions): McpDesk {
  return new Desk(options)
}

class Desk implements McpDesk {
  readonly #options: DeskOptions
  readonly #open = new Map<string, Open>()
  readonly #opening = new Map<string, Promise<Open | Outbound>>()

  constructor(options: DeskOptions) {
    this.#options = options
  }

  async handle(inbound: Inbound): Promise<Outbound> {
    try {
      return await this.#handle(inbound)
    } catch {
      return problem(500, 'the gate could not go on with this')
    }
  }

  sweep(): void {
    const { clock, limits } = this.#options
    const oldest = clock.milliseconds() - limits.idleSeconds * 1000
    for (const one of this.#open.values()) {
      if (one.busy === 0 && one.usedAt < oldest) one.close()
    }
  }

  close(): void {
    for (const one of [...this.#open.values()]) one.close()
  }

  #handle(inbound: Inbound): Promise<Outbound> {
    const { entry } = inbound
    if (entry !== '' && entry !== ownEntry && !this.#knows(entry)) {
      return Promise.resolve(problem(404, `there is no MCP server \`${entry.slice(0, 63)}\` here`))
    }
    switch (inbound.method) {
      case 'POST':
        return this.#post(inbound)
      case 'GET':
        return this.#get(inbound)
      case 'DELETE':
        return Promise.resolve(this.#delete(inbound))
      default:
        return Promise.resolve(problem(405, 'POST, GET and DELETE are taken here'))
    }
  }

  #knows(entry: string): boolean {
    return this.#options.upstreams.some((name) => name === entry)
  }

  async #post(inbound: Inbound): Promise<Outbound> {
    const { limits } = this.#options
    let text: string
    try {
      text = utf8.decode(inbound.body)
    } catch {
      return bad(400, errorText(null, errorCodes.parse, 'the message is not UTF-8'))
    }
    const message = readMessage(text, messageLimits(limits))
    if (message.kind === 'refused') {
      return bad(400, errorText(message.id, message.code, message.why))
    }
    const fault = headerFault(message, inbound)
    if (fault !== null) {
      return bad(400, errorText(idOf(message), errorCodes.headers, fault))
    }
    const found = await this.#sessionFor(message, inbound)
    if ('exchange' in found) return found
    found.busy++
    const begins = message.kind === 'request' && message.method === 'initialize'
    try {
      const exchange = await found.seat.handle(message, inbound)
      const headers = begins ? [['mcp-session-id', found.session.id] as const] : []
      const done = (): void => this.#done(found)
      return {
        status: exchange.status,
        headers,
        exchange: { ...exchange, events: ending(exchange, done) },
      }
    } catch (error) {
      this.#done(found)
      throw error
    }
  }

  #done(one: Open): void {
    one.busy--
    one.usedAt = this.#options.clock.milliseconds()
  }

  async #get(inbound: Inbound): Promise<Outbound> {
    const found = this.#named(inbound)
    if (found === null) {
      // A client of the newer revisions learns that there is no such stream.
      const given = inbound.header('mcp-session-id') !== null
      return given ? problem(404, 'there is no such session') : problem(405, 'name a session')
    }
    const exchange = await found.seat.listen(inbound.header('last-event-id'), inbound.signal)
    return { status: exchange.status, headers: [], exchange }
  }

  #delete(inbound: Inbound): Outbound {
    const found = this.#named(inbound)
    if (found === null) return problem(404, 'there is no such session')
    found.close()
    return { status: 200, headers: [], exchange: saidNothing(200) }
  }

  /** Of another credential there is none, whoever knows its name. */
  #named(inbound: Inbound): Open | null {
    const found = this.#open.get(inbound.header('mcp-session-id') ?? '')
    const { owner, entry } = inbound
    return found?.owner === owner && found.entry === entry ? found : null
  }

  async #sessionFor(message: Message, inbound: Inbound): Promise<Open | Outbound> {
    const named = this.#named(inbound)
    if (saysModern(message, inbound)) {
      // Nobody names a session there: what one lease asks of one entry is one.
      const key = `modern ${inbound.entry} ${inbound.owner}`
      const known = this.#open.get(key)
      if (known !== undefined) return known
      const opening = this.#opening.get(key) ?? this.#begin(inbound, message, key)
      this.#opening.set(key, opening)
      return opening.finally(() => this.#opening.delete(key))
    }
    if (named !== null) return named
    const id = idOf(message)
    if (inbound.header('mcp-session-id') !== null) {
      return bad(404, errorText(id, errorCodes.request, 'there is no such session; begin anew'))
    }
    if (message.kind === 'request' && message.method === 'initialize') {
      return this.#begin(inbound, message, null)
    }
    return bad(400, errorText(id, errorCodes.request, 'begin a session with `initialize`'))
  }

  async #begin(inbound: Inbound, message: Message, key: string | null): Promise<Open | Outbound> {
    const { limits, clock } = this.#options
    const { owner, entry } = inbound
    const own = [...this.#open.values()].filter((one) => one.owner === owner).length
    if (own >= limits.sessionsPerLeaseMax || this.#open.size >= limits.sessionsMax) {
      return problem(429, 'too many sessions; end one')
    }
    const listeners: (() => void)[] = []
    const over = new AbortController()
    const id = this.#options.newId()
    const close = (): void => {
      if (over.signal.aborted) return
      over.abort()
      this.#open.delete(key ?? id)
      for (const listener of listeners) listener()
    }
    const session: Session = {
      ...{ id, peer: inbound.peer, sever: close },
      onClose: (listener) => {
        if (over.signal.aborted) listener()
        else listeners.push(listener)
      },
    }
    const { gate } = this.#options
    const parts = { gate, session, requestsMax: limits.requestsMax, over: over.signal }
    const seat = await this.#seat(parts, inbound)
    if ('says' in seat) {
      close()
      return refused(seat, message)
    }
    listeners.push(() => seat.close())
    if (over.signal.aborted) seat.close()
    const open = { session, entry, owner, seat, close, usedAt: clock.milliseconds(), busy: 0 }
    if (!over.signal.aborted) this.#open.set(key ?? id, open)
    return open
  }

  async #seat(parts: SeatParts, inbound: Inbound): Promise<Seat | Refusal> {
    const { upstreams, own, limits } = this.#options
    if (inbound.entry === ownEntry) return createOwnSeat(own)
    if (inbound.entry !== '') return openSeat(parts, inbound.entry as UpstreamName, inbound)
    const seats = new Map<string, Seat>([[ownEntry, createOwnSeat(own)]])
    let last: Refusal | null = null
    for (const name of upstreams) {
      const seat = await openSeat(parts, name, inbound)
      if ('says' in seat) last = seat
      else seats.set(name, seat)
    }
    // Whoever may reach no server at all is told why, as at a server's own entry.
    if (last !== null && seats.size === 1) return last
    return createMergedSeat({ seats, limits: messageLimits(limits) })
  }
}

async function* ending({ events }: Outbound['exchange'], done: () => void) {
  try {
    yield* events
  } finally {
    done()
  }
}

function idOf(message: Message): string | number | null {
  return message.kind === 'request' ? message.id : null
}

/** Whoever shows no lease is asked for one, as HTTP has it. */
function refused({ code, says, instead, answer }: Refusal, message: Message): Outbound {
  const status = code === 'no-lease' || answer.status === 401 ? 401 : 403
  const data = { holdpoint: { code, says, instead } }
  const text = errorText(idOf(message), errorCodes.refused, `Holdpoint: ${says}. ${instead}`, data)
  const headers = status === 401 ? [['www-authenticate', 'Bearer'] as const] : []
  return { status, headers, exchange: said(status, text) }
}

function bad(status: number, text: string): Outbound {
  return { status, headers: [], exchange: said(status, text) }
}

function problem(status: number, why: string): Outbound {
  return bad(status, errorText(null, errorCodes.request, why))
}
