import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

import { openAuthority } from '../../src/doors/http/authority.ts'
import { createClock } from '../../src/system/clock.ts'
import { endpointOf } from '../../src/system/scram.ts'
import { readFields } from '../../src/wire/postgres/backend.ts'
import { gssRequest, startupMessage, tlsRequest } from '../../src/wire/postgres/startup.ts'
import type { Parameter } from '../../src/wire/postgres/startup.ts'
import { lease, openDoor, upstream } from './open-door.ts'
import { dial, openRawClient, say, untilEnd } from './raw-client.ts'
import type { RawClient, RawOptions } from './raw-client.ts'
import { startPostgres } from './server.ts'

const server = await startPostgres()
after(() => server.stop())
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const authority = await openAuthority(folder, { clock: createClock(null) })
const tls = {
  names: ['localhost', '127.0.0.1'] as const,
  secureContext: (name: string) => authority.secureContext(name),
}
const limits = { startupSeconds: 1, connectionsMax: 8 }
const door = await openDoor(server, () => null, { tls: { ...tls, names: [...tls.names] }, limits })
after(() => door.stop())

async function open(t: TestContext, options: RawOptions = {}): Promise<RawClient> {
  const client = await openRawClient(door.port, options)
  t.after(() => client.stream.destroy())
  return client
}

/** The SQLSTATE and message of the error that a login ends with. */
async function refused(options: RawOptions): Promise<string> {
  return openRawClient(door.port, options).then(
    (client) => {
      client.stream.destroy()
      return 'let in'
    },
    (error: unknown) => (error instanceof Error ? error.message : ''),
  )
}

async function secure(requested: boolean, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = await dial(door.port)
  if (requested) {
    socket.write(tlsRequest())
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.equal(answer.toString(), 'S')
  }
  const stream = connectTls({
    ...{ socket, servername: 'localhost', ca: authority.certificatePem },
    ...(requested ? {} : { ALPNProtocols: ['postgresql'] }),
    ...options,
  })
  await once(stream, 'secureConnect')
  return stream
}

function endpoint(stream: TLSSocket): Uint8Array | null {
  return endpointOf(stream.getPeerCertificate().raw)
}

const user: Parameter = ['user', upstream]

test('the lease is the password, and what was asked for comes to the gate', async (t) => {
  const from = door.arrivals.length
  const client = await open(t, {
    parameters: [user, ['application_name', 'it'], ['options', '-c geqo=off --work-mem=64kB']],
  })
  client.send(say.query('show work_mem'))
  await client.heard()
  const [opened] = door.arrivals.slice(from)
  assert.ok(opened?.payload.kind === 'sql')
  const { upstream: place, database, settings, form } = opened.payload
  assert.deepEqual(
    { place, database, form },
    { place: upstream, database: 'postgres', form: 'open' },
  )
  assert.deepEqual(settings, [
    ['geqo', 'off'],
    ['work_mem', '64kB'],
    ['application_name', 'it'],
    ['client_encoding', 'UTF8'],
  ])
  const names = client.parameters.map(([name]) => name)
  assert.ok(names.includes('server_version') && names.includes('client_encoding'))
})

test('who has no lease is sent away, by the gate', async () => {
  const from = door.arrivals.length
  assert.equal(await refused({ password: 'guess' }), 'E:28P01')
  assert.equal(door.arrivals.length, from + 1, 'it was asked, and can write it down')
})

const asked: readonly (readonly [expected: string, parameters: readonly Parameter[]])[] = [
  ['E:28000', [['user', 'another-db']]],
  ['E:28000', [['database', 'postgres']]],
  ['E:0A000', [user, ['replication', 'database']]],
  ['E:0A000', [user, ['replication', '1']]],
  ['let in', [user, ['replication', 'false']]],
  ['E:0A000', [user, ['options', '-d 5']]],
  ['E:0A000', [user, ['options', '-c']]],
  ['E:0A000', [user, ['options', 'work_mem=1']]],
  ['E:22023', [user, ['client_encoding', 'SJIS']]],
  ['E:22023', [user, ['options', '-c client_encoding=latin1']]],
  ['let in', [user, ['client_encoding', "'utf-8'"]]],
  ['E:42602', [user, ['a b', 'c']]],
]

for (const [expected, parameters] of asked) {
  test(`${parameters.map((pair) => pair.join('=')).join(' ')}: ${expected}`, async () => {
    assert.equal(await refused({ parameters }), expected)
  })
}

