// What the agent believes the database to be: one table of it, without two of its columns.
import { integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'

export const customers = pgTable('customers', {
  id: integer().primaryKey().generatedByDefaultAsIdentity(),
  name: text().notNull(),
  email: text().notNull().unique('customers_email_key'),
  profile: jsonb().notNull().default({}),
})
