/** What a stream asks of where its bytes come from. */
export interface BodySource {
  pause(): void
  resume(): void
  /** Nobody reads it any more; bytes are still pushed, and forgotten. */
  abandon(): void
}

const bufferedBytesMax = 262_144

/** An answer's body as it comes, read once. Its source is slowed down to the pace of its reader. */
export class BodyStream implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #source: BodySource
  readonly #chunks: Uint8Array[] = []
  #bytes = 0
  #paused = false
  #ended = false
  #broken: Error | null = null
  #abandoned = false
  #waiting: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | null = null

  constructor(source: BodySource) {
    this.#source = source
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#abandoned) return
    if (this.#waiting !== null) {
      const { resolve } = this.#waiting
      this.#waiting = null
      resolve({ done: false, value: bytes })
      return
    }
    this.#chunks.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes <= bufferedBytesMax || this.#paused) return
    this.#paused = true
    this.#source.pause()
  }

  end(): void {
    this.#ended = true
    this.#waiting?.resolve({ done: true, value: undefined })
    this.#waiting = null
  }

  /** What was read so far is not all: whoever reads must be told so. */
  break(why: string): void {
    this.#broken = new Error(why)
    this.#waiting?.reject(this.#broken)
    this.#waiting = null
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#bytes -= chunk.length
      if (this.#paused && this.#bytes <= bufferedBytesMax / 2) this.#resume()
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#broken !== null) return Promise.reject(this.#broken)
    if (this.#ended || this.#abandoned) return Promise.resolve({ done: true, value: undefined })
    this.#waiting ??= Promise.withResolvers()
    return this.#waiting.promise
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#abandoned && !this.#ended) {
      this.#abandoned = true
      this.#chunks.length = 0
      this.#source.abandon()
      if (this.#paused) this.#resume()
    }
    return Promise.resolve({ done: true, value: undefined })
  }

  #resume(): void {
    this.#paused = false
    this.#source.resume()
  }
}
