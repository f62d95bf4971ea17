import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createServer as createTlsServer, setDefaultCACertificates } from 'node:tls'

import { openAuthority } from '../doors/http/authority.ts'
import { createClock } from '../system/clock.ts'
import { temporaryFolder } from '../../test/receipts.ts'
import {
  listen,
  never,
  openHttp,
  openRaw,
  openWorld,
  payload,
  readAll,
} from '../../test/upstreams/world.ts'
import type { Sent } from './answer.ts'

const quick = { tickMilliseconds: 20, answerTicks: 5, silentTicks: 5, abandonedTicks: 5 }
const unreachable = { kind: 'failed', code: 'upstream-unreachable', status: null }
const refused = { kind: 'failed', code: 'address-refused', status: null }
const ok = 'HTTP/1.1 200 OK\r\n'

async function outcomeOf(sending: Promise<Sent>) {
  const sent = await sending
  assert.ok(sent.kind === 'not-replied', 'it was answered')
  return sent.outcome
}

async function replyOf(sending: Promise<Sent>) {
  const sent = await sending
  assert.ok(sent.kind === 'replied' && sent.reply.kind === 'http', JSON.stringify(sent))
  return { body: sent.reply.body, ended: sent.ended }
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return address !== null && typeof address === 'object' ? address.port : assert.fail()
}

test('nothing listens: it failed, and nothing left', async (t) => {
  const { sendOff } = await openWorld(t, `http://127.0.0.1:${await closedPort()}`)
  assert.deepEqual(await outcomeOf(sendOff()), unreachable)
})

test('a name that cannot be resolved, or not in time, is unreachable', async (t) => {
  const gone = await openWorld(t, 'http://upstream.test', {
    resolver: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
  })
  assert.deepEqual(await outcomeOf(gone.sendOff()), unreachable)
  const none = await openWorld(t, 'http://upstream.test', { resolver: () => Promise.resolve([]) })
  assert.deepEqual(await outcomeOf(none.sendOff()), unreachable)
  const slow = await openWorld(t, 'http://upstream.test', {
    resolver: () => new Promise(() => undefined),
    limits: { connectMilliseconds: 30 },
  })
  // The deadline alone does not keep a process alive.
  const awake = setTimeout(() => undefined, 5000)
  assert.deepEqual(await outcomeOf(slow.sendOff()), unreachable)
  clearTimeout(awake)
})

test('the next address is tried when one does not answer', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end('{"data":{}}'))
  const { port } = new URL(url)
  const resolver = () => Promise.resolve(['127.0.0.2', '127.0.0.1'])
  const { sendOff } = await openWorld(t, `http://upstream.test:${port}`, { resolver })
  await replyOf(sendOff())
  assert.equal(requests[0]?.message.headers.host, `upstream.test:${port}`)
})

const forbidden = [
  ['a private address', ['10.0.0.1']],
  ['loopback', ['127.0.0.1']],
  ['a metadata address', ['169.254.169.254']],
  ['a mapped one', ['::ffff:127.0.0.1']],
  ['one forbidden address among public ones', ['93.184.215.14', '10.0.0.1']],
  ['this machine by its public address', ['93.184.215.14']],
  ['what is no address', ['localhost']],
] as const

for (const [what, addresses] of forbidden) {
  test(`an upstream that is not private is not reached at ${what}`, async (t) => {
    const { sendOff } = await openWorld(t, 'https://upstream.test', {
      config: { allowPrivate: false },
      resolver: () => Promise.resolve(addresses),
      ownAddresses: () => ['93.184.215.14', 'fe80::1%eth0'],
    })
    assert.deepEqual(await outcomeOf(sendOff()), refused)
  })
}

test('a private upstream is not reached at a metadata address either', async (t) => {
  for (const address of ['169.254.169.254', 'fd00:ec2::254', '::ffff:169.254.169.254']) {
    const { sendOff } = await openWorld(t, 'http://upstream.test', {
      resolver: () => Promise.resolve([address]),
    })
    assert.deepEqual(await outcomeOf(sendOff()), refused)
  }
})

