import assert from 'node:assert/strict'
import { test } from 'node:test'

import { canonicalJson } from './canonical-json.ts'

// The examples of RFC 8785: §3.2.2 (sample), §3.2.3 (sorting), appendix B (numbers).
test('the sample of RFC 8785', () => {
  const value: unknown = JSON.parse(`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
    "literals": [null, true, false]
  }`)
  const expected =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
    '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
  assert.equal(canonicalJson(value), expected)
})

test('members are sorted by UTF-16 code units', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  const sorted = [...canonicalJson(value).matchAll(/"([A-Z][^"]*)"/g)].map(([, text]) => text)
  assert.deepEqual(sorted, [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
})

const numbers: readonly (readonly [bits: string, text: string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['41b3de4355555553', '333333333.3333332'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
]
for (const [bits, text] of numbers) {
  test(`the number ${bits} is ${text}`, () => {
    assert.equal(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE()), text)
  })
}

test('what I-JSON cannot hold is refused, its harmless look-alike is not', () => {
  const refused = [
    NaN,
    Infinity,
    -Infinity,
    '\ud800',
    { '\udead': 1 },
    [undefined],
    1n,
    Symbol('s'),
  ]
  for (const value of [...refused, () => 1, undefined]) {
    assert.throws(() => canonicalJson(value), { code: 'not-canonical' })
  }
  assert.equal(canonicalJson(['NaN', '\ud83d\ude00', null]), '["NaN","\ud83d\ude00",null]')
})

test('undefined members are left out; what says how it is written is asked', () => {
  const secret = {
    value: 'hunter2',
    toJSON: () => '[secret pg]',
  }
  class Concealed {
    readonly hidden = 'hunter2'
    toJSON(): string {
      return '[secret pg]'
    }
  }
  assert.equal(canonicalJson({ b: undefined, a: new Concealed() }), '{"a":"[secret pg]"}')
  assert.throws(() => canonicalJson(secret), { code: 'not-canonical' })
  assert.equal(
    canonicalJson(JSON.parse('{"toJSON":1,"__proto__":{"x":2}}')),
    '{"__proto__":{"x":2},"toJSON":1}',
  )
})

test('many members sort as few do', () => {
  const names = Array.from({ length: 100 }, (_, i) => `name ${(i * 37) % 100}`)
  const few = canonicalJson(Object.fromEntries(names.slice(0, 12).map((name) => [name, 1])))
  const many = canonicalJson(Object.fromEntries(names.map((name) => [name, 1])))
  const plain = (text: string): unknown => JSON.parse(text)
  assert.deepEqual(Object.keys(plain(few) as object), names.slice(0, 12).sort())
  assert.deepEqual(Object.keys(plain(many) as object), [...names].sort())
})

test('what was canonical stays as it is', () => {
  for (const text of ['{"a":[1,{"b":"\\u0000"}],"c":{}}', '[]', '"\u2028"', '-1e-7']) {
    assert.equal(canonicalJson(JSON.parse(text)), text)
  }
})
