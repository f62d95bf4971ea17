// The three clients, run as agents run them, against real daemons and against what is none.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { buildClient } from '../../src/hooks/client.ts'
import type { ClientKind } from '../../src/hooks/client.ts'
import { daemonVersion, stopDaemon } from '../../src/hooks/ask.ts'
import { checkHookFolder, hookPlace, isOwnSocket, openHookPlace } from '../../src/hooks/place.ts'
import type { HookPlace } from '../../src/hooks/place.ts'
import { shellEvent } from './events.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'hpc-')))
const entry = join(import.meta.dirname, '../../src/cli/hook-main.ts')
const opened: HookPlace[] = []
after(async () => {
  for (const { socket } of opened) await stopDaemon(socket)
  rmSync(root, { recursive: true, force: true })
})

const tools = { compiler: '/usr/bin/cc', curl: '/usr/bin/curl' }
const means: Readonly<Record<ClientKind, { compiler: string | null; curl: string | null }>> = {
  program: { ...tools },
  curl: { ...tools, compiler: null },
  node: { compiler: null, curl: null },
}
const isThere = (kind: ClientKind): boolean =>
  Object.values(means[kind]).every((path) => path === null || existsSync(path))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

let count = 0

interface World {
  readonly home: string
  readonly workTree: string
  readonly place: HookPlace
  /** as the agent does it: the configured command line, by `sh -c` */
  ask(
    event: string | Buffer,
    env?: Readonly<Record<string, string>>,
    agent?: string,
  ): Promise<Ended>
}

function world(kind: ClientKind, node = process.execPath): World {
  const home = join(root, `h${count++}`)
  const workTree = join(home, 'w')
  mkdirSync(join(workTree, '.git'), { recursive: true })
  writeFileSync(join(workTree, 'a'), 'a')
  const place = hookPlace(home, {})
  openHookPlace(place, process.getuid?.() ?? null)
  opened.push(place)
  assert.equal(buildClient(place, { ...means[kind], node, entry }, 'test'), kind)
  const ask: World['ask'] = (event, env = {}, agent = 'claude-code') =>
    new Promise((resolve) => {
      const command = `'${place.client}' ${agent} || exit 2`
      const options = { cwd: workTree, env: { PATH: '/usr/bin:/bin', HOME: home, ...env } }
      const child = spawn('/bin/sh', ['-c', command], options)
      let stdout = ''
      let stderr = ''
      child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()))
      child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()))
      child.on('close', (code) => resolve({ code, stdout, stderr }))
      child.stdin.on('error', () => undefined)
      child.stdin.end(event)
    })
  return { home, workTree, place, ask }
}

const event = (command: string, { workTree }: World, session = 's'): string =>
  JSON.stringify(shellEvent['claude-code'](command, { workTree, session }))

async function daemonOf({ place }: World): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const version = existsSync(place.socket) ? await daemonVersion(place.socket) : null
    if (version !== null) return version
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('no daemon came')
}

/** A listener that is no daemon of ours, or plays one. */
async function planted(path: string, answer: string | null): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      if (answer !== null) socket.end(answer)
    })
  })
  server.listen(path)
  await new Promise((resolve) => server.once('listening', resolve))
  return server
}

const off = /A person can turn these hooks off: holdpoint hook uninstall claude-code\n$/

for (const kind of ['program', 'curl', 'node'] as const) {
  const skip = isThere(kind) ? false : `what the ${kind} client is made of is not installed here`

  test(`${kind}: the same answers, cold and warm`, { skip }, async () => {
    const w = world(kind)
    const bad = event('rm -rf ~/x', w)
    const cold = await w.ask(bad)
    assert.equal(cold.code, 2)
    assert.match(cold.stderr, /^holdpoint refused this: it would delete/)
    assert.match(cold.stdout, /"permissionDecision":"deny"/)
    await daemonOf(w)
    assert.deepEqual(await w.ask(bad), cold)
    assert.deepEqual(await w.ask(event('ls', w)), { code: 0, stdout: '', stderr: '' })
    const cursor = shellEvent.cursor('ls', { workTree: w.workTree, session: 'c' })
    const passed = await w.ask(JSON.stringify(cursor), {}, 'cursor')
    assert.deepEqual(passed, { code: 0, stdout: '{"permission":"allow"}\n', stderr: '' })
    // Killed: the next one answers by itself, and remembers what was refused.
    await stopDaemon(w.place.socket)
    assert.deepEqual(await w.ask(bad), cold)
  })

  test(`${kind}: what is not an event, or too much of one, is refused`, { skip }, async () => {
    const w = world(kind)
    await w.ask(event('ls', w))
    await daemonOf(w)
    for (const broken of ['', '{', '[]', Buffer.alloc(10_000_000, 0x20)]) {
      const { code, stderr } = await w.ask(broken)
      assert.equal(code, 2)
      assert.match(stderr, off)
    }
    const { code, stdout } = await w.ask(event(`echo ${'x'.repeat(900_000)} "'\\\n\ud83d\ude00`, w))
    assert.ok(code === 0 || stdout.includes('deny'))
  })

  test(`${kind}: no daemon and no node is a refusal`, { skip }, async () => {
    const w = world(kind, join(root, 'no-node'))
    const { code, stderr } = await w.ask(event('ls', w))
    assert.equal(code, 2)
    assert.match(stderr, off)
    rmSync(w.place.client)
    assert.equal((await w.ask(event('ls', w))).code, 2)
  })

  test(`${kind}: who says no whole answer is not believed`, { skip }, async () => {
    const w = world(kind)
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: '
    const lies = [
      '',
      'yes',
      `${head}4\r\n\r\n0\n\n`,
      `${head}30\r\n\r\n0\n\n`,
      `${head}1\r\n\r\n0`,
      `${head}3\r\n\r\n1\n\n`,
      'HTTP/1.1 500 No\r\ncontent-length: 3\r\n\r\n0\n\n',
    ]
    for (const lie of lies) {
      rmSync(w.place.socket, { force: true })
      const server = await planted(w.place.socket, lie)
      const { code } = await w.ask(event('rm -rf ~/x', w))
      server.close()
      assert.equal(code, 2, JSON.stringify(lie))
    }
  })

  test(`${kind}: a given socket that nobody answers is a refusal`, { skip }, async () => {
    const w = world(kind)
    await w.ask(event('ls', w))
    await daemonOf(w)
    const given = { HOLDPOINT_HOOK_SOCKET: join(w.home, 'none.sock') }
    const { code, stderr } = await w.ask(event('ls', w), given)
    assert.equal(code, 2)
    assert.match(stderr, off)
    assert.equal((await w.ask(event('ls', w), { HOLDPOINT_HOOK_SOCKET: '' })).code, 0)
  })

  test(`${kind}: what is no socket of one's own is not asked`, { skip }, async () => {
    const w = world(kind)
    const elsewhere = join(w.home, 'e.sock')
    const yes = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n0\n\n'
    const server = await planted(elsewhere, yes)
    symlinkSync(elsewhere, w.place.socket)
    const linked = await w.ask(event('rm -rf ~/x', w))
    server.close()
    assert.equal(linked.code, 2)
    rmSync(w.place.socket)
    writeFileSync(w.place.socket, '')
    assert.equal((await w.ask(event('rm -rf ~/x', w))).code, 2)
  })

  const root_ = process.getuid?.() === 0
  const asRoot = root_ ? false : 'only root can make a socket that belongs to somebody else'
  test(`${kind}: another user's socket is not asked`, { skip: skip || asRoot }, async () => {
    const { chownSync } = await import('node:fs')
    const w = world(kind)
    const yes = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n0\n\n'
    const server = await planted(w.place.socket, yes)
    chownSync(w.place.socket, 12_345, 12_345)
    const { code } = await w.ask(event('rm -rf ~/x', w))
    server.close()
    assert.equal(code, 2)
  })
}

