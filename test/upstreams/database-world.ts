// A real PostgreSQL with a shop in it, a real ledger and a real vault.
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { clearToAdminister, clearToDiscover, clearToGuard } from '../../src/clearance.ts'
import { clearToMeasure, clearToRepeat, clearToSend } from '../../src/clearance.ts'
import type { Clearance } from '../../src/clearance.ts'
import { createVaultKeyFile } from '../../src/credentials/vault-key.ts'
import { createVault } from '../../src/credentials/vault.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { SecretName } from '../../src/domain/names.ts'
import type { SqlPayload } from '../../src/domain/request.ts'
import { enrolmentSql } from '../../src/providers/postgres/protect/enrol.ts'
import { readMeasured } from '../../src/providers/postgres/protect/results.ts'
import { sha256 } from '../../src/system/hash.ts'
import { systemRandom as random } from '../../src/system/random.ts'
import { createDatabases } from '../../src/upstreams/postgres/databases.ts'
import type { DatabaseConfig, Databases } from '../../src/upstreams/postgres/databases.ts'
import type { DatabasesOptions, SqlRequest } from '../../src/upstreams/postgres/databases.ts'
import * as facts from '../contracts/facts.ts'
import { startPostgres } from '../postgres/server.ts'
import type { PostgresOptions, PostgresServer } from '../postgres/server.ts'
import { openLedger } from '../receipts.ts'
import { AgentClient, shop } from './agent-client.ts'

export const captureKey = 'ab'.repeat(32)
export const appPassword = 'app-password'

/** A server with the role `app` and its database `shop`. */
export async function startShop(options: PostgresOptions = {}): Promise<PostgresServer> {
  const server = await startPostgres(options)
  const root = await server.connect()
  await root.query(`CREATE ROLE app LOGIN PASSWORD '${appPassword}'`)
  await root.query('CREATE DATABASE shop OWNER app')
  await root.end()
  return server
}

export const tables = `
  DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public AUTHORIZATION app;
  SET ROLE app;
  CREATE TABLE customers (id int PRIMARY KEY, name text);
  CREATE TABLE orders (id int PRIMARY KEY,
    customer int REFERENCES customers ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE);
  CREATE TABLE late (id int PRIMARY KEY, customer int REFERENCES customers DEFERRABLE INITIALLY
  DEFERRED);
  INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 10) n;
  INSERT INTO orders SELECT n, 1 + n % 10 FROM generate_series(1, 30) n;
  RESET ROLE;
`

/** The tables as they were, and schema `holdpoint` where it is asked for. */
export async function resetShop(server: PostgresServer, enrolled: boolean): Promise<void> {
  const root = await server.connect('shop')
  await root.query('DROP SCHEMA IF EXISTS holdpoint CASCADE')
  await root.query(tables)
  if (enrolled) await root.query(enrolmentSql({ keyHash: sha256(captureKey) }))
  await root.end()
}

export interface DatabaseWorld {
  readonly databases: Databases
  readonly open: (settings?: SqlPayload['settings'], database?: string) => Promise<AgentClient>
  readonly tryOpen: (payload?: Partial<SqlPayload>) => ReturnType<Databases['send']>
  readonly administrative: () => Promise<Clearance>
  readonly discovering: () => Promise<Clearance>
}

export type DatabaseChanges = Partial<Omit<DatabasesOptions, 'configs'>> & {
  readonly config?: Partial<DatabaseConfig>
  readonly secrets?: Readonly<Record<string, string>>
}

