// What an MCP client starts instead of a server: its messages, a line each on standard input, go to
// the gate's door with the lease, and what comes back goes to standard output. It decides nothing.
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Readable, Writable } from 'node:stream'

import { createEventReader } from '../wire/mcp/event-stream.ts'
import { asLine, errorCodes, errorText, readMessage } from '../wire/mcp/message.ts'
import type { Id, Message } from '../wire/mcp/message.ts'
import { markedArguments, requestHeaders } from '../wire/mcp/request-headers.ts'
import type { MarkedArgument } from '../wire/mcp/request-headers.ts'

export interface BridgeOptions {
  /** of the door, with the server's name: `http://127.0.0.1:7480/github` */
  readonly url: string
  /** where requests to it go through, as in a sandbox; null: straight */
  readonly proxy: string | null
  readonly lease: string
  readonly input: Readable
  readonly output: Writable
}

const messageCharactersMax = 33_554_432
const limits = { bytesMax: messageCharactersMax, depthMax: 128, nodesMax: 1_000_000 }

/** Resolves when the client is gone and everything is answered. */
export async function bridge(options: BridgeOptions): Promise<void> {
  const working = new Set<Promise<void>>()
  const one = new Bridge(options)
  for await (const line of linesOf(options.input)) {
    const work = one.take(line).finally(() => working.delete(work))
    working.add(work)
    // What begins a session must have begun it before what comes next is sent.
    if (one.beginning) await work
  }
  await one.end()
  await Promise.allSettled(working)
}

/**
 * Ended by line feeds alone: a message may have other marks that readers of lines take for an end.
 * One that is too long is cut there, and read as no message.
 */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  input.setEncoding('utf8')
  let rest = ''
  for await (const piece of input) {
    const lines = (rest + String(piece)).split('\n')
    rest = (lines.pop() ?? '').slice(0, messageCharactersMax + 1)
    for (const line of lines) if (line.trim() !== '') yield line
  }
  if (rest.trim() !== '') yield rest
}

class Bridge {
  readonly #options: BridgeOptions
  #session: string | null = null
  #version: string | null = null
  #marked: ReadonlyMap<string, readonly MarkedArgument[]> = new Map()
  readonly #listed = new Set<Id>()
  readonly #leaving = new AbortController()
  readonly #under = new Map<Id, AbortController>()
  beginning = false

  constructor(options: BridgeOptions) {
    this.#options = options
  }

  async take(line: string): Promise<void> {
    const message = readMessage(line, limits)
    if (message.kind === 'refused') {
      this.#say(errorText(message.id, message.code, message.why))
      return
    }
    this.beginning = message.kind === 'request' && message.method === 'initialize'
    if (message.kind === 'request' && message.method === 'tools/list') this.#listed.add(message.id)
    const cancelled = message.kind === 'notification' ? message.params['requestId'] : undefined
    if (typeof cancelled === 'string' || typeof cancelled === 'number') {
      // Over HTTP a request of the newer revisions is cancelled by leaving it.
      if (this.#session === null) this.#under.get(cancelled)?.abort()
    }
    const id = message.kind === 'request' ? message.id : null
    const leaving = new AbortController()
    if (id !== null) this.#under.set(id, leaving)
    try {
      const signal = AbortSignal.any([leaving.signal, this.#leaving.signal])
      const answer = await this.#send('POST', message, signal)
      await this.#read(answer, id, signal)
    } catch {
      if (id !== null && !leaving.signal.aborted) {
        const why = 'Holdpoint cannot be reached; tell the person you work for'
        this.#say(errorText(id, errorCodes.internal, why))
      }
    } finally {
      if (id !== null) this.#under.delete(id)
      this.beginning = false
    }
    if (message.kind === 'notification' && message.method === 'notifications/initialized') {
      void this.#listen()
    }
  }

  async end(): Promise<void> {
    if (this.#session !== null) {
      await this.#send('DELETE', null, AbortSignal.timeout(2_000)).then(
        (answer) => answer.resume(),
        () => undefined,
      )
    }
    this.#leaving.abort()
  }

  /** What the server says of its own accord, in a session. */
  async #listen(): Promise<void> {
    if (this.#session === null) return
    try {
      const answer = await this.#send('GET', null, this.#leaving.signal)
      await this.#read(answer, null, this.#leaving.signal)
    } catch {
      // There is none, or the session is over: what was asked is still answered.
    }
  }

  #send(method: string, message: Message | null, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, proxy, lease } = this.#options
    const target = new URL(url)
    const way = proxy === null ? target : new URL(proxy)
    const name: unknown =
      message === null || message.kind === 'response' ? undefined : message.params['name']
    const marked = typeof name === 'string' ? (this.#marked.get(name) ?? []) : []
    const body = message === null ? '' : message.text
    const headers = {
      host: target.host,
      authorization: `Bearer ${lease}`,
      accept: 'application/json, text/event-stream',
      ...(message === null ? {} : { 'content-type': 'application/json' }),
      ...(message === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...(message === null
        ? this.#version === null
          ? {}
          : { 'mcp-protocol-version': this.#version }
        : requestHeaders(message, this.#version, marked)),
      ...(this.#session === null ? {} : { 'mcp-session-id': this.#session }),
    }
    const path = proxy === null ? target.pathname : target.href
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = way
      const sent = httpRequest({
        host,
        port: port === '' ? 80 : port,
        method,
        path,
        headers,
        signal,
      })
      sent.on('response', resolve)
      sent.on('error', reject)
      sent.end(body)
    })
  }

  async #read(answer: IncomingMessage, id: Id | null, signal: AbortSignal): Promise<void> {
    const session = answer.headers['mcp-session-id']
    if (typeof session === 'string') this.#session = session
    answer.setEncoding('utf8')
    const type = (answer.headers['content-type'] ?? '').split(';', 1)[0]
    let answered = id === null
    const hear = (text: string): void => {
      answered ||= this.#hear(text) === id
    }
    if (type === 'text/event-stream') {
      const reader = createEventReader(messageCharactersMax)
      for await (const piece of answer) {
        for (const { message } of reader.push(String(piece)) ?? [])
          if (message !== '') hear(message)
      }
    } else {
      let whole = ''
      for await (const piece of answer) whole += String(piece)
      if (whole !== '' && answer.statusCode !== 202) hear(whole)
    }
    if (answered || signal.aborted || id === null) return
    const why = `Holdpoint gave no answer (${answer.statusCode ?? 0}); it may have happened`
    this.#say(errorText(id, errorCodes.internal, why))
  }

  /** The id that it answers; null for none. */
  #hear(text: string): Id | null {
    const message = readMessage(text, limits)
    if (message.kind === 'refused') return null
    this.#say(message.text)
    if (message.kind !== 'response' || message.id === null) return null
    const { id, result } = message
    if (this.#listed.delete(id)) {
      this.#marked = new Map([...this.#marked, ...markedArguments(result)])
    }
    const version: unknown =
      typeof result === 'object' && result !== null
        ? Reflect.get(result, 'protocolVersion')
        : undefined
    if (this.beginning && typeof version === 'string') this.#version = version
    return id
  }

  #say(text: string): void {
    this.#options.output.write(`${asLine(text)}\n`)
  }
}
