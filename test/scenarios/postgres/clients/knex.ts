// Knex: `migrate:rollback`, then `migrate:latest`, as its CLI runs them; with `drop`, what a script
// with `schema.dropTable` does instead.
import { join } from 'node:path'

import knexOf from 'knex'

import { main, say, url } from './told.ts'

const knex = knexOf({
  client: 'pg',
  connection: url,
  migrations: { directory: join(import.meta.dirname, 'knex-migrations'), loadExtensions: ['.ts'] },
})

await main(async () => {
  const open = await knex('orders').where({ status: 'open' }).orderBy('id').limit(2).select('id')
  say({ open: open.length })
  if (process.argv[2] === 'drop') {
    await knex.schema.dropTable('order_items')
    say('dropped')
    return
  }
  const [, undone] = (await knex.migrate.rollback()) as [number, string[]]
  say({ undone })
  const [, done] = (await knex.migrate.latest()) as [number, string[]]
  say({ done })
})
await knex.destroy()
