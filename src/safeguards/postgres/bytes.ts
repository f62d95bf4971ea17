/** Bytes taken from a source in the sizes that the reader wants. */
export class Bytes {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)
  #done = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async #fill(size: number): Promise<void> {
    const pieces: Uint8Array[] = [this.#held]
    let bytes = this.#held.length
    while (bytes < size && !this.#done) {
      const next = await this.#source.next()
      if (next.done === true) this.#done = true
      else {
        pieces.push(next.value)
        bytes += next.value.length
      }
    }
    if (pieces.length > 1) this.#held = Buffer.concat(pieces)
  }

  /** So many, or all that are left. */
  async take(size: number): Promise<Buffer> {
    await this.#fill(size)
    const taken = this.#held.subarray(0, size)
    this.#held = this.#held.subarray(taken.length)
    return taken
  }

  async ended(): Promise<boolean> {
    await this.#fill(1)
    return this.#held.length === 0
  }

  /** So many lines with their ends, or what there is of them. */
  async line(count: number, most: number): Promise<Buffer> {
    await this.#fill(most)
    let at = 0
    for (let found = 0; found < count; found++) {
      const end = this.#held.subarray(0, most).indexOf(0x0a, at)
      if (end < 0) return this.take(0)
      at = end + 1
    }
    return this.take(at)
  }
}
