// A connection of the gate's own over which tables are copied out and in, however large they are:
// no more is read from the server than is taken, and no more is written to it than it takes.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
import { Fault, assert } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import { backendTags } from '../../wire/postgres/backend.ts'
import { headerBytes } from '../../wire/postgres/bytes.ts'
import { FrameScanner } from '../../wire/postgres/frames.ts'
import * as frontend from '../../wire/postgres/frontend.ts'
import { askScript } from './exchange.ts'
import type { Row } from './exchange.ts'
import { expect } from './expected.ts'
import type { End } from './expected.ts'
import { readServerError } from './server-error.ts'
import type { ServerError } from './server-error.ts'
import type { ServerSession } from './session.ts'

export interface ExportClient {
  query(sql: string): Promise<Readonly<{ rows: readonly Row[] }>>
  copyOut(sql: string): AsyncIterable<Uint8Array>
  copyIn(sql: string, source: AsyncIterable<Uint8Array>): Promise<void>
}

const heldBytesMax = 1_048_576

export function createExportClient(server: ServerSession): ExportClient {
  const copier = new Copier(server)
  return {
    async query(sql) {
      const asked = askScript(sql)
      server.submit([asked.part])
      const answer = await asked.answer
      if (answer.kind === 'rows') return { rows: answer.rows }
      throw answer.kind === 'error' ? refused(answer.error) : lost()
    },
    copyOut: (sql) => copier.out(sql),
    copyIn: (sql, source) => copier.in(sql, source),
  }
}

class Copier {
  readonly #server: ServerSession
  readonly #scanner = new FrameScanner((tag) => (tag === backendTags.copyData ? 'parts' : 'whole'))
  #held: Uint8Array[] = []
  #bytes = 0
  #error: ServerError | null = null
  #wake: () => void = () => undefined
  #drained: () => void = () => undefined

  constructor(server: ServerSession) {
    this.#server = server
    server.attach((messages) => this.#receive(messages))
    server.onDrain(() => this.#drained())
    server.onClose(() => this.#drained())
  }

  async *out(sql: string): AsyncGenerator<Uint8Array> {
    const ended = this.#ask(sql, null)
    const over = { yet: false }
    void ended.then(() => {
      over.yet = true
      this.#wake()
    })
    try {
      for (;;) {
        const pieces = this.#held
        this.#held = []
        this.#bytes = 0
        this.#server.resume()
        if (pieces.length > 0) yield Buffer.concat(pieces)
        else if (over.yet) break
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
      this.#judge(await ended)
    } finally {
      // Who stops in the middle has no more use for the connection.
      if (!over.yet) this.#server.close()
    }
  }

  async in(sql: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    let feeding: Promise<Error | null> = Promise.resolve(null)
    const end = await this.#ask(sql, () => {
      feeding = this.#feed(source)
    })
    this.#drained()
    const fault = await feeding
    if (fault !== null) throw fault
    this.#judge(end)
  }

  /** Gives what the source failed with; null for nothing. */
  async #feed(source: AsyncIterable<Uint8Array>): Promise<Error | null> {
    try {
      for await (const piece of source) {
        if (!this.#server.copying) return null
        const bytes = frontend.copyDataMessage(piece)
        if (!this.#server.submit([{ bytes, expected: [] }])) {
          await new Promise<void>((resolve) => (this.#drained = resolve))
        }
      }
      this.#endCopy(frontend.copyDoneMessage)
      return null
    } catch (fault) {
      this.#endCopy(frontend.copyFailMessage('what was to be copied could not be read'))
      return fault instanceof Error ? fault : lost()
    }
  }

  #endCopy(bytes: Uint8Array): void {
    if (!this.#server.copying) return
    this.#server.submit([{ bytes, expected: [expect('copy-end')] }])
  }

  #ask(sql: string, copyIn: (() => void) | null): Promise<End> {
    assert(this.#held.length === 0, 'one COPY at a time')
    this.#error = null
    return new Promise((ended) => {
      const expected = [expect('query', { ended, copyIn })]
      this.#server.submit([{ bytes: frontend.queryMessage(sql), expected }])
    })
  }

  #judge(end: End): void {
    if (end.kind === 'done') return
    if (end.kind !== 'error') throw lost()
    throw refused(this.#error ?? { code: end.code ?? 'XX000', message: '', where: '' })
  }

  #receive(messages: Uint8Array): boolean {
    const scanner = this.#scanner
    scanner.push(messages)
    while (scanner.next()) {
      const { tag, first } = scanner
      if (tag === backendTags.errorResponse) this.#error ??= readServerError(scanner.bytes())
      if (tag !== backendTags.copyData) continue
      const piece = scanner.bytes().subarray(first ? headerBytes : 0)
      this.#held.push(piece)
      this.#bytes += piece.length
    }
    if (this.#held.length > 0) this.#wake()
    return this.#bytes < heldBytesMax
  }
}

function refused({ code, message }: ServerError): Fault {
  return new Fault(
    `sql-${code}`,
    `the server refused: ${inert(message)}; see its log, or ask its administrator`,
  )
}

function lost(): Fault {
  return new Fault('upstream-unreachable', 'the server closed the connection; look, and try again')
}
