// An independent backup of the simulated database, outside the volume: a line of JSON for each row.
//   node simulators/railway/export.ts CONNECTION FILE
// Ends with an error, and leaves no file, unless every row of every table was read and is durable.
import * as fs from 'node:fs'
import { dirname } from 'node:path'

import pg from 'pg'

const [connection, file] = process.argv.slice(2)
if (connection === undefined || file === undefined) {
  throw new Error('usage: export.ts CONNECTION FILE')
}

interface Table {
  readonly name: string
}

async function exportRows(client: pg.Client, descriptor: number): Promise<number> {
  // One snapshot for all tables.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const { rows: tables } = await client.query<Table>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  )
  let count = 0
  for (const { name } of tables) {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT * FROM ${client.escapeIdentifier(name)} ORDER BY 1`,
    )
    const lines = rows.map((row) => `${JSON.stringify({ table: name, row })}\n`)
    fs.writeFileSync(descriptor, lines.join(''))
    count += rows.length
  }
  await client.query('COMMIT')
  return count
}

fs.mkdirSync(dirname(file), { recursive: true })
const unfinished = `${file}.part`
const client = new pg.Client({ connectionString: connection, connectionTimeoutMillis: 10_000 })
const descriptor = fs.openSync(unfinished, 'wx', 0o600)
try {
  await client.connect()
  const count = await exportRows(client, descriptor)
  if (count === 0) throw new Error('there was nothing to export')
  fs.fsyncSync(descriptor)
  fs.renameSync(unfinished, file)
  process.stdout.write(`${count} rows\n`)
} finally {
  fs.rmSync(unfinished, { force: true })
  fs.closeSync(descriptor)
  await client.end().catch(() => undefined)
}
