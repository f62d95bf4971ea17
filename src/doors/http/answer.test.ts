import assert from 'node:assert/strict'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'

import {
  exchangeBytes,
  latch,
  nextText,
  opened,
  refused,
  replied,
  stageDoor,
  textUntilClosed,
} from '../../../test/doors/staged-door.ts'
import type { Reply } from '../../domain/request.ts'

const open = 'GET /railway/x HTTP/1.1\r\nHost: localhost\r\n\r\n'
const ask = open.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')

function streamed(body: AsyncIterable<Uint8Array>, headers: [string, string][] = []): Reply {
  return { kind: 'http', status: 200, headers, body }
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await Promise.resolve()
    yield Buffer.from(text)
  }
}

test('a whole answer: its headers in order, framing our own', async (t) => {
  const door = await stageDoor(t)
  door.answerWith(() =>
    replied('héllo', [
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['Content-Length', '999'],
      ['Transfer-Encoding', 'chunked'],
      ['Connection', 'close, x-gone'],
      ['Keep-Alive', 'timeout=1'],
      ['X-Kept', '1'],
    ]),
  )
  const { text } = await exchangeBytes(door.port, ask)
  const [head = '', body] = text.split('\r\n\r\n')
  assert.equal(Buffer.from(body ?? '', 'latin1').toString(), 'héllo')
  assert.match(head, /Set-Cookie: a=1\r\nset-cookie: b=2\r\nX-Kept: 1\r\ncontent-length: 6\r\n/)
  assert.doesNotMatch(head, /999|chunked|x-gone|timeout=1/)
})

test('a refusal is written as it is, and the connection goes on', async (t) => {
  const door = await stageDoor(t)
  door.answerWith(() => refused(200))
  const { text } = await exchangeBytes(door.port, open + ask)
  assert.equal(text.match(/HTTP\/1.1 200 OK/g)?.length, 2)
  assert.equal(text.match(/the gate says no\n/g)?.length, 2)
})

test('an answer in pieces streams', async (t) => {
  const door = await stageDoor(t)
  const [seen, see] = latch()
  door.answerWith(() =>
    streamed(
      (async function* () {
        yield Buffer.from('first')
        await seen
        yield Buffer.from('second')
      })(),
    ),
  )
  const socket = await opened(door.port)
  socket.write(ask)
  let text = ''
  while (!text.includes('first')) text += await nextText(socket)
  see()
  while (!text.endsWith('0\r\n\r\n')) text += await nextText(socket)
  assert.match(text, /Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n$/)
  socket.destroy()
})

test('HEAD: the length that was meant, and no body', async (t) => {
  const door = await stageDoor(t)
  const head = ask.replace('GET', 'HEAD')
  door.answerWith(() => ({ ...replied('', [['content-length', '999']]) }))
  assert.match((await exchangeBytes(door.port, head)).text, /content-length: 999\r\n[^]*\r\n\r\n$/)
  let returned = false
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false as const, value: Buffer.from('x') }),
      return: () => {
        returned = true
        return Promise.resolve({ done: true as const, value: undefined })
      },
    }),
  }
  door.answerWith(() => streamed(body))
  assert.match((await exchangeBytes(door.port, head)).text, /\r\n\r\n$/)
  assert.ok(returned, 'the upstream was let go')
})

test('204 and 304 have no length', async (t) => {
  const door = await stageDoor(t)
  for (const status of [204, 304]) {
    door.answerWith(() => ({ kind: 'http', status, headers: [], body: new Uint8Array() }))
    const { text } = await exchangeBytes(door.port, ask)
    assert.doesNotMatch(text, /content-length|transfer-encoding/i)
  }
})

test('an upstream that is cut mid-answer is seen to be', async (t) => {
  const door = await stageDoor(t)
  door.answerWith(() =>
    streamed(
      (async function* () {
        yield Buffer.from('part')
        await Promise.resolve()
        throw new Error('upstream gone')
      })(),
    ),
  )
  const incoming = await new Promise<IncomingMessage>((resolve) => {
    get(`${door.url}/railway/x`, resolve)
  })
  await assert.rejects(async () => {
    for await (const chunk of incoming) assert.equal(String(chunk), 'part')
  }, /aborted/)
})

test('an answer that cannot be written ends the connection', async (t) => {
  const door = await stageDoor(t)
  for (const reply of [
    replied('x', [['x-bad', 'a\r\nx-injected: 1']]),
    replied('x', [['bad name', 'a']]),
    { ...replied('x'), status: 99 } as Reply,
    { ...replied('x'), status: 101 } as Reply,
  ]) {
    door.answerWith(() => reply)
    assert.equal((await exchangeBytes(door.port, ask)).text, '')
  }
})

