// Two real servers, and what it takes to export from one and restore on the other.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import type { DecisionId, UpstreamName } from '../../src/domain/names.ts'
import { proveExport } from '../../src/safeguards/postgres/backup.ts'
import type { BackupParts } from '../../src/safeguards/postgres/backup.ts'
import type { DatabaseAccess, ExportClient } from '../../src/safeguards/postgres/clients.ts'
import { createClock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import { temporaryFolder } from '../receipts.ts'
import { exportClient } from './copy-client.ts'
import { startPostgres } from './server.ts'
import type { PostgresServer } from './server.ts'

export const shop = 'shop-db' as UpstreamName
export const scratch = 'scratch-db' as UpstreamName
export const backupKey = Buffer.alloc(32, 7)

export interface TwoServers {
  readonly source: PostgresServer
  readonly target: PostgresServer
  readonly access: DatabaseAccess
  stop(): Promise<void>
}

export async function startTwoServers(): Promise<TwoServers> {
  const [source, target] = await Promise.all([startPostgres(), startPostgres()])
  const servers = new Map([
    [shop, source],
    [scratch, target],
  ])
  return {
    ...{ source, target, access: accessTo(servers) },
    stop: async () => {
      await Promise.all([source.stop(), target.stop()])
    },
  }
}

export function accessTo(servers: ReadonlyMap<UpstreamName, PostgresServer>): DatabaseAccess {
  return {
    async connect(upstream, database, work) {
      const server = servers.get(upstream)
      if (server === undefined) throw new Error(`no server ${upstream}`)
      const client = await server.connect(database ?? 'postgres')
      try {
        return await work(exportClient(client))
      } finally {
        await client.end().catch(() => undefined)
      }
    },
  }
}

/** The same access, with every client changed on its way. */
export function through(
  access: DatabaseAccess,
  change: (client: ExportClient, upstream: UpstreamName) => ExportClient,
): DatabaseAccess {
  return {
    connect: (upstream, database, work) =>
      access.connect(upstream, database, (client) => work(change(client, upstream))),
  }
}

export function partsOf(access: DatabaseAccess): BackupParts {
  return {
    access,
    key: () => Promise.resolve(backupKey),
    random: systemRandom,
    clock: createClock(null),
  }
}

let decisions = 0

export interface Proving {
  readonly folder: string
  readonly decision: DecisionId
  readonly prove: (
    access: DatabaseAccess,
    parts?: Partial<BackupParts>,
  ) => ReturnType<typeof proveExport>
}

export function proving(t: Pick<TestContext, 'after'>): Proving {
  const folder = join(temporaryFolder(t), 'backups')
  decisions += 1
  const decision = `dec_${decisions}` as DecisionId
  const settings = { upstream: shop, scratch, folder, minutesMax: 5 }
  return {
    ...{ folder, decision },
    prove: (access, parts = {}) =>
      proveExport(settings, decision, { ...partsOf(access), ...parts }),
  }
}

/** A database of that name, fresh, filled by the statements. */
export async function fill(server: PostgresServer, name: string, sql: string): Promise<void> {
  const admin = await server.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  const client = await server.connect(name)
  for (const statement of sql.split(/;\n/))
    if (statement.trim() !== '') await client.query(statement)
  await client.end()
}

export async function drop(server: PostgresServer, name: string): Promise<void> {
  const admin = await server.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await admin.end()
}

export const everyKind = readFileSync(new URL('every-kind.sql', import.meta.url), 'utf8')

/** What an export may leave on the scratch server: nothing. */
export async function leftOn(server: PostgresServer): Promise<readonly string[]> {
  const client = await server.connect()
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'holdpoint%'
     UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'holdpoint%'`,
  )
  await client.end()
  return rows.map(({ name }) => name)
}
