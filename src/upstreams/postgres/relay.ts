// From a server to an agent: in order, in pieces as they came, no faster than they are taken.
import type { Socket } from 'node:net'

import { assert } from '../../domain/fault.ts'
import type { FrameScanner } from '../../wire/postgres/frames.ts'

export type Receive = (messages: Uint8Array) => boolean

export class Relay {
  readonly #socket: Socket
  #receive: Receive | null = null
  /** what came before somebody was there to take it */
  #early: Uint8Array[] = []
  #paused = false
  /** exchanges of Holdpoint's own that are under way: they are read on however slow the agent is */
  #own = 0
  #source: Uint8Array | null = null
  #start = 0
  #end = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  attach(receive: Receive): void {
    assert(this.#receive === null, 'a channel is attached once')
    this.#receive = receive
    const early = this.#early
    this.#early = []
    for (const piece of early) this.give(piece)
  }

  resume(): void {
    this.#paused = false
    this.#socket.resume()
  }

  async own<T>(work: () => Promise<T>): Promise<T> {
    this.#own += 1
    this.#socket.resume()
    try {
      return await work()
    } finally {
      this.#own -= 1
      if (this.#own === 0 && this.#paused) this.#socket.pause()
    }
  }

  /** What is at hand goes before. */
  give(bytes: Uint8Array): void {
    this.flush()
    if (bytes.length === 0) return
    if (this.#receive === null) this.#early.push(bytes)
    else if (!this.#receive(bytes)) this.#pause()
  }

  /** Neighbours in one chunk go on together, at `flush`. */
  pass({ source, start, end }: FrameScanner): void {
    if (this.#source === source && this.#end === start) {
      this.#end = end
      return
    }
    this.flush()
    this.#source = source
    this.#start = start
    this.#end = end
  }

  flush(): void {
    const source = this.#source
    if (source === null) return
    this.#source = null
    this.give(source.subarray(this.#start, this.#end))
  }

  #pause(): void {
    this.#paused = true
    if (this.#own === 0) this.#socket.pause()
  }
}
