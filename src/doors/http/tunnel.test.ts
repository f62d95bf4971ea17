import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect } from 'node:net'

import { extension, helloMessage, inRecords, serverName } from '../../../test/doors/hello-bytes.ts'
import {
  connected,
  exchangeBytes,
  lease,
  nextText,
  opened,
  proxyLease,
  refused,
  stageDoor,
  textUntilClosed,
} from '../../../test/doors/staged-door.ts'
import type { TunnelReply } from '../../domain/request.ts'

const hello = inRecords(helloMessage({ extensions: [serverName('example.com')] }))

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Sends back what it gets, and says goodbye when the other side has ended. */
function echo(t: TestContext): Promise<number> {
  return listening(
    t,
    createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => socket.write(chunk))
      socket.on('end', () => socket.end('bye'))
    }),
  )
}

function tunnelTo(port: number): TunnelReply {
  const { readable, writable } = Duplex.toWeb(connect(port, '127.0.0.1')) as Pick<
    TunnelReply,
    'readable' | 'writable'
  >
  return { kind: 'tunnel', readable, writable }
}

test('bytes go both ways, and each direction ends by itself', async (t) => {
  const door = await stageDoor(t)
  const port = await echo(t)
  door.answerWith(() => tunnelTo(port))
  const socket = await connected(door.port, 'example.com:443', [proxyLease])
  socket.write(hello)
  assert.equal(await nextText(socket), hello.toString('latin1'))
  socket.write('more')
  assert.equal(await nextText(socket), 'more')
  socket.end('last')
  assert.equal(await textUntilClosed(socket), 'lastbye')
  const [arrival] = door.arrivals
  assert.deepEqual(arrival?.payload, { kind: 'tunnel', host: 'example.com', port: 443 })
  assert.deepEqual(
    arrival.presented.map(({ place, value }) => `${place} ${value.reveal()}`),
    [`proxy ${lease}`],
  )
})

test('megabytes arrive whole', async (t) => {
  const door = await stageDoor(t)
  const port = await echo(t)
  door.answerWith(() => tunnelTo(port))
  const socket = await connected(door.port, 'example.com:443', [proxyLease])
  const bytes = Buffer.alloc(3_000_000, 'abcdefg')
  socket.end(Buffer.concat([hello, bytes]))
  const text = await textUntilClosed(socket)
  assert.equal(text.length, hello.length + bytes.length + 3)
  assert.ok(text.slice(hello.length).startsWith('abcdefgabc'))
})

test('a refusal of the gate is never a 2xx', async (t) => {
  const door = await stageDoor(t)
  const ask = `CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n${proxyLease}\r\n\r\n`
  door.answerWith(() => refused(200))
  assert.match((await exchangeBytes(door.port, ask)).text, /^HTTP\/1.1 403 [^]*the gate says no\n$/)
  door.answerWith(() => refused(429))
  assert.match((await exchangeBytes(door.port, ask)).text, /^HTTP\/1.1 429 /)
})

const alert = '\x15\x03\x01\x00\x02\x02\x70'
const opening: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['no name', inRecords(helloMessage({ extensions: [] }))],
  ['another name', inRecords(helloMessage({ extensions: [serverName('other.example')] }))],
  ['a name below', inRecords(helloMessage({ extensions: [serverName('www.example.com')] }))],
  [
    'a hidden name',
    inRecords(
      helloMessage({ extensions: [serverName('example.com'), extension(0xfe0d, Buffer.alloc(9))] }),
    ),
  ],
  ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: backboard.railway.app\r\n\r\n')],
  ['SSH', Buffer.from('SSH-2.0-OpenSSH\r\n')],
  ['a broken hello', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
  ['nothing', Buffer.alloc(0)],
]
for (const [name, bytes] of opening) {
  test(`a tunnel that opens with ${name} carries nothing`, async (t) => {
    const door = await stageDoor(t, { limits: { handshakeSeconds: 0.2 } })
    const got: Buffer[] = []
    const port = await listening(
      t,
      createServer((socket) => socket.on('data', (b) => got.push(b)).on('error', () => undefined)),
    )
    door.answerWith(() => tunnelTo(port))
    const socket = await connected(door.port, 'example.com:443', [proxyLease])
    socket.write(bytes)
    assert.equal(await textUntilClosed(socket), alert)
    assert.deepEqual(got, [])
    assert.equal(door.arrivals.length, 1)
  })
}

