import type { Socket } from 'node:net'

/** Writes to a server: what is written in one turn goes out together, in one packet. */
export class Outgoing {
  readonly #socket: Socket
  #corked = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** False: wait for `drain` before more. */
  write(bytes: Uint8Array): boolean {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => this.#uncork())
    }
    return this.#socket.write(bytes)
  }

  #uncork(): void {
    this.#corked = false
    this.#socket.uncork()
  }
}
