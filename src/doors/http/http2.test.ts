import assert from 'node:assert/strict'
import { connect as connectHttp2, constants } from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'

import { framesOn, http2Request } from '../../../test/doors/http2-frames.ts'
import type { Field } from '../../../test/doors/http2-frames.ts'
import {
  latch,
  lease,
  proxyLease,
  replied,
  secured,
  stageDoor,
} from '../../../test/doors/staged-door.ts'
import type { StagedDoor } from '../../../test/doors/staged-door.ts'

const governed = 'backboard.railway.app'

async function session(t: TestContext, door: StagedDoor): Promise<ClientHttp2Session> {
  const secure = await secured(door, governed, { ALPNProtocols: ['h2'] }, [proxyLease])
  assert.equal(secure.alpnProtocol, 'h2')
  const client = connectHttp2(`https://${governed}`, { createConnection: () => secure })
  client.on('error', () => undefined)
  t.after(() => client.destroy())
  return client
}

interface Answered {
  readonly status: number
  readonly text: string
}

function answered(stream: ClientHttp2Stream): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let status = 0
    let text = ''
    stream.on('response', (headers) => (status = headers[':status'] ?? 0))
    stream.on('data', (chunk) => (text += String(chunk)))
    stream.on('close', () => resolve({ status, text }))
    stream.on('error', reject)
  })
}

function post(
  client: ClientHttp2Session,
  body: Uint8Array | string,
  fields: OutgoingHttpHeaders = {},
): Promise<Answered> {
  const stream = client.request({ ':method': 'POST', ':path': '/graphql/v2', ...fields })
  stream.end(body)
  return answered(stream)
}

test('a request is the same as over HTTP/1.1', async (t) => {
  const door = await stageDoor(t)
  const client = await session(t, door)
  const fields = { authorization: `Bearer ${lease}`, cookie: ['a=1', 'b=2'], 'x-kept': '1' }
  const { status, text } = await post(client, gzipSync('{}'), {
    ...fields,
    'content-encoding': 'gzip',
  })
  assert.deepEqual([status, text], [200, `POST ${governed} /graphql/v2 2`])
  const payload = door.onlyPayload()
  assert.equal(Buffer.from(payload.body).toString(), '{}')
  assert.deepEqual(payload.headers, [['x-kept', '1']])
  const presented = door.arrivals[0]?.presented.map(
    ({ place, value }) => `${place} ${value.reveal()}`,
  )
  assert.deepEqual(presented, [`proxy ${lease}`, `authorization ${lease}`, 'cookie a=1; b=2'])
})

test('many at once, each with its own answer', async (t) => {
  const door = await stageDoor(t)
  door.answerWith(async ({ payload }) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return replied(payload.kind === 'http' ? payload.target : '')
  })
  const client = await session(t, door)
  const paths = Array.from({ length: 30 }, (_, i) => `/${i}`)
  const texts = await Promise.all(
    paths.map(async (path) => (await answered(client.request({ ':path': path }))).text),
  )
  assert.deepEqual(texts, paths)
})

test('10 MB are refused with an answer, and the connection goes on', async (t) => {
  const door = await stageDoor(t)
  const client = await session(t, door)
  const stream = client.request({ ':method': 'POST', ':path': '/x' })
  stream.write(Buffer.alloc(10_000_000))
  const { status, text } = await answered(stream)
  assert.deepEqual([status, text], [403, 'the gate says no\n'])
  stream.close()
  assert.match(door.onlyPayload().unreadable ?? '', /longer than 1048576 bytes/)
  assert.equal((await answered(client.request({ ':path': '/y' }))).status, 200)
})

