// Messages that are written, with what answers them. Holdpoint's own statements have names of their
// own, so that the agent's unnamed statement and portal stay; what they answer goes nowhere else.
// Their notices are dropped: a session can be set to print what was bound, the capture key too.
import { Fault } from '../../domain/fault.ts'
import { backendTags, readDataRow } from '../../wire/postgres/backend.ts'
import { concatenate, readInt32 } from '../../wire/postgres/bytes.ts'
import * as frontend from '../../wire/postgres/frontend.ts'
import { encodeText } from '../../wire/postgres/bytes.ts'
import { expect } from './expected.ts'
import type { End, Expected, Part, Sink } from './expected.ts'
import { readServerError } from './server-error.ts'
import type { ServerError } from './server-error.ts'

export type Row = readonly (string | null)[]

/** skipped: something before it failed. */
export type Answer =
  | Readonly<{ kind: 'rows'; rows: readonly Row[]; tag: string }>
  /** bytes: the ErrorResponse as it came; null where the server sent none */
  | Readonly<{ kind: 'error'; error: ServerError; bytes: Uint8Array | null }>
  | Readonly<{ kind: 'skipped' | 'lost' }>

export interface Asked {
  readonly part: Part
  readonly answer: Promise<Answer>
}

const rowBytesMax = 16 * 1_048_576
const tags = backendTags
const copyRefused = frontend.copyFailMessage('there is no data here')

/** Names of Holdpoint's own statements in one session. */
export class OwnNames {
  #last = 0
  /** those that were made and perhaps not closed */
  readonly #left = new Set<string>()

  next(): string {
    this.#last += 1
    const name = `holdpoint ${this.#last}`
    this.#left.add(name)
    return name
  }

  closed(name: string): void {
    this.#left.delete(name)
  }

  /** What an error left behind. */
  takeLeft(): readonly string[] {
    const left = [...this.#left]
    this.#left.clear()
    return left
  }
}

class RowSink implements Sink {
  readonly rows: Row[] = []
  error: ServerError | null = null
  errorBytes: Uint8Array | null = null
  #bytes = 0
  #large = false
  /** of a long row, what came of it, and how many bytes have still to come */
  #parts: Uint8Array[] = []
  #left = 0
  readonly #onError: (bytes: Uint8Array) => void

  constructor(onError: (bytes: Uint8Array) => void = () => undefined) {
    this.#onError = onError
  }