export async function openDatabases(
  t: Pick<TestContext, 'after'>,
  server: Pick<PostgresServer, 'host' | 'port' | 'password'>,
  { config, secrets, ...changes }: DatabaseChanges = {},
): Promise<DatabaseWorld> {
  const { ledger, folder } = await openLedger(t)
  await Promise.all(facts.staged.map((fact) => ledger.append(fact)))
  const key = createVaultKeyFile(join(folder, 'vault.key'), random)
  const vault = createVault({ file: join(folder, 'vault.json'), key, random })
  const kept = {
    app: appPassword,
    root: server.password,
    'shop-db-capture': captureKey,
    ...secrets,
  }
  for (const [name, value] of Object.entries(kept)) {
    if (value !== '') vault.put(name as SecretName, new Concealed(name, value))
  }
  const databases = createDatabases({
    configs: [
      {
        name: shop,
        ...{ host: server.host, port: server.port, tls: 'off', certificate: null },
        ...{ allowPrivate: true, role: 'app', credential: 'app' as SecretName },
        admin: { role: 'postgres', credential: 'root' as SecretName },
        captureKey: 'shop-db-capture' as SecretName,
        ...config,
      },
    ],
    vault,
    readMeasured,
    ...changes,
  })
  t.after(() => databases.close())
  let count = 0

  async function clear(request: SqlRequest): Promise<Clearance> {
    const { digest } = request
    const id = `decision_${count++}`
    const summary = { ...facts.decision(id, facts.allow).request, digest }
    const [decided, sent] = await Promise.all([
      ledger.append(facts.decided(id, facts.allow, { request: summary })),
      ledger.append({ ...facts.sent(id, digest), upstream: shop }),
    ])
    return clearToSend({ decided, claimed: null, guarded: [], sent, request: digest })
  }

  async function clearGuard({ digest }: SqlRequest): Promise<Clearance> {
    const id = `decision_${count++}`
    const summary = { ...facts.decision(id, facts.allow).request, digest }
    const decided = await ledger.append(facts.decided(id, facts.allow, { request: summary }))
    return clearToGuard({ decided, claimed: null })
  }

  async function clearMeasure({ digest }: SqlRequest): Promise<Clearance> {
    const fact = { kind: 'measuring', upstream: shop, request: digest } as const
    return clearToMeasure(await ledger.append(fact))
  }

  async function clearReads(): Promise<(request: SqlRequest) => Clearance> {
    const id = `decision_${count++}`
    const decided = await ledger.append(facts.decided(id))
    const sent = await ledger.append({ ...facts.sent(id), upstream: shop, standing: true })
    return ({ digest }) => clearToRepeat({ decided, sent, request: digest })
  }

  const clearances = { clear, clearGuard, clearMeasure, clearReads }

  function tryOpen(change: Partial<SqlPayload> = {}): ReturnType<Databases['send']> {
    return new AgentClient(databases, clearances, count++).tryOpen(change)
  }

  async function open(settings: SqlPayload['settings'] = [], database = 'shop') {
    const client = new AgentClient(databases, clearances, count++)
    await client.open(settings, database)
    return client
  }

  async function administrative(): Promise<Clearance> {
    const request = sha256(`administering ${count++}`)
    const fact = {
      kind: 'administering',
      upstream: shop,
      work: 'status',
      request,
      by: null,
    } as const
    return clearToAdminister(await ledger.append(fact))
  }

  async function discovering(): Promise<Clearance> {
    const request = sha256(`discovering ${count++}`)
    return clearToDiscover(await ledger.append({ kind: 'discovering', upstream: shop, request }))
  }

  return { databases, open, tryOpen, administrative, discovering }
}

/** A shop as it was at first, an agent in it, and a look at what is committed. */
export async function inShop(
  t: Pick<TestContext, 'after'>,
  server: PostgresServer,
  enrolled: boolean,
  changes: DatabaseChanges = {},
) {
  await resetShop(server, enrolled)
  const world = await openDatabases(t, server, changes)
  const client = await world.open()
  client.heard.splice(0)
  const root = await server.connect('shop')
  t.after(() => root.end())
  async function count(table = 'customers'): Promise<number> {
    const { rows } = await root.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
    return rows[0]?.n ?? -1
  }
  return { ...world, client, root, count }
}