test('repeated answer headers, HEAD, and answers in pieces', async (t) => {
  const door = await stageDoor(t)
  const client = await session(t, door)
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a')
    await Promise.resolve()
    yield Buffer.from('b')
  }
  const headers: [string, string][] = [
    ['set-cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
    ['connection', 'close'],
    ['transfer-encoding', 'chunked'],
  ]
  door.answerWith(() => ({ kind: 'http', status: 200, headers, body: body() }))
  const stream = client.request({ ':path': '/x' })
  const cookies = new Promise((resolve) => stream.on('response', (h) => resolve(h['set-cookie'])))
  assert.equal((await answered(stream)).text, 'ab')
  assert.deepEqual(await cookies, ['a=1', 'b=2'])
  assert.equal((await answered(client.request({ ':path': '/x', ':method': 'HEAD' }))).text, '')
})

test('an upstream that is cut mid-answer resets the stream', async (t) => {
  const door = await stageDoor(t)
  const client = await session(t, door)
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('part')
    await Promise.resolve()
    throw new Error('gone')
  }
  door.answerWith(() => ({ kind: 'http', status: 200, headers: [], body: body() }))
  await assert.rejects(answered(client.request({ ':path': '/x' })), /INTERNAL_ERROR/)
})

test('the gate hears that the client gave a request up', async (t) => {
  const door = await stageDoor(t)
  const client = await session(t, door)
  const [asked, began] = latch()
  const [left, leave] = latch()
  door.answerWith((_, signal) => {
    signal.addEventListener('abort', leave)
    began()
    return new Promise(() => undefined)
  })
  const stream = client.request({ ':path': '/x' })
  stream.on('error', () => undefined)
  await asked
  stream.close(constants.NGHTTP2_CANCEL)
  await left
})

test('a finished request is not reported as given up', async (t) => {
  const door = await stageDoor(t)
  const client = await session(t, door)
  let signal: AbortSignal | null = null
  door.answerWith((_, given) => {
    signal = given
    return replied('x')
  })
  await answered(client.request({ ':path': '/x' }))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal((signal as AbortSignal | null)?.aborted, false)
})

test('bodies of one connection are bounded together', async (t) => {
  const door = await stageDoor(t, { limits: { connectionBytesMax: 1_000, bodySeconds: 5 } })
  const client = await session(t, door)
  const slow = client.request({ ':method': 'POST', ':path': '/slow' })
  slow.on('error', () => undefined)
  slow.write('x'.repeat(900))
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal((await post(client, 'x'.repeat(200))).status, 503)
  slow.close()
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal((await post(client, 'x'.repeat(200))).status, 200)
})

const plain: readonly Field[] = [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':path', '/x'],
  [':authority', governed],
]
const without = (name: string): readonly Field[] => plain.filter(([each]) => each !== name)
const replaced = (name: string, value: string): readonly Field[] =>
  plain.map(([each, old]) => [each, each === name ? value : old])