test('every connection is to an address that was judged, whatever DNS says next', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => {
    response.setHeader('connection', 'close').end('{"data":{}}')
  })
  const answers = [['127.0.0.1'], ['169.254.169.254']]
  const { sendOff } = await openWorld(t, `http://rebind.test:${new URL(url).port}`, {
    resolver: () => Promise.resolve(answers.shift() ?? []),
  })
  await replyOf(sendOff())
  assert.deepEqual(await outcomeOf(sendOff()), refused)
  assert.equal(requests.length, 1)
})

const cuts = [
  ['before it answers', '', /before its answer was whole/],
  ['in its head', `${ok}content-le`, /before its answer was whole/],
  ['in a short body', `${ok}content-length: 5\r\n\r\nhel`, /before its answer was whole/],
  ['with nonsense', 'SSH-2.0-OpenSSH_9\r\n', /status line/],
  ['with two lengths', `${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nx`, /twice/],
] as const

for (const [what, answer, why] of cuts) {
  test(`an upstream that ends ${what} may have acted, and is not asked again`, async (t) => {
    let connections = 0
    const url = await openRaw(t, (socket, came) => {
      if (!came.endsWith('}')) return
      connections++
      socket.end(answer)
    })
    const { sendOff } = await openWorld(t, url)
    const outcome = await outcomeOf(sendOff())
    assert.ok(outcome.kind === 'unknown')
    assert.match(outcome.why, why)
    assert.equal(connections, 1)
  })
}

test('a connection that is reset leaves the outcome unknown', async (t) => {
  const url = await openRaw(t, (socket) => socket.resetAndDestroy())
  const { sendOff } = await openWorld(t, url)
  const outcome = await outcomeOf(sendOff())
  assert.ok(outcome.kind === 'unknown' && /connection/.test(outcome.why))
})

for (const [what, framing, piece] of [
  ['chunks', 'transfer-encoding: chunked', 'a\r\n0123456789\r\n'],
  ['a length', 'content-length: 1000000', '0123456789'],
] as const) {
  test(`an answer in ${what} that is cut off breaks for the agent, and is unknown`, async (t) => {
    const url = await openRaw(t, (socket) => {
      socket.write(`${ok}${framing}\r\n\r\n${piece}`)
      setTimeout(() => socket.end(), 20)
    })
    const { sendOff } = await openWorld(t, url)
    const reply = await replyOf(sendOff())
    assert.ok(!(reply.body instanceof Uint8Array))
    await assert.rejects(readAll(reply.body), /before its answer was whole/)
    assert.equal((await reply.ended).kind, 'unknown')
  })
}

test('an upstream that says nothing, or stops, is given up in time', async (t) => {
  for (const [answer, why] of [
    ['', /no answer came in time/],
    [`${ok}content-length: 5\r\n\r\nhel`, /stopped in the middle/],
    ['HTTP/1.1 103 Hints\r\n\r\n', /no answer came in time/],
  ] as const) {
    const url = await openRaw(t, (socket) => socket.write(answer))
    const { sendOff } = await openWorld(t, url, { limits: quick })
    const outcome = await outcomeOf(sendOff())
    assert.ok(outcome.kind === 'unknown')
    assert.match(outcome.why, why)
  }
})

test('a slow answer that goes on is waited for', async (t) => {
  const url = await openRaw(t, (socket) => {
    const pieces = Array.from(`${ok}content-length: 11\r\n\r\n{"data":{}}`)
    const timer = setInterval(() => {
      const piece = pieces.splice(0, 4).join('')
      if (piece === '') clearInterval(timer)
      else socket.write(piece)
    }, 10)
  })
  const { sendOff } = await openWorld(t, url, { limits: { ...quick, answerTicks: 500 } })
  const reply = await replyOf(sendOff())
  assert.equal(await readAll(reply.body), '{"data":{}}')
  assert.equal((await reply.ended).kind, 'succeeded')
})

