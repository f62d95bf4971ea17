// What a hook adds to a command of an agent: each client cold and warm, the nearest npm peer, and a
// bare start of Node; interleaved, as an agent runs them, by `sh -c`, with an event on stdin.
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { daemonVersion, stopDaemon } from '../src/hooks/ask.ts'
import { buildClient } from '../src/hooks/client.ts'
import type { ClientKind } from '../src/hooks/client.ts'
import { hookPlace, openHookPlace } from '../src/hooks/place.ts'
import type { HookPlace } from '../src/hooks/place.ts'
import { median } from './median.ts'

const quick = process.argv.includes('--quick')
const rounds = quick ? 10 : 60
const coldRounds = quick ? 2 : 10
const root = realpathSync(mkdtempSync(join(tmpdir(), 'hpb-')))
const entry = join(import.meta.dirname, '../src/cli/hook-main.ts')
const peerEntry = join(
  import.meta.dirname,
  '../node_modules/cc-safety-net/dist/bin/cc-safety-net.js',
)
const node = process.execPath

interface Subject {
  readonly name: string
  readonly command: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly rounds: number
  /** puts it into the state that is measured */
  readonly before: () => Promise<void>
}

interface Timing {
  readonly milliseconds: number
  readonly code: number | null
}

const curl = '/usr/bin/curl'
const means: Readonly<Record<ClientKind, { compiler: string | null; curl: string | null }>> = {
  program: { compiler: '/usr/bin/cc', curl },
  curl: { compiler: null, curl },
  node: { compiler: null, curl: null },
}
const places: HookPlace[] = []

function homeOf(name: string): string {
  const home = join(root, name)
  mkdirSync(join(home, 'w/.git'), { recursive: true })
  return home
}

function clientSubject(kind: ClientKind, state: 'warm' | 'cold'): Subject {
  const home = homeOf(`${kind}-${state}`)
  const place = hookPlace(home, {})
  openHookPlace(place, null)
  buildClient(place, { ...means[kind], node, entry }, 'bench')
  places.push(place)
  return {
    name: `holdpoint, ${kind}, ${state}`,
    command: `'${place.client}' claude-code || exit 2`,
    environment: { HOME: home, PATH: process.env['PATH'] },
    rounds: state === 'cold' ? coldRounds : rounds,
    before: () => (state === 'cold' ? ended(place) : started(place)),
  }
}

async function ended({ socket }: HookPlace): Promise<void> {
  await stopDaemon(socket)
  while (existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function started({ socket }: HookPlace): Promise<void> {
  while (!existsSync(socket) || (await daemonVersion(socket)) === null) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const nothing = (): Promise<void> => Promise.resolve()
const peerHome = homeOf('peer')
const subjects: readonly Subject[] = [
  ...(['program', 'curl', 'node'] as const).flatMap((kind) => [
    clientSubject(kind, 'warm'),
    clientSubject(kind, 'cold'),
  ]),
  {
    name: 'cc-safety-net 2.4.5',
    command: `'${node}' '${peerEntry}' hook --coding-cli`,
    environment: { HOME: peerHome, PATH: process.env['PATH'] },
    ...{ rounds, before: nothing },
  },
  { name: 'node -e 0', command: `'${node}' -e 0`, environment: {}, rounds, before: nothing },
  { name: 'sh -c :', command: ':', environment: {}, rounds, before: nothing },
]

function once({ command, environment }: Subject, asked: string): Promise<Timing> {
  const cwd = environment['HOME'] === undefined ? root : join(environment['HOME'], 'w')
  const event = JSON.stringify({
    ...{ session_id: 'bench', cwd, hook_event_name: 'PreToolUse', tool_name: 'Bash' },
    tool_input: { command: asked },
  })
  return new Promise((resolve) => {
    const began = performance.now()
    const child = spawn('/bin/sh', ['-c', command], {
      ...{ cwd, env: environment },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(event)
    child.on('close', (code) => resolve({ milliseconds: performance.now() - began, code }))
  })
}

const commands = ['git status --short', 'npm test -- --watch=false', 'rm -rf ~/everything']

async function measure(): Promise<ReadonlyMap<string, readonly number[]>> {
  const took = new Map<string, number[]>(subjects.map(({ name }) => [name, []]))
  // A cold start of each leaves a daemon for the warm ones.
  for (const subject of subjects) await once(subject, 'ls')
  for (let round = 0; round < rounds; round++) {
    const asked = commands[round % commands.length] ?? 'ls'
    for (const subject of subjects.filter((one) => round < one.rounds)) {
      await subject.before()
      const { milliseconds, code } = await once(subject, asked)
      const expected = asked.startsWith('rm') ? 2 : 0
      if (subject.name.startsWith('holdpoint') && code !== expected) {
        throw new Error(`${subject.name} ended with ${code} for ${asked}`)
      }
      took.get(subject.name)?.push(milliseconds)
    }
  }
  return took
}

/** Of a daemon on Linux: what is resident, and what of that is its own. */
function memoryOf({ folder }: HookPlace): string {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith('hook-main.ts\0daemon\0')) continue
      if (!folder.startsWith(homeIn(readFileSync(`/proc/${pid}/environ`, 'utf8')))) continue
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      const of = (name: string): number =>
        Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) / 1024)
      return `${of('Rss')} MB resident, ${of('Private_Clean') + of('Private_Dirty')} MB its own`
    } catch {
      continue
    }
  }
  return 'not known'
}

function homeIn(environ: string): string {
  return /(?:^|\0)HOME=([^\0]+)/.exec(environ)?.[1] ?? '\0'
}

function tableOf(took: ReadonlyMap<string, readonly number[]>): readonly string[] {
  const added = (name: string): number =>
    median(took.get(name) ?? []) - median(took.get('sh -c :') ?? [])
  return subjects.map(({ name }) => {
    const values = took.get(name) ?? []
    const ninetieth = values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? NaN
    const ofPeer = added(name) / added('cc-safety-net 2.4.5')
    const cells = [median(values), added(name), ninetieth].map((value) => value.toFixed(1))
    return `| ${name} | ${cells.join(' | ')} | ${ofPeer.toFixed(2)} | ${values.length} |`
  })
}

const took = await measure()
const [warm] = places
const memory = warm === undefined ? 'not known' : memoryOf(warm)
for (const { socket } of places) await stopDaemon(socket)
rmSync(root, { recursive: true, force: true })

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ node: process.version, memory, took: Object.fromEntries(took) }))
} else {
  console.log(`node ${process.version} · ${rounds} rounds, interleaved · a daemon: ${memory}\n`)
  console.log('| hook | median (ms) | added (ms) | p90 (ms) | added, of cc-safety-net | times |')
  console.log('|---|---:|---:|---:|---:|---:|')
  console.log(tableOf(took).join('\n'))
}
