import type { Readable } from 'node:stream'

import type { Connection } from './connection.ts'
import type { Header } from './head.ts'

/** One request and its answer, whichever version of HTTP carries them. */
export interface Exchange {
  readonly connection: Connection
  /** false for HTTP/1.0 and older */
  readonly isCurrentVersion: boolean
  readonly method: string
  /** the request target as written: a path, an absolute URL, or `*` */
  readonly url: string
  /** `:authority`; null outside HTTP/2 and where it is missing there */
  readonly authority: string | null
  readonly rawHeaders: readonly string[]
  /** the body; nothing has been read of it yet */
  readonly source: Readable
  /** false when the framing says that no body follows */
  mayHaveBody(announced: boolean): boolean
  /** once the body has ended */
  hasTrailers(): boolean
  /** Tells a client that waits for it to send its body. */
  sendContinue(): void
  /** Aborts when the client has gone, or was cut off. */
  readonly signal: AbortSignal
  /** Called by whoever reads the body; `stop` says whether it was still being read. */
  reading(stop: () => boolean): void
  /** Called once; ends the request's turn. */
  answer(answer: Answer): void
  /** Called once the answer is over, in whatever way. */
  onEnd(listener: () => void): void
}

export interface Answer {
  readonly status: number
  readonly headers: readonly Header[]
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
  /** the request's body was not read to its end: the connection cannot go on */
  readonly unread: boolean
}