test('an answer that ends with its connection is whole', async (t) => {
  const url = await openRaw(t, (socket) => socket.end(`${ok}\r\n{"data":{}}`))
  const { sendOff } = await openWorld(t, url)
  for (let i = 0; i < 2; i++) {
    const reply = await replyOf(sendOff())
    assert.equal(await readAll(reply.body), '{"data":{}}')
    assert.deepEqual(await reply.ended, { kind: 'succeeded', status: 200 })
  }
})

test('more connections than there may be are not opened', async (t) => {
  const came = Promise.withResolvers<undefined>()
  const url = await openRaw(t, () => came.resolve(undefined))
  const { sendOff, upstreams } = await openWorld(t, url, { limits: { connectionsMax: 1 } })
  const first = outcomeOf(sendOff())
  await came.promise
  const second = await outcomeOf(sendOff())
  assert.deepEqual(second, { kind: 'failed', code: 'upstream-busy', status: null })
  await upstreams.close()
  assert.equal((await first).kind, 'unknown')
  assert.deepEqual(await outcomeOf(sendOff()), unreachable)
})

test('a request that was given up before it left does not leave', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end('{"data":{}}'))
  const { upstreams, clear, sendOff } = await openWorld(t, url)
  const { request, clearance } = await clear(payload)
  const withdrawn = await outcomeOf(upstreams.send(request, clearance, AbortSignal.abort()))
  assert.deepEqual(withdrawn, { kind: 'failed', code: 'withdrawn', status: null })
  assert.equal(requests.length, 0)
  assert.throws(() => clearance.spend(), { code: 'bug' })
  await replyOf(sendOff())
})

test('the outcome is learnt although the agent has gone, in whatever way it goes', async (t) => {
  const { url } = await openHttp(t, (_, response) => {
    response.write('{"data":{}')
    setTimeout(() => response.end('}'), 60)
  })
  const { upstreams, clear } = await openWorld(t, url)
  const gone = new AbortController()
  const one = await clear(payload)
  const aborted = await replyOf(upstreams.send(one.request, one.clearance, gone.signal))
  gone.abort()
  const two = await clear(payload)
  const left = await replyOf(upstreams.send(two.request, two.clearance, never))
  assert.ok(!(left.body instanceof Uint8Array))
  await left.body[Symbol.asyncIterator]().return?.()
  assert.deepEqual(await aborted.ended, { kind: 'succeeded', status: 200 })
  assert.deepEqual(await left.ended, { kind: 'succeeded', status: 200 })
})

test('an answer that nobody reads any more is not read for ever', async (t) => {
  const url = await openRaw(t, (socket) => {
    socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`)
    const more = (): void => {
      for (let left = 100; left > 0 && !socket.destroyed; left--) {
        if (!socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`)) return
      }
    }
    socket.on('drain', more)
    more()
  })
  const { upstreams, clear } = await openWorld(t, url, { limits: quick })
  const one = await clear(payload)
  const left = await replyOf(upstreams.send(one.request, one.clearance, never))
  assert.ok(!(left.body instanceof Uint8Array))
  await left.body[Symbol.asyncIterator]().return?.()
  const outcome = await left.ended
  assert.ok(outcome.kind === 'unknown' && /nobody waited/.test(outcome.why))
  const gone = new AbortController()
  const two = await clear(payload)
  const aborted = await replyOf(upstreams.send(two.request, two.clearance, gone.signal))
  gone.abort()
  assert.match(JSON.stringify(await aborted.ended), /nobody waited/)
})

test('an answer that is withheld is not read for ever', async (t) => {
  const url = await openRaw(t, (socket) => {
    const more = (): boolean => socket.write('x'.repeat(65_536))
    socket.write(`${ok}content-encoding: zstd\r\n\r\n`)
    socket.on('drain', more)
    more()
  })
  const { sendOff } = await openWorld(t, url)
  assert.equal((await outcomeOf(sendOff())).kind, 'unknown')
})