test('newer minors are negotiated down, and unknown options told', async (t) => {
  const three = await open(t, { minor: 9999, parameters: [user, ['_pq_.odd', '1']] })
  const told = three.parameters.find(([name]) => name === 'v')?.[1]
  assert.equal(told, 'v:00030002000000015f70715f2e6f646400')
  assert.equal(three.key.secret.length, 32)
  const old = await open(t, { minor: 0 })
  assert.ok(!old.parameters.some(([name]) => name === 'v'))
})

test('TLS by request and at once, with the channel bound to it', async (t) => {
  for (const requested of [true, false]) {
    const stream = await secure(requested)
    const client = await open(t, { stream, endpoint: endpoint(stream) })
    const mechanism = client.parameters.find(([name]) => name === 'mechanism')
    assert.equal(mechanism?.[1], 'SCRAM-SHA-256-PLUS')
    client.send(say.query('select 1'))
    assert.equal(await client.heard(), 'T D C:SELECT 1 Z:I')
  }
  // A client that does not bind is let in all the same.
  await open(t, { stream: await secure(true) })
})

test('someone in between is found out by what binds the channel', async () => {
  const stream = await secure(true)
  assert.equal(await refused({ stream, endpoint: Buffer.alloc(32) }), 'E:28P01')
  const other = await secure(true)
  const offered = ['SCRAM-SHA-256']
  assert.equal(await refused({ stream: other, endpoint: endpoint(other), offered }), 'E:28P01')
})

test('bytes smuggled in before TLS end the connection', async () => {
  for (const smuggled of [startupMessage(0, [user]), Buffer.from([0])]) {
    const socket = await dial(door.port)
    socket.write(Buffer.concat([tlsRequest(), smuggled]))
    assert.equal((await untilEnd(socket)).toString(), '')
  }
})

test('TLS at once needs the name of the protocol', async () => {
  const socket = await dial(door.port)
  const stream = connectTls({ socket, servername: 'localhost', ca: authority.certificatePem })
  stream.on('error', () => undefined)
  await once(stream, 'close')
})

test('GSSAPI is declined, and what comes next is heard', async (t) => {
  const socket = await dial(door.port)
  socket.write(gssRequest())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.equal(answer.toString(), 'N')
  await open(t, { stream: socket })
  const again = await dial(door.port)
  again.write(gssRequest())
  await once(again, 'data')
  again.write(gssRequest())
  assert.equal((await untilEnd(again)).length, 0)
})

const nonsense: readonly (readonly [what: string, bytes: Uint8Array, code: string])[] = [
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'), '08P01'],
  ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), '08P01'],
  ['zeros', Buffer.alloc(64), '08P01'],
  ['protocol 2', Buffer.from('0000000800020000', 'hex'), '08P01'],
  ['a huge length', Buffer.from('7fffffff00030000', 'hex'), '08P01'],
  ['no end of a name', Buffer.from('0000000a000300006161', 'hex'), '08P01'],
  ['a Query before the login', Buffer.concat([startupMessage(0, [user]), say.query('x')]), '08P01'],
]

for (const [what, bytes, code] of nonsense) {
  test(`nonsense ends it: ${what}`, async () => {
    const socket = await dial(door.port)
    socket.write(bytes)
    const said = await untilEnd(socket)
    const at = said.lastIndexOf('ESFATAL')
    const error = said.subarray(said.indexOf(Buffer.from('SFATAL')) - 5)
    assert.ok(at !== -2 && readFields(error).get('C') === code)
  })
}

test('lies in the middle of a session end it, and nothing of it runs', async (t) => {
  for (const lie of ['5100000003', '51ffffffff', '7a00000004', '4400000006', '4200000004']) {
    const client = await open(t)
    client.send(Buffer.from(lie, 'hex'), Buffer.alloc(8))
    assert.equal(await client.heard(), 'E:08P01 end', lie)
  }
})

test('whoever says nothing is cut off', async () => {
  for (const said of [Buffer.alloc(0), tlsRequest(), startupMessage(0, [user])]) {
    const socket = await dial(door.port)
    socket.write(said)
    const begun = performance.now()
    await untilEnd(socket)
    assert.ok(performance.now() - begun < 3000)
  }
})

test('more connections than are taken are told so', async () => {
  const sockets = await Promise.all(Array.from({ length: 20 }, () => dial(door.port)))
  const said = await Promise.all(sockets.map((socket) => untilEnd(socket)))
  const full = said.filter((bytes) => bytes.length > 0 && readFields(bytes).get('C') === '53300')
  assert.ok(full.length >= 12)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(await refused({ password: lease }), 'let in')
})
