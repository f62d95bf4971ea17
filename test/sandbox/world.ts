// A real gate in front of the simulated Railway, and of a PostgreSQL where one is wanted; a work
// tree; and things outside that must not be reached: each of them notes who came.
import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createSocket } from 'node:dgram'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'

import type { LedgerEntry } from '../../src/domain/fact.ts'
import { startRailwaySimulator } from '../../simulators/railway/start.ts'
import { startPostgres } from '../postgres/server.ts'
import type { PostgresServer } from '../postgres/server.ts'
import { holdpoint, node, stop } from '../scenarios/processes.ts'
import type { Printed } from '../scenarios/script.ts'
import { root } from '../source-files.ts'
import { startGateProcess } from './gate.ts'
import type { Staged } from './gate.ts'

/** Why these tests cannot run here; false where they can. */
export const unavailable: string | false = (() => {
  if (process.platform !== 'linux') return 'bubblewrap is for Linux'
  const own = ['--unshare-user', '--unshare-net', '--dev-bind', '/', '/', 'true']
  const { status, error } = spawnSync('bwrap', own)
  if (error !== undefined) return 'bubblewrap is not installed'
  return status === 0 ? false : 'bubblewrap cannot make namespaces here'
})()

export interface SandboxWorld {
  readonly staged: Staged
  /** a repository of its own, removed at the end */
  readonly tree: string
  /** on the host's own addresses; each with what it heard */
  readonly canaries: readonly Canary[]
  readonly fileSocket: string
  readonly home: string
  /** behind the gate, under `databaseName`; null where none was asked for */
  readonly postgres: PostgresServer | null
  readonly mandate: string
  run(script: string, options?: RunOptions): Promise<Printed>
  start(args: readonly string[], options?: RunOptions): ChildProcess
  entries(): Promise<readonly LedgerEntry[]>
  stop(): Promise<void>
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly mandate?: object
  readonly input?: string
}

export interface Canary {
  readonly name: string
  readonly host: string
  readonly port: number
  heard: number
}

export const usualMandate = {
  task: 'look around',
  agent: 'cursor',
  egress: ['registry.npmjs.org'],
  authorization_details: [
    {
      type: 'holdpoint',
      ...{ actions: ['read'], locations: ['pocketos/*'], resources: ['railway:*'] },
    },
  ],
}

