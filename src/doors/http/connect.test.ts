import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'

import { inRecords, helloMessage, serverName } from '../../../test/doors/hello-bytes.ts'
import {
  connected,
  exchangeBytes,
  lease,
  nextText,
  opened,
  proxyLease,
  secured,
  stageDoor,
  textUntilClosed,
} from '../../../test/doors/staged-door.ts'

const door = await stageDoor({ after }, { limits: { handshakeSeconds: 0.2 } })
const governed = 'backboard.railway.app'

function connectTo(target: string, ...fields: readonly string[]): string {
  return [`CONNECT ${target} HTTP/1.1`, ...fields, '', ''].join('\r\n')
}

const refused: readonly (readonly [bytes: string, status: number])[] = [
  // Addresses, in every notation, and names that are not public.
  [connectTo('127.0.0.1:443', proxyLease), 403],
  [connectTo('127.1:443', proxyLease), 403],
  [connectTo('2130706433:443', proxyLease), 403],
  [connectTo('0x7f000001:443', proxyLease), 403],
  [connectTo('017700000001:443', proxyLease), 403],
  [connectTo('169.254.169.254:80', proxyLease), 403],
  [connectTo('8.8.8.8:443', proxyLease), 403],
  [connectTo('[::1]:443', proxyLease), 403],
  [connectTo('[::ffff:169.254.169.254]:80', proxyLease), 403],
  [connectTo('[2606:4700::1111]:443', proxyLease), 403],
  [connectTo('localhost:443', proxyLease), 403],
  [connectTo('LOCALHOST.:443', proxyLease), 403],
  [connectTo('metadata.google.internal:80', proxyLease), 403],
  [connectTo('db:5432', proxyLease), 403],
  // Targets that are no host and port.
  [connectTo('example.com', proxyLease), 400],
  [connectTo('example.com:', proxyLease), 400],
  [connectTo('example.com:0', proxyLease), 400],
  [connectTo('example.com:99999', proxyLease), 400],
  [connectTo('u@example.com:443', proxyLease), 400],
  [connectTo('exam%70le.com:443', proxyLease), 400],
  [connectTo('https://example.com/', proxyLease), 400],
  [connectTo('/railway/x', proxyLease), 400],
  // Governed hosts on ports where they are not governed.
  [connectTo(`${governed}:22`, proxyLease), 403],
  [connectTo(`${governed}:8443`, proxyLease), 403],
  [connectTo('BACKBOARD.Railway.APP.:8443', proxyLease), 403],
  [connectTo('holdpoint.internal:8080'), 403],
  // Two answers to the question where.
  [connectTo('example.com:443', 'Host: other.example:443', proxyLease), 421],
  [connectTo('example.com:443', `Host: ${governed}`, proxyLease), 421],
  [connectTo(`${governed}:443`, 'Host: example.com:443'), 421],
  [connectTo('example.com:443', 'Host: example.com:80', proxyLease), 421],
  // Bodies and repeated fields.
  [connectTo('example.com:443', 'Content-Length: 3', proxyLease), 400],
  [connectTo('example.com:443', 'Transfer-Encoding: chunked', proxyLease), 400],
  [connectTo('example.com:443', proxyLease, proxyLease), 400],
  // Credentials.
  [connectTo('example.com:443'), 407],
  [connectTo('example.com:80'), 407],
  [connectTo('example.com:443', `Authorization: Bearer ${lease}`), 407],
]

suite('a CONNECT that is refused', { concurrency: 16 }, () => {
  for (const [bytes, status] of refused) {
    test(`${bytes.split('\r\n').slice(0, 2).join(' ')}: ${status}`, async () => {
      const { text, peer } = await exchangeBytes(door.port, bytes)
      assert.match(text, new RegExp(`^HTTP/1.1 ${status} `))
      assert.match(text, /holdpoint-refusal: /)
      assert.deepEqual(
        door.arrivals.filter(({ session }) => session.peer === peer),
        [],
      )
      if (status === 407) assert.match(text, /proxy-authenticate: Basic realm="holdpoint"/)
    })
  }
})

