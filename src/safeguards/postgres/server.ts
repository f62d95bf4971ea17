// Which server this is, what databases it has and with what roles they were made.
import { Fault } from '../../domain/fault.ts'
import type { ExportClient } from './clients.ts'
import { ask, quoteText } from './statement.ts'
import type { Statement } from './statement.ts'

export interface Server {
  /** as in 180004 */
  readonly version: number
  /** the same for a server, its copies and its standbys, and for no other */
  readonly identifier: string
  readonly superuser: boolean
}

export async function readServer(client: ExportClient): Promise<Server> {
  const [found] = await ask<Server>(
    client,
    `SELECT current_setting('server_version_num')::int AS version,
       (SELECT system_identifier::text FROM pg_control_system()) AS identifier,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser`,
  )
  if (found === undefined || !/^\d+$/.test(found.identifier)) {
    throw new Fault('export-server', 'the server does not say which it is')
  }
  return found
}

export interface DatabaseHead {
  readonly name: string
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  readonly provider: string
  readonly locale: string | null
  readonly rules: string | null
}

interface Listed extends DatabaseHead {
  readonly open: boolean
}

/** Every database but the templates. One that lets nobody in cannot be exported. */
export async function readDatabases(
  client: ExportClient,
  version: number,
): Promise<readonly DatabaseHead[]> {
  const providerSql = version >= 150000 ? 'd.datlocprovider' : "'c'"
  const localeSql =
    version >= 170000 ? 'd.datlocale' : version >= 150000 ? 'd.daticulocale' : 'NULL'
  const rulesSql = version >= 160000 ? 'd.daticurules' : 'NULL'
  const found = await ask<Listed>(
    client,
    `SELECT d.datname AS name, pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collate, d.datctype AS ctype, ${providerSql} AS provider,
       ${localeSql} AS locale, ${rulesSql} AS rules, d.datallowconn AND d.datconnlimit <> 0 AS open
     FROM pg_database d WHERE NOT d.datistemplate ORDER BY d.datname`,
  )
  const shut = found.filter(({ open }) => !open).map(({ name }) => `\`${name}\``)
  if (shut.length > 0) {
    const says = `${shut.join(', ')} take no connections, and cannot be exported`
    throw new Fault('export-shut', `${says}; open or drop them first`)
  }
  return found.map(({ name, encoding, collate, ctype, provider, locale, rules }) => ({
    ...{ name, encoding, collate, ctype, provider, locale, rules },
  }))
}

/** As near to the original as this server has it; the first that works is taken. */
export function createDatabaseTexts(name: string, head: DatabaseHead): readonly string[] {
  const start = `CREATE DATABASE ${name} TEMPLATE template0 ENCODING ${quoteText(head.encoding)}`
  const places = ` LC_COLLATE ${quoteText(head.collate)} LC_CTYPE ${quoteText(head.ctype)}`
  const plain = `${start} LC_COLLATE 'C' LC_CTYPE 'C'`
  if (head.provider === 'c') return [start + places, plain]
  const word = head.provider === 'i' ? 'icu' : 'builtin'
  const option = head.provider === 'i' ? 'ICU_LOCALE' : 'BUILTIN_LOCALE'
  const locale = head.locale === null ? '' : ` ${option} ${quoteText(head.locale)}`
  const rules = head.rules === null ? '' : ` ICU_RULES ${quoteText(head.rules)}`
  return [`${start}${places} LOCALE_PROVIDER ${word}${locale}${rules}`, plain]
}

export interface Role {
  readonly name: string
  readonly superuser: boolean
  readonly login: boolean
  readonly inherits: boolean
  readonly createsRoles: boolean
  readonly createsDatabases: boolean
  readonly replicates: boolean
  readonly bypasses: boolean
  readonly memberOf: readonly string[]
}

/** The roles that statements name: what they may do, and no password. */
export async function readRoles(
  client: ExportClient,
  statements: readonly Statement[],
): Promise<readonly Role[]> {
  const named = new Set(
    statements.flatMap((one) =>
      one.flatMap((part) => (typeof part !== 'string' && 'role' in part ? [part.role] : [])),
    ),
  )
  const roles = await ask<Role>(
    client,
    `SELECT r.rolname AS name, r.rolsuper AS superuser, r.rolcanlogin AS login,
       r.rolinherit AS inherits, r.rolcreaterole AS "createsRoles",
       r.rolcreatedb AS "createsDatabases", r.rolreplication AS replicates,
       r.rolbypassrls AS bypasses, ARRAY(SELECT g.rolname FROM pg_auth_members m
         JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1) AS "memberOf"
     FROM pg_roles r ORDER BY r.rolname`,
  )
  return roles.filter(({ name }) => named.has(name))
}
