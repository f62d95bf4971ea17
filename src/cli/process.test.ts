// The command as a process of its own: what only a real one has.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { configuration, openFolder } from '../../test/cli/folder.ts'
import { freePort } from '../../test/postgres/server.ts'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'src/cli/main.ts')
const api = 'https://backboard.railway.app/graphql/v2'

interface StartOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly node?: readonly string[]
  readonly program?: string
}

function start(argv: readonly string[], options: StartOptions): ChildProcessWithoutNullStreams {
  const {
    cwd,
    env = {},
    node = ['--disable-warning=ExperimentalWarning'],
    program = main,
  } = options
  const clean = { PATH: process.env['PATH'] ?? '', ...env }
  const child = spawn(process.execPath, [...node, program, ...argv], { cwd, env: clean })
  exits.set(
    child,
    once(child, 'exit').then(([code]) => code as number | null),
  )
  return child
}

const exits = new WeakMap<ChildProcessWithoutNullStreams, Promise<number | null>>()

/** What it ended with; it may have ended already. */
async function exitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return (await exits.get(child)) ?? null
}

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function run(argv: readonly string[], options: StartOptions, stdin = ''): Promise<Ran> {
  const child = start(argv, options)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Resolves when the stream has said something that matches. */
function said(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      if (pattern.test(text)) resolve(text)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('close', () =>
      reject(new Error(`it ended without saying ${String(pattern)}: ${text}`)),
    )
  })
}

test('under npm the folder of its caller counts, and only under our own npm', async (t) => {
  const folder = openFolder(t)
  const npm = {
    npm_lifecycle_event: 'holdpoint',
    npm_package_json: join(root, 'package.json'),
    INIT_CWD: folder,
  }
  const inside = await run(['agent', 'add', 'cursor'], { cwd: root, env: npm })
  assert.equal(inside.code, 0, inside.stderr)
  assert.ok(existsSync(join(folder, '.holdpoint')))
  const other = openFolder(t, null)
  const leaked = { ...npm, npm_package_json: join(other, 'package.json') }
  const elsewhere = await run(['agent', 'list'], { cwd: other, env: leaked })
  assert.match(elsewhere.stderr, new RegExp(`no holdpoint.yaml in \`${other}\``))
})

test('the installed command is the same, without warnings', async (t) => {
  const program = join(root, 'bin/holdpoint.js')
  const cwd = openFolder(t)
  const { code, stdout, stderr } = await run(['agent', 'list'], { cwd, program, node: [] })
  assert.deepEqual([code, stdout, stderr], [0, 'no agents yet; holdpoint agent add NAME\n', ''])
})

test('a reader who leaves is no failure', async (t) => {
  const cwd = openFolder(t)
  const child = start(['inspect'], { cwd })
  child.stdin.on('error', () => undefined)
  const line = JSON.stringify({ surface: 'http', request: { method: 'GET', url: api } }) + '\n'
  child.stdin.write(line.repeat(5000))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  child.stdin.write(line.repeat(20_000))
  assert.equal(await exitOf(child), 0)
})

function deletion(at: number): string {
  const query = `mutation { volumeDelete(volumeId: "v${at}") }`
  const body = JSON.stringify({ query, variables: { pad: 'x'.repeat(2000) } })
  const request = { method: 'POST', url: api, headers: {}, body }
  return JSON.stringify({ id: String(at), surface: 'http', request }) + '\n'
}

test('10,000 requests stream through inspect in little memory, bad lines included', async (t) => {
  const cwd = openFolder(t)
  const child = start(['inspect'], {
    cwd,
    node: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=64'],
  })
  const answered = { lines: 0, destroys: 0, errors: 0, last: '' }
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      answered.lines++
      answered.last = line
      if (line.includes('"effect":"destroy"')) answered.destroys++
      if (line.startsWith('{"error"')) answered.errors++
    }
  })
  for (let at = 0; at < 10_000; at++) {
    const line = at % 1000 === 500 ? 'no JSON at all\n' : deletion(at)
    if (!child.stdin.write(line)) await once(child.stdin, 'drain')
  }
  const peak = peakKibibytes(child.pid)
  child.stdin.end()
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  assert.deepEqual([answered.lines, answered.destroys, answered.errors], [10_000, 9990, 10])
  assert.match(answered.last, /^\{"id":"9999","effect":"destroy"/)
  assert.ok(peak < 400 * 1024, `${peak} KiB`)
})

/** The most memory that a process has had resident; 0 where the system does not say. */
function peakKibibytes(pid: number | undefined): number {
  const file = `/proc/${pid ?? 0}/status`
  if (!existsSync(file)) return 0
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0)
}

test('inspect takes no more than it can hand on', async (t) => {
  const child = start(['inspect'], { cwd: openFolder(t) })
  child.stdin.on('error', () => undefined)
  child.stdout.pause()
  let sent = 0
  let stuck = false
  while (!stuck && sent < 200_000_000) {
    const chunk = deletion(1).repeat(50)
    sent += chunk.length
    if (child.stdin.write(chunk)) continue
    const patience = new Promise((resolve) => setTimeout(resolve, 1500, 'stuck'))
    stuck = (await Promise.race([once(child.stdin, 'drain'), patience])) === 'stuck'
  }
  assert.ok(stuck, 'it went on reading although nobody took its answers')
  child.kill('SIGKILL')
  await exitOf(child)
})

async function up(t: TestContext, cwd: string) {
  const child = start(['up'], { cwd })
  t.after(() => child.kill('SIGKILL'))
  return { child, screen: await said(child, /^stop {5}Ctrl-C$/m) }
}

