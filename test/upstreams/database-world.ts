// A real PostgreSQL with a shop in it, a real ledger and vault, and an agent's client that says
// everything that it hears.
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { clearToAdminister, clearToDiscover, clearToGuard } from '../../src/clearance.ts'
import { clearToMeasure, clearToRepeat, clearToSend } from '../../src/clearance.ts'
import type { Clearance } from '../../src/clearance.ts'
import { createVaultKeyFile } from '../../src/credentials/vault-key.ts'
import { createVault } from '../../src/credentials/vault.ts'
import type { Action, Trial } from '../../src/domain/action.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import { Fault } from '../../src/domain/fault.ts'
import type { RequestId, SecretName, SessionId, UpstreamName } from '../../src/domain/names.ts'
import type { NonEmpty } from '../../src/domain/nonempty.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { SqlChannel, SqlPayload, SqlRunning } from '../../src/domain/request.ts'
import type { Measured } from '../../src/domain/trial.ts'
import { enrolmentSql } from '../../src/providers/postgres/protect/enrol.ts'
import { readMeasured } from '../../src/providers/postgres/protect/results.ts'
import { sha256 } from '../../src/system/hash.ts'
import { systemRandom as random } from '../../src/system/random.ts'
import { digestOf } from '../../src/system/request-digest.ts'
import { createDatabases } from '../../src/upstreams/postgres/databases.ts'
import type { DatabaseConfig, Databases } from '../../src/upstreams/postgres/databases.ts'
import type { DatabasesOptions, SqlRequest } from '../../src/upstreams/postgres/databases.ts'
import { readCommandTag, readDataRow, readFields } from '../../src/wire/postgres/backend.ts'
import { FrameScanner } from '../../src/wire/postgres/frames.ts'
import * as frontend from '../../src/wire/postgres/frontend.ts'
import * as facts from '../contracts/facts.ts'
import { startPostgres } from '../postgres/server.ts'
import type { PostgresOptions, PostgresServer } from '../postgres/server.ts'
import { openLedger } from '../receipts.ts'

export const shop = 'shop-db' as UpstreamName
export const never = new AbortController().signal
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
  CREATE TABLE late (id int PRIMARY KEY, customer int REFERENCES customers DEFERRABLE INITIALLY DEFERRED);
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
  open(settings?: SqlPayload['settings'], database?: string): Promise<AgentClient>
  tryOpen(payload?: Partial<SqlPayload>): ReturnType<Databases['send']>
  administrative(): Promise<Clearance>
  discovering(): Promise<Clearance>
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

interface Clearances {
  clear(request: SqlRequest): Promise<Clearance>
  clearGuard(request: SqlRequest): Promise<Clearance>
  clearMeasure(request: SqlRequest): Promise<Clearance>
  clearReads(): Promise<(request: SqlRequest) => Clearance>
}

export interface Sending {
  readonly running: SqlRunning
  readonly ended: Promise<Outcome>
}

/** Stands for the door and its client. */
export class AgentClient {
  readonly databases: Databases
  readonly id: SessionId
  /** what came, in short: `T`, `D 1,a`, `C DELETE 1`, `E 23503`, `Z I` */
  readonly heard: string[] = []
  database = 'shop'
  /** false: no more is taken */
  takes = true
  bytes = 0
  closed: string | null = null
  #channel: SqlChannel | null = null
  readonly #clearances: Clearances
  readonly #scanner = new FrameScanner((_, length) => (length > 1_000_000 ? 'parts' : 'whole'))
  #waiting: { mark: string; resolve: () => void }[] = []
  #leave: (() => void)[] = []
  #requests = 0

  constructor(databases: Databases, clearances: Clearances, number: number) {
    this.databases = databases
    this.#clearances = clearances
    this.id = `ses_${number}` as SessionId
  }

