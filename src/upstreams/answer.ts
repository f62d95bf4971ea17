import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { BrotliDecompress, Gunzip, Inflate } from 'node:zlib'

import type { Outcome } from '../domain/outcome.ts'
import type { Reply } from '../domain/request.ts'
import { BodyStream } from './body-stream.ts'
import type { Connection, ExchangeSink } from './connection.ts'
import { codingOf, returnedHeaders } from './headers.ts'
import type { Header } from './headers.ts'
import type { ResponseHead } from './http1-response.ts'
import type { RedactingStream, Redactor } from './redact.ts'

export type Sent =
  | Readonly<{ kind: 'replied'; reply: Reply; ended: Promise<Outcome> }>
  | Readonly<{ kind: 'not-replied'; outcome: Exclude<Outcome, { kind: 'succeeded' }> }>

export interface AnswerParts {
  readonly method: string
  readonly connection: Connection
  readonly redactor: Redactor
  readonly signal: AbortSignal
  /** what the provider means by it */
  readonly outcome: (status: number, body: Uint8Array | null) => Outcome
  readonly answered: (sent: Sent) => void
}

/** an answer no longer than this is handed over whole */
const wholeBytesMax = 65_536
/** of an answer that nobody waits for, so much is read for its outcome */
const abandonedBytesMax = 1_048_576
const nothing = new Uint8Array(0)

type Decoder = Gunzip | Inflate | BrotliDecompress