test('many at once on a cold start: each is answered, and one daemon stays', async () => {
  const w = world(isThere('program') ? 'program' : 'node')
  const commands = ['ls', 'rm -rf ~/x', 'ls', 'rm -rf ~/y', 'ls', 'rm -rf /']
  const answers = await Promise.all(commands.map((one, i) => w.ask(event(one, w, `s${i}`))))
  assert.deepEqual(
    answers.map(({ code }) => code),
    [0, 2, 0, 2, 0, 2],
  )
  await daemonOf(w)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const sockets = readdirSync(w.place.folder).filter((name) => name.startsWith('daemon.sock'))
  assert.deepEqual(sockets, ['daemon.sock'])
})

test('half a request, and silence, keep nobody else waiting', async () => {
  const { connect } = await import('node:net')
  const w = world(isThere('program') ? 'program' : 'node')
  await w.ask(event('ls', w))
  await daemonOf(w)
  const silent = Array.from({ length: 60 }, () => connect(w.place.socket))
  for (const socket of silent) {
    socket.on('error', () => undefined)
    socket.write('POST /ask/claude-code HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{')
  }
  assert.equal((await w.ask(event('rm -rf ~/x', w))).code, 2)
  assert.equal((await w.ask(event('ls', w))).code, 0)
  for (const socket of silent) socket.destroy()
})

test('its folder and its socket are for their owner alone; a folder for others is refused', async () => {
  const w = world(isThere('program') ? 'program' : 'node')
  await w.ask(event('ls', w))
  await daemonOf(w)
  const user = process.getuid?.() ?? null
  assert.equal(statSync(w.place.folder).mode & 0o777, 0o700)
  assert.equal(statSync(w.place.socket).mode & 0o777, 0o600)
  assert.ok(isOwnSocket(w.place.socket, user))
  chmodSync(w.place.folder, 0o755)
  assert.throws(() => checkHookFolder(w.place.folder, user), /can be entered by others/)
  chmodSync(w.place.folder, 0o700)
  chmodSync(join(w.home, '.local'), 0o777)
  assert.throws(() => checkHookFolder(w.place.folder, user), /can be written by everybody/)
  const { code } = await world('node').ask(event('ls', w), {
    XDG_STATE_HOME: join(w.home, '.local/state'),
  })
  assert.equal(code, 2)
})

test('a daemon of older code hands over to a newer one', async () => {
  const { serveHookSocket } = await import('../../src/doors/hook/serve.ts')
  const w = world(isThere('program') ? 'program' : 'node')
  const desk = { answer: () => Promise.resolve({ exit: 0, stdout: '', stderr: 'old' } as const) }
  const old = await serveHookSocket({
    ...{ desk, path: w.place.socket, version: '0.0.1', stale: () => true, tag: 'old' },
    idleSeconds: null,
  })
  const { code, stderr } = await w.ask(event('rm -rf ~/x', w))
  assert.equal(code, 2)
  assert.match(stderr, /^holdpoint refused this: it would delete/)
  await old.ended
  assert.notEqual(await daemonOf(w), '0.0.1')
})

test('a path that a script cannot carry is refused when the client is made', () => {
  const w = world('node')
  const node = join(root, `it's`)
  assert.throws(() => buildClient(w.place, { ...means.curl, node, entry }, 't'), /cannot carry/)
  utimesSync(w.place.client, 0, 0)
  assert.throws(() => hookPlace(`/${'x'.repeat(100)}`, {}), /too long for a socket/)
})
