// What the PostgreSQL scenarios play in: a real server with a shop in production and one in
// development, and a gate before it, configured and started as a user does it.
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type pg from 'pg'

import { connectControl } from '../../../src/api/control-client.ts'
import { controlSocketPath } from '../../../src/api/control-wire.ts'
import type { Control, IssuedLease } from '../../../src/api/control.ts'
import { mandateRequestSchema } from '../../../src/api/mandate-request.ts'
import type { AgentName, PersonName } from '../../../src/domain/names.ts'
import { freePort, startPostgres } from '../../postgres/server.ts'
import type { PostgresServer } from '../../postgres/server.ts'
import { root } from '../../source-files.ts'
import { factsOf, ledgerWords } from '../ledger-words.ts'
import { createAnswering, createPerson } from '../person.ts'
import { holdpoint, node, printed, run, stop, up } from '../processes.ts'
import type { Run } from '../processes.ts'
import type { Printed, Stage } from '../script.ts'
import { contentOf, differences, hashOf } from './content.ts'
import type { Content } from './content.ts'
import { databases, rolesSql, shopSql } from './seed.ts'
import { jdbcDriver, programOf, pythonOf } from './programs.ts'

export const jer = 'jer' as PersonName
const clients = join(root, 'test/scenarios/postgres/clients')

export interface PostgresWorld extends Stage {
  readonly server: PostgresServer
  readonly gate: () => ChildProcess
  /** where agents connect */
  readonly port: number
  readonly folder: string
  /** a lease of an agent that is made for it, with a mandate for both databases */
  leaseOf(agent: string): Promise<IssuedLease>
  control(): Promise<Control>
  cli(args: readonly string[], input?: string): Promise<Printed>
  /** a client at the server itself, around the gate */
  direct(database: string): Promise<pg.Client>
  /** starts the gate again after it was stopped or killed */
  restart(): Promise<void>
  stop(): Promise<void>
}

interface UpEvent {
  readonly status: Readonly<{ gate: Readonly<{ console: string }> }>
  readonly enrolment: Readonly<{ code: string }> | null
}

export interface WorldOptions {
  /** lines for postgresql.conf */
  readonly settings?: readonly string[]
  /** the databases that are not enrolled: nothing is recoverable there */
  readonly bare?: boolean
}