/** null for a body that is as it is sent; none for a coding that cannot be looked into. */
const decoders: ReadonlyMap<string, (() => Decoder) | null> = new Map([
  ['', null],
  ['identity', null],
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/**
 * One answer on its way back: whole when it is short, else as it comes; without the secret either
 * way. The outcome is read from what the agent may see, so that no secret gets into the ledger by
 * it.
 */
export class Answer implements ExchangeSink {
  readonly #parts: AnswerParts
  readonly #ended = Promise.withResolvers<Outcome>()
  /** null once the answer is over: the connection may serve another one then */
  #connection: Connection | null
  #status = 0
  #headers: readonly Header[] = []
  #length: number | null = null
  #pieces: Buffer[] = []
  #stream: BodyStream | null = null
  #redacting: RedactingStream | null = null
  #decoder: Decoder | null = null
  /** the beginning of a streamed body, for its outcome; null once it is too long */
  #kept: Uint8Array[] | null = []
  #keptBytes = 0
  #withheld = false
  /** the agent has stopped reading; what came since */
  #left = false
  #leftBytes = 0
  #over = false

  constructor(parts: AnswerParts) {
    this.#parts = parts
    this.#connection = parts.connection
  }

  get abandoned(): boolean {
    return this.#left || this.#parts.signal.aborted
  }

  head(head: ResponseHead): void {
    const { method, redactor } = this.#parts
    this.#status = head.status
    const headers = returnedHeaders(head.headers, method === 'HEAD')
    const clean = redactor.text(head.text) === head.text
    this.#headers = clean ? headers : redactHeaders(headers, redactor)
    const { framing } = head
    this.#length = framing.kind === 'length' ? framing.length : null
    if (this.#length === 0) return
    const decoder = decoders.get(codingOf(head.headers))
    if (decoder === undefined) this.#withhold()
    else if (decoder !== null) this.#decode(decoder())
  }

  body(bytes: Buffer): void {
    if (this.#left) this.#countLeft(bytes.length)
    if (this.#withheld || this.#over) return
    const copy = Buffer.from(bytes)
    if (this.#decoder !== null) this.#feed(this.#decoder, copy)
    else if (this.#stream !== null) this.#pass(copy)
    else this.#pieces.push(copy)
  }

  /**
   * A short answer is waited for; a long one, or one whose length is not known, starts on its way.
   */
  settle(): void {
    if (this.#stream !== null || this.#withheld || this.#status === 0) return
    if (this.#decoder !== null) return
    if (this.#length !== null && this.#length <= wholeBytesMax) return
    const pieces = this.#pieces
    this.#pieces = []
    this.#begin()
    for (const piece of pieces) this.#pass(piece)
  }

  end(): void {
    this.#connection = null
    if (this.#decoder !== null) this.#decoder.end()
    else if (this.#stream !== null) this.#finishStream(this.#stream)
    else this.#finishWhole()
  }

  fail(why: string): void {
    if (this.#over) return
    this.#over = true
    this.#connection = null
    this.#decoder?.destroy()
    const outcome = { kind: 'unknown', why } as const
    if (this.#stream === null) this.#parts.answered({ kind: 'not-replied', outcome })
    this.#stream?.break(why)
    this.#ended.resolve(outcome)
  }

  #finishWhole(): void {
    const { redactor } = this.#parts
    this.#over = true
    const [first = nothing, ...rest] = this.#pieces
    const body = this.#withheld
      ? nothing
      : redactor.bytes(rest.length === 0 ? first : Buffer.concat(this.#pieces))
    const short = !this.#withheld && body.length <= wholeBytesMax
    const outcome = this.#parts.outcome(this.#status, short ? body : null)
    const reply = this.#withheld ? withheldReply() : this.#replyWith(body)
    this.#ended.resolve(outcome)
    this.#parts.answered({ kind: 'replied', reply, ended: this.#ended.promise })
  }

  #begin(): BodyStream {
    const stream = new BodyStream({
      pause: () => (this.#decoder ?? this.#connection)?.pause(),
      resume: () => (this.#decoder ?? this.#connection)?.resume(),
      abandon: () => {
        this.#left = true
      },
    })
    this.#stream = stream
    this.#redacting = this.#parts.redactor.stream()
    const reply = this.#replyWith(stream)
    this.#parts.answered({ kind: 'replied', reply, ended: this.#ended.promise })
    return stream
  }

  #pass(bytes: Uint8Array): void {
    this.#deliver(this.#redacting?.push(bytes) ?? nothing)
  }

  #deliver(bytes: Uint8Array): void {
    this.#stream?.push(bytes)
    this.#keptBytes += bytes.length
    if (this.#keptBytes > wholeBytesMax) this.#kept = null
    this.#kept?.push(bytes)
  }

  #finishStream(stream: BodyStream): void {
    if (this.#over) return
    this.#over = true
    this.#deliver(this.#redacting?.end() ?? nothing)
    stream.end()
    const body = this.#kept === null ? null : Buffer.concat(this.#kept)
    this.#ended.resolve(this.#parts.outcome(this.#status, body))
  }

  /** A coded body is read in the clear, and goes on so: else a secret could pass inside it. */
  #decode(decoder: Decoder): void {
    this.#decoder = decoder
    const stream = this.#begin()
    decoder.on('data', (bytes: Buffer) => this.#decoded(bytes))
    decoder.on('drain', () => this.#connection?.resume())
    decoder.on('end', () => this.#finishStream(stream))
    decoder.on('error', () => {
      this.#giveUp('its answer cannot be decoded')
    })
  }

  #feed(decoder: Decoder, bytes: Buffer): void {
    if (!decoder.write(bytes)) this.#connection?.pause()
  }

  #decoded(bytes: Buffer): void {
    if (this.#left) this.#countLeft(bytes.length)
    if (!this.#over) this.#pass(bytes)
  }

  /** Nobody gets it, so it is read for its end alone. */
  #withhold(): void {
    this.#withheld = true
    this.#left = true
  }

  #countLeft(bytes: number): void {
    this.#leftBytes += bytes
    if (this.#leftBytes > abandonedBytesMax) {
      this.#giveUp('nobody waited for the rest of the answer')
    }
  }

  /** The connection, where it is still this answer's, ends too. */
  #giveUp(why: string): void {
    this.#connection?.refuse(why)
    this.fail(why)
  }

  #replyWith(body: Uint8Array | BodyStream): Reply {
    return { kind: 'http', status: this.#status, headers: this.#headers, body }
  }
}

function redactHeaders(headers: readonly Header[], redactor: Redactor): readonly Header[] {
  return headers
    .filter(([name]) => redactor.text(name) === name)
    .map(([name, value]) => [name, redactor.text(value)])
}

function withheldReply(): Reply {
  const body = JSON.stringify({
    type: 'about:blank',
    title: 'answer withheld',
    status: 502,
    detail:
      'the upstream answered in a content-encoding that Holdpoint cannot look into, so the ' +
      'answer is withheld; the request was sent, and may have been carried out: read what is there',
    code: 'answer-withheld',
  })
  return {
    kind: 'http',
    status: 502,
    headers: [['content-type', 'application/problem+json']],
    body: Buffer.from(body),
  }
}
