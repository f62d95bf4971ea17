// An MCP server behind streamable HTTP: each message is a POST of its own, answered by one message
// or a stream of events; revisions before 2026-07-28 have a session and a stream for the rest.
// The address is judged before it is connected to; no redirect is followed.
// https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
import { Agent, request as httpRequest } from 'node:http'
import type { AgentOptions, ClientRequestArgs, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import type { McpEvent, McpHeaders } from '../../domain/request.ts'
import { createEventReader } from '../../wire/mcp/event-stream.ts'
import type { Message } from '../../wire/mcp/message.ts'
import { dial } from '../dial.ts'
import type { DialParts, Place } from '../dial.ts'
import { EventQueue, broken } from './link.ts'
import type { Link, LinkExchange, LinkLimits } from './link.ts'

export interface HttpServer {
  readonly url: URL
  readonly allowPrivate: boolean
  /** with the secrets in them */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** shorter than servers keep a connection that nobody uses */
const idleMilliseconds = 4_000

type Callback = (error: Error | null, stream: Duplex) => void

/** Connects to addresses that were judged, and keeps what it connected. */
class DialAgent extends Agent {
  readonly #parts: DialParts
  readonly #place: Place

  constructor(parts: DialParts, place: Place, options: AgentOptions) {
    super(options)
    this.#parts = parts
    this.#place = place
  }

  override createConnection(_options: ClientRequestArgs, created?: Callback): undefined {
    void dial(this.#parts, this.#place, null).then((dialled) => {
      if (dialled.kind === 'connected') created?.(null, dialled.socket)
      else Reflect.apply(created ?? (() => undefined), null, [new Error(dialled.why)])
    })
  }
}

export function createHttpWays(server: HttpServer, parts: DialParts): Agent {
  const { url, allowPrivate } = server
  const tls = url.protocol === 'https:'
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port)
  const place = { host: url.hostname, port, tls, allowPrivate }
  return new DialAgent(parts, place, {
    keepAlive: true,
    maxSockets: 256,
    timeout: idleMilliseconds,
  })
}

export function openHttp(server: HttpServer, ways: Agent, limits: LinkLimits): Link {
  return new HttpLink(server, ways, limits)
}

class HttpLink implements Link {
  readonly #server: HttpServer
  readonly #ways: Agent
  readonly #limits: LinkLimits
  readonly #listeners: ((why: string) => void)[] = []
  readonly #ending = new AbortController()
  /** the server's own name of the session; null where it has none */
  #session: string | null = null
  #version: McpHeaders = []
  #closed: string | null = null

  constructor(server: HttpServer, ways: Agent, limits: LinkLimits) {
    this.#server = server
    this.#ways = ways
    this.#limits = limits
  }

  async send(message: Message, headers: McpHeaders, signal: AbortSignal): Promise<LinkExchange> {
    const version = headers.find(([name]) => name === 'mcp-protocol-version')
    if (version !== undefined) this.#version = [version]
    const begins = message.kind === 'request' && message.method === 'initialize'
    const asked = await this.#request('POST', message.text, headers, signal)
    if (typeof asked === 'string') return broken(asked, asked !== gone)
    if (begins) this.#session = sessionOf(asked)
    return this.#exchange(asked, message.kind === 'request')
  }

  async listen(after: string | null, signal: AbortSignal): Promise<LinkExchange> {
    const last: McpHeaders = after === null ? [] : [['last-event-id', after]]
    const asked = await this.#request('GET', null, [...this.#version, ...last], signal)
    return typeof asked === 'string' ? broken(asked, true) : this.#exchange(asked, true)
  }

  close(): void {
    if (this.#closed !== null) return
    this.#closed = 'the session was ended'
    if (this.#session !== null) {
      void this.#request('DELETE', null, this.#version, AbortSignal.timeout(5_000)).then(
        (answer) => (typeof answer === 'string' ? undefined : answer.resume()),
      )
    }
    this.#ending.abort()
    for (const listener of this.#listeners) listener(this.#closed)
  }

  onClose(listener: (why: string) => void): void {
    if (this.#closed !== null) listener(this.#closed)
    else this.#listeners.push(listener)
  }

  onToolsChanged(): void {
    // It is said in a stream that somebody takes, or not at all.
  }

  /** Resolves with the head of the answer, or why there is none. */
  #request(
    method: 'POST' | 'GET' | 'DELETE',
    body: string | null,
    headers: McpHeaders,
    signal: AbortSignal,
  ): Promise<IncomingMessage | string> {
    if (signal.aborted) return Promise.resolve(gone)
    const { url } = this.#server
    const session: McpHeaders = this.#session === null ? [] : [['mcp-session-id', this.#session]]
    const ending = method === 'DELETE' ? signal : AbortSignal.any([signal, this.#ending.signal])
    return new Promise((resolve) => {
      const request = httpRequest({
        agent: this.#ways,
        method,
        host: url.hostname,
        path: `${url.pathname}${url.search}`,
        signal: ending,
        headers: Object.fromEntries([
          ['host', url.host],
          [
            'accept',
            method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
          ],
          ['accept-encoding', 'identity'],
          ...(body === null ? [] : [['content-type', 'application/json']]),
          ...(body === null ? [] : [['content-length', String(Buffer.byteLength(body))]]),
          ...headers,
          ...session,
          ...this.#server.headers,
        ]) as Record<string, string>,
      })
      request.on('response', resolve)
      request.on('error', () => resolve(signal.aborted ? gone : 'the server cannot be reached'))
      request.end(body ?? undefined)
    })
  }

  #exchange(answer: IncomingMessage, asked: boolean): LinkExchange {
    const { statusCode: status = 502, headers } = answer
    const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
    const queue = new EventQueue(this.#limits.waitingMax, () => answer.destroy())
    const bare = { status, fault: null, left: true, events: queue } as const
    answer.setEncoding('utf8')
    answer.on('error', () => queue.end())
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      answer.destroy()
      return broken('the server answers in a coding that cannot be looked into', true)
    }
    if (type === 'text/event-stream') {
      this.#readEvents(answer, queue)
      return { ...bare, form: 'events' }
    }
    if (type !== 'application/json' || (!asked && status === 202)) {
      answer.resume()
      queue.end()
      return { ...bare, form: 'nothing' }
    }
    this.#readWhole(answer, queue)
    return { ...bare, form: 'message' }
  }

  #readEvents(answer: IncomingMessage, queue: EventQueue): void {
    const reader = createEventReader(this.#limits.messageCharactersMax)
    answer.on('data', (text: string) => {
      const events: readonly McpEvent[] | null = reader.push(text)
      const taken = events?.every((event) => queue.push(event)) === true
      if (!taken) answer.destroy()
    })
    answer.on('close', () => queue.end())
  }

  #readWhole(answer: IncomingMessage, queue: EventQueue): void {
    let whole = ''
    answer.on('data', (text: string) => {
      whole += text
      if (whole.length > this.#limits.messageCharactersMax) answer.destroy()
    })
    answer.on('end', () => {
      if (whole !== '') queue.push({ id: null, retry: null, message: whole })
    })
    answer.on('close', () => queue.end())
  }
}

const gone = 'nobody waits for it any more'

/** Visible ASCII, as the specification has it; anything else is no name of a session. */
function sessionOf({ headers }: IncomingMessage): string | null {
  const id = headers['mcp-session-id']
  return typeof id === 'string' && /^[\x21-\x7e]{1,512}$/.test(id) ? id : null
}