test('a gate that breaks its promise is a refusal', async (t) => {
  const door = await stageDoor(t)
  door.answerWith(() => Promise.reject(new Error('secret in a message')))
  const { text } = await exchangeBytes(door.port, ask)
  assert.match(text, /^HTTP\/1.1 500 /)
  assert.doesNotMatch(text, /secret/)
})

test('the gate hears that the client left, before and during the answer', async (t) => {
  const door = await stageDoor(t)
  for (const answerFirst of [false, true]) {
    const [asked, began] = latch()
    const [left, leave] = latch()
    let returned = false
    door.answerWith((_, signal) => {
      signal.addEventListener('abort', leave)
      began()
      if (!answerFirst) return new Promise(() => undefined)
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        try {
          for (;;) {
            await new Promise((resolve) => setTimeout(resolve, 5))
            yield Buffer.from('more')
          }
        } finally {
          returned = true
        }
      }
      return streamed(endless())
    })
    const socket = await opened(door.port)
    socket.write(ask)
    await asked
    if (answerFirst) await nextText(socket)
    socket.destroy()
    await left
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.equal(returned, answerFirst)
  }
})

test('an upstream is not read faster than the client reads, and a client that stops is cut', async (t) => {
  const door = await stageDoor(t, { limits: { writeIdleSeconds: 0.3 } })
  let sent = 0
  const [over, end] = latch()
  door.answerWith(() =>
    streamed(
      (async function* () {
        try {
          for (; sent < 4_000; sent += 1) {
            await Promise.resolve()
            yield Buffer.alloc(65_536)
          }
        } finally {
          end()
        }
      })(),
    ),
  )
  const socket = await opened(door.port)
  socket.pause()
  socket.write(ask)
  await over
  assert.ok(sent < 2_000, `${sent} pieces were taken`)
  socket.destroy()
})

test('severing a session ends its connection at once, and tells its listeners once', async (t) => {
  const door = await stageDoor(t)
  let closed = 0
  const [asked, began] = latch()
  door.answerWith(({ session }) => {
    session.onClose(() => (closed += 1))
    began()
    return new Promise(() => undefined)
  })
  const socket = await opened(door.port)
  socket.write(ask)
  await asked
  const [{ session } = assert.fail()] = door.arrivals
  session.sever()
  session.sever()
  assert.equal(await textUntilClosed(socket).catch(() => ''), '')
  await new Promise((resolve) => setTimeout(resolve, 10))
  session.onClose(() => (closed += 1))
  assert.equal(closed, 2)
})

test('connections past the limit are closed', async (t) => {
  const door = await stageDoor(t, { limits: { connectionsMax: 2 } })
  const sockets = [await opened(door.port), await opened(door.port)]
  assert.equal((await exchangeBytes(door.port, ask)).text, '')
  sockets[0]?.destroy()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.match((await exchangeBytes(door.port, ask)).text, /200 OK/)
  sockets[1]?.destroy()
})

test('told to stop, it finishes what is open, takes no more, and is gone in time', async (t) => {
  const door = await stageDoor(t, { limits: { stopSeconds: 0.3 } })
  const [asked, began] = latch()
  const [told, tell] = latch()
  door.answerWith(async ({ payload }) => {
    began()
    if (payload.kind === 'http' && payload.target === '/never') return new Promise(() => undefined)
    await told
    return replied('finished')
  })
  const idle = await opened(door.port)
  const finishing = await opened(door.port)
  finishing.write(open)
  const stuck = await opened(door.port)
  stuck.write(ask.replace('/x', '/never'))
  await asked
  await new Promise((resolve) => setTimeout(resolve, 20))
  const stopped = door.stop()
  await new Promise((resolve) => setTimeout(resolve, 20))
  tell()
  assert.match(await textUntilClosed(finishing), /connection: close[^]*finished$/)
  await stopped
  assert.equal(await textUntilClosed(stuck).catch(() => ''), '')
  assert.equal(await textUntilClosed(idle).catch(() => ''), '')
  await assert.rejects(
    new Promise((resolve, reject) => get(`${door.url}/railway/x`, resolve).on('error', reject)),
    /ECONNREFUSED/,
  )
})

test('a port that is taken is said plainly', async (t) => {
  const door = await stageDoor(t)
  await assert.rejects(stageDoor(t, { listen: { host: '127.0.0.1', port: door.port } }), {
    code: 'cannot-listen',
  })
})

test('pieces that come at once keep their order', async (t) => {
  const door = await stageDoor(t)
  door.answerWith(() => streamed(pieces('a', 'b', 'c')))
  const { text } = await exchangeBytes(door.port, ask)
  assert.match(text, /1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n$/)
})