test('a governed name inside a tunnel to another host is told to the gate', async (t) => {
  const door = await stageDoor(t)
  const port = await echo(t)
  door.answerWith(({ payload }) => (payload.kind === 'tunnel' ? tunnelTo(port) : refused()))
  const socket = await connected(door.port, 'example.com:443', [proxyLease])
  socket.write(inRecords(helloMessage({ extensions: [serverName('Backboard.Railway.App')] })))
  assert.equal(await textUntilClosed(socket), alert)
  const payload = door.arrivals[1]?.payload
  assert.ok(payload?.kind === 'http')
  assert.equal(payload.upstream, 'railway')
  assert.match(payload.unreadable ?? '', /tunnel to `example.com` .* names `backboard.railway.app`/)
})

test('severing a session ends the tunnel, both sides', async (t) => {
  const door = await stageDoor(t)
  let upstreamClosed = false
  const port = await listening(
    t,
    createServer((socket) => {
      socket.on('data', (chunk) => socket.write(chunk)).on('error', () => undefined)
      socket.on('close', () => (upstreamClosed = true))
    }),
  )
  door.answerWith(() => tunnelTo(port))
  const socket = await connected(door.port, 'example.com:443', [proxyLease])
  socket.write(hello)
  await nextText(socket)
  door.arrivals[0]?.session.sever()
  await textUntilClosed(socket).catch(() => '')
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.ok(upstreamClosed)
})

test('the client leaves while the gate decides', async (t) => {
  const door = await stageDoor(t)
  const left = new Promise<void>((resolve) => {
    door.answerWith((_, signal) => {
      signal.addEventListener('abort', () => resolve())
      return new Promise(() => undefined)
    })
  })
  const socket = await opened(door.port)
  socket.write(`CONNECT example.com:443 HTTP/1.1\r\n${proxyLease}\r\n\r\n`)
  while (door.arrivals.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  socket.destroy()
  await left
})

test('a silent tunnel is cut', async (t) => {
  const door = await stageDoor(t, { limits: { tunnelIdleSeconds: 0.2 } })
  const port = await echo(t)
  door.answerWith(() => tunnelTo(port))
  const socket = await connected(door.port, 'example.com:443', [proxyLease])
  socket.write(hello)
  await nextText(socket)
  assert.equal(await textUntilClosed(socket).catch(() => ''), '')
})

test('an upstream that breaks breaks the tunnel', async (t) => {
  const door = await stageDoor(t)
  const port = await listening(
    t,
    createServer((socket) => socket.on('data', () => socket.resetAndDestroy())),
  )
  door.answerWith(() => tunnelTo(port))
  const socket = await connected(door.port, 'example.com:443', [proxyLease])
  socket.write(hello)
  assert.equal(await textUntilClosed(socket).catch(() => ''), '')
})

test('names that look private can be let through by name', async (t) => {
  const door = await stageDoor(t, { tunnelNames: ['npm.internal'] })
  const ask = (host: string): string => `CONNECT ${host}:443 HTTP/1.1\r\n${proxyLease}\r\n\r\n`
  assert.match((await exchangeBytes(door.port, ask('npm.internal'))).text, /the gate says no/)
  assert.match((await exchangeBytes(door.port, ask('x.npm.internal'))).text, /not a public name/)
})

/** An ungoverned host that tells what it was asked. */
function teller(t: TestContext): Promise<number> {
  return listening(
    t,
    createHttpServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const fields = request.rawHeaders.join(' ')
        const body = Buffer.concat(chunks).toString('latin1')
        response.writeHead(201, ['X-One', '1', 'Proxy-Connection', 'x'])
        response.end(`${request.method ?? ''} ${request.url ?? ''} | ${fields} | ${body}`)
      })
    }),
  )
}

