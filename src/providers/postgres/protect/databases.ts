// DROP DATABASE, on the admin connection of the gate, to another database of the same server: the
// database is renamed and takes no connections, until it expires. Not in a transaction's hands:
// ALTER DATABASE is, DROP DATABASE is not, so purging is two statements.

/** The longest name that PostgreSQL keeps, in bytes. */
const nameBytesMax = 63

/** Where a dropped database waits. Long actions are cut: the catalogue knows which is which. */
export function trashDatabaseName(action: string): string {
  return `holdpoint_trash_${action}`.slice(0, nameBytesMax)
}

/**
 * One statement after another, each on its own: ends the sessions that are in it, as FORCE would,
 * renames, shuts, writes it down. Needs schema `holdpoint` in the database that runs it.
 */
export function quarantineDatabaseSql(
  name: string,
  action: string,
  statement: string,
): readonly string[] {
  const trash = trashDatabaseName(action)
  return [
    `DO $holdpoint$ BEGIN
       IF NOT EXISTS (SELECT FROM pg_catalog.pg_database d
         WHERE d.datname = ${literal(name)} AND NOT d.datistemplate) THEN
         RAISE invalid_catalog_name USING MESSAGE = ${literal(`database "${name}" does not exist`)};
       END IF;
     END $holdpoint$`,
    `ALTER DATABASE ${identifier(name)} WITH ALLOW_CONNECTIONS false`,
    `SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
     WHERE a.datname = ${literal(name)}`,
    `BEGIN`,
    `ALTER DATABASE ${identifier(name)} RENAME TO ${identifier(trash)}`,
    `INSERT INTO holdpoint.databases (action, name, trash, statement, bytes, expires_at)
     SELECT ${literal(action)}, ${literal(name)}, ${literal(trash)}, ${literal(statement)},
       pg_catalog.pg_database_size(${literal(trash)}), now() + s.retention
     FROM holdpoint.settings s`,
    `COMMIT`,
  ]
}

/** When quarantining failed half-way: the database takes connections again. */
export function reopenDatabaseSql(name: string): string {
  return `ALTER DATABASE ${identifier(name)} WITH ALLOW_CONNECTIONS true`
}

/** Fails, and changes nothing, when a database of that name exists now. */
export function restoreDatabaseSql(name: string, action: string): readonly string[] {
  const trash = trashDatabaseName(action)
  return [
    `BEGIN`,
    `ALTER DATABASE ${identifier(trash)} RENAME TO ${identifier(name)}`,
    `ALTER DATABASE ${identifier(name)} WITH ALLOW_CONNECTIONS true`,
    `UPDATE holdpoint.databases SET undone_at = now() WHERE action = ${literal(action)}`,
    `COMMIT`,
  ]
}

/** For good. Nothing but a database in the trash can be named. */
export function purgeDatabaseSql(action: string): readonly string[] {
  return [
    `DROP DATABASE IF EXISTS ${identifier(trashDatabaseName(action))}`,
    `DELETE FROM holdpoint.databases WHERE action = ${literal(action)}`,
  ]
}

/** Which are due. One column, `action`. */
export const expiredDatabasesSql = `SELECT d.action FROM holdpoint.databases d
WHERE d.undone_at IS NULL AND d.expires_at < now() ORDER BY d.at`

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Right whatever standard_conforming_strings says. */
function literal(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''")
  return `E'${escaped}'`
}
