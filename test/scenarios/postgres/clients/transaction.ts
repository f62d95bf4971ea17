// Statements of a migration in one transaction, one by one, as migration tools run them.
//   transaction.ts 'ALTER TABLE …' 'DROP TABLE …'
import pg from 'pg'

import { main, say, url } from './told.ts'

const client = new pg.Client({ connectionString: url })

await main(async () => {
  await client.connect()
  await client.query('BEGIN')
  try {
    for (const text of process.argv.slice(2)) {
      const { command, rowCount } = await client.query(text)
      say({ command, rowCount })
    }
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
  await client.query('COMMIT')
})
await client.end().catch(() => undefined)