export async function openPostgresWorld(
  folder: string,
  options: WorldOptions = {},
): Promise<PostgresWorld> {
  const server = await startPostgres({ settings: options.settings ?? [] })
  try {
    return await openGate(folder, server, options)
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function openGate(
  folder: string,
  server: PostgresServer,
  options: WorldOptions,
): Promise<PostgresWorld> {
  await seed(server)
  const port = await freePort()
  const configuration = join(folder, 'holdpoint.yaml')
  writeFileSync(configuration, configurationText(server.port, port))

  const ask = (args: readonly string[], input = ''): Promise<Printed> =>
    holdpoint(['--config', configuration, ...args, '--as', 'jer'], { cwd: folder, input })

  async function cli(args: readonly string[], input = ''): Promise<Printed> {
    const done = await ask(args, input)
    if (done.code !== 0) throw new Error(`${args.join(' ')}: ${done.stdout}${done.stderr}`)
    return done
  }

  await cli(['secret', 'put', 'shop-db'], 'app-password')
  await cli(['secret', 'put', 'shop-db-admin'], 'warden-password')
  let { first, child } = await up([], folder)
  const { status, enrolment } = first as UpEvent
  const { answer } = createAnswering(createPerson(status.gate.console), enrolment?.code ?? '')
  try {
    for (const database of options.bare === true ? [] : databases) {
      await cli(['postgres', 'enroll', 'shop-db', '--database', database])
    }
  } catch (error) {
    await stop(child)
    throw error
  }

  async function control(): Promise<Control> {
    const gate = await connectControl(controlSocketPath(join(folder, '.holdpoint')))
    if (gate === null) throw new Error('no gate answers')
    return gate
  }

  async function leaseOf(name: string): Promise<IssuedLease> {
    const agent = name as AgentName
    const gate = await control()
    await gate.agentAdd({ agent, owner: jer })
    const request = mandateRequestSchema.parse(mandateOf(agent))
    await gate.mandateGrant({ request, by: jer })
    return gate.leaseIssue({ agent, mandate: null, minutes: 60, by: jer })
  }

  let lease = ''
  const remembered = new Map<string, Content>()

  const environment = (database: string): Readonly<Record<string, string>> => ({
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: 'shop-db',
    PGPASSWORD: lease,
    PGDATABASE: database,
    PGSSLMODE: 'disable',
    DATABASE_URL: `postgres://shop-db:${lease}@127.0.0.1:${port}/${database}?sslmode=disable`,
    SCENARIO_FOLDER: folder,
  })

  const program = (name: string, database: string, args: readonly string[]): Promise<Printed> => {
    const options: Run = { args, cwd: folder, env: environment(database) }
    return run(programOf(name), options)
  }

  const client = (name: string, database: string, args: readonly string[]): Promise<Printed> =>
    run(process.execPath, {
      args: [...node, join(clients, name), ...args],
      cwd: folder,
      env: environment(database),
    })

  async function direct(database: string): Promise<pg.Client> {
    return server.connect(database)
  }

  async function around<T>(database: string, work: (at: pg.Client) => Promise<T>): Promise<T> {
    const at = await direct(database)
    try {
      return await work(at)
    } finally {
      await at.end()
    }
  }

  async function unchanged(database: string): Promise<Printed> {
    const before = remembered.get(database) ?? new Map<string, string>()
    const different = differences(before, await around(database, contentOf))
    return printed(different.length === 0, different.join('\n'))
  }

  /** `last` is the hold that was opened last, whoever's it is. */
  async function meant(hold: string): Promise<string> {
    if (hold !== 'last') return hold
    const opened = (await factsOf(configuration)).filter(({ kind }) => kind === 'held')
    return opened.at(-1)?.hold?.id ?? 'none'
  }

  const commands: Readonly<Record<string, (words: readonly string[]) => Promise<Printed>>> = {
    agent: async ([name = '']) => {
      lease = (await leaseOf(name)).token.reveal()
      return printed(true, lease)
    },
    psql: ([database = '', ...args]) => program('psql', database, ['-X', ...args]),
    pg_dump: ([database = '', ...args]) => program('pg_dump', database, args),
    pgbench: ([database = '', ...args]) => program('pgbench', database, args),
    dropdb: ([database = '', ...args]) => program('dropdb', database, args),
    client: ([name = '', database = '', ...args]) => client(name, database, args),
    sql: ([database = '', ...args]) => client('sql.ts', database, args),
    python: ([name = '', database = '']) => {
      const args = [join(clients, `with_${name}.py`)]
      return run(pythonOf(name) ?? 'python3', { args, env: environment(database) })
    },
    jdbc: ([database = '']) => {
      const args = ['-cp', jdbcDriver, join(clients, 'WithJdbc.java')]
      return run(programOf('java'), { args, cwd: folder, env: environment(database) })
    },
    direct: ([database = '', text = '']) =>
      around(database, async (at) => {
        const { rows } = await at.query<Readonly<Record<string, unknown>>>(text)
        return printed(true, rows.map((row) => JSON.stringify(row)).join('\n'))
      }),
    rows: ([database = '', table = '', expected = '']) =>
      around(database, async (at) => {
        const { rows } = await at.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)
        return printed(rows[0]?.n === expected, `${rows[0]?.n ?? ''} rows`)
      }),
    restore: async ([database = '', file = '']) => {
      const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, server.url(database)]
      return run(programOf('psql'), { args, cwd: folder })
    },
    same: async ([one = '', other = '']) => {
      const different = differences(await around(one, contentOf), await around(other, contentOf))
      return printed(different.length === 0, different.join('\n'))
    },
    remember: async ([database = '']) => {
      const content = await around(database, contentOf)
      remembered.set(database, content)
      return printed(true, hashOf(content))
    },
    unchanged: ([database = '']) => unchanged(database),
    undo: async ([database = '', ...args]) => undoAll(await control(), ask, database, args),
    holdpoint: (args) => ask(args),
    release: async ([hold = 'last']) => answer('release', await meant(hold), ''),
    refuse: async ([hold = 'last', note = '']) => answer('refuse', await meant(hold), note),
    ledger: async ([facts = '']) => {
      const told = await ledgerWords(configuration, quietKinds)
      return printed(told.endsWith(facts), told)
    },
  }

  const values: Readonly<Record<string, () => string>> = {
    LEASE: () => lease,
    PORT: () => String(port),
    FOLDER: () => folder,
    CLIENTS: () => clients,
  }

  return {
    ...{ server, port, folder, leaseOf, control, cli, direct },
    gate: () => child,
    value: (name) => values[name]?.() ?? '',
    run: ([command = '', ...words]) => {
      const known = commands[command]
      if (known === undefined) return Promise.reject(new Error(`no command \`${command}\``))
      return known(words)
    },
    restart: async () => {
      ;({ first, child } = await up([], folder))
    },
    stop: async () => {
      await stop(child)
      await server.stop()
    },
  }
}

