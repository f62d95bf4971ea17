// COPY both ways over `pg`, which knows the messages but leaves them to the query object.
import type pg from 'pg'

import type { ExportClient } from '../../src/safeguards/postgres/clients.ts'

interface Stream {
  pause(): void
  resume(): void
  once(event: 'drain', listener: () => void): void
  readonly writableNeedDrain: boolean
}

interface Connection {
  readonly stream: Stream
  query(text: string): void
  sendCopyFromChunk(chunk: Uint8Array): void
  endCopyFrom(): void
  sendCopyFail(why: string): void
  sync(): void
}

const heldBytesMax = 1_048_576

/** An object that `client.query` takes as it is; the client calls it for every message. */
class Copy implements pg.Submittable {
  readonly #sql: string
  readonly onRow: (chunk: Uint8Array, connection: Connection) => void
  readonly onIn: (connection: Connection) => void
  readonly onEnd: (fault: Error | null) => void

  constructor(sql: string, onRow: Copy['onRow'], onIn: Copy['onIn'], onEnd: Copy['onEnd']) {
    this.#sql = sql
    this.onRow = onRow
    this.onIn = onIn
    this.onEnd = onEnd
  }

  #fault: Error | null = null

  submit(connection: pg.Connection): void {
    connection.query(this.#sql)
  }
  handleCopyData(message: { chunk: Uint8Array }, connection: Connection): void {
    this.onRow(message.chunk, connection)
  }
  handleCopyInResponse(connection: Connection): void {
    this.onIn(connection)
  }
  handleError(fault: Error): void {
    this.#fault = fault
    this.onEnd(fault)
  }
  handleReadyForQuery(): void {
    this.onEnd(this.#fault)
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

export function exportClient(client: pg.Client): ExportClient {
  return {
    async query(sql) {
      const { rows } = await client.query<(string | null)[]>({
        text: sql,
        rowMode: 'array',
        types: { getTypeParser: () => (value: string | Buffer) => String(value) },
      })
      return { rows }
    },
    copyOut: (sql) => copyOut(client, sql),
    copyIn: (sql, source) => copyIn(client, sql, source),
  }
}

async function* copyOut(client: pg.Client, sql: string): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = []
  let bytes = 0
  const over = { yet: false }
  let fault: Error | null = null
  let from: Connection | null = null
  let wake = (): void => undefined
  const copy = new Copy(
    sql,
    (chunk, connection) => {
      held.push(Buffer.from(chunk))
      bytes += chunk.length
      from = connection
      if (bytes > heldBytesMax) connection.stream.pause()
      wake()
    },
    () => undefined,
    (failed) => {
      over.yet = true
      fault = failed
      wake()
    },
  )
  client.query(copy)
  for (;;) {
    const pieces = held.splice(0)
    bytes = 0
    const connection = from as Connection | null
    connection?.stream.resume()
    if (pieces.length > 0) {
      yield Buffer.concat(pieces)
      continue
    }
    if (over.yet) {
      const failed = fault as Error | null
      if (failed !== null) throw failed
      return
    }
    await new Promise<void>((resolve) => (wake = resolve))
  }
}

function copyIn(client: pg.Client, sql: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  return new Promise((resolve, reject) => {
    let broken: unknown = null
    async function feed(connection: Connection): Promise<void> {
      try {
        for await (const piece of source) {
          connection.sendCopyFromChunk(piece)
          if (connection.stream.writableNeedDrain) {
            await new Promise<void>((drained) => connection.stream.once('drain', drained))
          }
        }
        connection.endCopyFrom()
      } catch (fault) {
        broken = fault
        connection.sendCopyFail('the source failed')
      }
    }
    const copy = new Copy(
      sql,
      () => undefined,
      (connection) => void feed(connection),
      (fault) => {
        if (broken !== null) reject(broken instanceof Error ? broken : new Error('broken'))
        else if (fault !== null) reject(fault)
        else resolve()
      },
    )
    client.query(copy)
  })
}
