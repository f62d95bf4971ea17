// Ways out by what the doors, the terminal and other programs of the same person offer: spellings
// of this machine, names that lead to it, keys pushed into a terminal, agents of keys and of
// desktops, another run. What is meant to be there works beside them.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'

import { node, run } from '../scenarios/processes.ts'
import { root } from '../source-files.ts'
import { asking, openSandboxWorld, sections, unavailable, usualMandate } from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

/** A program that is missing here, as the reason to skip. */
function without(...programs: readonly string[]): string | false {
  if (skip !== false) return skip
  const absent = programs.find((one) => spawnSync(one, ['--version']).error !== undefined)
  return absent === undefined ? false : `\`${absent}\` is not installed`
}

const spellings = [
  ...['127.0.0.1', '127.1', '0x7f000001', '2130706433', '0177.0.0.1', '127.0.0.1.', '0.0.0.0', '0'],
  ...[
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:0:0:1]',
    '[::]',
    '[64:ff9b::7f00:1]',
  ],
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'x.localhost',
    'localhost.localdomain',
    'ip6-localhost',
  ],
  ...['loopback.rebind.example', 'mapped.rebind.example', 'zero.rebind.example'],
  ...['private.rebind.example', 'metadata.rebind.example'],
]

/** A program that says its requests itself: curl would mend some of these spellings. */
const asks = `
const net = require('net')
const { hostname, port, password } = new URL(process.env.HTTP_PROXY)
const basic = Buffer.from('lease:' + password).toString('base64')
const ask = (text) => new Promise((resolve) => {
  const socket = net.connect(port, hostname, () => socket.write(text))
  let said = ''
  socket.setTimeout(5000, () => socket.destroy())
  socket.on('data', (d) => { said += d; if (said.startsWith('HTTP/1.1 200')) socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n') })
  socket.on('error', () => 0).on('close', () => resolve(said))
})
const auth = 'Proxy-Authorization: Basic ' + basic + '\\r\\n'
;(async () => {
  for (const to of JSON.parse(process.argv[1])) {
    console.log('== CONNECT ' + to)
    console.log(await ask('CONNECT ' + to + ' HTTP/1.1\\r\\nHost: ' + to + '\\r\\n' + auth + '\\r\\n'))
    console.log('== GET ' + to)
    console.log(await ask('GET http://' + to + '/ HTTP/1.1\\r\\nHost: ' + to + '\\r\\n' + auth + 'Connection: close\\r\\n\\r\\n'))
  }
})()
`

test(
  'no spelling and no name of this machine leads to it through the proxy',
  { skip },
  async () => {
    const { console, mcp } = world.staged
    const canary = world.canaries.find(({ name }) => name === 'tcp 127.0.0.1')
    const ports = [new URL(console).port, String(canary?.port)]
    if (mcp !== null) ports.push(mcp.replace(/^.*:/, ''))
    const targets = spellings.flatMap((host) => ports.map((port) => `${host}:${port}`))
    writeFileSync(join(world.tree, 'asks.cjs'), asks.replace('process.argv[1]', 'process.argv[2]'))
    const mandate = {
      ...usualMandate,
      agent: 'walker',
      egress: ['*.rebind.example', 'localhost.localdomain'],
    }
    const budget = { budget: { denials: 1000, requestsPerMinute: 10_000 } }
    const script = `node asks.cjs '${JSON.stringify(targets)}'; rm asks.cjs`
    const { stdout, stderr } = await world.run(script, { mandate: { ...mandate, ...budget } })
    const said = sections(stdout)
    assert.equal(said.size, targets.length * 2, stderr)
    for (const [name, text] of said) {
      assert.doesNotMatch(text, /CANARY|<!doctype|^HTTP\/1\.1 2/i, `${name}: ${text}`)
    }
    assert.equal(canary?.heard, 0)
    for (const name of spellings.filter((one) => one.includes('rebind'))) {
      assert.match(said.get(`CONNECT ${name}:${ports[0] ?? ''}`) ?? '', /problem:address-refused/)
    }
  },
)

test('half requests and garbage at the proxy stop nobody else', { skip }, async () => {
  const { agents } = world.staged
  const code = `
const net = require('net')
const { hostname, port } = new URL(process.env.HTTP_PROXY)
const send = (bytes) => new Promise((resolve) => {
  const socket = net.connect(port, hostname, () => socket.write(bytes))
  let said = ''
  socket.setTimeout(3000, () => socket.destroy())
  socket.on('data', (d) => (said += d)).on('error', () => 0).on('close', () => resolve(said))
})
const long = 'a: b\\r\\n'.repeat(1e5)
const half = [
  '', 'G', 'GET / HTT', 'CONNECT a:1 HTTP/1.1\\r\\nHost', 'GET / HTTP/1.1\\r\\n' + long,
  'POST / HTTP/1.1\\r\\nHost: ${agents}\\r\\nContent-Length: 99\\r\\n\\r\\nx',
  'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n' + 'x'.repeat(1e5), '\\x16\\x03\\x01\\x02',
  '\\0'.repeat(1e6), require('crypto').randomBytes(1e5),
]
Promise.all([...half, ...Array(150).fill('GET / HTT')].map(send)).then((all) => {
  console.log(all.filter((one) => one.startsWith('HTTP/1.1 2')).length)
})
`
  writeFileSync(join(world.tree, 'half.cjs'), code)
  const questions = {
    half: 'timeout 60 node half.cjs',
    'meanwhile and after': 'rm half.cjs; curl -sS -m 10 http://holdpoint.internal/whoami',
  }
  const said = sections((await world.run(asking(questions))).stdout)
  assert.match(said.get('half') ?? '', /^0\nrc=0/)
  assert.match(said.get('meanwhile and after') ?? '', /"agent":"cursor"[\s\S]*rc=0/)
})

