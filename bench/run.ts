// `npm run bench`: the gate (reads allowed, each decision durable) against direct, nginx and
// proxies that judge nothing, interleaved in one run. Prints medians and ratios; `--json` for
// machines, `--quick` for a look.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

import { startGate } from './gate.ts'
import type { Run } from './load.ts'
import { chooseLoad } from './load.ts'
import { median } from './median.ts'
import { renderTable } from './report.ts'
import type { Child, Target } from './targets.ts'
import { nginxIsInstalled, startNginxProxy, startNginxUpstream, startNode } from './targets.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const rounds = quick ? 1 : 5
const secondsPerRun = quick ? 1 : 2
const connectionCounts = [1, 16, 64]
const peers = ['node:http', 'http-proxy-3', 'fast-proxy', 'mockttp']

export interface Measured {
  readonly target: string
  readonly connections: number
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly errors: number
}

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
const stops: (() => Promise<void>)[] = []
process.on('SIGINT', () => void stopAll().then(() => process.exit(130)))

try {
  const { targets, body, upstreamKind } = await startTargets()
  const load = await chooseLoad(folder)
  const runs = await measure(targets, body, load)
  const results = summarise(runs)
  const about = {
    cores: cpus().length,
    node: process.version,
    load: load.name,
    upstream: upstreamKind,
    rounds,
    secondsPerRun,
    bodyBytes: body.length,
  }
  process.stdout.write(
    json ? `${JSON.stringify({ about, results })}\n` : `${renderTable(about, results)}\n`,
  )
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

async function startTargets(): Promise<{ targets: Target[]; body: string; upstreamKind: string }> {
  const simulator = keep(
    await startNode([
      'simulators/railway/main.ts',
      '--no-postgres',
      '--folder',
      join(folder, 'simulator'),
    ]),
  )
  const simulated = String(simulator.ready['url']).replace(/\/graphql\/v2$/, '')
  const { account } = simulator.ready['tokens'] as { readonly account: string }
  const answer = JSON.stringify({ data: { project: { id: 'p', name: 'pocketos' } } })
  const nginx = nginxIsInstalled()
  const direct = nginx
    ? keep(await startNginxUpstream(subfolder('upstream'), 18101, simulated, account, answer))
    : await startNodeUpstream(simulated, account, answer)
  const origin = new URL(direct.url).origin
  const gate = keep(await startGate(subfolder('gate'), origin, simulator.ready))
  const targets = [direct, gate.target]
  if (nginx) targets.push(keep(await startNginxProxy(subfolder('proxy'), 18102, direct.url)))
  else process.stderr.write('nginx is not installed: its row and the ratios to it are left out\n')
  for (const name of peers)
    targets.push(peerTarget(name, keep(await startNode(['bench/peer.ts', name, origin]))))
  return { targets, body: gate.body, upstreamKind: nginx ? 'nginx' : 'node:http' }
}

async function startNodeUpstream(...args: readonly [string, string, string]): Promise<Target> {
  const child = keep(await startNode(['bench/upstream.ts', ...args]))
  return peerTarget('direct', child)
}

function peerTarget(name: string, { ready, stop }: Child): Target {
  return { name, url: `http://127.0.0.1:${String(ready['port'])}/graphql/v2`, headers: {}, stop }
}

function subfolder(name: string): string {
  return mkdtempSync(join(folder, `${name}-`))
}

type Load = Awaited<ReturnType<typeof chooseLoad>>

async function measure(
  targets: readonly Target[],
  body: string,
  load: Load,
): Promise<Map<string, Run[]>> {
  const runs = new Map<string, Run[]>()
  for (let round = 0; round <= rounds; round++) {
    for (const connections of connectionCounts) {
      for (const { name, url, headers } of targets) {
        const all = { 'content-type': 'application/json', ...headers }
        const run = await load.fire({
          url,
          connections,
          seconds: round === 0 ? 1 : secondsPerRun,
          body,
          headers: all,
        })
        const key = `${name} ${connections}`
        // The first round warms up and does not count.
        if (round > 0) runs.set(key, [...(runs.get(key) ?? []), run])
      }
    }
    process.stderr.write(round === 0 ? 'warmed up\n' : `round ${round} of ${rounds}\n`)
  }
  return runs
}

function summarise(runs: ReadonlyMap<string, readonly Run[]>): Measured[] {
  return [...runs].map(([key, list]) => {
    const [target = '', connections = '0'] = key.split(' ')
    return {
      target,
      connections: Number(connections),
      requestsPerSecond: median(list.map((run) => run.requestsPerSecond)),
      p50: median(list.map((run) => run.p50)),
      p99: median(list.map((run) => run.p99)),
      errors: list.reduce((sum, run) => sum + run.errors, 0),
    }
  })
}