function plain(target: string, ...fields: readonly string[]): string {
  const { host } = new URL(target)
  return [
    `POST ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close, X-Mine',
    ...fields,
    '',
    '',
  ].join('\r\n')
}

test('a plain request is carried, without what was for the proxy', async (t) => {
  const door = await stageDoor(t)
  const port = await teller(t)
  door.answerWith(() => tunnelTo(port))
  const fields = [
    proxyLease,
    'Authorization: Bearer own',
    'Cookie: a=1',
    'X-Mine: 1',
    'Accept-Encoding: gzip',
  ]
  const bytes = plain('http://Example.com:8080/a//b?token=1', ...fields, 'Content-Length: 3')
  const { text } = await exchangeBytes(door.port, `${bytes}abc`)
  assert.match(text, /^HTTP\/1.1 201 Created\r\nX-One: 1\r\n/)
  assert.match(text, /POST \/a\/\/b\?token=1 \| host example.com:8080 /)
  assert.match(
    text,
    /authorization Bearer own cookie a=1 accept-encoding gzip content-length 3 .*\| abc/,
  )
  assert.doesNotMatch(text, /proxy|X-Mine|hpl_/i)
  const payloads = door.arrivals.map(({ payload, presented }) => [payload, presented.length])
  assert.deepEqual(payloads, [[{ kind: 'tunnel', host: 'example.com', port: 8080 }, 1]])
})

test('plain HTTP in a CONNECT to port 80 is carried request by request', async (t) => {
  const door = await stageDoor(t)
  const port = await teller(t)
  door.answerWith(() => tunnelTo(port))
  const socket = await connected(door.port, 'example.com:80', [proxyLease])
  assert.equal(door.arrivals.length, 0)
  for (const path of ['/1', '/2']) {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: example.com\r\n\r\n`)
    let text = ''
    while (!text.endsWith('0\r\n\r\n')) text += await nextText(socket)
    assert.match(text, new RegExp(`GET ${path} `))
  }
  assert.equal(door.arrivals.length, 2)
  socket.write('GET / HTTP/1.1\r\nHost: backboard.railway.app\r\n\r\n')
  assert.match(await textUntilClosed(socket), /^HTTP\/1.1 421 /)
})

const leaks: readonly (readonly [name: string, bytes: string])[] = [
  ['Authorization', plain('http://example.com/', proxyLease, `Authorization: Bearer ${lease}`)],
  ['Basic', plain('http://example.com/', proxyLease, `Authorization: Basic ${btoa(`x:${lease}`)}`)],
  ['Cookie', plain('http://example.com/', proxyLease, `Cookie: a=${lease}`)],
  ['any header', plain('http://example.com/', proxyLease, `X-Any: ${lease}`)],
  ['the path', plain(`http://example.com/${lease}`, proxyLease)],
  ['the query', plain(`http://example.com/?a=${lease}`, proxyLease)],
  ['escapes', plain(`http://example.com/?a=%68pl%5Fabc`, proxyLease)],
]
for (const [name, bytes] of leaks) {
  test(`a lease in ${name} does not leave`, async (t) => {
    const door = await stageDoor(t)
    const { text } = await exchangeBytes(door.port, bytes)
    assert.match(text, /^HTTP\/1.1 403 [^]*lease-to-stranger/)
    assert.equal(door.arrivals.length, 0)
  })
}

test('a plain host that cuts, never answers or talks nonsense', async (t) => {
  const door = await stageDoor(t, { limits: { plainAnswerSeconds: 0.2 } })
  const bytes = plain('http://example.com/', proxyLease)
  const servers = [
    [createServer((socket) => socket.resetAndDestroy()), 502],
    [createServer((socket) => socket.end('nonsense')), 502],
    [createServer((socket) => socket.on('error', () => undefined).resume()), 504],
  ] as const
  for (const [server, status] of servers) {
    const port = await listening(t, server)
    door.answerWith(() => tunnelTo(port))
    const { text } = await exchangeBytes(door.port, bytes)
    assert.match(text, new RegExp(`^HTTP/1.1 ${status} `))
  }
})

test('a plain answer that is cut is seen to be', async (t) => {
  const door = await stageDoor(t)
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'
  const port = await listening(
    t,
    createServer((socket) => socket.end(half)),
  )
  door.answerWith(() => tunnelTo(port))
  const { text } = await exchangeBytes(door.port, plain('http://example.com/', proxyLease))
  assert.match(text, /^HTTP\/1.1 200 OK[^]*half/)
  assert.doesNotMatch(text, /0\r\n\r\n$/)
})

test('a websocket to another host is not made from a plain request', async (t) => {
  const door = await stageDoor(t)
  const bytes = plain('http://example.com/', proxyLease, 'Upgrade: websocket')
  assert.match((await exchangeBytes(door.port, bytes)).text, /^HTTP\/1.1 501 /)
  assert.equal(door.arrivals.length, 0)
})
