import assert from 'node:assert/strict'
import { test } from 'node:test'

import { inert, inertBlock, inertPieces } from './inert.ts'

const same = [
  'volume pg-data',
  'mutation { volumeDelete(volumeId: "3d2c") }',
  'größe, naïve, Łódź, Việt',
  'Удали базу данных',
  'データを削除',
  'λ and σ are words of their own: σύστημα',
  '“quoted” … and a 👍',
]

for (const text of same) test(`left as it is: ${text}`, () => assert.equal(inert(text), text))

const changed: readonly (readonly [string, string, string])[] = [
  ['ansi colour', 'a\u001b[31mred', 'a⟨U+001B⟩[31mred'],
  ['c1 control sequence introducer', 'a\u009b2J', 'a⟨U+009B⟩2J'],
  ['right-to-left override', 'pg-\u202eatad', 'pg-⟨U+202E⟩atad'],
  ['isolates', '\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
  ['zero width joiner and space', 'st\u200bag\u200ding', 'st⟨U+200B⟩ag⟨U+200D⟩ing'],
  ['soft hyphen', 'pro\u00adduction', 'pro⟨U+00AD⟩duction'],
  ['byte order mark', '\ufeffx', '⟨U+FEFF⟩x'],
  ['no-break space', 'a\u00a0b', 'a⟨U+00A0⟩b'],
  ['line separator', 'a\u2028b', 'a⟨U+2028⟩b'],
  ['hangul filler, braille blank', '\u3164\u2800', '⟨U+3164⟩⟨U+2800⟩'],
  ['tag characters', 'x\u{e0061}', 'x⟨U+E0061⟩'],
  ['private use', '\ue000', '⟨U+E000⟩'],
  ['half a surrogate pair', 'a\ud800b', 'a⟨U+D800⟩b'],
  ['cyrillic a in a latin word', 'st\u0430ging', 'st⟨U+0430⟩ging'],
  ['a word of look-alikes alone', '\u0440\u0430\u0443', '⟨U+0440⟩⟨U+0430⟩⟨U+0443⟩'],
  ['full-width', '\uff50rod', '⟨U+FF50⟩rod'],
  ['mathematical letters', '\u{1d429}rod', '⟨U+1D429⟩rod'],
  ['odd slash and hyphen', 'a\u2215b\u2010c', 'a⟨U+2215⟩b⟨U+2010⟩c'],
  ['dotless i', 'adm\u0131n', 'adm⟨U+0131⟩n'],
  ['foreign digits', '\u0661', '⟨U+0661⟩'],
  ['a heap of marks', 'a\u0300\u0301\u0302\u0303', 'a\u0300\u0301⟨U+0302⟩⟨U+0303⟩'],
  ['a mark on nothing', '/\u0338', '/⟨U+0338⟩'],
  ['new line in a name', 'x\nRELEASED BY alice', 'x⟨U+000A⟩RELEASED BY alice'],
]

for (const [name, text, shown] of changed) test(name, () => assert.equal(inert(text), shown))

test('a block keeps its lines and tabs, and no carriage return', () => {
  assert.equal(inertBlock('a\n\tb\r\nc\u0000'), 'a\n\tb⟨U+000D⟩\nc⟨U+0000⟩')
})

test('a written escape is plain text, a real one is not', () => {
  assert.deepEqual(inertPieces('⟨U+202E⟩\u202e', false), [
    { kind: 'plain', text: '⟨U+202E⟩' },
    { kind: 'escape', text: '⟨U+202E⟩' },
  ])
})

test('a megabyte of hostile text takes no long time', () => {
  const started = performance.now()
  inertPieces('\u0430a\u202e'.repeat(120_000), true)
  assert.ok(performance.now() - started < 3000)
})
