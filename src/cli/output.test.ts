import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'

import { openTerminal } from '../../test/cli/terminal.ts'
import { columns, createOutput, safeJson, wrap, write } from './output.ts'

test('JSON stays the same value and holds nothing that a terminal obeys', () => {
  const value = {
    ansi: '\u001b[2J\u009b31m\u0007',
    bidi: 'a\u202eb\u2066',
    hidden: 'a\u200bb\ufeff\u00ad',
    letters: 'Zürich 日本 “x” 😀',
    half: '\ud800',
    separators: '\u2028\u2029',
  }
  const text = safeJson(value)
  assert.doesNotMatch(
    text,
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
  )
  assert.deepEqual(JSON.parse(text), value)
  assert.match(text, /Zürich 日本/)
})

test('lines break at words, keep their lead, and never lose a word', () => {
  assert.deepEqual(wrap('  may  read and write', 12, '       '), [
    '  may  read',
    '       and',
    '       write',
  ])
  assert.deepEqual(wrap('', 10), [''])
  assert.deepEqual(wrap('one', 2), ['one'])
  const long = 'x'.repeat(30)
  assert.deepEqual(wrap(`a ${long} b`, 10, '  '), ['a', `  ${long}`, '  b'])
})

test('columns are as wide as their longest cell', () => {
  assert.deepEqual(
    columns([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
    ['a    bb  c', 'aaa  b'],
  )
})

test('colours are for terminals, and for those who want them', () => {
  const painted = (
    options: Parameters<typeof openTerminal>[0],
    colour = true,
    json = false,
  ): string => createOutput(openTerminal(options).surroundings, { json, colour }).paint('red', 'no')
  assert.equal(painted({ tty: true }), '\u001b[31mno\u001b[39m')
  assert.equal(painted({ tty: true, env: { NO_COLOR: '' } }), '\u001b[31mno\u001b[39m')
  for (const plain of [
    painted({ tty: false }),
    painted({ tty: true, env: { NO_COLOR: '1' } }),
    painted({ tty: true }, false),
    painted({ tty: true }, true, true),
  ]) {
    assert.equal(plain, 'no')
  }
})

test('writing waits for a slow reader, and not for one who has gone', async () => {
  const slow = new PassThrough({ highWaterMark: 4 })
  let written = false
  const writing = write(slow, 'far too much').then(() => (written = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(written, false)
  slow.resume()
  await writing
  const gone = new PassThrough({ highWaterMark: 4 })
  const left = write(gone, 'far too much')
  gone.destroy()
  await left
})