test('a gate comes up, takes commands while it runs, and stops when told', async (t) => {
  const cwd = openFolder(t)
  mkdirSync(join(cwd, 'rules'))
  writeFileSync(join(cwd, 'holdpoint.yaml'), `${configuration}policies: {folder: rules}\n`)
  await run(['secret', 'put', 'railway'], { cwd }, 'rw_5ecret')
  await run(['agent', 'add', 'cursor'], { cwd })
  const { child, screen } = await up(t, cwd)
  assert.match(screen, /^governs {2}railway: backboard\.railway\.com, backboard\.railway\.app$/m)
  assert.match(screen, /^agents {3}http:\/\/127\.0\.0\.1:\d+\/railway\/…$/m)
  assert.match(screen, /^ {2}hpe_[a-z0-9]+$/m)
  assert.doesNotMatch(screen, /rw_5ecret/)
  const locked = await run(['up'], { cwd })
  assert.equal(locked.code, 1)
  assert.match(locked.stderr, /another Holdpoint has/)
  const following = start(['log', '--since', '0'], { cwd })
  t.after(() => following.kill('SIGKILL'))
  const seen = said(following, /KILL SWITCH pulled for cursor by /)
  assert.match(
    (await run(['kill', '--agent', 'cursor'], { cwd })).stdout,
    /connections are severed/,
  )
  await seen
  writeFileSync(join(cwd, 'rules/mine.cedar'), 'permit (principal')
  const kept = said(child, /policies NOT exchanged, the old ones stay in force: .*mine\.cedar/)
  child.kill('SIGHUP')
  await kept
  child.kill('SIGTERM')
  assert.equal(await exitOf(child), 0)
  assert.equal(await exitOf(following), 1)
  assert.match((await run(['agent', 'list'], { cwd })).stdout, /KILLED/)
  assert.equal((await run(['ledger', 'verify'], { cwd })).code, 0)
})

const database = `  shop-db:
    provider: postgres
    url: postgres://127.0.0.1:9
    role: app
    credential: shop-db
    database: shop
    environment: shop/production
    tls: off
    allowPrivate: true
    admin: {role: warden, credential: warden}
`

test('databases are on the first screen, and looked at by the doctor', async (t) => {
  const port = await freePort()
  const text = configuration
    .replace("console: '127.0.0.1:0'", `$&, postgres: '127.0.0.1:${port}'`)
    .replace('environments:', `${database}environments:`)
  const cwd = openFolder(t, text)
  await run(['secret', 'put', 'railway'], { cwd }, 'rw_5ecret')
  await run(['secret', 'put', 'warden'], { cwd }, 'w4rden')
  const { child, screen } = await up(t, cwd)
  assert.match(screen, /^governs {2}shop-db: PostgreSQL, shop\/production$/m)
  assert.match(screen, /^ {9}its credential is MISSING: holdpoint secret put$/m)
  assert.ok(screen.includes(`agents   postgres://shop-db:LEASE@127.0.0.1:${port}/shop\n`), screen)
  const { code, stdout } = await run(['doctor'], { cwd })
  assert.equal(code, 1)
  assert.match(stdout, new RegExp(`^ok +postgres +127\\.0\\.0\\.1:${port} answers$`, 'm'))
  assert.match(stdout, /^fail +database +shop-db\/shop.*$/m)
  assert.match(stdout, /ECONNREFUSED/)
  const status = await run(['postgres', 'status'], { cwd })
  assert.equal(status.code, 1)
  assert.match(status.stdout, /^shop-db\/shop {2}shop\/production\n {2}not reached: /)
  for (const said of [screen, stdout, status.stdout]) {
    assert.ok(
      said.split('\n').every((line) => line.length <= 80),
      said,
    )
    assert.doesNotMatch(said, /rw_5ecret|w4rden/)
  }
  const enroll = await run(['postgres', 'enroll', 'shop-db'], { cwd })
  assert.equal(enroll.code, 1)
  assert.match(enroll.stderr, /`shop-db` cannot be administered/)
  child.kill('SIGTERM')
  assert.equal(await exitOf(child), 0)
  const without = await run(['postgres', 'status'], { cwd })
  assert.match(without.stderr, /no gate runs here, and only it reaches databases: holdpoint up/)
})

test('what a gate left behind when it was cut off is no obstacle', async (t) => {
  const cwd = openFolder(t)
  await run(['secret', 'put', 'railway'], { cwd }, 'rw_5ecret')
  const { child } = await up(t, cwd)
  child.kill('SIGKILL')
  await exitOf(child)
  assert.ok(existsSync(join(cwd, '.holdpoint/control.sock')))
  assert.equal((await run(['agent', 'add', 'cursor'], { cwd })).code, 0)
  const again = await up(t, cwd)
  assert.match((await run(['agent', 'list'], { cwd })).stdout, /cursor/)
  again.child.kill('SIGINT')
  assert.equal(await exitOf(again.child), 0)
  assert.equal(existsSync(join(cwd, '.holdpoint/control.sock')), false)
})

test('a policy with an error keeps the gate from starting, and names the line', async (t) => {
  const cwd = openFolder(t, `${configuration}policies: {folder: rules}\n`)
  mkdirSync(join(cwd, 'rules'))
  writeFileSync(join(cwd, 'rules/mine.cedar'), '// mine\nforbid (principal')
  await run(['secret', 'put', 'railway'], { cwd }, 'rw_5ecret')
  const { code, stderr, stdout } = await run(['up'], { cwd })
  assert.equal(code, 1)
  assert.match(stderr, /mine\.cedar:\d+/)
  assert.doesNotMatch(stdout, /is up/)
})
