import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { jsonLimits, parseStrictJson } from './strict.ts'
import { member } from './value.ts'
import type { JsonObject } from './value.ts'

const encoder = new TextEncoder()

function parse(text: string) {
  return parseStrictJson(encoder.encode(text))
}

function whyRefused(text: string | Uint8Array): string {
  const parsed = typeof text === 'string' ? parse(text) : parseStrictJson(text)
  assert.equal(parsed.kind, 'refused', JSON.stringify(text).slice(0, 80))
  return parsed.why
}

test('JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      const parsed = parse(text)
      if (parsed.kind === 'refused') return text.includes('\\u')
      assert.deepEqual(parsed.value, JSON.parse(text))
      return true
    }),
    { seed: 7 },
  )
})

for (const [text, why] of [
  ['{"a":1,"a":2}', 'a JSON object names a member twice'],
  ['{"query":"{me}","\\u0071uery":"mutation{x}"}', 'a JSON object names a member twice'],
  ['[{"b":{"a":1,"c":[1,2],"a":{}}}]', 'a JSON object names a member twice'],
  ['{"__proto__":1,"__proto__":2}', 'a JSON object names a member twice'],
  ['{"":1,"":2}', 'a JSON object names a member twice'],
  ['{"a" :1 ,\n"a"\t:2}', 'a JSON object names a member twice'],
  ['\ufeff{}', 'the JSON starts with a byte order mark'],
  ['"\\ud800"', 'a JSON string holds half of a surrogate pair'],
  ['{"\\udc00":1}', 'a JSON string holds half of a surrogate pair'],
  ['{', 'not JSON'],
  ['', 'not JSON'],
  ['{"a":1}x', 'not JSON'],
  ['{"a":1}{"a":1}', 'not JSON'],
  ["{'a':1}", 'not JSON'],
  ['{"a":1,}', 'not JSON'],
  ['{"a":"\n"}', 'not JSON'],
  ['"\\x41"', 'not JSON'],
  ['"abc', 'not JSON'],
  ['"abc\\', 'not JSON'],
  ['{"a":1/*,"b":2*/}', 'not JSON'],
  ['NaN', 'not JSON'],
  ['\u00a0{}', 'not JSON'],
] as const) {
  test(`refused, ${why}: ${JSON.stringify(text)}`, () => assert.equal(whyRefused(text), why))
}

for (const text of [
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
  '["a","a","a"]',
  '{"a":"a\\"a\\\\","b":"{\\"a\\":1,\\"a\\":2}"}',
  '{"a":"b","b":"a"}',
  '{"x":"\\ud83d\\ude00","y":"\\u0041"}',
  ' \t\r\n{ "a" : [ ] } \n',
  '{"toString":1,"constructor":2,"__proto__":3}',
]) {
  test(`taken: ${JSON.stringify(text)}`, () => assert.equal(parse(text).kind, 'parsed'))
}

test('a member called `__proto__` is a member, and nothing inherited is one', () => {
  const parsed = parse('{"__proto__":{"isDeleted":true}}')
  assert.equal(parsed.kind, 'parsed')
  const value = parsed.value as JsonObject
  assert.equal(member(value, 'isDeleted'), undefined)
  assert.equal(member(value, 'constructor'), undefined)
  assert.deepEqual(member(value, '__proto__'), { isDeleted: true })
})

test('bytes that are not UTF-8 are refused', () => {
  assert.equal(whyRefused(Uint8Array.of(0x22, 0xff, 0x22)), 'the JSON is not UTF-8')
  assert.equal(whyRefused(Uint8Array.of(0x22, 0xc0, 0x80, 0x22)), 'the JSON is not UTF-8')
  assert.equal(whyRefused(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), 'the JSON is not UTF-8')
  assert.equal(whyRefused(new Uint8Array(Buffer.from('{"a":1}', 'utf16le'))), 'not JSON')
})

test('limits are refusals that name them', () => {
  assert.equal(whyRefused('['.repeat(65) + ']'.repeat(65)), 'JSON deeper than 64 levels')
  assert.equal(parse('['.repeat(64) + ']'.repeat(64)).kind, 'parsed')
  assert.equal(whyRefused(`[${'1,'.repeat(100_000)}1]`), 'more than 100000 values of JSON')
  const escaped = Array.from({ length: 1001 }, (_, i) => `"\\u0061${i}":0`).join()
  assert.equal(whyRefused(`{${escaped}}`), 'more than 1000 escaped names in JSON')
  assert.equal(whyRefused(' '.repeat(jsonLimits.bytesMax) + '1'), 'more than 1048576 bytes of JSON')
})

test('hostile text of a mebibyte is read or refused in linear time', () => {
  const size = jsonLimits.bytesMax
  const hostile = [
    '['.repeat(size),
    '"'.repeat(size),
    '\\'.repeat(size),
    `"${'\\u0041'.repeat(size / 6 - 1)}"`,
    `"${'\\'.repeat(size - 2)}"`,
    `{${Array.from({ length: 60_000 }, (_, i) => `"${i}":0`).join()}}`,
    `{"a":${' '.repeat(size - 8)}1}`,
    `{"${'a'.repeat(size - 8)}":1}`,
    `[${'"\\ud83d\\ude00",'.repeat(49_000)}1]`,
    `[${'"\\u0001",'.repeat(49_000)}1]`,
  ]
  for (const text of hostile) {
    const started = performance.now()
    parse(text)
    assert.ok(performance.now() - started < 250, text.slice(0, 20))
  }
})
