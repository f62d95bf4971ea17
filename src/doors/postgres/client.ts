import type { Duplex } from 'node:stream'

import { FrameScanner } from '../../wire/postgres/frames.ts'
import { frontendTags, isFrontendFrame } from '../../wire/postgres/frontend.ts'
import type { PostgresLimits } from './limits.ts'

/**
 * A client's side of a session: its messages one by one, read no faster than they are taken, and
 * what is written to it, as fast as it reads.
 */
export class ClientStream {
  readonly scanner: FrameScanner
  readonly #stream: Duplex
  readonly #limits: PostgresLimits
  readonly #chunks: Uint8Array[] = []
  #ahead = 0
  #over = false
  #more: PromiseWithResolvers<void> | null = null
  #corked = false
  #ended = false

  constructor(stream: Duplex, limits: PostgresLimits, early: Uint8Array) {
    this.#stream = stream
    this.#limits = limits
    this.scanner = new FrameScanner((tag, length) => {
      if (!isFrontendFrame(tag, length)) return 'broken'
      return length > longest(tag, limits) ? 'parts' : 'whole'
    })
    if (early.length > 0) this.#keep(early)
    stream.on('data', (chunk: Uint8Array) => this.#keep(chunk))
    stream.on('error', () => stream.destroy())
    stream.on('end', () => this.#end())
    stream.on('close', () => this.#end())
    stream.resume()
  }

  /** Whether anything more may come. */
  get over(): boolean {
    return this.#over
  }

  /** Goes on to the next piece of a message, if one is here. */
  take(): boolean {
    for (;;) {
      if (this.scanner.next()) return true
      const chunk = this.scanner.broken === null ? this.#chunks.shift() : undefined
      if (chunk === undefined) return false
      this.#ahead -= chunk.length
      if (this.#ahead < this.#limits.aheadBytesMax && this.#stream.isPaused()) this.#stream.resume()
      this.scanner.push(chunk)
    }
  }

  /** Resolves when something has come, or nothing can come any more. */
  more(): Promise<void> {
    if (this.#over || this.#chunks.length > 0) return Promise.resolve()
    this.#more ??= Promise.withResolvers()
    return this.#more.promise
  }

  /** What is written in one turn goes out together. False: wait for `onDrain`. */
  write(bytes: Uint8Array): boolean {
    if (!this.#corked) {
      this.#corked = true
      this.#stream.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#stream.uncork()
      })
    }
    return this.#stream.write(bytes)
  }

  onDrain(listener: () => void): void {
    this.#stream.on('drain', listener)
  }

  /** Ends it with these last words; whoever does not read them soon is cut off. */
  end(bytes: Uint8Array | null): void {
    if (this.#ended) return
    this.#ended = true
    if (bytes !== null && this.#stream.writable) this.#stream.write(bytes)
    this.#over = true
    this.#chunks.length = 0
    this.#stream.end()
    const timer = setTimeout(() => this.#stream.destroy(), this.#limits.lingerMilliseconds)
    this.#stream.once('close', () => clearTimeout(timer))
    this.#wake()
  }

  #keep(chunk: Uint8Array): void {
    if (this.#over) return
    this.#chunks.push(chunk)
    this.#ahead += chunk.length
    if (this.#ahead >= this.#limits.aheadBytesMax) this.#stream.pause()
    this.#wake()
  }

  #end(): void {
    this.#over = true
    this.#wake()
  }

  #wake(): void {
    this.#more?.resolve()
    this.#more = null
  }
}

/** Longer ones come in parts: COPY data is passed on so, the others are too long to be judged. */
function longest(tag: number, limits: PostgresLimits): number {
  switch (tag) {
    case frontendTags.copyData:
      return 65_536
    case frontendTags.functionCall:
      return 0
    case frontendTags.bind:
      return limits.bindBytesMax
    default:
      return limits.textBytesMax
  }
}
