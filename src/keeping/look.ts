import type { DatabaseEnrolment, DatabaseServer } from '../api/keeper.ts'
import type { DatabaseSettings } from '../configuration/databases.ts'
import { Fault } from '../domain/fault.ts'
import type { AdminClient } from './administer.ts'
import { readStatus } from './read.ts'

/** SQL that is one transaction, begin and commit included: all of it or nothing. */
export async function inOneTransaction(client: AdminClient, sql: string): Promise<void> {
  try {
    await client.query(sql)
  } catch (fault) {
    // The connection may be gone, and the transaction with it: what counts is the first fault.
    await client.query('ROLLBACK').catch(() => undefined)
    throw fault
  }
}

export interface Enrolled {
  readonly version: number
  readonly missing: readonly string[]
  /** changes that are kept and were not taken back */
  readonly kept: number
  readonly bytes: number
}

/** What is installed here; null for nothing. */
export async function readEnrolment(client: AdminClient): Promise<Enrolled | null> {
  const [there] = await client.query("SELECT to_regclass('holdpoint.settings')")
  if ((there?.[0] ?? null) === null) return null
  const status = readStatus(await client.query('SELECT holdpoint.status()'))
  if (status === null) return null
  const [kept] = await client.query(
    'SELECT count(*), coalesce(sum(bytes), 0) FROM holdpoint.trash() WHERE undone_at IS NULL',
  )
  return {
    ...status,
    kept: Number(kept?.[0] ?? 0),
    bytes: Number(kept?.[1] ?? 0),
  }
}

interface Looked {
  readonly fault: null
  readonly server: DatabaseServer
  readonly enrolment: DatabaseEnrolment | null
}

export async function lookAt(
  client: AdminClient,
  { role }: DatabaseSettings,
  version: number,
): Promise<Looked> {
  const [server] = await client.query(
    `SELECT current_setting('server_version'),
      (SELECT s.ssl FROM pg_catalog.pg_stat_ssl s WHERE s.pid = pg_backend_pid())`,
  )
  const rolePower = await powerOf(client, role)
  const enrolled = await readEnrolment(client)
  return {
    fault: null,
    server: { version: server?.[0] ?? 'unknown', tls: server?.[1] === 't', rolePower },
    enrolment: enrolled === null ? null : { ...enrolled, outdated: enrolled.version < version },
  }
}

/** What a role that can do these is able to remove: everything that stands in its way. */
async function powerOf(client: AdminClient, role: string): Promise<readonly string[]> {
  const [found] = await client.query(
    `SELECT rolsuper, rolreplication, rolcreaterole, pg_has_role(oid, current_user::name, 'MEMBER')
      FROM pg_catalog.pg_roles WHERE rolname = ${literal(role)}`,
  )
  if (found === undefined) {
    throw new Fault('no-role', `the server has no role \`${role}\`; create it, or name another`)
  }
  const [superuser, replication, createrole, admin] = found
  return [
    ...(superuser === 't' ? ['is a superuser'] : []),
    ...(replication === 't' ? ['may replicate'] : []),
    ...(createrole === 't' ? ['may create roles'] : []),
    ...(superuser !== 't' && admin === 't' ? ['can become the admin role'] : []),
  ]
}

/** A string constant, whatever `standard_conforming_strings` says. */
export function literal(text: string): string {
  const doubled = text.replaceAll("'", "''")
  return text.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}
