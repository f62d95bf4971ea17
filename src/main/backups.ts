// Joins what exports of databases need: connections that are recorded before they are opened, and
// the key of the vault.
import type { ExportKeeper } from '../api/exports.ts'
import { clearToAdminister } from '../clearance.ts'
import type { Clearance } from '../clearance.ts'
import type { DatabaseSettings } from '../configuration/databases.ts'
import { backupKeyName, newBackupKey, readBackupKey } from '../credentials/backup-key.ts'
import type { Vault } from '../credentials/vault.ts'
import type { AdministrativeWork } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { PersonName, UpstreamName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { restoreExport, verifyExport } from '../safeguards/postgres/backup.ts'
import type { BackupParts } from '../safeguards/postgres/backup.ts'
import type { DatabaseAccess, ExportClient } from '../safeguards/postgres/clients.ts'
import { whyOf } from '../safeguards/postgres/why.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

export interface BackupsJoined {
  readonly databases: readonly DatabaseSettings[]
  /** the part of the upstreams that opens such connections; spends the clearance */
  readonly exporting: <T>(
    upstream: UpstreamName,
    database: string,
    work: (client: ExportClient) => Promise<T>,
    clearance: Clearance,
  ) => Promise<T>
  readonly ledger: Pick<Ledger, 'append'>
  readonly vault: () => Pick<Vault, 'list' | 'open' | 'put'>
  readonly clock: Clock
  readonly random: Random
}

/** What is written down of each connection, and each use of the key. */
interface Errand {
  readonly work: AdministrativeWork
  /** null for the gate itself */
  readonly by: PersonName | null
  /** further of what was asked */
  readonly asked: Readonly<Record<string, string | null>>
}

type PartsFor = (errand: Errand) => BackupParts

/** Who the ledger says made the backup key: nobody asked for it. */
const itself = 'holdpoint' as PersonName

/** null where there is no database to export from. */
export function joinBackups(joined: BackupsJoined): BackupParts | null {
  if (joined.databases.length === 0) return null
  return createParts(joined)({ work: 'export', by: null, asked: {} })
}

const restoreMinutes = 24 * 60

/** The same parts, for people who read an export again. */
export function joinExports(joined: BackupsJoined): ExportKeeper {
  const partsFor = createParts(joined)
  return {
    async verify({ file, by }) {
      const parts = partsFor({ work: 'verify', by, asked: { file } })
      const found = await said(verifyExport(file, parts))
      return { file, databases: found.map((one) => ({ ...one, rows: String(one.rows) })) }
    },
    async restore({ file, upstream, database, name, by }) {
      const settings = settingsOf(joined, upstream)
      const parts = partsFor({ work: 'restore', by, asked: { file, from: database, name } })
      const asked = { file, pick: database, upstream, database: name, minutesMax: restoreMinutes }
      const restored = await said(restoreExport(asked, parts))
      return {
        ...{ file, upstream, database: restored.from, name: restored.database },
        ...{ tables: restored.tables, rows: String(restored.rows) },
        environment: settings.databases.get(restored.database) ?? settings.environment,
      }
    },
  }
}

/** What a server says may quote rows: people are told what is no value out of any. */
function said<T>(work: Promise<T>): Promise<T> {
  return work.catch((fault: unknown) => {
    if (fault instanceof Fault && !fault.code.startsWith('sql-')) throw fault
    throw new Fault('restore-failed', `${whyOf(fault)}; nothing of it was kept`)
  })
}

function settingsOf(
  { databases }: Pick<BackupsJoined, 'databases'>,
  upstream: UpstreamName,
): DatabaseSettings {
  const settings = databases.find(({ name }) => name === upstream)
  if (settings !== undefined) return settings
  throw new Fault('not-found', `there is no PostgreSQL upstream \`${upstream}\``)
}

function createParts(joined: BackupsJoined): PartsFor {
  const { databases, ledger, vault, clock, random } = joined

  async function clear(
    { work, by, asked }: Errand,
    upstream: UpstreamName,
    database: string,
  ): Promise<Clearance> {
    const request = sha256(canonicalJson({ work, upstream, database, ...asked }))
    const fact = { kind: 'administering', upstream, work, request, by } as const
    return clearToAdminister(await ledger.append(fact))
  }

  async function openKey(errand: Errand, make: boolean): Promise<Uint8Array> {
    const clearance = await clear(errand, databases[0]?.name ?? ('' as UpstreamName), '')
    if (make && !vault().list().includes(backupKeyName)) {
      await ledger.append({ kind: 'secret-put', secret: backupKeyName, by: itself })
      vault().put(backupKeyName, newBackupKey(random))
    }
    return readBackupKey(vault().open(backupKeyName, clearance))
  }

  let opening: Promise<unknown> = Promise.resolve()
  return (errand) => ({
    ...{ clock, random },
    /** One after the other: two that find none would each make one, and one would be lost. */
    key(make) {
      const opened = opening.then(() => openKey(errand, make))
      opening = opened.catch(() => undefined)
      return opened
    },
    access: accessOf(joined, (upstream, database) => clear(errand, upstream, database)),
  })
}

/** there on every server, unless somebody dropped it */
const everywhere = 'postgres'
/** no such database, or none that this role may use */
const elsewhere: ReadonlySet<string> = new Set(['sql-3D000', 'sql-28000', 'sql-42501'])

function accessOf(
  joined: BackupsJoined,
  clear: (upstream: UpstreamName, database: string) => Promise<Clearance>,
): DatabaseAccess {
  return {
    async connect<T>(
      upstream: UpstreamName,
      database: string | null,
      work: (client: ExportClient) => Promise<T>,
    ): Promise<T> {
      const settings = settingsOf(joined, upstream)
      const state = { begun: false }
      const begin = (client: ExportClient): Promise<T> => {
        state.begun = true
        return work(client)
      }
      const at = async (name: string): Promise<T> =>
        joined.exporting(upstream, name, begin, await clear(upstream, name))
      if (database !== null) return at(database)
      try {
        return await at(everywhere)
      } catch (fault) {
        if (state.begun || !(fault instanceof Fault && elsewhere.has(fault.code))) throw fault
        return at(settings.database)
      }
    },
  }
}
