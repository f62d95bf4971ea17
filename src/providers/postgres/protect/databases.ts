// A dropped database, on the admin connection of the gate, in another one of the same server: it
// was renamed and takes no connections (database-functions.ts), until it is restored or expires.

/** The longest name that PostgreSQL keeps, in bytes. */
const nameBytesMax = 63

/** Where a dropped database waits. Long actions are cut: the catalogue knows which is which. */
export function trashDatabaseName(action: string): string {
  return `holdpoint_trash_${action}`.slice(0, nameBytesMax)
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
