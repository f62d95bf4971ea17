// PostgreSQL's own relations: reading them says what is there, but for those that keep secrets.
import { databaseOf, discloses, reads, resourceOf, serverOf } from './context.ts'
import type { Context } from './context.ts'

/** Passwords, connection strings, files, other people's data. */
const secrets: Readonly<Record<string, 'role' | 'server' | 'database'>> = {
  pg_authid: 'role',
  pg_shadow: 'role',
  pg_user_mapping: 'server',
  pg_user_mappings: 'server',
  user_mapping_options: 'server',
  _pg_user_mappings: 'server',
  pg_subscription: 'server',
  pg_hba_file_rules: 'server',
  pg_ident_file_mappings: 'server',
  pg_file_settings: 'server',
  pg_largeobject: 'database',
  pg_statistic: 'database',
}

export function readSystemRelation(context: Context, _schema: string, name: string): void {
  const kind = Object.hasOwn(secrets, name) ? secrets[name] : undefined
  if (kind === undefined) reads(context, databaseOf(context))
  else if (kind === 'role') discloses(context, resourceOf(context, 'role', null))
  else discloses(context, kind === 'server' ? serverOf(context) : databaseOf(context))
}
