// HTTP/1.1 as node:http parses it, strictly (no insecureHTTPParser): bare LF, obs-fold, NUL, white
// space before a colon, content-length with transfer-encoding, repeated or malformed lengths,
// unknown methods and data after `connection: close` end in `clientError`. Chunk extensions are
// dropped with the framing, which is never sent on. Refused here besides: HTTP/1.0 and 0.9, a
// missing Host.
// https://www.rfc-editor.org/rfc/rfc9112
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex, Readable } from 'node:stream'

import { answerHeaders, discard, pour } from './answer.ts'
import type { Connection, Turn } from './connection.ts'
import { defect } from './defect.ts'
import type { Defect } from './defect.ts'
import type { Answer, Exchange } from './exchange.ts'
import { writeRefusal } from './last-words.ts'
import type { HttpLimits } from './limits.ts'

const oneWriteBytesMax = 16_384

export interface Http1Parts {
  readonly limits: HttpLimits
  connectionOf(stream: Duplex): Connection | undefined
  /** true once the door was told to stop: every answer is a connection's last */
  stopping(): boolean
  handle(exchange: Exchange): void
  connect(request: IncomingMessage, stream: Duplex, head: Buffer): void
}

export function createHttp1Server(parts: Http1Parts): Server {
  const { limits } = parts
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: false,
    joinDuplicateHeaders: false,
    maxHeaderSize: limits.headBytesMax,
    headersTimeout: limits.headSeconds * 1000,
    // The body has a deadline of its own, which answers; this one is for what slips past it.
    requestTimeout: (limits.headSeconds + limits.bodySeconds + 5) * 1000,
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    connectionsCheckingInterval: 1000,
  })
  server.maxConnections = limits.connectionsMax
  // All of them are kept, to be counted: past its own limit Node would drop some quietly.
  server.maxHeadersCount = 0
  server.on('request', (request, response) => receive(parts, request, response))
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    receive(parts, request, response),
  )
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    receive(parts, request, response),
  )
  server.on('connect', (request, stream, head) => parts.connect(request, stream, head))
  server.on('clientError', (error: NodeJS.ErrnoException, stream) =>
    brokenFraming(parts, error, stream),
  )
  return server
}

/** Requests of one connection are taken one after another, however they were sent. */
function receive(parts: Http1Parts, request: IncomingMessage, response: ServerResponse): void {
  const connection = parts.connectionOf(request.socket)
  if (connection === undefined || connection.closing) return
  const begin = (): void => parts.handle(new Http1Exchange(parts, connection, request, response))
  if (connection.current === null) begin()
  else if (connection.waiting.length < parts.limits.pipelineMax) connection.waiting.push(begin)
  else connection.session.sever()
}

class Http1Exchange implements Exchange, Turn {
  readonly connection: Connection
  readonly isCurrentVersion: boolean
  readonly method: string
  readonly url: string
  readonly authority = null
  readonly rawHeaders: readonly string[]
  readonly source: Readable
  readonly #parts: Http1Parts
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #gone = new AbortController()
  #stop: (() => boolean) | null = null
  #ended: (() => void) | null = null

  constructor(
    parts: Http1Parts,
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#parts = parts
    this.#request = request
    this.#response = response
    this.connection = connection
    this.isCurrentVersion = request.httpVersionMajor === 1 && request.httpVersionMinor === 1
    this.method = request.method ?? ''
    this.url = request.url ?? ''
    this.rawHeaders = request.rawHeaders
    this.source = request
    connection.current = this
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  mayHaveBody(announced: boolean): boolean {
    return announced
  }

  hasTrailers(): boolean {
    return this.#request.rawTrailers.length > 0
  }

  sendContinue(): void {
    this.#response.writeContinue()
  }

  reading(stop: () => boolean): void {
    this.#stop = stop
  }

  onEnd(listener: () => void): void {
    this.#ended = listener
  }

  abandon(): boolean {
    return this.#stop?.() ?? false
  }

  leave(): void {
    this.#end()
    this.#gone.abort()
  }

  answer(answer: Answer): void {
    if (this.#gone.signal.aborted) {
      discard(answer.body)
      return
    }
    try {
      this.#write(answer)
    } catch {
      // The answer had a header or status that cannot be written: nothing of it has left.
      discard(answer.body)
      this.connection.session.sever()
    }
  }

  #write(answer: Answer): void {
    const { connection } = this
    const headers = answerHeaders(answer, this.method).flat()
    if (answer.unread || connection.closing || this.#parts.stopping()) {
      connection.closing = true
      headers.push('connection', 'close')
    }
    this.#response.writeHead(answer.status, headers)
    if (!(answer.body instanceof Uint8Array)) this.#pour(answer.body)
    else if (answer.unread) this.#linger(answer.body)
    else {
      this.#endWith(answer.body)
      this.#watch()
      this.#end()
    }
  }

  /** A short body rides in the same write as its head, which is a string. */
  #endWith(body: Uint8Array): void {
    if (body.length > oneWriteBytesMax) this.#response.end(body)
    else this.#response.end(latin1(body), 'latin1')
  }

  #pour(body: AsyncIterable<Uint8Array>): void {
    if (this.method === 'HEAD') {
      discard(body)
      this.#response.end()
      this.#end()
      return
    }
    this.#response.flushHeaders()
    pour(body, this.#response, this.#parts.limits.writeIdleSeconds).then(
      () => {
        this.#response.end()
        this.#watch()
        this.#end()
      },
      // Cut off mid-answer: the client must see that it is not whole.
      () => this.connection.session.sever(),
    )
  }

  /**
   * Says no, then swallows what still comes: a reset would take the answer away from the client.
   */
  #linger(body: Uint8Array): void {
    const end = (): void => {
      clearTimeout(timer)
      this.#response.end()
      this.#end()
    }
    const timer = setTimeout(end, this.#parts.limits.lingerSeconds * 1000)
    this.#request.once('close', end)
    this.#response.write(body)
    this.#request.resume()
  }

  /** What the client does not read cannot stay for ever. */
  #watch(): void {
    const { socket } = this.#request
    if (socket.writableLength === 0) return
    const { session } = this.connection
    const timer = setTimeout(() => session.sever(), this.#parts.limits.writeIdleSeconds * 1000)
    this.#response.once('close', () => clearTimeout(timer))
  }

  #end(): void {
    const { connection } = this
    if (connection.current !== this) return
    connection.current = null
    this.#ended?.()
    if (connection.closing) connection.waiting.length = 0
    else connection.waiting.shift()?.()
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/**
 * After bytes that do not parse nothing more is taken; a request already at the gate is still
 * answered.
 */
function brokenFraming(parts: Http1Parts, error: NodeJS.ErrnoException, stream: Duplex): void {
  const connection = parts.connectionOf(stream)
  if (connection === undefined || !stream.writable) {
    stream.destroy()
    return
  }
  if (connection.closing) return
  connection.closing = true
  connection.waiting.length = 0
  if (connection.current !== null && !connection.current.abandon()) return
  writeRefusal(stream, framingDefect(error), parts.limits.lingerSeconds)
}

function framingDefect(error: NodeJS.ErrnoException): Defect {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return defect('head-too-large', 'the request line and headers are too long')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return defect('slow-head', 'the request did not arrive in time')
    case 'HPE_PAUSED_H2_UPGRADE':
      return defect('version', 'HTTP/2 is spoken inside TLS only')
    default:
      return defect('malformed', `the request does not parse (${error.code ?? 'broken'})`)
  }
}
