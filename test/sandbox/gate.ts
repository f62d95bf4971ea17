// The gate of a sandbox world: configured and started as a user does it, at ports that nobody else
// takes; names of its own are resolved for it, as a resolver would.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import type { RailwaySimulator } from '../../simulators/railway/start.ts'
import { freePort } from '../postgres/server.ts'
import type { PostgresServer } from '../postgres/server.ts'
import { holdpoint, node } from '../scenarios/processes.ts'
import { root } from '../source-files.ts'

export interface Staged {
  readonly configuration: string
  readonly agents: string
  readonly console: string
  /** null where no MCP server is configured */
  readonly mcp: string | null
  readonly volume: string
}

type Reported = Pick<Staged, 'agents' | 'console'> & { readonly mcp?: string }

/** Of the machine that the database is on, as its users know it. */
export const databaseName = 'db.shop.example'

/** What the gate's own resolver answers: names that a stranger could have pointed anywhere. */
const names: Readonly<Record<string, string>> = {
  [databaseName]: '127.0.0.1',
  'loopback.rebind.example': '127.0.0.1',
  'private.rebind.example': '10.1.2.3',
  'metadata.rebind.example': '169.254.169.254',
  'mapped.rebind.example': '::ffff:127.0.0.1',
  'zero.rebind.example': '0.0.0.0',
}

export async function startGateProcess(
  folder: string,
  railway: RailwaySimulator,
  postgres: PostgresServer | null,
): Promise<{ staged: Staged; child: ChildProcess }> {
  const configuration = join(folder, 'holdpoint.yaml')
  writeFileSync(configuration, await configurationText(railway, postgres))
  await put(configuration, 'railway-account', railway.tokens.account)
  if (postgres !== null) await put(configuration, 'shop-db', 'app-password')
  const program = join(root, 'src/cli/main.ts')
  const args = [...node, program, '--config', configuration, 'up', '--json']
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: `--import ${resolving()}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A test that is ended from outside leaves no gate behind.
  const last = (): boolean => child.kill('SIGKILL')
  process.once('exit', last)
  child.once('exit', () => process.off('exit', last))
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`up ended with ${String(code)}`)),
    ),
  ])) as [string]
  const { gate } = (JSON.parse(line) as { status: { gate: Reported } }).status
  const { agents, console, mcp = null } = gate
  return {
    staged: { configuration, agents, console, mcp, volume: railway.ids.sharedVolume },
    child,
  }
}

async function put(configuration: string, secret: string, value: string): Promise<void> {
  const args = ['--config', configuration, 'secret', 'put', secret, '--as', 'jer']
  const { code, stderr } = await holdpoint(args, { input: value })
  if (code !== 0) throw new Error(stderr)
}

async function configurationText(
  { url }: RailwaySimulator,
  postgres: PostgresServer | null,
): Promise<string> {
  const database = `
  shop-db:
    provider: postgres
    url: postgres://${databaseName}:${postgres?.port ?? 0}
    role: app
    credential: shop-db
    database: shop
    environment: shop/production
    tls: off
    allowPrivate: true
`
  const door = postgres === null ? '' : `, postgres: 127.0.0.1:${await freePort()}`
  return `
version: 1
operator: jer
listen: { agents: 127.0.0.1:0, console: 127.0.0.1:0, mcp: 127.0.0.1:0${door} }
upstreams:
  railway:
    provider: railway
    url: ${new URL(url).origin}
    credential: railway-account
    allowPrivate: true
${postgres === null ? '' : database}
environments:
  - { match: '*/production', protection: critical }
  - { match: '*/staging', protection: standard }
`
}

function resolving(): string {
  const text = `
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
const names = new Map(Object.entries(${JSON.stringify(names)}))
const { lookup } = dns
const { lookup: promised } = dns.promises
const found = (name, options) => {
  const address = names.get(name)
  if (address === undefined) return null
  const one = { address, family: address.includes(':') ? 6 : 4 }
  return options?.all === true ? [one] : one
}
dns.promises.lookup = async (name, options) => found(name, options) ?? promised(name, options)
dns.lookup = (name, options, done) => {
  const call = done ?? options
  const one = found(name, done === undefined ? {} : options)
  if (one === null) return lookup(name, options, done)
  process.nextTick(() => Array.isArray(one) ? call(null, one) : call(null, one.address, one.family))
}
syncBuiltinESMExports()
`
  return `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
}