  take(tag: number, piece: Uint8Array, first: boolean): void {
    if (tag === tags.errorResponse) {
      this.error ??= readServerError(piece)
      this.errorBytes ??= Uint8Array.from(piece)
      this.#onError(piece)
    }
    if (tag !== tags.dataRow) return
    this.#bytes += piece.length
    if (this.#bytes > rowBytesMax) this.#large = true
    if (this.#large) {
      this.#parts = []
      return
    }
    if (first) this.#left = readInt32(piece, 1) + 1
    this.#left -= piece.length
    if (this.#left > 0 || this.#parts.length > 0) this.#parts.push(Uint8Array.from(piece))
    if (this.#left > 0) return
    const whole = this.#parts.length === 0 ? piece : concatenate(this.#parts)
    this.#parts = []
    this.rows.push(readDataRow(whole).map(textOf))
  }

  refuseCopy(): void {
    throw new Fault('bug', 'nothing is copied on behalf of the gate')
  }

  get large(): boolean {
    return this.#large
  }
}

function textOf(value: Uint8Array | null): string | null {
  return value === null ? null : Buffer.from(value).toString('utf8')
}

/**
 * One statement of Holdpoint's own; values are bound as text, never written into it. onError: gets
 * the ErrorResponse before anything that comes after it is passed on.
 */
export function ask(
  names: OwnNames,
  sql: string,
  parameters: Row = [],
  onError?: (bytes: Uint8Array) => void,
): Asked {
  const left = names.takeLeft()
  const name = names.next()
  const sink = new RowSink(onError)
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const over = (end: End): void => {
    if (end.kind !== 'done') resolve(answerOf(end, sink))
  }
  const executed = (end: End): void => resolve(answerOf(end, sink))
  const gone = (end: End): void => {
    if (end.kind === 'done') names.closed(name)
  }
  const values = parameters.map((value) => ({
    format: 'text' as const,
    value: value === null ? null : encodeText(value),
  }))
  const named = { what: 'statement', name } as const
  const bytes = concatenate([
    ...left.map((old) => frontend.closeMessage({ what: 'statement', name: old })),
    frontend.parseMessage({ name, text: sql, types: [] }),
    frontend.bindMessage({ portal: name, statement: name, parameters: values, resultFormats: [] }),
    frontend.executeMessage({ portal: name, rowsMax: 0 }),
    frontend.closeMessage({ what: 'portal', name }),
    frontend.closeMessage(named),
  ])
  const expected: Expected[] = [
    ...left.map(() => expect('close', { sink })),
    expect('parse', { sink, ended: over }),
    expect('bind', { sink, ended: over }),
    expect('execute', { sink, ended: executed }),
    expect('close', { sink }),
    expect('close', { sink, ended: gone }),
  ]
  return { part: { bytes, expected }, answer: promise }
}

/** Several statements in one message, for the gate's own connections: no values, rows of the last. */
export function askScript(sql: string): Asked {
  const sink = new RowSink()
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const ended = (end: End): void => resolve(answerOf(end, sink))
  return {
    part: { bytes: frontend.queryMessage(sql), expected: [expect('query', { sink, ended })] },
    answer: promise,
  }
}

function answerOf(end: End, sink: RowSink): Answer {
  switch (end.kind) {
    case 'done':
      if (!sink.large) return { kind: 'rows', rows: sink.rows, tag: end.tag }
      return { kind: 'error', error: tooLong, bytes: null }
    case 'error': {
      const error = sink.error ?? { code: end.code ?? 'XX000', message: '', where: '' }
      return { kind: 'error', error, bytes: sink.errorBytes }
    }
    default:
      return { kind: end.kind === 'lost' ? 'lost' : 'skipped' }
  }
}

const tooLong: ServerError = { code: '54000', message: 'the answer is too long', where: '' }

/** Nothing of it reaches the agent. */
export function quietSync(): Readonly<{ part: Part; ended: Promise<End> }> {
  const { promise, resolve } = Promise.withResolvers<End>()
  const sink: Sink = { take: () => undefined, refuseCopy: () => undefined }
  const expected = [expect('sync', { sink, ended: resolve })]
  return { part: { bytes: frontend.syncMessage, expected }, ended: promise }
}

/** Has the server parse it, and forget it again: nothing of it runs. */
export function parseOnly(names: OwnNames, text: string): Asked {
  const name = names.next()
  const sink = new RowSink(() => undefined)
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const bytes = concatenate([
    frontend.parseMessage({ name, text, types: [] }),
    frontend.closeMessage({ what: 'statement', name }),
  ])
  const closed = (end: End): void => {
    if (end.kind === 'done') names.closed(name)
  }
  const expected = [
    expect('parse', { sink, ended: (end) => resolve(answerOf(end, sink)) }),
    expect('close', { sink, ended: closed }),
  ]
  return { part: { bytes, expected }, answer: promise }
}

/** Fails as a statement of the agent's own would; the server's log says why. */
export function failure(): Asked {
  const sink = new RowSink()
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const text = 'holdpoint refused what was asked'
  return {
    part: {
      bytes: frontend.parseMessage({ name: 'holdpoint', text, types: [] }),
      expected: [expect('parse', { sink, ended: (end) => resolve(answerOf(end, sink)) })],
    },
    answer: promise,
  }
}

/** What the agent would have been answered, kept until it may be. */
export class KeptAnswer implements Sink {
  readonly #bytesMax: number
  readonly #refuse: () => void
  #bytes = Buffer.alloc(0)
  #length = 0
  /** where the last CommandComplete lies */
  #completion: readonly [start: number, end: number] | null = null
  overflowed = false
  copied = false
  error: ServerError | null = null

  constructor(bytesMax: number, refuse: () => void) {
    this.#bytesMax = bytesMax
    this.#refuse = refuse
  }

  take(tag: number, piece: Uint8Array): void {
    if (tag === tags.errorResponse) this.error ??= readServerError(piece)
    if (tag === tags.copyInResponse || this.overflowed) return
    const end = this.#length + piece.length
    if (end > this.#bytesMax) {
      this.overflowed = true
      this.#bytes = Buffer.alloc(0)
      return
    }
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(1024, end, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(piece, this.#length)
    if (tag === tags.commandComplete) this.#completion = [this.#length, end]
    this.#length = end
  }

  refuseCopy(): void {
    this.copied = true
    this.#refuse()
  }

  whole(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** As PostgreSQL answers when a commit fails: the statement is not said to be complete. */
  withoutCompletion(): Uint8Array {
    const [start, end] = this.#completion ?? [0, 0]
    return concatenate([this.#bytes.subarray(0, start), this.#bytes.subarray(end, this.#length)])
  }
}

export { copyRefused }
