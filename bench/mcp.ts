// What a tool call costs at the MCP door: direct and through the gate, over HTTP and over stdio, in
// turns, so that what else the machine does falls on all alike.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

import { createEverything } from '../test/mcp/everything.ts'
import { openSceneIn } from '../test/mcp/gate.ts'
import { serveHttp } from '../test/mcp/serve.ts'
import { median } from './median.ts'

const quick = process.argv.includes('--quick')
const rounds = quick ? 3 : 9
const callsPerRound = quick ? 30 : 100
/** A busy machine makes fewer rounds of it, and says so. */
const secondsMax = 75
const roundsMin = 3
const node = process.execPath
const quiet = '--disable-warning=ExperimentalWarning'
const stdioServer = join(import.meta.dirname, '../test/mcp/everything-stdio.ts')
const cli = join(import.meta.dirname, '../src/cli/main.ts')

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
const closers: (() => Promise<void>)[] = []
const served = await serveHttp(createEverything)
const scene = await openSceneIn(
  folder,
  {
    yaml: `
mcp:
  web: {environment: lab/one, url: '${served.url}', allowPrivate: true, tools: {echo: read}}
  local: {environment: lab/one, command: '${node}', args: ['${quiet}', '${stdioServer}'], tools: {echo: read}}`,
  },
  (close) => void closers.push(close),
)

async function overHttp(url: string, lease: string | null): Promise<Client> {
  const client = new Client({ name: 'bench', version: '1' })
  const headers: Record<string, string> = lease === null ? {} : { authorization: `Bearer ${lease}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  )
  return client
}

async function overStdio(args: string[], env: Record<string, string>): Promise<Client> {
  const client = new Client({ name: 'bench', version: '1' })
  await client.connect(new StdioClientTransport({ command: node, args, env, stderr: 'ignore' }))
  return client
}

const gateEnvironment = {
  HOLDPOINT_LEASE: scene.lease,
  HOLDPOINT_MCP: `http://${scene.gate.mcp}`,
}
const ways: readonly (readonly [string, Client, 'same' | 'new'])[] = [
  ['HTTP direct', await overHttp(served.url, null), 'new'],
  [
    'HTTP through the gate, each call decided',
    await overHttp(scene.url('web'), scene.lease),
    'new',
  ],
  ['HTTP through the gate, a read again', await overHttp(scene.url('web'), scene.lease), 'same'],
  ['stdio direct', await overStdio([quiet, stdioServer], {}), 'new'],
  [
    'stdio through the gate, each call decided',
    await overStdio([quiet, cli, 'mcp', 'serve', 'local'], gateEnvironment),
    'new',
  ],
  [
    'stdio through the gate, a read again',
    await overStdio([quiet, cli, 'mcp', 'serve', 'local'], gateEnvironment),
    'same',
  ],
]

let calls = 0

async function round(client: Client, kind: 'same' | 'new'): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < callsPerRound; i++) {
    const text = kind === 'same' ? 'hello' : `hello ${calls++}`
    const began = performance.now()
    await client.callTool({ name: 'echo', arguments: { text } })
    taken.push(performance.now() - began)
  }
  return median(taken)
}

const medians = new Map<string, number[]>()
for (const [, client, kind] of ways) await round(client, kind)
const beganAll = performance.now()
let made = 0
for (; made < rounds; made++) {
  if (made >= roundsMin && performance.now() - beganAll > secondsMax * 1000) break
  for (const [name, client, kind] of ways) {
    medians.set(name, [...(medians.get(name) ?? []), await round(client, kind)])
  }
}
const results = [...medians].map(([name, found]) => ({ name, milliseconds: median(found) }))
if (process.argv.includes('--json')) console.log(JSON.stringify(results))
else {
  console.log(
    `medians of ${made} rounds of ${callsPerRound} calls; the last column is against direct`,
  )
  for (const { name, milliseconds } of results) {
    const base = results.find((one) => one.name === `${name.split(' ', 1)[0] ?? ''} direct`)
    const ratio = milliseconds / (base?.milliseconds ?? Number.NaN)
    console.log(`| ${name} | ${milliseconds.toFixed(2)} ms | ${ratio.toFixed(1)} |`)
  }
}
for (const [, client] of ways) await client.close()
for (const close of closers) await close()
await served.close()
rmSync(folder, { recursive: true, force: true })
process.exit(0)
