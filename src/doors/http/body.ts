import type { Readable } from 'node:stream'

import type { Connection } from './connection.ts'
import type { HttpLimits } from './limits.ts'

/** How reading a body ended. */
export type Collected =
  | Readonly<{ kind: 'whole'; bytes: Uint8Array }>
  | Readonly<{ kind: 'too-large' }>
  | Readonly<{ kind: 'slow' }>
  /** too much is held already */
  | Readonly<{ kind: 'busy' }>
  /** the client went away or broke the framing: nobody is left to answer */
  | Readonly<{ kind: 'broken' }>

export const nothing = new Uint8Array()

/** How many bytes of bodies are held in all. */
export interface Buffered {
  bytes: number
}

/** What one request holds of them, until it gives them back. */
export class Holding {
  readonly #connection: Connection
  readonly #buffered: Buffered
  readonly #limits: HttpLimits
  #bytes = 0

  constructor(connection: Connection, buffered: Buffered, limits: HttpLimits) {
    this.#connection = connection
    this.#buffered = buffered
    this.#limits = limits
  }

  /** False when it was too much; it counts all the same until released. */
  take(bytes: number): boolean {
    this.#bytes += bytes
    this.#connection.buffered += bytes
    this.#buffered.bytes += bytes
    return (
      this.#connection.buffered <= this.#limits.connectionBytesMax &&
      this.#buffered.bytes <= this.#limits.bufferedBytesMax
    )
  }

  release(): void {
    this.#connection.buffered -= this.#bytes
    this.#buffered.bytes -= this.#bytes
    this.#bytes = 0
  }
}

/**
 * Reads a body whole, within its bounds. `done` is called once, never before this returns; the
 * function returned stops it before, and says whether there was something to stop.
 */
export function collectBody(
  source: Readable,
  holding: Holding,
  limits: HttpLimits,
  done: (collected: Collected) => void,
): () => boolean {
  const chunks: Buffer[] = []
  let length = 0
  let over = false
  const timer = setTimeout(() => end({ kind: 'slow' }), limits.bodySeconds * 1000)

  function stop(): boolean {
    if (over) return false
    over = true
    clearTimeout(timer)
    source.off('data', take).off('end', finish).off('close', broke)
    if (!source.readableEnded) source.pause()
    return true
  }

  function end(collected: Collected): void {
    if (stop()) done(collected)
  }

  function take(chunk: Buffer): void {
    length += chunk.length
    const fits = holding.take(chunk.length)
    if (length > limits.bodyBytesMax) end({ kind: 'too-large' })
    else if (!fits) end({ kind: 'busy' })
    else chunks.push(chunk)
  }

  function finish(): void {
    const [first = nothing] = chunks
    end({ kind: 'whole', bytes: chunks.length < 2 ? first : Buffer.concat(chunks, length) })
  }

  // Stays for errors to the end: what comes after the body is the broken connection's own story.
  function broke(): void {
    end({ kind: 'broken' })
  }

  source.on('data', take).on('end', finish).on('close', broke).on('error', broke)
  return stop
}
