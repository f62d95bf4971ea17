// Statements that name roles and the database by what they are, so that they can be carried out
// where those have other names.
import type { ExportClient } from './clients.ts'

export type Part = string | Readonly<{ role: string }> | Readonly<{ database: true }>
export type Statement = readonly Part[]

export interface Naming {
  readonly role: (name: string) => string
  readonly database: string
}

export function render(statement: Statement, naming: Naming): string {
  return statement
    .map((part) => {
      if (typeof part === 'string') return part
      return quoteName('role' in part ? naming.role(part.role) : naming.database)
    })
    .join('')
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  const quoted = text.replaceAll("'", "''")
  return text.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}

/** The rows of a question, each as an object. */
export async function ask<T>(client: ExportClient, sql: string): Promise<readonly T[]> {
  const { rows } = await client.query(`SELECT row_to_json(answer)::text FROM (${sql}) answer`)
  return rows.map(([text]) => JSON.parse(text ?? 'null') as T)
}

/**
 * What makes texts mean and look the same on every server, and nothing wait for ever: names are
 * qualified, numbers exact, and no row is left out for a policy.
 */
export async function settle(client: ExportClient, milliseconds: number): Promise<void> {
  const settings: Readonly<Record<string, string>> = {
    search_path: 'pg_catalog',
    client_encoding: 'UTF8',
    datestyle: 'ISO, YMD',
    intervalstyle: 'postgres',
    timezone: 'UTC',
    extra_float_digits: '3',
    bytea_output: 'hex',
    xmloption: 'content',
    lc_monetary: 'C',
    row_security: 'off',
    check_function_bodies: 'off',
    default_transaction_read_only: 'off',
    default_tablespace: '',
    default_table_access_method: 'heap',
    quote_all_identifiers: 'off',
    standard_conforming_strings: 'on',
    synchronize_seqscans: 'off',
    session_replication_role: 'origin',
    lock_timeout: '10s',
    statement_timeout: String(Math.max(1, Math.ceil(milliseconds))),
    idle_in_transaction_session_timeout: '0',
  }
  for (const [name, value] of Object.entries(settings)) {
    await client.query(`SELECT pg_catalog.set_config('${name}', ${quoteText(value)}, false)`)
  }
}