  get channel(): SqlChannel {
    if (this.#channel === null) throw new Error('not open')
    return this.#channel
  }

  request(change: Partial<SqlPayload>): SqlRequest {
    const payload: SqlPayload = {
      ...{ kind: 'sql', upstream: shop, database: this.database, form: 'simple', text: '' },
      ...{ settings: [], parameters: [], types: [], messages: new Uint8Array(), unreadable: null },
      ...change,
    }
    const session = {
      id: this.id,
      peer: '127.0.0.1:1',
      sever: () => this.leave(),
      onClose: (listener: () => void) => this.#leave.push(listener),
    }
    return {
      ...{ door: 'postgres', session, presented: [], payload, receivedAt: facts.start },
      id: `req_${this.id}_${this.#requests++}` as RequestId,
      digest: digestOf(payload),
    }
  }

  async tryOpen(change: Partial<SqlPayload>): ReturnType<Databases['send']> {
    const request = this.request({ form: 'open', ...change })
    return this.databases.send(request, await this.#clearances.clear(request), never)
  }

  async open(settings: SqlPayload['settings'], database: string): Promise<void> {
    this.database = database
    const sent = await this.tryOpen({ settings, database })
    if (sent.kind !== 'replied' || sent.reply.kind !== 'sql-opened') {
      throw new Error(`not opened: ${JSON.stringify(sent)}`)
    }
    this.#channel = sent.reply.channel
    this.channel.onClose((why) => {
      this.closed = why
      this.#wake()
    })
    this.channel.attach((bytes) => this.#receive(bytes))
  }

  leave(): void {
    for (const listener of this.#leave.splice(0)) listener()
  }

  /** One Query, sent as it is. */
  async query(text: string): Promise<readonly string[]> {
    const from = this.heard.length
    await this.send(this.simple(text))
    await this.until('Z', from)
    return this.heard.slice(from)
  }

  simple(text: string): SqlRequest {
    return this.request({ text, messages: frontend.queryMessage(text) })
  }

  /** Bind and Execute of a statement that was prepared. */
  extended(
    statement: string,
    text: string,
    values: readonly string[] = [],
    portal = '',
  ): SqlRequest {
    const parameters = values.map((value) => ({
      format: 'text' as const,
      value: Buffer.from(value),
    }))
    const messages = Buffer.concat([
      frontend.bindMessage({ portal, statement, parameters, resultFormats: [] }),
      frontend.executeMessage({ portal, rowsMax: 0 }),
    ])
    return this.request({ form: 'extended', text, parameters, messages })
  }

  prepare(name: string, text: string): void {
    this.channel.write(frontend.parseMessage({ name, text, types: [] }))
  }

  sync(): void {
    this.channel.write(frontend.syncMessage)
  }

  async send(request: SqlRequest): Promise<Sending> {
    return this.#send(request, await this.#clearances.clear(request))
  }

  clear(request: SqlRequest): Promise<Clearance> {
    return this.#clearances.clear(request)
  }

  /** Reads, under one decision that stands. */
  async sendReads(requests: readonly SqlRequest[]): Promise<readonly Sending[]> {
    const clear = await this.#clearances.clearReads()
    const sent: Sending[] = []
    for (const request of requests) sent.push(await this.#send(request, clear(request)))
    return sent
  }

  async #send(request: SqlRequest, clearance: Clearance): Promise<Sending> {
    const sent = await this.databases.send(request, clearance, never)
    if (sent.kind !== 'replied' || sent.reply.kind !== 'sql-running') {
      throw new Fault('test', JSON.stringify(sent))
    }
    return { running: sent.reply, ended: sent.ended }
  }

  async measure(request: SqlRequest, ...actions: readonly (Trial | Action)[]): Promise<Measured> {
    const all = actions.map((one) => (typeof one === 'string' ? action(request, one) : one))
    const [first = action(request, 'rows'), ...more] = all
    const some: NonEmpty<Action> = [first, ...more]
    const clearance = await this.#clearances.clearMeasure(request)
    return this.databases.measure(request, some, clearance, never)
  }

  async prove(request: SqlRequest) {
    return this.databases.prove(request, await this.#clearances.clearGuard(request))
  }

  /** Tried, and then sent. */
  async both(request: SqlRequest, trial: Trial = 'rows') {
    const measured = await this.measure(request, trial)
    const from = this.heard.length
    const { ended, running } = await this.send(request)
    if (request.payload.form === 'simple') await this.until('Z', from)
    else await running.answered
    return { measured, ended, answer: this.heard.slice(from) }
  }

  /** Until a message that begins so came after the first `from`. */
  async until(mark: string, from = 0): Promise<void> {
    const came = (): boolean => this.heard.slice(from).some((one) => one.startsWith(mark))
    while (!came() && this.closed === null) {
      await new Promise<void>((resolve) => this.#waiting.push({ mark, resolve }))
    }
  }

  #receive(bytes: Uint8Array): boolean {
    this.bytes += bytes.length
    this.#scanner.push(bytes)
    while (this.#scanner.next()) {
      const { tag, last } = this.#scanner
      if (last) this.heard.push(shown(tag, this.#scanner))
    }
    this.#wake()
    return this.takes
  }

  #wake(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }
}

function shown(tag: number, scanner: FrameScanner): string {
  const letter = String.fromCharCode(tag)
  if (!scanner.first) return letter
  const bytes = scanner.bytes()
  switch (letter) {
    case 'C':
      return `C ${readCommandTag(bytes)}`
    case 'E':
      return `E ${readFields(bytes).get('C') ?? ''}`
    case 'Z':
      return `Z ${String.fromCharCode(bytes[5] ?? 0)}`
    case 'D':
      return `D ${readDataRow(bytes).map(textOf).join(',')}`
    case 'S':
      return `S ${Buffer.from(bytes.subarray(5)).toString().split('\0')[0] ?? ''}`
    default:
      return letter
  }
}

function textOf(value: Uint8Array | null): string {
  return value === null ? 'null' : Buffer.from(value).toString().slice(0, 50)
}

/** As a reader would say it: of the whole text, or of a part. */
export function action({ payload }: SqlRequest, trial: Trial | null, part = payload.text): Action {
  const start = payload.text.indexOf(part)
  const table = /(?:from|table|update)\s+(\w+)/i.exec(part)?.[1] ?? 'customers'
  const within = { environment: 'shop-db/shop' }
  const resource = { provider: 'postgres', type: 'table', id: `public.${table}`, within }
  return {
    verb: part.split(' ')[0] ?? '',
    effects: [
      trial === null
        ? { kind: 'read', resource, extent: 'some' }
        : { kind: 'destroy', resource, extent: 'some', undo: 'from-safeguard' },
    ],
    evidence: {
      reader: 'postgres',
      excerpt: part.slice(0, 200),
      span: [start, start + part.length],
    },
    ...(trial === null ? {} : { trial }),
  }
}
