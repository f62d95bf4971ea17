/** What is pushed on one side comes out on the other, no faster than it is taken. */
export class Pushed implements AsyncIterable<Uint8Array> {
  #waiting: Readonly<{
    piece: Uint8Array
    taken: () => void
    lost: (why: unknown) => void
  }> | null = null
  #wake: (() => void) | null = null
  #end: Readonly<{ fault: unknown }> | 'whole' | null = null
  #gone: Readonly<{ fault: unknown }> | null = null

  /** Resolves when it was taken; rejects when nobody will take it. One at a time. */
  push(piece: Uint8Array): Promise<void> {
    if (this.#gone !== null) return Promise.reject(asError(this.#gone.fault))
    return new Promise((taken, lost) => {
      this.#waiting = { piece, taken, lost }
      this.#wake?.()
    })
  }

  /** Nothing follows: all was said, or `fault` is why not. */
  end(fault?: unknown): void {
    this.#end = fault === undefined ? 'whole' : { fault }
    this.#wake?.()
  }

  /** Nobody takes any more. */
  abandon(fault: unknown): void {
    this.#gone = { fault }
    this.#waiting?.lost(fault)
    this.#waiting = null
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const waiting = this.#waiting
      if (waiting !== null) {
        this.#waiting = null
        waiting.taken()
        yield waiting.piece
      } else if (this.#end === 'whole') return
      else if (this.#end !== null) throw asError(this.#end.fault)
      else {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = null
      }
    }
  }
}

function asError(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault))
}
