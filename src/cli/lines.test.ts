import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readLines } from './lines.ts'

async function linesOf(chunks: readonly (string | Uint8Array)[], max = 20): Promise<unknown[]> {
  const found: unknown[] = []
  async function* input(): AsyncGenerator<string | Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk)
  }
  for await (const lines of readLines(input(), max)) {
    found.push(...lines.map((line) => (line.kind === 'line' ? line.text : { why: line.why })))
  }
  return found
}

test('the same lines come out, however the bytes are cut', async () => {
  const text = 'one\r\ntwo\n\nthree ü\nlast'
  const expected = ['one', 'two', '', 'three ü', 'last']
  assert.deepEqual(await linesOf([text]), expected)
  const bytes = Buffer.from(text)
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
  assert.deepEqual(await linesOf(single), expected)
})

test('a line that is too long or no text is one answer, and the next line is read', async () => {
  const why = 'the line is longer than 20 bytes'
  assert.deepEqual(await linesOf(['x'.repeat(50), 'y'.repeat(50), '\nok\n']), [{ why }, 'ok'])
  assert.deepEqual(await linesOf(['x'.repeat(20), '\n', 'x'.repeat(21)]), ['x'.repeat(20), { why }])
  const broken = Buffer.from([0xff, 0xfe, 10, 0x61, 10])
  assert.deepEqual(await linesOf([broken]), [{ why: 'the line is not UTF-8' }, 'a'])
})

test('nothing is no line', async () => {
  assert.deepEqual(await linesOf([]), [])
  assert.deepEqual(await linesOf(['']), [])
})
