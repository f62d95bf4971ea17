import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

import {
  exchangeBytes,
  lease,
  nextText,
  opened,
  stageDoor,
  textUntilClosed,
} from '../../../test/doors/staged-door.ts'
import type { StagedDoor } from '../../../test/doors/staged-door.ts'

interface Answered {
  readonly status: number
  readonly text: string
  readonly headers: IncomingMessage['headers']
}

function post(door: StagedDoor, body: Uint8Array | string, fields = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${lease}`, ...fields }
    const outgoing = request(`${door.url}/railway/graphql/v2`, { method: 'POST', headers })
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: incoming.headers,
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

test('a body of the longest length is read whole, in however many pieces', async (t) => {
  const door = await stageDoor(t)
  const body = Buffer.alloc(1_048_576, 'abc')
  assert.equal((await post(door, body)).status, 200)
  assert.deepEqual(Buffer.from(door.onlyPayload().body), body)
})

test('10 MB are refused with an answer that the client sees, announced or not', async (t) => {
  const body = Buffer.alloc(10_000_000)
  for (const fields of [{}, { 'transfer-encoding': 'chunked' }, { expect: '100-continue' }]) {
    const door = await stageDoor(t)
    const answered = await post(door, body, fields)
    assert.equal(answered.status, 403)
    assert.equal(answered.text, 'the gate says no\n')
    assert.equal(answered.headers.connection, 'close')
    assert.match(door.onlyPayload().unreadable ?? '', /longer than 1048576 bytes/)
    assert.equal(door.onlyPayload().body.length, 0)
  }
})

test('one byte past the limit, in chunks', async (t) => {
  const door = await stageDoor(t, { limits: { bodyBytesMax: 10 } })
  await post(door, '01234567890', { 'transfer-encoding': 'chunked' })
  assert.match(door.onlyPayload().unreadable ?? '', /longer than 10 bytes/)
})

test('what was encoded is judged decoded, and says no more that it was encoded', async (t) => {
  for (const [encoding, encode] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const) {
    const door = await stageDoor(t)
    await post(door, encode('{"query":"{me}"}'), { 'content-encoding': encoding, 'x-kept': '1' })
    const { body, headers, unreadable } = door.onlyPayload()
    assert.equal(unreadable, null)
    assert.equal(Buffer.from(body).toString(), '{"query":"{me}"}')
    assert.deepEqual(headers, [['x-kept', '1']])
  }
})

test('bombs are unreadable, and cost no more than the limit', async (t) => {
  const bomb = brotliCompressSync(Buffer.alloc(30_000_000))
  assert.ok(bomb.length < 1_000)
  const door = await stageDoor(t)
  const before = process.memoryUsage().arrayBuffers
  assert.equal((await post(door, bomb, { 'content-encoding': 'br' })).status, 403)
  assert.ok(process.memoryUsage().arrayBuffers - before < 20_000_000)
  assert.match(door.onlyPayload().unreadable ?? '', /decodes to more than/)
})

test('a slow body is given up, told, and the connection closed', async (t) => {
  const door = await stageDoor(t, { limits: { bodySeconds: 0.2, lingerSeconds: 0.1 } })
  const socket = await opened(door.port)
  const head = `POST /railway/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n`
  socket.write(head)
  const drip = setInterval(() => socket.write('x'), 20)
  const text = await textUntilClosed(socket)
  clearInterval(drip)
  assert.match(text, /^HTTP\/1.1 403 /)
  assert.match(door.onlyPayload().unreadable ?? '', /did not arrive within 0.2 seconds/)
})

test('a body that ends early never reaches the gate', async (t) => {
  const door = await stageDoor(t)
  const socket = await opened(door.port)
  socket.write(`POST /railway/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc`)
  socket.end()
  await textUntilClosed(socket)
  assert.equal(door.arrivals.length, 0)
})

test('bodies held at once are bounded, and given back', async (t) => {
  const door = await stageDoor(t, { limits: { bufferedBytesMax: 1_000, bodySeconds: 5 } })
  const head = `POST /railway/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\nConnection: close\r\n\r\n`
  const first = await opened(door.port)
  first.write(head + 'x'.repeat(800))
  await new Promise((resolve) => setTimeout(resolve, 30))
  const { text } = await exchangeBytes(door.port, head + 'x'.repeat(900))
  assert.match(text, /^HTTP\/1.1 503 /)
  first.write('x'.repeat(100))
  assert.match(await nextText(first), /^HTTP\/1.1 200 /)
  assert.match((await exchangeBytes(door.port, head + 'x'.repeat(900))).text, /^HTTP\/1.1 200 /)
  first.destroy()
})

test('a decoded body counts too', async (t) => {
  const door = await stageDoor(t, { limits: { bufferedBytesMax: 1_000 } })
  const encoded = gzipSync(Buffer.alloc(2_000))
  assert.equal((await post(door, encoded, { 'content-encoding': 'gzip' })).status, 503)
  assert.equal(door.arrivals.length, 0)
  assert.equal((await post(door, 'x'.repeat(900))).status, 200)
})

test('bodies for others than the gate are refused in the open', async (t) => {
  const door = await stageDoor(t, { limits: { bodyBytesMax: 10 } })
  const head = (url: string, host: string): string =>
    `POST ${url} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 11\r\n\r\n01234567890`
  const help = await exchangeBytes(
    door.port,
    head('http://holdpoint.internal/x', 'holdpoint.internal'),
  )
  assert.match(help.text, /^HTTP\/1.1 413 /)
  const plain = await exchangeBytes(door.port, head('http://example.com/x', 'example.com'))
  assert.match(plain.text, /^HTTP\/1.1 413 /)
  assert.deepEqual([door.arrivals.length, door.helped.length], [0, 0])
})
