// `npm run bench -- postgres`: statements through the gate (each read and decided) against direct,
// pgbouncer and a pass-through that reads nothing, interleaved in one run; then what guarded
// changes and sessions cost. Prints medians and ratios; `--json` for machines, `--quick` for a
// look, `--only=selects` (changes, sessions, reading) for a part.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

import type { PostgresServer } from '../../test/postgres/server.ts'
import { median } from '../median.ts'
import { measureChanges } from './guarded.ts'
import { chooseLoad, protocols } from './load.ts'
import type { Protocol } from './load.ts'
import { measureReading } from './reading.ts'
import { renderResults } from './report.ts'
import type { Results, Selects } from './report.ts'
import { measureIdle, measureOpening } from './sessions.ts'
import {
  direct,
  pgbouncerIsInstalled,
  startGate,
  startPassThrough,
  startPgbouncer,
  startServer,
} from './targets.ts'
import type { DatabaseTarget, GateTarget } from './targets.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const only = process.argv.find((one) => one.startsWith('--only='))?.slice('--only='.length)
const rounds = quick ? 1 : 5
const secondsPerRun = quick ? 2 : 4
const clientCounts = [1, 16]
/** at most 100 go to one server through the gate */
const idleSessions = 90

interface Targets {
  readonly server: PostgresServer
  readonly direct: DatabaseTarget
  readonly gate: GateTarget
  readonly all: readonly DatabaseTarget[]
}

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
const stops: (() => Promise<void>)[] = []
process.on('SIGINT', () => void stopAll().then(() => process.exit(130)))

try {
  const results = await measure(await startTargets())
  process.stdout.write(json ? `${JSON.stringify(results)}\n` : `${renderResults(results)}\n`)
} finally {
  await stopAll()
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
  rmSync(folder, { recursive: true, force: true })
}

function keep<T extends { stop(): Promise<void> }>(started: T): T {
  stops.push(() => started.stop())
  return started
}

function subfolder(name: string): string {
  return mkdtempSync(join(folder, `${name}-`))
}

async function startTargets(): Promise<Targets> {
  const server = keep(await startServer())
  const own = direct(server)
  const gate = keep(await startGate(subfolder('gate'), server))
  const all = [own, keep(await startPassThrough(server)), gate]
  // pgbouncer will not run as root, and what it runs as must reach its folder.
  const outside = mkdtempSync(join(tmpdir(), 'holdpoint-pgbouncer-'))
  stops.push(() => {
    rmSync(outside, { recursive: true, force: true })
    return Promise.resolve()
  })
  if (pgbouncerIsInstalled()) all.splice(1, 0, keep(await startPgbouncer(outside, server)))
  else process.stderr.write('pgbouncer is not installed: its rows are left out\n')
  return { server, direct: own, gate, all }
}

function wanted(part: string): boolean {
  return only === undefined || only === part
}

async function measure(targets: Targets): Promise<Results> {
  const load = chooseLoad()
  const about = {
    cores: cpus().length,
    node: process.version,
    server: `PostgreSQL ${await versionOf(targets.server)}`,
    load: load.name,
    rounds,
    secondsPerRun,
  }
  const selects = wanted('selects') ? await measureSelects(targets.all) : []
  const opening = wanted('sessions') ? await measureOpening(targets.all, quick ? 5 : 50) : []
  const idle = wanted('sessions')
    ? await measureIdle(targets.gate, quick ? 20 : idleSessions)
    : null
  const changes = wanted('changes') ? await measureChanges(targets.server, targets, quick) : []
  const reading = wanted('reading') ? await measureReading() : []
  return { about, selects, changes, opening, idle, reading }
}

async function versionOf(server: PostgresServer): Promise<string> {
  const client = await server.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
  return (/^[\d.]+/.exec(rows[0]?.server_version ?? '') ?? ['?'])[0]
}

/** Everything takes its turn in each round: what the machine does meanwhile, it does to all. */
async function measureSelects(targets: readonly DatabaseTarget[]): Promise<readonly Selects[]> {
  const load = chooseLoad()
  const taken: (Selects & { readonly round: number })[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const clients of clientCounts) {
      for (const protocol of protocols) {
        for (const target of targets) {
          const seconds = round === 0 ? 2 : secondsPerRun
          const run = await load.fire({ target, protocol, clients, seconds })
          taken.push({ round, target: target.name, protocol, clients, ...run })
        }
      }
    }
    process.stderr.write(round === 0 ? 'warmed up\n' : `round ${round} of ${rounds}\n`)
  }
  // The first round warms up and does not count.
  const counted = taken.filter(({ round }) => round > 0)
  return clientCounts.flatMap((clients) =>
    protocols.flatMap((protocol) =>
      targets.map(({ name }) => summarise(counted, name, protocol, clients)),
    ),
  )
}

function summarise(
  runs: readonly Selects[],
  target: string,
  protocol: Protocol,
  clients: number,
): Selects {
  const own = runs.filter(
    (one) => one.target === target && one.protocol === protocol && one.clients === clients,
  )
  const perSecond = median(own.map((one) => one.perSecond))
  const failures = own.reduce((sum, one) => sum + one.failures, 0)
  return { target, protocol, clients, perSecond, failures }
}