type Row = readonly [name: string, bytes: Buffer, heard: number, frames: RegExp]
const rows: readonly Row[] = [
  ['the plain form', http2Request(plain), 1, /^headers data/],
  ['a body', http2Request([...plain, ['content-length', '2']], '{}'), 1, /^headers data/],
  ['Host that agrees', http2Request([...plain, ['host', governed]]), 1, /^headers data/],
  [
    'Host instead',
    http2Request([...without(':authority'), ['host', governed]]),
    1,
    /^headers data/,
  ],
  ['Host of another', http2Request([...plain, ['host', 'example.com']]), 0, /^headers data/],
  ['another authority', http2Request(replaced(':authority', 'example.com')), 0, /^headers data/],
  ['another port', http2Request(replaced(':authority', `${governed}:8443`)), 0, /^headers data/],
  [
    'user information',
    http2Request(replaced(':authority', `u@${governed}`)),
    0,
    /^(headers data|reset)/,
  ],
  ['no authority', http2Request(without(':authority')), 0, /^(headers data|reset)/],
  ['other scheme', http2Request(replaced(':scheme', 'http')), 0, /^reset/],
  [
    'CONNECT',
    http2Request([
      [':method', 'CONNECT'],
      [':authority', 'example.com:443'],
    ]),
    0,
    /reset|headers/,
  ],
  [
    'extended CONNECT',
    http2Request([...replaced(':method', 'CONNECT'), [':protocol', 'websocket']]),
    0,
    /reset|goaway/,
  ],
  ['unknown method', http2Request(replaced(':method', 'FOO')), 0, /^headers data/],
  ['method with a space', http2Request(replaced(':method', 'GET /y')), 0, /reset|headers|goaway/],
  [
    'path with a line',
    http2Request(replaced(':path', '/x HTTP/1.1\r\nHost: a\r\n\r\n')),
    0,
    /reset|headers|goaway/,
  ],
  ['path with a space', http2Request(replaced(':path', '/x y')), 0, /reset|headers|goaway/],
  ['empty path', http2Request(replaced(':path', '')), 0, /reset|headers|goaway/],
  [
    'absolute path',
    http2Request(replaced(':path', 'https://example.com/x')),
    0,
    /reset|headers|goaway/,
  ],
  ['a line in a value', http2Request([...plain, ['x-a', 'b\r\nx-c: d']]), 1, /^headers data/],
  ['NUL in a value', http2Request([...plain, ['x-a', 'b\0']]), 1, /^headers data/],
  ['a colon in a name', http2Request([...plain, ['x:a', 'b']]), 1, /^headers data/],
  ['upper case', http2Request([...plain, ['X-A', 'b']]), 0, /reset|goaway/],
  ['connection', http2Request([...plain, ['connection', 'close']]), 0, /reset|goaway/],
  [
    'transfer-encoding',
    http2Request([...plain, ['transfer-encoding', 'chunked']], '{}'),
    0,
    /reset|goaway/,
  ],
  ['upgrade', http2Request([...plain, ['upgrade', 'h2c']]), 0, /reset|goaway/],
  ['a pseudo-header twice', http2Request([...plain, [':path', '/y']]), 0, /reset|goaway/],
  [
    'a pseudo-header late',
    http2Request([...without(':path'), ['x-a', 'b'], [':path', '/x']]),
    0,
    /reset|goaway/,
  ],
  ['an unknown pseudo-header', http2Request([...plain, [':x', 'y']]), 0, /reset|goaway/],
  [
    'content-length too long',
    http2Request([...plain, ['content-length', '3']], '{}'),
    0,
    /reset|goaway/,
  ],
  [
    'content-length too short',
    http2Request([...plain, ['content-length', '1']], '{}'),
    0,
    /reset|goaway/,
  ],
  [
    'content-length twice',
    http2Request([...plain, ['content-length', '2'], ['content-length', '2']], '{}'),
    0,
    /reset|goaway|headers/,
  ],
  [
    'authorization twice',
    http2Request([...plain, ['authorization', 'a'], ['authorization', 'b']]),
    0,
    /^headers data/,
  ],
  ['trailers', http2Request(plain, '{}', [['x-a', 'b']]), 0, /^headers data/],
  [
    'the clear-text preface twice',
    Buffer.concat([http2Request([]), http2Request(plain)]),
    0,
    /goaway|reset/,
  ],
]

suite('frames', { concurrency: 8 }, () => {
  for (const [name, bytes, heard, frames] of rows) {
    test(`${name}: heard ${heard}`, async (t) => {
      const door = await stageDoor(t)
      const secure = await secured(door, governed, { ALPNProtocols: ['h2'] })
      const chunks: Buffer[] = []
      await new Promise<void>((resolve) => {
        secure.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          // A little longer, for what must not come.
          if (frames.test(framesOn(Buffer.concat(chunks)).join(' '))) setTimeout(resolve, 30)
        })
        secure.on('close', resolve).on('error', () => undefined)
        secure.setTimeout(3_000, resolve)
        secure.write(bytes)
      })
      secure.destroy()
      assert.match(framesOn(Buffer.concat(chunks)).join(' '), frames)
      assert.equal(door.arrivals.length, heard)
      // What a field must not hold is gone before the request is judged.
      const payload = heard === 1 ? door.onlyPayload() : null
      assert.deepEqual(payload?.headers ?? [], [])
    })
  }
})
