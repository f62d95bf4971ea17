// Joins what the PostgreSQL door stands on: sessions at the servers, the reading of SQL, the
// keeper.
import { readFileSync } from 'node:fs'

import type { Configuration, DatabaseSettings } from '../configuration/configuration.ts'
import { clearToAdminister, clearToDiscover } from '../clearance.ts'
import { createCatalogues } from '../discovery/catalogues.ts'
import type { Catalogues } from '../discovery/catalogues.ts'
import type { Declared } from '../discovery/discovery.ts'
import type { Action } from '../domain/action.ts'
import { assert } from '../domain/fault.ts'
import type { SessionId, UpstreamName } from '../domain/names.ts'
import type { SqlPayload } from '../domain/request.ts'
import type { Authority } from '../doors/http/authority.ts'
import type { HelpDesk } from '../doors/http/help-desk.ts'
import { createPostgresDoor } from '../doors/postgres/door.ts'
import type { PostgresDoor } from '../doors/postgres/door.ts'
import type { SqlRequest } from '../interpret.ts'
import { createDatabaseKeeper } from '../keeping/keeper.ts'
import type { DatabaseKeeper } from '../api/keeper.ts'
import type { Reading } from '../parts.ts'
import { catalogueOf, catalogueQuery } from '../providers/postgres/catalogue-query.ts'
import type { Catalogue } from '../providers/postgres/catalogue.ts'
import {
  expiredDatabasesSql,
  purgeDatabaseSql,
  restoreDatabaseSql,
} from '../providers/postgres/protect/databases.ts'
import {
  enrolmentSql,
  enrolmentVersion,
  unenrolmentSql,
} from '../providers/postgres/protect/enrol.ts'
import { readMeasured } from '../providers/postgres/protect/results.ts'
import type { SqlPlace } from '../providers/postgres/read.ts'
import { settleWhereabouts } from '../providers/postgres/whereabouts.ts'
import type { SqlReading } from '../reading/reading.ts'
import { sha256 } from '../system/hash.ts'
import { newId } from '../system/random.ts'
import { createDatabases } from '../upstreams/postgres/databases.ts'
import type { Databases } from '../upstreams/postgres/databases.ts'
import { settingsText } from '../wire/postgres/settings-text.ts'
import type { State } from './state.ts'

/** the safeguard that SQL brings with it: what a trial kept */
export const captureSafeguard = 'capture'

/** What a running gate has of PostgreSQL; nothing of it is used where no server is configured. */
export interface DatabaseWorks {
  readonly databases: Databases
  readonly reading: SqlReading
  readonly catalogues: Catalogues<Catalogue>
  readonly keeper: DatabaseKeeper
}

export function createDatabaseWorks(state: State, reading: SqlReading): DatabaseWorks {
  const { configuration, ledger, store, clock, random, opening } = state
  const vault = configuration.databases.length === 0 ? noVault : state.vault()
  const databases = createDatabases({
    configs: configuration.databases.map((settings) => ({
      ...settings,
      certificate:
        settings.certificate === null ? null : readFileSync(settings.certificate, 'utf8'),
    })),
    vault,
    readMeasured,
    onDefinition: (upstream) => catalogues.defined(upstream),
  })
  const catalogues = createCatalogues<Catalogue>({
    ...{ clock, freshSeconds: configuration.inventory.freshSeconds, report: opening.report },
    append: (fact) => ledger.append(fact),
    clear: clearToDiscover,
    ask: databases.ask,
    epoch: databases.epoch,
    failed: (session) => databases.state(session).transaction === 'E',
    query: catalogueQuery,
    read: (rows) => catalogueOf(rows, sha256),
    version: (catalogue) => catalogue.version,
  })
  const keeper = createDatabaseKeeper({
    ...{ databases: configuration.databases, ledger, store, random, report: opening.report },
    administer: databases.administer,
    clear: clearToAdminister,
    keys: () => state.vault(),
    protection: {
      ...{ version: enrolmentVersion, enrolmentSql, unenrolmentSql },
      ...{ restoreDatabaseSql, purgeDatabaseSql, expiredDatabasesSql },
    },
  })
  return { databases, reading, catalogues, keeper }
}

const noVault = {
  open: (): never => {
    throw new TypeError('no database is configured')
  },
}

/** The environments that the configuration gives to databases. */
export function declaredDatabases({ databases }: Configuration): readonly Declared[] {
  const environments = databases.flatMap((settings) => {
    const named = [...settings.databases].map(([database, name]) => ({
      id: environmentOf(settings, database),
      name,
    }))
    return [{ id: `${settings.name}/*`, name: settings.environment }, ...named]
  })
  // All databases of a server are one thing where roles and settings are concerned.
  const nodes = databases.map(({ name, databases: named }) => ({
    ref: `postgres:project/${name}`,
    label: `server ${name}`,
    environments: ['*', ...named.keys()].map((database) => `${name}/${database}`),
  }))
  return environments.length === 0 ? [] : [{ provider: 'postgres', environments, nodes }]
}

/** The environment's id: a database's own, or that of all the others of its server. */
function environmentOf({ name, databases }: DatabaseSettings, database: string): string {
  return `${name}/${databases.has(database) ? database : '*'}`
}

