import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'

import { decodeBody } from './decode.ts'

const text = '{"query":"{ me { id } }"}'
const bytesMax = 10_000
const trailing = Buffer.from('x')

const encoders = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
}

for (const [encoding, encode] of Object.entries(encoders)) {
  const encoded = encode(text)
  test(`${encoding}: decodes`, () => {
    const decoded = decodeBody(encoding, encoded, bytesMax)
    assert.equal(decoded.kind === 'decoded' && Buffer.from(decoded.bytes).toString(), text)
  })
  test(`${encoding}: up to the limit, not past it`, () => {
    const zeros = Buffer.alloc(bytesMax)
    assert.equal(decodeBody(encoding, encode(zeros), bytesMax).kind, 'decoded')
    const bomb = decodeBody(encoding, encode(Buffer.alloc(5_000_000)), bytesMax)
    assert.match(bomb.kind === 'refused' ? bomb.why : '', /more than 10000 bytes/)
  })
  const spoilt: readonly (readonly [name: string, bytes: Buffer])[] = [
    ['bytes after the end', Buffer.concat([encoded, trailing])],
    ['a second one', Buffer.concat([encoded, encoded])],
    ['cut short', encoded.subarray(0, -1)],
    ['empty', Buffer.alloc(0)],
    ['not encoded at all', Buffer.from(text)],
  ]
  for (const [name, bytes] of spoilt) {
    test(`${encoding}: ${name}`, () => {
      assert.equal(decodeBody(encoding, bytes, bytesMax).kind, 'refused')
    })
  }
}

test('gzip with a file name is taken, with other extras it is not', () => {
  const plain = gzipSync(text)
  const withFlags = (flags: number, extra: string): Buffer => {
    const header = Buffer.from(plain.subarray(0, 10))
    header[3] = flags
    return Buffer.concat([header, Buffer.from(extra, 'latin1'), plain.subarray(10)])
  }
  assert.equal(decodeBody('gzip', withFlags(8, 'body.json\0'), bytesMax).kind, 'decoded')
  assert.equal(decodeBody('gzip', withFlags(8, 'never ends'), bytesMax).kind, 'refused')
  assert.equal(decodeBody('gzip', withFlags(4, '\x01\0x'), bytesMax).kind, 'refused')
  assert.equal(decodeBody('gzip', withFlags(16, 'comment\0'), bytesMax).kind, 'refused')
  assert.equal(decodeBody('gzip', withFlags(2, 'ab'), bytesMax).kind, 'refused')
})

test('a wrong checksum or length is refused', () => {
  for (const at of [-1, -5]) {
    const encoded = Buffer.from(gzipSync(text))
    encoded[encoded.length + at] = (encoded[encoded.length + at] ?? 0) ^ 1
    assert.equal(decodeBody('gzip', encoded, bytesMax).kind, 'refused')
  }
})

test('raw deflate is not deflate', () => {
  assert.equal(decodeBody('deflate', deflateRawSync(text), bytesMax).kind, 'refused')
})

for (const encoding of [
  'gzip, gzip',
  'gzip, identity',
  'br,gzip',
  'zstd',
  'compress',
  'GZIP',
  'chunked',
  '*',
]) {
  test(`not decoded: ${encoding}`, () => {
    assert.equal(decodeBody(encoding, gzipSync(text), bytesMax).kind, 'refused')
  })
}
