import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readPieces } from '../../test/fuzz/response.ts'
import type { Reading } from '../../test/fuzz/response.ts'

interface Taken {
  readonly what: string
  readonly bytes: string
  readonly body: string
  readonly method?: string
  readonly status?: number
  /** it ends where the connection ends */
  readonly untilClose?: true
  readonly persistent?: false
}

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`

const taken: readonly Taken[] = [
  { what: 'a length', bytes: `${ok}content-length: 5\r\n\r\nhello`, body: 'hello' },
  { what: 'no body', bytes: `${ok}content-length: 0\r\n\r\n`, body: '' },
  { what: 'a length of zeros', bytes: `${ok}content-length: 005\r\n\r\nhello`, body: 'hello' },
  { what: 'no reason', bytes: 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n', body: '' },
  { what: 'no reason and no space', bytes: 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', body: '' },
  { what: 'chunks', bytes: `${chunked}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`, body: 'hello!' },
  { what: 'a chunk with CRLF in it', bytes: `${chunked}4\r\na\r\nb\r\n0\r\n\r\n`, body: 'a\r\nb' },
  { what: 'hexadecimal', bytes: `${chunked}0A\r\n0123456789\r\n00\r\n\r\n`, body: '0123456789' },
  { what: 'a chunk extension', bytes: `${chunked}1;a="b"\r\nx\r\n0 ; z\r\n\r\n`, body: 'x' },
  { what: 'trailers', bytes: `${chunked}1\r\nx\r\n0\r\na: b\r\nc: d\r\n\r\n`, body: 'x' },
  { what: 'another case', bytes: `${ok}Content-LENGTH: 1\r\n\r\nx`, body: 'x' },
  { what: 'blanks round a value', bytes: `${ok}content-length:\t 1 \t\r\n\r\nx`, body: 'x' },
  { what: 'an empty value', bytes: `${ok}x-empty:\r\ncontent-length: 1\r\n\r\nx`, body: 'x' },
  {
    what: 'interim answers',
    bytes: `HTTP/1.1 100 A\r\n\r\nHTTP/1.1 103 B\r\nlink: x\r\n\r\n${ok}content-length: 1\r\n\r\nx`,
    body: 'x',
  },
  {
    what: 'an answer to HEAD',
    method: 'HEAD',
    bytes: `${ok}content-length: 500\r\n\r\n`,
    body: '',
  },
  { what: 'no content', bytes: 'HTTP/1.1 204 No Content\r\n\r\n', body: '', status: 204 },
  {
    what: 'not modified, with the length of what was not',
    bytes: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n',
    body: '',
    status: 304,
  },
  {
    what: 'until the connection ends',
    bytes: `${ok}\r\nhello`,
    body: 'hello',
    untilClose: true,
    persistent: false,
  },
  {
    what: 'nothing until the connection ends',
    bytes: `${ok}a: b\r\n\r\n`,
    body: '',
    untilClose: true,
    persistent: false,
  },
  {
    what: 'HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx',
    body: 'x',
    persistent: false,
  },
  {
    what: 'the last of a connection',
    bytes: `${ok}connection: x, Close\r\ncontent-length: 1\r\n\r\nx`,
    body: 'x',
    persistent: false,
  },
  { what: 'a fault', bytes: 'HTTP/1.1 502 N\r\ncontent-length: 0\r\n\r\n', body: '', status: 502 },
]

function checkTaken(one: Taken, reading: Reading): void {
  assert.ok(reading.kind === 'whole', JSON.stringify(reading))
  assert.equal(reading.status, one.status ?? 200)
  assert.equal(reading.body, one.body)
  assert.equal(reading.persistent, one.persistent ?? true)
}

for (const one of taken) {
  test(`taken, however it is cut: ${one.what}`, () => {
    const bytes = Buffer.from(one.bytes, 'latin1')
    const { method = 'GET', untilClose = false } = one
    for (let cut = 0; cut <= bytes.length; cut++) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)]
      checkTaken(one, readPieces(method, pieces, untilClose))
    }
    const single = Array.from(bytes, (byte) => Buffer.from([byte]))
    checkTaken(one, readPieces(method, single, untilClose))
  })
  if (one.untilClose !== true) {
    test(`not whole before its end: ${one.what}`, () => {
      const bytes = Buffer.from(one.bytes, 'latin1')
      for (let cut = 0; cut < bytes.length; cut++) {
        const reading = readPieces(one.method ?? 'GET', [bytes.subarray(0, cut)], true)
        assert.equal(reading.kind, 'cut', `at ${cut}: ${JSON.stringify(reading)}`)
      }
    })
  }
}

const refused: readonly (readonly [what: string, bytes: string, why: RegExp])[] = [
  ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n', /status line/],
  ['what will never be a response', 'HTTP/2', /status line/],
  ['HTTP/2', 'HTTP/2 200\r\n\r\n', /status line/],
  ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n', /status line/],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', /status line/],
  ['a status of 600', 'HTTP/1.1 600 OK\r\n\r\n', /status line/],
  ['a status of 000', 'HTTP/1.1 000 OK\r\n\r\n', /status line/],
  ['white space before', ' HTTP/1.1 200 OK\r\n\r\n', /status line/],
  ['an empty line before', `\r\n${ok}\r\n`, /status line/],
  ['NUL in the reason', 'HTTP/1.1 200 O\0K\r\n\r\n', /status line/],
  ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', /upgrade/],
  ['both framings', `${ok}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, /both/],
  ['both, the other way', `${ok}transfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n`, /both/],
  ['two lengths', `${ok}content-length: 1\r\ncontent-length: 2\r\n\r\n`, /twice/],
  ['the same length twice', `${ok}content-length: 1\r\ncontent-length: 1\r\n\r\n`, /twice/],
  ['a list of lengths', `${ok}content-length: 1, 1\r\n\r\n`, /not a number/],
  ['a signed length', `${ok}content-length: +1\r\n\r\n`, /not a number/],
  ['a length below none', `${ok}content-length: -1\r\n\r\n`, /not a number/],
  ['a hexadecimal length', `${ok}content-length: 0x1\r\n\r\n`, /not a number/],
  ['no length', `${ok}content-length:\r\n\r\n`, /not a number/],
  ['an immense length', `${ok}content-length: 99999999999999999\r\n\r\n`, /not a number/],
  ['gzip framing', `${ok}transfer-encoding: gzip, chunked\r\n\r\n`, /not `chunked`/],
  ['framing twice', `${ok}transfer-encoding: chunked, chunked\r\n\r\n`, /not `chunked`/],
  ['framing in two fields', `${ok}${'transfer-encoding: chunked\r\n'.repeat(2)}\r\n`, /twice/],
  ['odd framing', `${ok}transfer-encoding: xchunked\r\n\r\n`, /not `chunked`/],
  ['framing of 1.1 in 1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', /HTTP\/1\.0/],
  ['a folded field', `${ok}a: b\r\n c: d\r\n\r\n`, /header/],
  ['a field without a name', `${ok}: b\r\n\r\n`, /header/],
  ['a field without a colon', `${ok}content-length\r\n\r\n`, /header/],
  ['white space before a colon', `${ok}content-length : 1\r\n\r\nx`, /header/],
  ['NUL in a field', `${ok}a: b\0c\r\n\r\n`, /header/],
  ['a bare LF in a field', `${ok}a: b\ncontent-length: 1\r\n\r\nx`, /header/],
  ['a bare CR in a field', `${ok}a: b\rcontent-length: 1\r\n\r\nx`, /header/],
  ['LF after the status', 'HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n', /status line/],
  ['DEL in a field', `${ok}a: \x7f\r\n\r\n`, /header/],
  ['a name that is no token', `${ok}a(b: c\r\n\r\n`, /header/],
  ['a chunk without a size', `${chunked}\r\nx\r\n`, /no size/],
  ['a chunk with 0x', `${chunked}0x1\r\nx\r\n`, /no size/],
  ['a chunk of less than none', `${chunked}-1\r\nx\r\n`, /no size/],
  ['a chunk of nine digits', `${chunked}000000001\r\nx\r\n`, /no size/],
  ['a blank after a size', `${chunked}1 \r\nx\r\n`, /no size/],
  ['LF after a size', `${chunked}1\nx\r\n`, /CRLF/],
  ['a CR in an extension', `${chunked}1;a\rb\r\nx\r\n`, /no size/],
  ['a chunk that is longer', `${chunked}1\r\nxy\r\n0\r\n\r\n`, /longer than it says/],
  ['LF after a chunk', `${chunked}1\r\nx\n0\r\n\r\n`, /CRLF/],
  ['a trailer that is none', `${chunked}0\r\nnothing\r\n\r\n`, /trailer/],
  ['two answers', `${ok}content-length: 1\r\n\r\nx${ok}content-length: 1\r\n\r\ny`, /follow/],
  ['bytes after no body', `${ok}content-length: 0\r\n\r\nx`, /follow/],
  ['bytes after no content', 'HTTP/1.1 204 No Content\r\n\r\nx', /follow/],
  ['bytes after chunks', `${chunked}0\r\n\r\nx`, /follow/],
  ['a long head', `${ok}a: ${'b'.repeat(70_000)}`, /head is longer/],
  ['a long whole head', `${ok}${'a: b\r\n'.repeat(12_000)}\r\n`, /head is longer/],
  ['many fields', `${ok}${'a: b\r\n'.repeat(201)}\r\n`, /200 headers/],
  ['many interim answers', 'HTTP/1.1 103 Hints\r\n\r\n'.repeat(17), /interim/],
  ['a long chunk extension', `${chunked}1;${'a'.repeat(1100)}`, /line of its framing/],
  ['long trailers', `${chunked}0\r\n${`a: ${'b'.repeat(900)}\r\n`.repeat(20)}`, /trailers/],
]

for (const [what, bytes, why] of refused) {
  test(`refused, however it is cut: ${what}`, () => {
    const whole = Buffer.from(bytes, 'latin1')
    const step = Math.max(1, Math.floor(whole.length / 200))
    for (let cut = 0; cut <= whole.length; cut += step) {
      const reading = readPieces('GET', [whole.subarray(0, cut), whole.subarray(cut)], false)
      assert.ok(reading.kind === 'refused', JSON.stringify(reading))
      assert.match(reading.why, why)
    }
  })
}