/** Reads what a session is asked to run, with the names as they are in that session. */
export function createSqlInterpreter(
  configuration: Configuration,
  { reading, catalogues, databases }: DatabaseWorks,
): (request: SqlRequest) => Promise<Reading> | Reading {
  const placeOf = createPlaces(configuration.databases)

  function settle(read: Reading, { upstream }: SqlPayload, place: SqlPlace): Reading {
    if (read.shape !== null) return read
    const environmentOf = (database: string): string => placeOf(upstream, database).environment
    return { ...read, actions: settleWhereabouts(read.actions, place, environmentOf) }
  }

  function readOn(request: SqlRequest, place: SqlPlace): Promise<Reading> | Reading {
    const { payload, session } = request
    const readWith = (catalogue: Catalogue | null): Promise<Reading> | Reading => {
      const now = reading.readNow(payload.text, catalogue, place)
      if (now !== null) return settle(now, payload, place)
      return reading
        .read(payload.text, catalogue, place)
        .then((read) => settle(read, payload, place))
    }
    const catalogue = catalogues.of(session, payload.upstream)
    return catalogue instanceof Promise ? catalogue.then(readWith) : readWith(catalogue)
  }

  /** Nothing runs in a transaction that has failed, until it is ended. */
  async function readFailed(request: SqlRequest, place: SqlPlace): Promise<Reading> {
    const read = await readOn(request, place)
    const ends = read.actions.some(({ verb }) => transactionVerbs.has(verb))
    return ends ? read : { actions: [refusedAnyway(request.payload, place)], shape: null }
  }

  return (request) => {
    const { upstream, database, form, text } = request.payload
    const place = placeOf(upstream, database)
    if (form === 'open') return readOpening(reading, request, place)
    // `SET TRANSACTION` must come before any query, ours too.
    if (isTransactionControl(text)) return reading.read(text, null, place)
    const { transaction, quiet } = databases.state(request.session.id)
    const failed = transaction === 'E' && quiet
    return failed ? readFailed(request, place) : readOn(request, place)
  }
}

/** The same object for the same place: what is remembered of it is found at once. */
export function createPlaces(
  databases: readonly DatabaseSettings[],
): (upstream: UpstreamName, database: string) => SqlPlace {
  const settingsOf = new Map(databases.map((settings) => [settings.name, settings]))
  const places = new Map<string, SqlPlace>()
  return (upstream, database) => {
    const key = `${upstream}/${database}`
    const known = places.get(key)
    if (known !== undefined) return known
    const settings = settingsOf.get(upstream)
    assert(settings !== undefined, 'the door takes the names of upstreams that there are')
    const place = { upstream, database, environment: environmentOf(settings, database) }
    if (places.size < placesMax) places.set(key, place)
    return place
  }
}

/** database names are the agents' to choose */
const placesMax = 1_000

/** what could end a failed transaction, as the reader names it; `SQL` is what it could not read */
const transactionVerbs: ReadonlySet<string> = new Set([
  ...['BEGIN', 'START', 'COMMIT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE', 'ROLLBACK TO', 'PREPARE'],
  ...['COMMIT PREPARED', 'ROLLBACK PREPARED', 'SQL'],
])

/** One statement, plainly written; anything else is read with the catalogue, which does no harm. */
function isTransactionControl(text: string): boolean {
  return /^\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|SET\s+TRANSACTION)\b[^;]*;?\s*$/i.test(
    text,
  )
}

/** What a session begins with is set like any other setting; that text is UTF-8 is the door's own. */
async function readOpening(
  reading: DatabaseWorks['reading'],
  { payload }: SqlRequest,
  place: SqlPlace,
): Promise<Reading> {
  const asked = payload.settings.filter(([name]) => name.toLowerCase() !== 'client_encoding')
  if (asked.length === 0) return { actions: [connecting(place)], shape: null }
  const { actions } = await reading.read(settingsText(asked), null, place)
  return { actions: [connecting(place), ...actions], shape: null }
}

function connecting(place: SqlPlace): Action {
  return readingOf('connect', place.database, place)
}

function refusedAnyway({ text }: SqlRequest['payload'], place: SqlPlace): Action {
  return readingOf('SQL', text, place)
}

function readingOf(verb: string, excerpt: string, { database, environment }: SqlPlace): Action {
  const resource = {
    ...{ provider: 'postgres', type: 'database', id: database.replaceAll('/', '%2F') },
    within: { environment },
  }
  return {
    verb,
    effects: [{ kind: 'read', resource, extent: 'some' }],
    evidence: {
      reader: 'postgres',
      excerpt: excerpt.slice(0, 200).toWellFormed(),
      span: null,
    },
  }
}

/** As effects name tables. */
export function tableName({ schema, name }: Readonly<{ schema: string; name: string }>): string {
  return `${schema}.${name}`.replaceAll('/', '%2F')
}

/** Where agents connect; null where there is no server to reach. */
export function openPostgresDoor(
  state: State,
  authority: Authority,
  help: HelpDesk,
): PostgresDoor | null {
  const { configuration, leases, clock, random } = state
  if (configuration.databases.length === 0) return null
  return createPostgresDoor({
    ...{ listen: configuration.listen.postgres, clock, random, help },
    upstreams: configuration.databases.map(({ name, database }) => ({ name, database })),
    tls: {
      names: ['localhost', configuration.listen.postgres.host],
      secureContext: (host) => authority.secureContext(host),
    },
    leases: { salt: leases.scramSalt, prove: (proof) => leases.proveScram(proof) },
    newId: () => newId<SessionId>(random, 'ses'),
    limits: { connectionsMax: configuration.limits.connectionsMax },
  })
}
