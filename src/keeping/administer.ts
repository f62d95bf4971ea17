import type { Clearance } from '../clearance.ts'
import type { DatabaseSettings } from '../configuration/databases.ts'
import type { Concealed } from '../domain/concealed.ts'
import type { AdministrativeWork, FactOf } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { Digest, PersonName, SecretName, UpstreamName } from '../domain/names.ts'
import type { Ledger, Receipt } from '../ledger/ledger.ts'
import type { StoreReads } from '../store/store.ts'
import { sha256 } from '../system/hash.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import type { Rows } from './read.ts'

/** A connection of the gate's own, as the admin role. */
export interface AdminClient {
  /** Runs it by the simple protocol; the rows of its last statement, as text. */
  query(sql: string): Promise<Rows>
}

/** The part of the upstreams that opens such connections; spends the clearance. */
export type Administer = <T>(
  upstream: UpstreamName,
  database: string,
  work: (client: AdminClient) => Promise<T>,
  clearance: Clearance,
) => Promise<T>

/** The SQL of schema `holdpoint`: each text one transaction, begin and commit included. */
export interface Protection {
  readonly version: number
  enrolmentSql(options: EnrolmentOptions): string
  /** It refuses by itself too, while something is kept that has not expired. */
  unenrolmentSql(): string
  /** Of a database that was dropped, and waits renamed: one statement after another. */
  restoreDatabaseSql?(name: string, action: string): readonly string[]
  purgeDatabaseSql?(action: string): readonly string[]
  /** One column: the actions that are due. */
  readonly expiredDatabasesSql?: string
}

export interface EnrolmentOptions {
  /** SHA-256 of the capture key, hexadecimal */
  readonly keyHash: string
  /** the roles that agents work as */
  readonly agentRoles: readonly string[]
  readonly retentionDays: number
}

/** What the keeper needs of the vault. */
export interface KeyRing {
  put(name: SecretName, value: Concealed): void
  list(): readonly SecretName[]
  open(name: SecretName, clearance: Clearance): Concealed
}

export interface KeeperOptions {
  readonly databases: readonly DatabaseSettings[]
  readonly administer: Administer
  readonly clear: (receipt: Receipt<FactOf<'administering'>>) => Clearance
  readonly ledger: Pick<Ledger, 'append'>
  readonly store: Pick<StoreReads, 'decision' | 'beside' | 'recent'>
  readonly keys: () => KeyRing
  readonly protection: Protection
  readonly random: Random
  /** hears of faults that have no one left to be told */
  report(fault: unknown): void
}

/** A database that may be administered, and what for. */
export interface Task {
  readonly settings: DatabaseSettings
  readonly database: string
  readonly work: AdministrativeWork
  readonly by: PersonName | null
  /** what a person signed for it, where that is wanted; kept beside the ledger */
  readonly signed?: Readonly<{ request: Digest; beside: Uint8Array }>
}

/** Written down first: a connection of ours that nobody can account for does not exist. */
export async function administer<T>(
  options: KeeperOptions,
  task: Task,
  work: (client: AdminClient, clearance: Clearance) => Promise<T>,
): Promise<T> {
  const { settings, database, by } = task
  if (settings.admin === null) {
    throw new Fault(
      'no-admin',
      `\`${settings.name}\` has no \`admin\` in the configuration, and so nothing is kept there; ` +
        'add it to enrol, undo and look at the trash',
    )
  }
  const upstream = settings.name
  const own = sha256(canonicalJson({ work: task.work, upstream, database, by }))
  const request = task.signed?.request ?? own
  const fact = { kind: 'administering', upstream, work: task.work, request, by } as const
  const clearance = options.clear(await options.ledger.append(fact, task.signed?.beside))
  return options.administer(upstream, database, (client) => work(client, clearance), clearance)
}

/** The upstream and the database that are meant; what is not configured is not touched. */
export function meant(
  { databases }: Pick<KeeperOptions, 'databases'>,
  upstream: UpstreamName,
  database: string | null,
): Readonly<{ settings: DatabaseSettings; database: string }> {
  const settings = databases.find(({ name }) => name === upstream)
  if (settings !== undefined) return { settings, database: database ?? settings.database }
  const known = databases.map(({ name }) => `\`${name}\``).join(', ')
  throw new Fault(
    'not-found',
    `there is no PostgreSQL upstream \`${upstream}\`; ` +
      (known === '' ? 'add one to holdpoint.yaml' : `there are ${known}`),
  )
}

export function everyDatabase({ databases }: Pick<KeeperOptions, 'databases'>): readonly Readonly<{
  settings: DatabaseSettings
  database: string
}>[] {
  return databases.flatMap((settings) =>
    [...new Set([settings.database, ...settings.databases.keys()])].map((database) => ({
      settings,
      database,
    })),
  )
}

export function saysOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