test('HTTP/1.0 and no Host, as older Pythons write it', async () => {
  const { text } = await exchangeBytes(door.port, `CONNECT ${governed}:443 HTTP/1.0\r\n\r\n`, 100)
  assert.match(text, /^HTTP\/1.1 200 /)
})

test('a governed host: the lease of the CONNECT counts for every request inside', async (t) => {
  const own = await stageDoor(t)
  const secure = await secured(own, governed, {}, [proxyLease])
  const ask = `GET /graphql/v2 HTTP/1.1\r\nHost: ${governed}\r\n`
  secure.write(`${ask}\r\n${ask}Authorization: Bearer other\r\n\r\n`)
  assert.match(await nextText(secure), /200 OK/)
  await nextText(secure)
  const shown = own.arrivals.map(({ presented }) =>
    presented.map(({ place, value }) => `${place} ${value.reveal()}`),
  )
  assert.deepEqual(shown, [[`proxy ${lease}`], [`proxy ${lease}`, 'authorization other']])
  const sessions = new Set(own.arrivals.map(({ session }) => session.id))
  assert.equal(sessions.size, 1)
  secure.destroy()
})

test('the certificate is for the host alone, and of our authority', async () => {
  const secure = await secured(door, governed)
  const certificate = secure.getPeerCertificate()
  assert.equal(certificate.subjectaltname, `DNS:${governed}`)
  assert.equal(secure.authorized, true)
  secure.destroy()
})

test('a name in other spellings is the same host', async () => {
  const secure = await secured(door, governed, {}, []).then((first) => {
    first.destroy()
    return connected(door.port, 'BackBoard.Railway.App.:443')
  })
  secure.write(inRecords(helloMessage({ extensions: [serverName('other.example')] })))
  assert.match(await textUntilClosed(secure), /^\x15\x03\x01\x00\x02\x02\x70/)
})

const inside: readonly (readonly [name: string, bytes: string, status: number])[] = [
  ['Host of another', 'GET /x HTTP/1.1\r\nHost: example.com\r\n\r\n', 421],
  ['Host of another governed name', 'GET /x HTTP/1.1\r\nHost: backboard.railway.com\r\n\r\n', 421],
  ['Host that is this door', 'GET /railway/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 421],
  ['help desk', 'GET /x HTTP/1.1\r\nHost: holdpoint.internal\r\n\r\n', 421],
  ['another port', `GET /x HTTP/1.1\r\nHost: ${governed}:8443\r\n\r\n`, 421],
  ['absolute, another', `GET https://example.com/x HTTP/1.1\r\nHost: ${governed}\r\n\r\n`, 421],
  ['absolute, both others', 'GET http://example.com/x HTTP/1.1\r\nHost: example.com\r\n\r\n', 421],
  ['absolute, other scheme', `GET http://${governed}/x HTTP/1.1\r\nHost: ${governed}\r\n\r\n`, 421],
  ['CONNECT in CONNECT', `CONNECT example.com:443 HTTP/1.1\r\n${proxyLease}\r\n\r\n`, 400],
  ['HTTP/1.0', `GET /x HTTP/1.0\r\nHost: ${governed}\r\n\r\n`, 505],
  ['no Host', 'GET /x HTTP/1.1\r\n\r\n', 400],
  [
    'smuggled length',
    `GET /x HTTP/1.1\r\nHost: ${governed}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    400,
  ],
]
for (const [name, bytes, status] of inside) {
  test(`inside: ${name}: ${status}, and the end`, async (t) => {
    const own = await stageDoor(t)
    const secure = await secured(own, governed)
    secure.write(bytes)
    assert.match(await textUntilClosed(secure), new RegExp(`^HTTP/1.1 ${status} `))
    assert.equal(own.arrivals.length, 0)
  })
}

test('inside: absolute form and port that agree', async (t) => {
  const own = await stageDoor(t)
  const secure = await secured(own, governed)
  secure.write(`GET https://${governed}:443/x HTTP/1.1\r\nHost: ${governed}:443\r\n\r\n`)
  assert.match(await nextText(secure), /200 OK/)
  assert.equal(own.onlyPayload().host, governed)
  secure.destroy()
})

test('plain HTTP inside port 80', async (t) => {
  const own = await stageDoor(t)
  const socket = await connected(own.port, `${governed}:80`, [proxyLease])
  socket.write(`GET /x HTTP/1.1\r\nHost: ${governed}\r\n\r\n`)
  assert.match(await nextText(socket), /200 OK/)
  assert.equal(own.onlyPayload().target, '/x')
  socket.write('GET /x HTTP/1.1\r\nHost: example.com\r\n\r\n')
  assert.match(await textUntilClosed(socket), /^HTTP\/1.1 421 /)
})

const badHellos: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['no name', inRecords(helloMessage({ extensions: [] }))],
  ['another name', inRecords(helloMessage({ extensions: [serverName('example.com')] }))],
  [
    'another governed name',
    inRecords(helloMessage({ extensions: [serverName('backboard.railway.com')] })),
  ],
]
for (const [name, bytes] of badHellos) {
  test(`TLS with ${name} ends in an alert`, async () => {
    const socket = await connected(door.port, `${governed}:443`)
    socket.write(bytes)
    assert.equal(await textUntilClosed(socket), '\x15\x03\x01\x00\x02\x02\x70')
  })
}

