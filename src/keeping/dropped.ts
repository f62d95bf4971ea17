// Databases that were dropped: renamed, without connections, and so taken back or purged by
// statements of their own, outside what one function could do.
import type { PurgeReport } from '../api/keeper.ts'
import type { AdminClient, KeeperOptions } from './administer.ts'
import { literal } from './look.ts'
import type { UndoAnswer } from './read.ts'

interface Dropped {
  readonly name: string
  readonly undone: boolean
}

/** The database that an action dropped; null when it dropped none. */
export async function droppedBy(client: AdminClient, action: string): Promise<Dropped | null> {
  const [found] = await client.query(
    `SELECT name, undone_at IS NOT NULL FROM holdpoint.databases WHERE action = ${literal(action)}`,
  )
  const name = found?.[0] ?? null
  return name === null ? null : { name, undone: found?.[1] === 't' }
}

/** Renamed back, every byte where it was: there is nothing to compare. */
export async function restoreDropped(
  client: AdminClient,
  { protection }: Pick<KeeperOptions, 'protection'>,
  action: string,
  { name, undone }: Dropped,
  dryRun: boolean,
): Promise<UndoAnswer> {
  const none = { restored: [], conflicts: [], sha256Before: null, sha256After: null, equal: false }
  const not = (why: string): UndoAnswer => ({ ...none, done: false, because: [why] })
  if (undone) return not(`database \`${name}\` was taken back already`)
  const statements = protection.restoreDatabaseSql?.(name, action)
  if (statements === undefined) return not('this Holdpoint takes back no database')
  const [taken] = await client.query(
    `SELECT count(*) FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`,
  )
  if (taken?.[0] !== '0') return not(`there is a database \`${name}\` now; rename it first`)
  const restored = [{ schema: '', name, rows: null }]
  if (dryRun) return { ...none, restored, done: false, because: [] }
  await runEach(client, statements)
  return { ...none, restored, done: true, equal: true, because: [] }
}

export async function purgeDropped(
  client: AdminClient,
  { protection }: Pick<KeeperOptions, 'protection'>,
  action: string,
): Promise<PurgeReport> {
  const statements = protection.purgeDatabaseSql?.(action)
  if (statements === undefined) {
    return { purged: false, bytes: 0, because: ['this Holdpoint purges no database'] }
  }
  const [size] = await client.query(
    `SELECT bytes FROM holdpoint.databases WHERE action = ${literal(action)}`,
  )
  await runEach(client, statements)
  return { purged: true, bytes: Number(size?.[0] ?? 0), because: [] }
}

/** Those that are past their time, and so many days old. */
export async function expireDropped(
  client: AdminClient,
  options: Pick<KeeperOptions, 'protection'>,
  days: number,
): Promise<void> {
  const { expiredDatabasesSql } = options.protection
  if (expiredDatabasesSql === undefined) return
  const due = await client.query(
    `SELECT action FROM (${expiredDatabasesSql}) due JOIN holdpoint.databases USING (action)
      WHERE at < now() - interval '${days} days'`,
  )
  for (const [action] of due) {
    if (action !== null && action !== undefined) await purgeDropped(client, options, action)
  }
}

/** Some may not share a transaction with others. One that fails ends what was begun. */
async function runEach(client: AdminClient, statements: readonly string[]): Promise<void> {
  try {
    for (const statement of statements) await client.query(statement)
  } catch (fault) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw fault
  }
}
