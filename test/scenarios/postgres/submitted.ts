// What `pg` does not do by itself: many statements bound before one Sync, and COPY FROM STDIN.
import type pg from 'pg'

type CopyingConnection = pg.Connection & { sendCopyFromChunk(chunk: Buffer): void }

/** Binds and executes `text` many times with 0, 1, 2, …, and then syncs; the first columns. */
export function pipeline(
  client: pg.Client,
  text: string,
  times: number,
): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const answers: string[] = []
    const query = {
      submit(connection: pg.Connection): void {
        connection.parse({ name: 'many', text, types: [] }, true)
        for (let i = 0; i < times; i++) {
          connection.bind({ portal: '', statement: 'many', values: [String(i)] }, true)
          connection.execute({ portal: '', rows: '0' }, true)
        }
        connection.sync()
      },
      handleDataRow: ({ fields }: { fields: readonly string[] }) => answers.push(fields[0] ?? ''),
      handleCommandComplete: () => undefined,
      handleError: reject,
      handleReadyForQuery: () => resolve(answers),
    }
    client.query(query as never)
  })
}

/** Copies rows, and says neither that it is done nor that it failed. */
export function copyWithoutEnd(client: pg.Client, text: string, rows: number): void {
  const query = {
    submit(connection: pg.Connection): void {
      connection.query(text)
    },
    handleCopyInResponse(connection: CopyingConnection) {
      for (let i = 0; i < rows; i++) {
        connection.sendCopyFromChunk(Buffer.from(`copied ${i}\t2026-01-01\n`))
      }
    },
    handleError: () => undefined,
    handleReadyForQuery: () => undefined,
  }
  client.query(query as never)
}