test('plain HTTP on 443 is told so', async () => {
  const socket = await connected(door.port, `${governed}:443`)
  socket.write(`GET /x HTTP/1.1\r\nHost: ${governed}\r\n\r\n`)
  assert.match(await textUntilClosed(socket), /^HTTP\/1.1 400 [^]*speaks TLS/)
})

test('TLS that does not parse, or does not come, is cut', async () => {
  for (const bytes of [Buffer.from([22, 3, 1, 0, 0]), Buffer.from([22]), Buffer.alloc(0)]) {
    const socket = await connected(door.port, `${governed}:443`)
    socket.write(bytes)
    assert.equal(await textUntilClosed(socket).catch(() => ''), '')
  }
})

test('a handshake that stops half way is cut', async () => {
  const socket = await connected(door.port, `${governed}:443`)
  socket.write(inRecords(helloMessage({ extensions: [serverName(governed)] })))
  await textUntilClosed(socket).catch(() => '')
  assert.ok(socket.destroyed)
})

test('bytes sent along with the CONNECT are not lost', async (t) => {
  const own = await stageDoor(t)
  const socket = await opened(own.port)
  const request = `GET /x HTTP/1.1\r\nHost: ${governed}\r\n\r\n`
  socket.write(connectTo(`${governed}:80`, proxyLease) + request)
  let text = ''
  while (!text.includes('GET')) text += await nextText(socket)
  assert.match(text, /^HTTP\/1.1 200 Connection established\r\n\r\nHTTP\/1.1 200 OK/)
  socket.destroy()
})

test('a CONNECT behind a request that is not answered yet is not followed', async (t) => {
  const own = await stageDoor(t)
  own.answerWith(() => new Promise(() => undefined))
  const waiting = 'GET /railway/x HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const { text } = await exchangeBytes(own.port, waiting + connectTo('example.com:443', proxyLease))
  assert.equal(text, '')
  assert.ok(own.arrivals.every(({ payload }) => payload.kind === 'http'))
})

test('severing a session ends TLS and what is inside', async (t) => {
  const own = await stageDoor(t)
  own.answerWith(() => new Promise(() => undefined))
  const secure = await secured(own, governed)
  secure.write(`GET /x HTTP/1.1\r\nHost: ${governed}\r\n\r\n`)
  while (own.arrivals.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  own.arrivals[0]?.session.sever()
  assert.equal(await textUntilClosed(secure).catch(() => ''), '')
})
