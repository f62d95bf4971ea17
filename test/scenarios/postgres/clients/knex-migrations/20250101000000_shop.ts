// The migration with which the shop began. `down` is what `migrate:rollback` and `down --all` run.
import type { Knex } from 'knex'

const tables = ['payments', 'order_items', 'orders', 'customers']

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('customers', (table) => {
    table.increments('id')
    table.text('name').notNullable()
    table.text('email').notNullable().unique()
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of tables) await knex.raw('DROP TABLE ?? CASCADE', [table])
}