export async function openSandboxWorld(
  options: Readonly<{ postgres?: boolean }> = {},
): Promise<SandboxWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'hp-sandbox-'))
  const elsewhere = mkdirIn(folder, 'elsewhere')
  const railway = await startRailwaySimulator({
    ...{ mode: 'legacy', postgres: false, sceneFolder: join(elsewhere, 'work-tree') },
  })
  const postgres = options.postgres === true ? await startDatabase() : null
  const { staged, child } = await startGateProcess(elsewhere, railway, postgres)
  const tree = mkdirIn(folder, 'tree')
  const home = mkdirIn(folder, 'home')
  prepareTree(tree)
  prepareHome(home)
  const fileSocket = join(folder, 'outside.sock')
  const stops: (() => void)[] = []
  const canaries: Canary[] = []
  for (const host of ownAddresses()) {
    canaries.push(await tcpCanary(host, stops), await udpCanary(host, stops))
  }
  canaries.push(await socketCanary('file socket', fileSocket, stops))
  canaries.push(await socketCanary('abstract socket', `\0holdpoint-canary-${process.pid}`, stops))
  let count = 0

  function line(command: readonly string[], options: RunOptions): readonly string[] {
    const mandate = join(folder, `mandate-${++count}.json`)
    writeFileSync(mandate, JSON.stringify(options.mandate ?? usualMandate))
    return ['--config', staged.configuration, 'run', '--mandate', mandate, '--', ...command]
  }
  const env = (options: RunOptions): Record<string, string> => ({ HOME: home, ...options.env })

  return {
    ...{ staged, tree, home, canaries, fileSocket, postgres },
    mandate: join(folder, 'mandate-1.json'),
    run: (script, options = {}) =>
      holdpoint(line(['sh', '-c', script], options), {
        cwd: options.cwd ?? tree,
        env: env(options),
        ...(options.input === undefined ? {} : { input: options.input }),
      }),
    start: (command, options = {}) =>
      spawn(process.execPath, [...node, join(root, 'src/cli/main.ts'), ...line(command, options)], {
        cwd: options.cwd ?? tree,
        env: { ...process.env, ...env(options) },
      }),
    async entries() {
      const { stdout } = await holdpoint([
        ...['--config', staged.configuration, '--json', 'log', '--no-follow', '--since', '0'],
      ])
      return stdout
        .split('\n')
        .filter((one) => one !== '')
        .map((one) => JSON.parse(one) as LedgerEntry)
    },
    async stop() {
      for (const one of stops) one()
      await stop(child)
      await railway.stop()
      await postgres?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startDatabase(): Promise<PostgresServer> {
  const server = await startPostgres()
  const admin = await server.connect()
  await admin.query(`CREATE ROLE app LOGIN PASSWORD 'app-password'`)
  await admin.query('CREATE DATABASE shop OWNER app')
  const shop = await server.connect('shop', 'app', 'app-password')
  await shop.query('CREATE TABLE customers (id integer PRIMARY KEY, name text)')
  await shop.query(`INSERT INTO customers VALUES (1, 'Ada'), (2, 'Grace')`)
  return server
}

function mkdirIn(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}

export const treeToken = '0d7a3f6e-91c4-4b7e-8a25-6f1e2d3c4b5a'

function prepareTree(tree: string): void {
  const git = (...args: string[]): void => {
    const named = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']
    const done = spawnSync('git', ['-C', tree, ...named, ...args], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(done.stderr)
  }
  git('init', '-q', '-b', 'main')
  writeFileSync(join(tree, 'readme.md'), 'a project\n')
  writeFileSync(join(tree, '.gitignore'), '.env\n')
  git('add', '.')
  git('commit', '-q', '-m', 'first')
  writeFileSync(join(tree, '.env'), `RAILWAY_API_TOKEN=${treeToken}\nMODE=development\n`)
}

function prepareHome(home: string): void {
  mkdirSync(join(home, '.aws'))
  mkdirSync(join(home, '.ssh'))
  writeFileSync(join(home, '.aws/credentials'), '[default]\naws_secret_access_key = CANARY-aws\n')
  writeFileSync(join(home, '.ssh/id_ed25519'), 'CANARY-ssh\n')
  writeFileSync(join(home, '.netrc'), 'machine example.com password CANARY-netrc\n')
}

/** Loopback, and where other machines would reach this one, in both families. */
function ownAddresses(): readonly string[] {
  const outward = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
    .map(({ address }) => address)
  return ['127.0.0.1', '::1', ...outward]
}

async function tcpCanary(host: string, stops: (() => void)[]): Promise<Canary> {
  const canary: Canary = { name: `tcp ${host}`, host, port: 0, heard: 0 }
  const server = createServer((socket) => {
    canary.heard++
    socket.on('error', () => undefined).end('CANARY\n')
  })
  server.listen(0, host)
  await once(server, 'listening')
  stops.push(() => server.close())
  const address = server.address()
  return Object.assign(canary, { port: typeof address === 'object' ? address?.port : 0 })
}

async function udpCanary(host: string, stops: (() => void)[]): Promise<Canary> {
  const canary: Canary = { name: `udp ${host}`, host, port: 0, heard: 0 }
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', () => canary.heard++)
  socket.bind(0, host)
  await once(socket, 'listening')
  stops.push(() => socket.close())
  return Object.assign(canary, { port: socket.address().port })
}

async function socketCanary(name: string, path: string, stops: (() => void)[]): Promise<Canary> {
  const canary: Canary = { name, host: path, port: 0, heard: 0 }
  const server = createServer((socket) => {
    canary.heard++
    socket.on('error', () => undefined).end('CANARY\n')
  })
  server.listen(path)
  await once(server, 'listening')
  stops.push(() => server.close())
  return canary
}

/** What a script printed after `== name`, by name: many questions in one run. */
export function sections(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^== (.+)\n/m)
  const found = new Map<string, string>()
  for (let at = 1; at < parts.length; at += 2) found.set(parts[at] ?? '', parts[at + 1] ?? '')
  return found
}

/** A script that asks every question, and says each one's exit code after it. */
export function asking(questions: Readonly<Record<string, string>>): string {
  return Object.entries(questions)
    .map(([name, line]) => `echo '== ${name}'; ( ${line} ) 2>&1; echo "rc=$?"`)
    .join('\n')
}
