import type { Socket } from 'node:net'

import { assert } from '../domain/fault.ts'
import { ResponseReader } from './http1-response.ts'
import type { ResponseHead, ResponseSink } from './http1-response.ts'

/** Hears of the answer to one request. Exactly one of `end` and `fail` comes last. */
export interface ExchangeSink extends ResponseSink {
  /** All that has come for now was given, and more is to come. */
  settle(): void
  /** No whole answer will come, although the request may have arrived. */
  fail(why: string): void
  /** The agent is gone: nobody waits for the answer but the ledger. */
  readonly abandoned: boolean
}

export interface ConnectionLimits {
  readonly tickMilliseconds: number
  /** how long an upstream may take to begin its answer, in ticks */
  readonly answerTicks: number
  /** how long it may be silent in the middle of one, in ticks */
  readonly silentTicks: number
  /** how long an agent may read nothing of it, in ticks */
  readonly unreadTicks: number
  /** how long an answer is read on for its outcome alone, in ticks */
  readonly abandonedTicks: number
  /** how long a connection is kept for another request, in ticks */
  readonly idleTicks: number
}

export interface ConnectionOwner {
  readonly limits: ConnectionLimits
  /** It may carry another request. */
  free(connection: Connection): void
  closed(connection: Connection): void
}

/** A connection to an upstream: one request at a time, and none after anything odd. */
export class Connection {
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  #sink: ExchangeSink | null = null
  #reader: ResponseReader | null = null
  #persistent = false
  #paused = false
  #closed = false
  #ticks = 0
  #abandonedTicks = 0
  #idleTicksMax: number
  #headCame = false

  constructor(owner: ConnectionOwner, socket: Socket) {
    this.#owner = owner
    this.#socket = socket
    this.#idleTicksMax = owner.limits.idleTicks
    socket.on('error', (fault) => this.#broken(`the connection broke (${fault.message})`))
    socket.on('end', () => this.#ended())
    socket.on('close', () => this.#broken('the connection closed'))
  }

  get usable(): boolean {
    return !this.#closed && this.#socket.writable && this.#sink === null
  }

  /** Writes a whole request at once. From here on it may have arrived. */
  send(method: string, request: Uint8Array, sink: ExchangeSink): void {
    assert(this.usable, 'a connection carries one request at a time')
    this.#sink = sink
    this.#headCame = false
    this.#persistent = false
    this.#ticks = 0
    this.#abandonedTicks = 0
    this.#reader = new ResponseReader(method, {
      head: (head) => this.#head(head),
      body: (bytes) => sink.body(bytes),
      end: () => undefined,
    })
    this.#socket.write(request)
  }

  /** It was borrowed and nothing was sent on it. */
  giveBack(): void {
    if (this.usable) this.#owner.free(this)
  }

  /** What `onread` calls. False when no more is wanted for now. */
  receive(bytes: Buffer): boolean {
    const reader = this.#reader
    const sink = this.#sink
    if (reader === null || sink === null) {
      // Nobody asked: what comes now could be taken for the answer to the next request.
      this.close()
      return false
    }
    this.#ticks = 0
    const taken = reader.read(bytes)
    // The sink may have had enough, and ended it all.
    if (this.#sink !== sink) return false
    if (!taken) {
      this.#broken(`its answer cannot be read: ${reader.refusal}`)
      return false
    }
    if (reader.done) this.#finished(sink)
    else sink.settle()
    return !this.#paused
  }

  pause(): void {
    this.#paused = true
    this.#ticks = 0
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#ticks = 0
    this.#socket.resume()
  }

  /** Once every `tickMilliseconds`. */
  tick(): void {
    const { limits } = this.#owner
    const sink = this.#sink
    this.#ticks++
    if (sink === null) {
      if (this.#ticks > this.#idleTicksMax) this.close()
    } else if (sink.abandoned && ++this.#abandonedTicks > limits.abandonedTicks) {
      this.#broken('nobody waited for the answer any more')
    } else if (this.#paused) {
      if (this.#ticks > limits.unreadTicks) this.#broken('the agent did not read the answer')
    } else if (this.#ticks > (this.#headCame ? limits.silentTicks : limits.answerTicks)) {
      this.#broken(this.#headCame ? 'the answer stopped in the middle' : 'no answer came in time')
    }
  }

  /** Ends it, whatever is under way. */
  close(): void {
    this.#broken('the gate closed the connection')
  }

  /** Ends it because the answer is not taken. */
  refuse(why: string): void {
    this.#broken(why)
  }

  #head(head: ResponseHead): void {
    this.#headCame = true
    this.#persistent = head.persistent
    this.#idleTicksMax = idleTicksOf(head, this.#owner.limits)
    this.#sink?.head(head)
  }

  #finished(sink: ExchangeSink): void {
    this.#sink = null
    this.#reader = null
    this.#paused = false
    const whole = this.#persistent && this.#socket.writableLength === 0
    if (whole && !this.#closed) this.#owner.free(this)
    else this.close()
    sink.end()
  }

  #ended(): void {
    const sink = this.#sink
    if (sink !== null && this.#reader?.finish() === true) this.#finished(sink)
    else this.#broken('the upstream closed the connection before its answer was whole')
  }

  #broken(why: string): void {
    if (this.#closed) return
    this.#closed = true
    const sink = this.#sink
    this.#sink = null
    this.#reader = null
    this.#socket.destroy()
    this.#owner.closed(this)
    sink?.fail(why)
  }
}

const idleSecondsMax = 60

/**
 * A second less than the upstream says it keeps the connection; a default where it does not say.
 */
function idleTicksOf({ headers }: ResponseHead, limits: ConnectionLimits): number {
  for (const [name, value] of headers) {
    if (name !== 'keep-alive') continue
    const seconds = /\btimeout=(\d{1,6})\b/.exec(value)?.[1]
    if (seconds === undefined) continue
    const kept = Math.min(Number(seconds), idleSecondsMax) - 1
    return Math.max(0, Math.floor((kept * 1000) / limits.tickMilliseconds))
  }
  return limits.idleTicks
}
