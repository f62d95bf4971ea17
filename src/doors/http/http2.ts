// HTTP/2 inside TLS, as nghttp2 parses it (node:http2). It resets streams with upper-case names,
// connection headers, misplaced, repeated or malformed pseudo-headers or a wrong content-length,
// and leaves out fields that could not be written in HTTP/1.1 (CR, LF or NUL in a value): those are
// neither judged nor sent. Refused here besides: CONNECT, trailers, `:scheme` other than https.
// `:authority` is compared with the CONNECT.
// https://www.rfc-editor.org/rfc/rfc9113#section-8
import { constants, performServerHandshake } from 'node:http2'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Duplex, Readable } from 'node:stream'

import { answerHeaders, discard, pour } from './answer.ts'
import type { Connection } from './connection.ts'
import type { Answer, Exchange } from './exchange.ts'
import type { Header } from './head.ts'
import type { HttpLimits } from './limits.ts'

export interface Http2Parts {
  readonly limits: HttpLimits
  handle(exchange: Exchange): void
}

/** Speaks HTTP/2 on a stream that has just finished its TLS handshake. */
export function serveHttp2(
  parts: Http2Parts,
  connection: Connection,
  stream: Duplex,
): ServerHttp2Session {
  const { limits } = parts
  const session = performServerHandshake(stream, {
    maxSessionMemory: 8,
    maxHeaderListPairs: limits.headersMax + 8,
    maxSessionInvalidFrames: 8,
    maxSessionRejectedStreams: 8,
    maxSettings: 16,
    settings: {
      maxConcurrentStreams: limits.streamsMax,
      maxHeaderListSize: limits.headBytesMax,
      enablePush: false,
    },
  })
  session.on('error', () => connection.session.sever())
  session.setTimeout(limits.keepAliveSeconds * 1000, () => {
    if (open === 0) session.close()
  })
  let open = 0
  session.on('stream', (h2, _headers, flags, raw) => {
    open += 1
    h2.once('close', () => (open -= 1))
    begin(parts, connection, h2, flags, raw)
  })
  return session
}

function begin(
  parts: Http2Parts,
  connection: Connection,
  stream: ServerHttp2Stream,
  flags: number,
  raw: readonly string[],
): void {
  // Errors end in `close`, which is what is listened to.
  stream.on('error', () => undefined)
  const pseudo = new Map<string, string>()
  const rest: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    const value = raw[at + 1] ?? ''
    if (name.startsWith(':')) pseudo.set(name, value)
    else rest.push(name, value)
  }
  if (pseudo.get(':scheme') !== 'https' || pseudo.has(':protocol')) {
    stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
    return
  }
  const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
  parts.handle(new Http2Exchange(parts, connection, stream, pseudo, rest, ended))
}

class Http2Exchange implements Exchange {
  readonly connection: Connection
  readonly isCurrentVersion = true
  readonly method: string
  readonly url: string
  readonly authority: string | null
  readonly rawHeaders: readonly string[]
  readonly source: Readable
  readonly #limits: HttpLimits
  readonly #stream: ServerHttp2Stream
  readonly #bodyEnded: boolean
  readonly #gone = new AbortController()
  #trailers = false
  #listener: (() => void) | null = null

  constructor(
    parts: Http2Parts,
    connection: Connection,
    stream: ServerHttp2Stream,
    pseudo: ReadonlyMap<string, string>,
    rawHeaders: readonly string[],
    bodyEnded: boolean,
  ) {
    this.#limits = parts.limits
    this.#stream = stream
    this.#bodyEnded = bodyEnded
    this.connection = connection
    this.method = pseudo.get(':method') ?? ''
    this.url = pseudo.get(':path') ?? ''
    this.authority = pseudo.get(':authority') ?? null
    this.rawHeaders = rawHeaders
    this.source = stream
    stream.once('trailers', () => (this.#trailers = true))
    // Said when the stream closes before its answer has ended, and not after.
    stream.once('aborted', () => this.#gone.abort())
    stream.once('close', () => this.#listener?.())
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  /** A length need not be announced here: only the end of the stream says that nothing follows. */
  mayHaveBody(): boolean {
    return !this.#bodyEnded
  }

  hasTrailers(): boolean {
    return this.#trailers
  }

  sendContinue(): void {
    this.#stream.additionalHeaders({ ':status': 100 })
  }

  reading(): void {
    // A broken stream ends its own body; nothing else shares it.
  }

  onEnd(listener: () => void): void {
    this.#listener = listener
  }

  answer(answer: Answer): void {
    const stream = this.#stream
    if (stream.destroyed || stream.closed) {
      discard(answer.body)
      return
    }
    try {
      const fields = joined(answerHeaders(answer, this.method))
      stream.respond({ ':status': answer.status, ...fields })
    } catch {
      discard(answer.body)
      stream.destroy(new Error('the answer cannot be written'))
      return
    }
    this.#finish(answer)
  }

  #finish({ body, unread }: Answer): void {
    const stream = this.#stream
    if (unread) {
      // The client is told to send no more, without an error, once it has the answer.
      stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
    }
    if (body instanceof Uint8Array || this.method === 'HEAD') {
      discard(body)
      if (body instanceof Uint8Array && this.method !== 'HEAD') stream.end(body)
      else stream.end()
      this.#watch()
      return
    }
    pour(body, stream, this.#limits.writeIdleSeconds).then(
      () => {
        stream.end()
        this.#watch()
      },
      // Not `close`, which would first end the stream as if it were whole.
      () => stream.destroy(new Error('the answer was cut off')),
    )
  }

  #watch(): void {
    const stream = this.#stream
    if (stream.writableFinished || stream.closed) return
    const late = (): void => void stream.destroy(new Error('the client reads nothing'))
    const timer = setTimeout(late, this.#limits.writeIdleSeconds * 1000)
    stream.once('close', () => clearTimeout(timer))
  }
}

/** Repeated fields as lists: node:http2 takes one entry a name. */
function joined(headers: readonly Header[]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {}
  for (const [written, value] of headers) {
    const name = written.toLowerCase()
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  return fields
}
