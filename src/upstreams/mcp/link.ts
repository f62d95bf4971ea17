// A way to one MCP server, whatever carries the messages.
import type { McpEvent, McpExchange, McpHeaders } from '../../domain/request.ts'
import type { Message } from '../../wire/mcp/message.ts'

export interface Link {
  /** Never rejects: a server that cannot be reached, or breaks off, is an exchange without events. */
  send(message: Message, headers: McpHeaders, signal: AbortSignal): Promise<LinkExchange>
  /** What the server says of its own accord; one such stream at a time. */
  listen(after: string | null, signal: AbortSignal): Promise<LinkExchange>
  close(): void
  onClose(listener: (why: string) => void): void
  /** Called when the server says that its tools changed, though nobody takes what it says. */
  onToolsChanged(listener: () => void): void
}

export interface LinkExchange extends McpExchange {
  /** why nothing was sent, or no whole answer can come; null while all is well */
  readonly fault: string | null
  /** whether any of the message may have left */
  readonly left: boolean
}

export interface LinkLimits {
  /** of one message of a server */
  readonly messageCharactersMax: number
  /** messages that wait for somebody to take them */
  readonly waitingMax: number
  readonly connectMilliseconds: number
}

export const linkLimits: LinkLimits = {
  messageCharactersMax: 16_777_216,
  waitingMax: 1_000,
  connectMilliseconds: 10_000,
}

/** Events on their way to one reader. Those that nobody takes are bounded in number. */
export class EventQueue implements AsyncIterable<McpEvent> {
  readonly #waitingMax: number
  readonly #abandoned: () => void
  #events: McpEvent[] = []
  #over = false
  #taker: ((next: IteratorResult<McpEvent>) => void) | null = null

  constructor(waitingMax: number, abandoned: () => void) {
    this.#waitingMax = waitingMax
    this.#abandoned = abandoned
  }

  get over(): boolean {
    return this.#over
  }

  /** What waits, which nobody else gets then. */
  take(): readonly McpEvent[] {
    return this.#events.splice(0)
  }

  /** false: more waits than may; this is the end of it */
  push(event: McpEvent): boolean {
    if (this.#over) return true
    const taker = this.#taker
    if (taker !== null) {
      this.#taker = null
      taker({ done: false, value: event })
      return true
    }
    if (this.#events.length >= this.#waitingMax) {
      this.end()
      return false
    }
    this.#events.push(event)
    return true
  }

  end(): void {
    this.#over = true
    const taker = this.#taker
    this.#taker = null
    taker?.({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): AsyncIterator<McpEvent> {
    return {
      next: () => {
        const event = this.#events.shift()
        if (event !== undefined) return Promise.resolve({ done: false, value: event })
        if (this.#over) return Promise.resolve({ done: true, value: undefined })
        return new Promise((resolve) => (this.#taker = resolve))
      },
      return: () => {
        const early = !this.#over
        this.#events = []
        this.end()
        if (early) this.#abandoned()
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }
}

/** What did not come to anything. */
export function broken(fault: string, left: boolean): LinkExchange {
  const queue = new EventQueue(0, () => undefined)
  queue.end()
  return { status: 502, form: 'nothing', events: queue, fault, left }
}

export function nothing(status: number): LinkExchange {
  return { ...broken('', true), status, fault: null }
}