test('an answer comes as fast as the agent reads it, and no faster', async (t) => {
  const total = 64 * 1_048_576
  const sockets: Socket[] = []
  const url = await openRaw(t, (from) => {
    sockets.push(from)
    from.write(`${ok}content-length: ${total}\r\n\r\n`)
    let left = total
    const more = (): void => {
      while (left > 0) {
        const piece = Buffer.alloc(Math.min(left, 1_048_576), 'x')
        left -= piece.length
        if (!from.write(piece)) break
      }
    }
    from.on('drain', more)
    more()
  })
  const { sendOff } = await openWorld(t, url)
  const reply = await replyOf(sendOff())
  await new Promise((resolve) => setTimeout(resolve, 100))
  const [socket = assert.fail()] = sockets
  const written = socket.bytesWritten - socket.writableLength
  assert.ok(written < total / 2, `${written} bytes were taken although nobody read`)
  let bytes = 0
  assert.ok(!(reply.body instanceof Uint8Array))
  for await (const piece of reply.body) bytes += piece.length
  assert.equal(bytes, total)
  assert.equal((await reply.ended).kind, 'succeeded')
})

test('an agent that reads nothing does not keep the connection for ever', async (t) => {
  const url = await openRaw(t, (socket) => {
    socket.write(`${ok}content-length: 9000000\r\n\r\n${'x'.repeat(2_000_000)}`)
  })
  const { sendOff } = await openWorld(t, url, { limits: { ...quick, unreadTicks: 5 } })
  const reply = await replyOf(sendOff())
  const outcome = await reply.ended
  assert.ok(outcome.kind === 'unknown' && /did not read/.test(outcome.why))
  await assert.rejects(readAll(reply.body), /did not read/)
})

test('a connection that nobody uses is closed', async (t) => {
  const closed = Promise.withResolvers<undefined>()
  const url = await openRaw(t, (socket) => {
    socket.on('close', () => closed.resolve(undefined))
    socket.write(`${ok}content-length: 11\r\n\r\n{"data":{}}`)
  })
  const { sendOff } = await openWorld(t, url, { limits: { ...quick, idleTicks: 1 } })
  await replyOf(sendOff())
  await closed.promise
})

async function openTls(t: TestContext, name: string): Promise<string> {
  const folder = join(temporaryFolder(t), 'ca')
  const authority = await openAuthority(folder, { clock: createClock(null) })
  setDefaultCACertificates([authority.certificatePem])
  const context = await authority.secureContext(name)
  const server = createTlsServer({
    SNICallback: (_, answer) => answer(null, context),
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => {
      const says = JSON.stringify({ data: { alpn: socket.alpnProtocol } })
      socket.write(`${ok}content-length: ${says.length}\r\n\r\n${says}`)
    })
    t.after(() => socket.destroy())
  })
  return (await listen(t, server)).replace('http:', 'https:')
}

const toLoopback = { resolver: () => Promise.resolve(['127.0.0.1']) }

test('TLS is spoken to who proves to be the upstream', async (t) => {
  const url = await openTls(t, 'upstream.test')
  const { port } = new URL(url)
  const { sendOff } = await openWorld(t, `https://upstream.test:${port}`, toLoopback)
  for (let i = 0; i < 3; i++) {
    const reply = await replyOf(sendOff())
    assert.equal(await readAll(reply.body), '{"data":{"alpn":"http/1.1"}}')
  }
  const other = await openWorld(t, `https://other.test:${port}`, toLoopback)
  assert.deepEqual(await outcomeOf(other.sendOff()), unreachable)
})

test('TLS is not spoken to who is not trusted, whatever the environment says', async (t) => {
  const url = await openTls(t, 'upstream.test')
  const place = `https://upstream.test:${new URL(url).port}`
  setDefaultCACertificates([])
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
  const { sendOff } = await openWorld(t, place, toLoopback)
  assert.deepEqual(await outcomeOf(sendOff()), unreachable)
})

test('plain text where TLS is due fails', async (t) => {
  const { url } = await openHttp(t, (_, response) => response.end('x'))
  const place = `https://upstream.test:${new URL(url).port}`
  const { sendOff } = await openWorld(t, place, toLoopback)
  assert.deepEqual(await outcomeOf(sendOff()), unreachable)
})
