// Joins what exports of databases need: connections that are recorded before they are opened, and
// the key of the vault.
import { clearToAdminister } from '../clearance.ts'
import type { Clearance } from '../clearance.ts'
import type { DatabaseSettings } from '../configuration/databases.ts'
import { backupKeyName, newBackupKey, readBackupKey } from '../credentials/backup-key.ts'
import type { Vault } from '../credentials/vault.ts'
import { Fault } from '../domain/fault.ts'
import type { PersonName, UpstreamName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { BackupParts } from '../safeguards/postgres/backup.ts'
import type { ExportClient } from '../safeguards/postgres/clients.ts'
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

/** Who the ledger says made the backup key: nobody asked for it. */
const itself = 'holdpoint' as PersonName

/** null where there is no database to export from. */
export function joinBackups(joined: BackupsJoined): BackupParts | null {
  const { databases, exporting, ledger, vault, clock, random } = joined
  const [first] = databases
  if (first === undefined) return null

  async function clear(upstream: UpstreamName, database: string): Promise<Clearance> {
    const request = sha256(canonicalJson({ work: 'export', upstream, database }))
    const fact = { kind: 'administering', upstream, work: 'export', request, by: null } as const
    return clearToAdminister(await ledger.append(fact))
  }

  async function openKey(make: boolean): Promise<Uint8Array> {
    const clearance = await clear(first?.name ?? ('' as UpstreamName), '')
    if (make && !vault().list().includes(backupKeyName)) {
      await ledger.append({ kind: 'secret-put', secret: backupKeyName, by: itself })
      vault().put(backupKeyName, newBackupKey(random))
    }
    return readBackupKey(vault().open(backupKeyName, clearance))
  }

  let opening: Promise<unknown> = Promise.resolve()
  return {
    ...{ clock, random },
    /** One after the other: two that find none would each make one, and one would be lost. */
    key(make) {
      const opened = opening.then(() => openKey(make))
      opening = opened.catch(() => undefined)
      return opened
    },
    access: {
      async connect(upstream, database, work) {
        const settings = databases.find(({ name }) => name === upstream)
        if (settings === undefined) {
          throw new Fault('not-found', `there is no PostgreSQL upstream \`${upstream}\``)
        }
        const name = database ?? settings.database
        return exporting(upstream, name, work, await clear(upstream, name))
      },
    },
  }
}