/** What Holdpoint writes down of its own reading, and of reads that stand. */
const quietKinds = ['discovering', 'measuring', 'administering']

async function seed(server: PostgresServer): Promise<void> {
  const admin = await server.connect()
  for (const one of rolesSql.split(';\n')) if (one.trim() !== '') await admin.query(one)
  for (const database of databases) {
    const app = await server.connect(database, 'app', 'app-password')
    await app.query(shopSql)
    await app.end()
  }
  await admin.end()
}

function configurationText(server: number, port: number): string {
  return `
version: 1
listen: { agents: 127.0.0.1:0, console: 127.0.0.1:0, mcp: 127.0.0.1:0, postgres: 127.0.0.1:${port} }
upstreams:
  shop-db:
    provider: postgres
    url: postgres://127.0.0.1:${server}
    role: app
    credential: shop-db
    database: shop
    environment: shop/production
    databases: { shop_dev: shop/development }
    tls: off
    allowPrivate: true
    admin: { role: warden, credential: shop-db-admin }
    mask: ['customers.email', '*.token']
environments:
  - { match: 'shop/development', protection: open }
`
}

const types =
  'database schema table view sequence function type index setting role server trigger publication'

/** What somebody grants who trusts the agent with the shop, and Holdpoint with production. */
function mandateOf(agent: AgentName): object {
  return {
    task: 'work on the shop',
    agent,
    budget: { destroys: 500, denials: 100, writesPerMinute: null, requestsPerMinute: null },
    authorization_details: [
      {
        type: 'holdpoint',
        actions: ['read', 'write', 'destroy', 'disarm'],
        locations: ['shop/production', 'shop/development'],
        resources: types.split(' ').map((type) => `postgres:${type}/*`),
      },
    ],
  }
}

type Ask = (args: readonly string[]) => Promise<Printed>

/** Takes back everything that is kept of a database, the newest first: one by its command. */
async function undoAll(
  control: Control,
  ask: Ask,
  database: string,
  args: readonly string[],
): Promise<Printed> {
  const { kept } = await control.trashList({ by: jer })
  const mine = kept.filter((item) => item.database === database && item.undoneAt === null)
  const [only] = mine
  if (only !== undefined && mine.length === 1)
    return ask(['undo', only.decision ?? 'none', ...args])
  const said: string[] = [`${mine.length} changes are kept`]
  const force = args.includes('--force')
  for (const { decision, statement } of mine) {
    if (decision === null) return printed(false, `nobody knows what decided ${statement}`)
    const report = await control.undo({ decision, dryRun: false, force, by: jer })
    said.push(`${statement}: ${JSON.stringify(report)}`)
    if (!report.done || !report.equal) return printed(false, said.join('\n'))
  }
  return printed(mine.length > 0, said.join('\n'))
}
