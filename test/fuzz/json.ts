import assert from 'node:assert/strict'

import { parseStrictJson } from '../../src/languages/json/strict.ts'
import type { JsonValue } from '../../src/languages/json/value.ts'
import { canonicalJson } from '../../src/wire/canonical-json.ts'
import { inTime } from './target.ts'
import type { FuzzTarget } from './target.ts'

export const fuzzJson: FuzzTarget = {
  name: 'json',
  seedInputs: [
    '{"query":"mutation { volumeDelete(volumeId: \\"v\\") }","variables":{"a":[1,2.5e3,null]}}',
    '{"query":"a","\\u0071uery":"b"}',
    '[{"a":{"a":{"a":[]}}},"\\ud83d\\ude00","\\"\\\\"]',
    '{"__proto__":{"a":1},"constructor":null,"":""}',
    ' \t\r\n[-0, 1E+2, "\u{1f600}", {"é":"é"}] ',
  ],
  check(input) {
    inTime(() => parseStrictJson(input))
    const parsed = parseStrictJson(input)
    if (parsed.kind === 'refused') return
    const text = new TextDecoder('utf-8', { fatal: true }).decode(input)
    assert.equal(parsed.text, text)
    assert.deepEqual(parsed.value, JSON.parse(text))
    // A member named twice is one member less in the value than in the text.
    assert.equal(membersIn(parsed.value), membersWritten(text), 'a member is named twice')
    canonicalJson(finite(parsed.value))
  },
}

function membersWritten(text: string): number {
  const strings = text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)
  return [...strings].filter(([, colon]) => colon !== undefined).length
}

function membersIn(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner: readonly JsonValue[] = Object.values(value)
  const own = Array.isArray(value) ? 0 : inner.length
  return inner.reduce<number>((sum, each) => sum + membersIn(each), own)
}

/** 1e999 is JSON, and infinite in ECMAScript: no text of JSON says that. */
function finite(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}
