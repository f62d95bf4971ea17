// HTTP/1.1 responses (RFC 9112), the client's side. Taken: a status line of HTTP/1.1 or 1.0, fields
// with CRLF, one length or the one transfer coding `chunked` or neither, trailers (dropped),
// interim answers (dropped). Refused, because two readers could disagree: a bare CR or LF, folded
// fields, white space before a colon, bytes that no field holds, a length beside a coding, repeated
// or odd lengths, other codings, a coding in HTTP/1.0, an upgrade nobody asked for, and everything
// over a limit.
// https://www.rfc-editor.org/rfc/rfc9112
import type { Header } from './headers.ts'

export interface ResponseHead {
  readonly status: number
  /** names in lower case, in order */
  readonly headers: readonly Header[]
  /** all of it as it came, for a look at the whole */
  readonly text: string
  readonly framing: Framing
  /** another request may follow on this connection */
  readonly persistent: boolean
}

export type Framing =
  | Readonly<{ kind: 'length'; length: number }>
  | Readonly<{ kind: 'chunked' }>
  | Readonly<{ kind: 'until-close' }>

/** Hears of a response in order: head, body any number of times, end. */
export interface ResponseSink {
  head(head: ResponseHead): void
  /** The bytes are the reader's own, and are overwritten when this returns. */
  body(bytes: Buffer): void
  end(): void
}

const headBytesMax = 65_536
const headersMax = 200
const interimMax = 16
const chunkLineBytesMax = 1024
const trailerBytesMax = 16_384

type State =
  'head' | 'length' | 'until-close' | 'chunk-line' | 'chunk' | 'chunk-end' | 'trailer' | 'done'

/** Reads one response, however it is split. After a refusal it must not be given any more. */
export class ResponseReader {
  readonly #sink: ResponseSink
  readonly #toHead: boolean
  #state: State = 'head'
  #pending: Buffer | null = null
  /** bytes of body or chunk still to come */
  #left = 0
  #line = ''
  #trailerBytes = 0
  #interims = 0
  #refusal: string | null = null

  constructor(method: string, sink: ResponseSink) {
    this.#sink = sink
    this.#toHead = method === 'HEAD'
  }

  get done(): boolean {
    return this.#state === 'done'
  }

  /**
   * Takes what came. False when it is no response that is taken, or more than one; `refusal` says
   * why.
   */
  read(bytes: Buffer): boolean {
    let at = 0
    while (at < bytes.length && this.#refusal === null) {
      if (this.#state === 'done') return this.#refuse('bytes follow the answer')
      at = this.#step(bytes, at)
    }
    return this.#refusal === null
  }

  /** The connection ended well. False when that is not where this response ends. */
  finish(): boolean {
    if (this.#state === 'until-close') this.#finished()
    return this.#state === 'done'
  }

  get refusal(): string {
    return this.#refusal ?? ''
  }

  #refuse(why: string): false {
    this.#refusal = why
    return false
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, at)
      case 'length':
      case 'chunk':
        return this.#readCounted(bytes, at)
      case 'until-close':
        this.#sink.body(bytes.subarray(at))
        return bytes.length
      default:
        return this.#readLine(bytes, at)
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const before = this.#pending
    const given = bytes.subarray(at)
    const whole = before === null ? given : Buffer.concat([before, given])
    const end = whole.indexOf('\r\n\r\n', Math.max(0, (before?.length ?? 0) - 3), 'latin1')
    if (end === -1 || end > headBytesMax) {
      if (!beginsLikeOne(whole)) this.#refuse('its status line does not parse')
      else if (whole.length > headBytesMax + 3) {
        this.#refuse(`its head is longer than ${headBytesMax} bytes`)
      } else this.#pending = Buffer.from(whole)
      return bytes.length
    }
    this.#pending = null
    this.#takeHead(whole.toString('latin1', 0, end))
    return at + end + 4 - (before?.length ?? 0)
  }

