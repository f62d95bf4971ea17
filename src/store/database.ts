import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { Fault } from '../domain/fault.ts'
import { numberOf } from './rows.ts'
import { applicationId, schema, schemaVersion, upgrades } from './schema.ts'

export interface DatabaseOptions {
  /** the most that the store may take on disk; no limit when not given */
  readonly bytesMax?: number
}

const pageBytes = 8192
/**
 * 16 MiB may wait in the write-ahead log: moving it into place waits for the disk, so it is seldom.
 */
const walPagesMax = 2048
const cacheKibibytes = 32_768
/** Result codes of SQLite that mean "someone else has it". */
const busy = new Set([5, 6, 261, 517])

/**
 * Ours alone, from here until it is closed: a second gate on the same state would decide without
 * knowing what this one decides. Each commit is on the disk before it returns, until `sqlite.ts`
 * has a journal that is there first.
 */
export function openDatabase(file: string, { bytesMax }: DatabaseOptions): DatabaseSync {
  createPrivately(file)
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(file, { enableForeignKeyConstraints: false })
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA page_size = ${pageBytes};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${walPagesMax};
      PRAGMA trusted_schema = OFF;
      PRAGMA cache_size = -${cacheKibibytes};
    `)
    if (bytesMax !== undefined) {
      database.exec(`PRAGMA max_page_count = ${Math.ceil(bytesMax / pageBytes)}`)
    }
    prepareSchema(database, file)
    return database
  } catch (fault) {
    database?.close()
    throw fault instanceof Fault ? fault : openingFault(file, fault)
  }
}

/** Facts hold no secrets, but they say who does what: nobody else on the machine reads them. */
function createPrivately(file: string): void {
  try {
    if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600))
    chmodSync(file, 0o600)
  } catch (fault) {
    throw openingFault(file, fault)
  }
}

function prepareSchema(database: DatabaseSync, file: string): void {
  database.exec('BEGIN EXCLUSIVE')
  const version = pragma(database, 'user_version')
  const owner = pragma(database, 'application_id')
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()
  if (version === 0 && owner === 0 && tables?.['tables'] === 0) {
    database.exec(schema)
    database.exec(
      `PRAGMA user_version = ${schemaVersion}; PRAGMA application_id = ${applicationId}`,
    )
  } else if (owner !== applicationId) {
    throw new Fault('store-foreign', `\`${file}\` is not a store of Holdpoint; name another file`)
  } else if (version < schemaVersion) {
    for (let older = version; older < schemaVersion; older++) database.exec(upgrades[older] ?? '')
    database.exec(`PRAGMA user_version = ${schemaVersion}`)
  } else if (version > schemaVersion) {
    throw new Fault(
      'store-version',
      `\`${file}\` has version ${version}, not ${schemaVersion}; use the newer Holdpoint`,
    )
  }
  database.exec('COMMIT')
}

function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get()
  return row === undefined ? 0 : numberOf(row, name)
}

function openingFault(file: string, cause: unknown): Fault {
  const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : null
  if (typeof code === 'number' && busy.has(code)) {
    return new Fault(
      'store-locked',
      `another Holdpoint has \`${file}\` open; talk to that one (\`holdpoint holds list\`, ` +
        '`holdpoint log`, `holdpoint ledger verify`), stop it first, or use another state folder',
      { cause },
    )
  }
  const why = cause instanceof Error ? cause.message : String(cause)
  return new Fault(
    'store-unusable',
    `\`${file}\` cannot be opened: ${why}; its folder must exist, be writable and have space`,
    { cause },
  )
}
