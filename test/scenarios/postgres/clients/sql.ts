// One statement, or several in one message, through `pg`: its rows as JSON, a line each.
//   sql.ts 'SELECT 1'            by the simple protocol
//   sql.ts 'SELECT $1::int' 1    parsed, bound and executed
import pg from 'pg'

import { main, say, url } from './told.ts'

const [text = '', ...values] = process.argv.slice(2)
const client = new pg.Client({ connectionString: url })

await main(async () => {
  await client.connect()
  const answer: unknown =
    values.length === 0 ? await client.query(text) : await client.query(text, values)
  const results = (Array.isArray(answer) ? answer : [answer]) as pg.QueryResult<object>[]
  for (const { rows, command, rowCount } of results) {
    for (const row of rows) say(row)
    if (rows.length === 0) say({ command, rowCount })
  }
})
await client.end().catch(() => undefined)
