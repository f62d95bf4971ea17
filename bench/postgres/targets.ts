import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

import { freePort, startPostgres } from '../../test/postgres/server.ts'
import type { PostgresServer } from '../../test/postgres/server.ts'
import { startNode } from '../targets.ts'

/** Somewhere on loopback that takes PostgreSQL clients: a process of its own. */
export interface DatabaseTarget {
  readonly name: string
  readonly port: number
  readonly user: string
  readonly password: string
  stop(): Promise<void>
}

export interface GateTarget extends DatabaseTarget {
  readonly pid: number
}

/** rows of `pgbench_accounts`, as `pgbench -i -s 1` makes them */
export const accounts = 100_000

const appPassword = 'app-of-the-bench'
const pgbouncerPath = '/usr/sbin/pgbouncer'

/** Debian's PostgreSQL, where it is installed: the peers' published figures are of such. */
export const debianPrograms = '/usr/lib/postgresql/15/bin'

export function pgbouncerIsInstalled(): boolean {
  return existsSync(pgbouncerPath)
}

/** A server that keeps what it is told: with writes being measured, durable as it comes. */
export async function startServer(): Promise<PostgresServer> {
  if (existsSync(join(debianPrograms, 'postgres'))) {
    process.env['HOLDPOINT_TEST_POSTGRES'] ??= debianPrograms
  }
  const server = await startPostgres({
    settings: [
      ...['fsync=on', 'synchronous_commit=on', 'full_page_writes=on'],
      ...['shared_buffers=128MB', 'max_connections=300', 'autovacuum=off'],
    ],
  })
  const admin = await server.connect()
  await admin.query(`CREATE ROLE app LOGIN PASSWORD '${appPassword}'`)
  for (const database of ['bench', 'plain']) {
    await admin.query(`CREATE DATABASE ${database} OWNER app`)
    const app = await server.connect(database, 'app', appPassword)
    await app.query(tables)
    await app.query('VACUUM ANALYZE')
    await app.end()
  }
  return server
}

const tables = `
CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88));
CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84));
INSERT INTO pgbench_branches VALUES (1, 0, NULL);
INSERT INTO pgbench_accounts SELECT i, 1, 0, '' FROM generate_series(1, ${accounts}) AS i;
`

export function direct({ port }: PostgresServer): DatabaseTarget {
  return { name: 'direct', port, user: 'app', password: appPassword, stop: async () => {} }
}

export async function startPassThrough({ port }: PostgresServer): Promise<DatabaseTarget> {
  const child = await startNode(['bench/postgres/pass-through.ts', String(port)])
  const own = Number(child.ready['port'])
  return {
    ...{ name: 'node bytes', port: own, user: 'app', password: appPassword },
    stop: child.stop,
  }
}

export async function startGate(folder: string, server: PostgresServer): Promise<GateTarget> {
  const inspect = process.env['BENCH_GATE_FLAGS']?.split(' ') ?? []
  const child = await startNode(
    [...inspect, 'bench/postgres/gate-process.ts', folder, String(server.port)],
    { env: { APP_PASSWORD: appPassword, ADMIN_PASSWORD: server.password } },
  )
  const { address, lease, pid } = child.ready
  return {
    ...{ name: 'holdpoint', user: 'bench-db', password: String(lease), pid: Number(pid) },
    port: Number(String(address).split(':').at(-1)),
    stop: child.stop,
  }
}

/** In session mode: each client has a server connection to itself, as it has at the gate. */
export async function startPgbouncer(
  folder: string,
  server: PostgresServer,
): Promise<DatabaseTarget> {
  const port = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  const user = unprivileged()
  writeFileSync(
    file,
    `[databases]
bench = host=127.0.0.1 port=${server.port} dbname=bench user=app password=${appPassword}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = session
default_pool_size = 250
max_client_conn = 500
log_connections = 0
log_disconnections = 0
ignore_startup_parameters = extra_float_digits
`,
  )
  if (user !== null) {
    chownSync(folder, user.uid, user.gid)
    chownSync(file, user.uid, user.gid)
  }
  const child = spawn(pgbouncerPath, ['-q', file], { ...user, cwd: folder, stdio: 'ignore' })
  await waitForPort(port)
  return {
    ...{ name: 'pgbouncer', port, user: 'app', password: appPassword },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** pgbouncer will not run as root. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = lines.find((one) => one.startsWith('postgres:')) ?? 'nobody:x:65534:65534'
  const [, , uid = '65534', gid = '65534'] = line.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

async function waitForPort(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing answers on port ${port}`)
}