  #takeHead(text: string): void {
    const head = parseHead(text, this.#toHead)
    if (typeof head === 'string') {
      this.#refuse(head)
      return
    }
    if (head.status < 200) {
      if (++this.#interims > interimMax) this.#refuse(`it has more than ${interimMax} interim ones`)
      return
    }
    this.#sink.head(head)
    switch (head.framing.kind) {
      case 'length':
        this.#left = head.framing.length
        this.#state = 'length'
        if (this.#left === 0) this.#finished()
        return
      case 'chunked':
        this.#state = 'chunk-line'
        return
      default:
        this.#state = 'until-close'
    }
  }

  #readCounted(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    this.#sink.body(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    if (this.#left > 0) return end
    if (this.#state === 'length') this.#finished()
    else this.#state = 'chunk-end'
    return end
  }

  /** The lines between chunks and after the last one. */
  #readLine(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(0x0a, at)
    const end = found === -1 ? bytes.length : found + 1
    if (this.#line.length + end - at > chunkLineBytesMax) {
      this.#refuse(`a line of its framing is longer than ${chunkLineBytesMax} bytes`)
      return end
    }
    this.#line += bytes.toString('latin1', at, end)
    if (found === -1) return end
    const line = this.#line
    this.#line = ''
    if (line.endsWith('\r\n')) this.#takeLine(line.slice(0, -2))
    else this.#refuse('a line of its framing does not end in CRLF')
    return end
  }

  #takeLine(line: string): void {
    if (this.#state === 'chunk-line') {
      this.#takeChunkLine(line)
      return
    }
    if (this.#state === 'chunk-end') {
      if (line !== '') this.#refuse('a chunk is longer than it says')
      this.#state = 'chunk-line'
      return
    }
    this.#trailerBytes += line.length + 2
    if (line === '') this.#finished()
    else if (this.#trailerBytes > trailerBytesMax) {
      this.#refuse(`its trailers are longer than ${trailerBytesMax} bytes`)
    } else if (parseField(line) === null) this.#refuse('a trailer does not parse')
  }

  #takeChunkLine(line: string): void {
    const size = chunkLine.exec(line)?.[1]
    if (size === undefined) {
      this.#refuse('a chunk has no size')
      return
    }
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'chunk'
  }

  #finished(): void {
    this.#state = 'done'
    this.#sink.end()
  }
}

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/
const lengthValue = /^\d{1,15}$/
/** Extensions mean nothing to anyone and are dropped with the framing. */
const chunkLine = /^([0-9a-fA-F]{1,8})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/

const protocol = Buffer.from('HTTP/1.')

/** What can be no response is not waited for. */
function beginsLikeOne(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, protocol.length)
  return protocol.compare(bytes, 0, length, 0, length) === 0
}

/** The head, or why it is refused. */
function parseHead(text: string, toHead: boolean): ResponseHead | string {
  const first = text.indexOf('\r\n')
  const line = statusLine.exec(first === -1 ? text : text.slice(0, first))
  if (line === null) return 'its status line does not parse'
  const status = Number(line[2])
  if (status === 101) return 'it answers an upgrade that nobody asked for'
  const headers: Header[] = []
  let at = first === -1 ? text.length : first + 2
  while (at < text.length) {
    const found = text.indexOf('\r\n', at)
    const end = found === -1 ? text.length : found
    const field = parseField(text.slice(at, end))
    if (field === null) return 'a header does not parse'
    if (headers.push(field) > headersMax) return `it has more than ${headersMax} headers`
    at = end + 2
  }
  return frame(status, headers, text, line[1] === '1', toHead)
}

function parseField(line: string): Header | null {
  const colon = line.indexOf(':')
  if (colon < 1) return null
  const name = line.slice(0, colon)
  const value = line.slice(colon + 1)
  if (!fieldName.test(name) || !fieldValue.test(value)) return null
  return [name.toLowerCase(), trimBlank(value)]
}

/** Spaces and tabs only: `trim` would take what is data here. */
function trimBlank(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isBlank(value.charCodeAt(start))) start++
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--
  return value.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function frame(
  status: number,
  headers: readonly Header[],
  text: string,
  current: boolean,
  toHead: boolean,
): ResponseHead | string {
  let length: string | null = null
  let coding: string | null = null
  let persistent = current
  for (const [name, value] of headers) {
    if (name === 'content-length') {
      if (length !== null) return 'its length comes twice'
      length = value
    } else if (name === 'transfer-encoding') {
      if (coding !== null) return 'its transfer coding comes twice'
      coding = value.toLowerCase()
    } else if (name === 'connection' && /\bclose\b/i.test(value)) persistent = false
  }
  if (length !== null && !lengthValue.test(length)) return 'its length is not a number'
  if (length !== null && coding !== null) return 'it has both a length and a transfer coding'
  if (coding !== null && coding !== 'chunked') return 'its transfer coding is not `chunked`'
  if (coding !== null && !current) return 'it has a transfer coding in HTTP/1.0'
  const framing = framingOf(toHead || status === 204 || status === 304, length, coding)
  if (framing.kind === 'until-close') persistent = false
  return { status, headers, text, framing, persistent }
}

function framingOf(bodiless: boolean, length: string | null, coding: string | null): Framing {
  if (bodiless) return { kind: 'length', length: 0 }
  if (coding !== null) return { kind: 'chunked' }
  return length === null ? { kind: 'until-close' } : { kind: 'length', length: Number(length) }
}