test(
  'nothing is pushed into the terminal that it shares',
  { skip: without('script', 'perl') },
  async () => {
    if (process.arch !== 'x64') return
    const push = `perl -e 'for $c (split //, "touch PUSHED\\n") { print syscall(16, 0, $n, $c) < 0 ? "refused $!\\n" : "pushed\\n" }'`
    const inside = `tty; ${push.replace('$n', '0x5412')}; ${push.replace('$n', '0x500005412')}`
    const mandate = join(dirname(world.home), 'mandate.json')
    writeFileSync(mandate, JSON.stringify(usualMandate))
    const program = [process.execPath, ...node, join(root, 'src/cli/main.ts')]
    const line = [
      ...[...program, '--config', world.staged.configuration, 'run', '--mandate', mandate],
      ...['--', 'sh', '-c', inside],
    ]
    const words = line.map((one) => `'${one.replaceAll("'", "'\\''")}'`).join(' ')
    // The same outside, on the same kind of terminal, is what it is that is refused.
    const told = await run('script', {
      args: ['-qec', words, '/dev/null'],
      cwd: world.tree,
      env: { HOME: world.home, TERM: 'xterm' },
    })
    assert.equal(told.code, 0, told.stdout)
    assert.match(told.stdout, /\/dev\/(pts\/\d+|console)/)
    assert.equal(told.stdout.match(/refused Operation not permitted/g)?.length, 26, told.stdout)
    assert.doesNotMatch(told.stdout, /pushed/)
  },
)

test('no agent of keys, bus or screen is reached', { skip }, async () => {
  const outside = dirname(world.home)
  const heard: string[] = []
  const servers = ['agent.sock', 'bus', 'X0'].map((name) => {
    const server = createServer((socket) => {
      heard.push(name)
      socket.on('error', () => undefined).end('CANARY')
    })
    return server.listen(join(outside, name))
  })
  const agent = spawn('ssh-agent', ['-D', '-a', join(outside, 'real-agent')], { stdio: 'ignore' })
  agent.on('error', () => undefined)
  try {
    const connect = (path: string): string =>
      `node -e 'require("net").connect("${path}").on("data", (d) => console.log(String(d))).on("error", (e) => { console.log(e.code); process.exit(1) })'`
    const questions = {
      variables: 'env | grep -E "SSH_AUTH|DBUS|DISPLAY|XAUTH|WAYLAND"',
      keys: connect(join(outside, 'agent.sock')),
      'keys of ssh': `SSH_AUTH_SOCK=${outside}/real-agent ssh-add -l`,
      bus: connect(join(outside, 'bus')),
      screen: connect(join(outside, 'X0')),
      own: 'node -e \'const n = require("net"); n.createServer((s) => s.end("mine")).listen("/tmp/own.sock", () => n.connect("/tmp/own.sock").on("data", (d) => { console.log(String(d)); process.exit() }))\'',
    }
    const env = {
      SSH_AUTH_SOCK: join(outside, 'agent.sock'),
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${outside}/bus`,
      ...{ DISPLAY: ':0', XAUTHORITY: join(outside, 'xauth'), WAYLAND_DISPLAY: 'wayland-0' },
    }
    const said = sections((await world.run(asking(questions), { env })).stdout)
    for (const name of ['variables', 'keys', 'keys of ssh', 'bus', 'screen']) {
      assert.doesNotMatch(said.get(name) ?? '', /rc=0|CANARY/, name)
    }
    assert.match(said.get('own') ?? '', /^mine\nrc=0/)
    assert.deepEqual(heard, [])
  } finally {
    agent.kill()
    for (const server of servers) server.close()
  }
})

test('one run sees nothing of another', { skip }, async () => {
  const secret = `CANARY-${process.pid}`
  const first = world.start([
    ...['sh', '-c'],
    `echo ${secret} > /tmp/${secret}; echo ${secret} > ~/x; node -e 'require("net").createServer((s) => s.end("${secret}")).listen(9191, "127.0.0.1"); require("net").createServer((s) => s.end("${secret}")).listen("\\0${secret}", () => console.log("up"))'`,
  ])
  try {
    let printed = ''
    first.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    while (!printed.includes('up')) await once(first.stdout ?? first, 'data')
    const questions = {
      files: `cat /tmp/${secret} ~/x`,
      processes: `cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -v grep | grep -c "listen(91"`,
      network:
        'node -e \'require("net").connect(9191, "127.0.0.1").on("data", (d) => console.log(String(d))).on("error", (e) => { console.log(e.code); process.exit(1) })\'',
      abstract: `node -e 'require("net").connect("\\0${secret}").on("data", (d) => console.log(String(d))).on("error", (e) => { console.log(e.code); process.exit(1) })'`,
      memory: 'ipcs -m 2>/dev/null | grep -c 0x',
      leases: `env | grep -o 'hpl_[A-Za-z0-9_-]*' | sort -u | wc -l`,
    }
    const said = sections((await world.run(asking(questions))).stdout)
    assert.doesNotMatch([...said.values()].join(''), /^CANARY/m)
    for (const name of ['files', 'network', 'abstract']) {
      assert.doesNotMatch(said.get(name) ?? '', /rc=0/, name)
    }
    assert.match(said.get('processes') ?? '', /^0\n/)
    assert.match(said.get('leases') ?? '', /^1\n/)
  } finally {
    first.kill('SIGTERM')
    if (first.exitCode === null) await once(first, 'exit')
  }
})
