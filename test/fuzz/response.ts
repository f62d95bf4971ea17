import assert from 'node:assert/strict'

import { ResponseReader } from '../../src/upstreams/http1-response.ts'
import type { FuzzTarget } from './target.ts'

export type Reading =
  | Readonly<{ kind: 'whole'; status: number; headers: string; body: string; persistent: boolean }>
  | Readonly<{ kind: 'refused'; why: string }>
  | Readonly<{ kind: 'cut' }>

/** What the reader makes of these pieces, in order; `ends`: then the connection ended well. */
export function readPieces(method: string, pieces: readonly Buffer[], ends: boolean): Reading {
  const seen = { heads: 0, status: 0, headers: '', persistent: true, body: '', ended: 0 }
  const reader = new ResponseReader(method, {
    head({ status, headers, persistent }) {
      assert.equal(seen.ended, 0)
      Object.assign(seen, { heads: seen.heads + 1, status, persistent })
      seen.headers = JSON.stringify(headers)
    },
    body(bytes) {
      assert.equal(seen.heads, 1)
      assert.equal(seen.ended, 0)
      assert.ok(bytes.length > 0)
      seen.body += bytes.toString('latin1')
    },
    end: () => seen.ended++,
  })
  for (const piece of pieces) {
    // What is read is overwritten at once, as the buffer that all connections share is.
    const shared = Buffer.from(piece)
    const taken = reader.read(shared)
    shared.fill(0)
    if (!taken) return { kind: 'refused', why: reader.refusal }
  }
  const whole = ends ? reader.finish() : reader.done
  assert.equal(whole, seen.ended === 1)
  assert.ok(seen.ended <= 1 && seen.heads <= 1)
  const { status, headers, body, persistent } = seen
  return whole ? { kind: 'whole', status, headers, body, persistent } : { kind: 'cut' }
}

const piecesMax = 4096

/** However the bytes are cut, the reading is the same, and no field of it holds a line end. */
export const fuzzResponse: FuzzTarget = {
  name: 'response',
  seedInputs: [
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-a: b\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n1;a\r\n!\r\n0\r\na: b\r\n\r\n',
    'HTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n',
    'HTTP/1.0 502 No\r\nserver: x\r\n\r\nuntil the end',
  ],
  check(input: Uint8Array): void {
    const bytes = Buffer.from(input)
    for (const ends of [false, true]) {
      const whole = readPieces('POST', [bytes], ends)
      const half = bytes.length >> 1
      const halves = [bytes.subarray(0, half), bytes.subarray(half)]
      assert.deepEqual(readPieces('POST', halves, ends), whole)
      assert.deepEqual(readPieces('POST', inPieces(bytes), ends), whole)
      if (whole.kind !== 'whole') continue
      assert.ok(whole.status >= 200 && whole.status <= 599)
      assert.ok(whole.body.length <= bytes.length)
      const headers = JSON.parse(whole.headers) as readonly (readonly string[])[]
      for (const text of headers.flat()) assert.doesNotMatch(text, /[\r\n\0]/)
    }
  },
}

/** Byte by byte, where there are not too many. */
function inPieces(bytes: Buffer): readonly Buffer[] {
  const size = Math.ceil(bytes.length / piecesMax)
  const count = Math.ceil(bytes.length / Math.max(1, size))
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}
