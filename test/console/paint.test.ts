// What is painted as a comment or a string is one for the server too; nothing is left out; what is
// hidden in a text is shown wherever a token ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

import { colouredMax, paint, tokensOf } from '../../console/src/ui/tokens.ts'
import type { Language, Tone } from '../../console/src/ui/tokens.ts'
import { inertBlock } from '../../src/wire/inert.ts'

const languages: readonly Language[] = ['graphql', 'sql', 'json', 'http', 'cedar', 'yaml', 'text']

function painted(text: string, language: Language, tone: Tone): readonly string[] {
  return tokensOf(text, language).flatMap((token) => (token.tone === tone ? [token.text] : []))
}

/** Text, what must read as a comment, as a string, as grave. */
const sql: readonly (readonly [string, ...(readonly string[])[]])[] = [
  ['DROP TABLE a -- b', ['-- b'], [], ['DROP']],
  ['SELECT 1 # 2; DROP TABLE a', [], [], ['DROP']],
  ['SELECT 4 // 2; DROP TABLE a', [], [], ['DROP']],
  [`SELECT '\\'; DROP TABLE a; --'`, [`--'`], [`'\\'`], ['DROP']],
  [`SELECT E'\\'; DROP TABLE a; --'`, [], [`E'\\'; DROP TABLE a; --'`], []],
  [`SELECT 'it''s -- no comment'`, [], [`'it''s -- no comment'`], []],
  ['/* a /* b */ DROP */ DROP TABLE c', ['/* a /* b */ DROP */'], [], ['DROP']],
  ['/* never closed DROP', ['/* never closed DROP'], [], []],
  ['SELECT $a$ DROP $b$ DROP $a$; DROP TABLE d', [], ['$a$ DROP $b$ DROP $a$'], ['DROP']],
  ['SELECT a$b$ FROM t; DROP TABLE c -- $b$', ['-- $b$'], [], ['DROP']],
  ['DELETE FROM "DROP -- a"', [], [], ['DELETE']],
  ['UPDATE t SET a=1--b\n, c=2', ['--b'], [], ['UPDATE']],
  ['drop_off, droptable, xdrop', [], [], []],
]

for (const [text, comments, strings, grave] of sql) {
  test(`SQL: ${text}`, () => {
    assert.deepEqual(painted(text, 'sql', 'comment'), comments)
    assert.deepEqual(painted(text, 'sql', 'string'), strings)
    assert.deepEqual(painted(text, 'sql', 'grave'), grave)
  })
}

test('GraphQL: a `#` in a string is no comment, a quote in a comment opens no string', () => {
  const text = '{ a(b: "# no", c: """x \\""" # no""") # "yes\n volumeDelete }'
  assert.deepEqual(painted(text, 'graphql', 'comment'), ['# "yes'])
  assert.deepEqual(painted(text, 'graphql', 'string'), ['"# no"', '"""x \\""" # no"""'])
  assert.deepEqual(painted(text, 'graphql', 'grave'), ['volumeDelete'])
})

test('JSON and HTTP: names, strings, a DELETE', () => {
  assert.deepEqual(painted('{"a\\"": "b:", "c": 1e9}', 'json', 'name'), ['"a\\""', '"c"'])
  assert.deepEqual(painted('{"a\\"": "b:", "c": 1e9}', 'json', 'string'), ['"b:"'])
  assert.deepEqual(painted('DELETE /a?b: c\nhost: a:1', 'http', 'grave'), ['DELETE'])
  assert.deepEqual(painted('DELETE /a?b: c\nhost: a:1', 'http', 'name'), ['host'])
})

const pieces = fc.constantFrom(
  ...["'", '"', '`', '"""', '/*', '*/', '--', '#', '\\', '$', '$a$', "E'", 'DROP', ' ', '\n', ':'],
  ...['\u0430', 'a', '\u202e', '\u200b', '\u001b', '\ud83d\ude00', '\ud800', '1', '{', '\u0301'],
)
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''))

test('joined, the tokens are the text, and what is painted is what is inert', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(...languages), (text, language) => {
      const joined = tokensOf(text, language).map((token) => token.text)
      assert.equal(joined.join(''), text)
      const shown = paint(text, language).map((piece) => piece.text)
      assert.equal(shown.join(''), inertBlock(text))
    }),
    { numRuns: 3000 },
  )
})

test('a look-alike is seen by the word it stands in, though colours part that word', () => {
  // Each of these letters alone passes for a word of its own script.
  const shown = paint('SELECT\u0436', 'sql')
  assert.deepEqual(
    shown.filter(({ escape }) => escape).map(({ text }) => text),
    ['⟨U+0436⟩'],
  )
})

test('a text made to be slow is not', () => {
  const hard = ["q'[`", "`'", '/*', '$a', '"', '\\"', '--', 'a:', '"""', '1a', "E'", '{', '$a$']
  for (const language of languages) {
    for (const piece of hard) {
      const text = piece.repeat(colouredMax / piece.length)
      const from = performance.now()
      tokensOf(text, language)
      assert.ok(performance.now() - from < 2000, `${language} ${piece}`)
    }
  }
})

test('what is longer than the limit is whole, and has no colour', () => {
  const text = 'DROP '.repeat(colouredMax / 5 + 1)
  assert.deepEqual(tokensOf(text, 'sql'), [{ tone: 'plain', text }])
})
