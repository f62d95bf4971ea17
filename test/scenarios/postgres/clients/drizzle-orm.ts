// Drizzle as applications use it: queries by its builder, a transaction, and a DELETE without
// WHERE.
import { count, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'

import { customers } from './drizzle/schema.ts'
import { main, say, url } from './told.ts'

const pool = new pg.Pool({ connectionString: url })
const db = drizzle({ client: pool })

await main(async () => {
  say(await db.select({ customers: count() }).from(customers))
  await db.transaction(async (tx) => {
    const changed = { name: 'renamed' }
    await tx.update(customers).set(changed).where(eq(customers.id, 2))
  })
  say('updated')
  await db.delete(customers)
  say('deleted')
})
await pool.end()
