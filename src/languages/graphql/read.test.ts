import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { JsonObject } from '../json/value.ts'
import { createDocumentCache } from './document-cache.ts'
import { parseDocument } from './document.ts'
import { readOperation } from './read.ts'
import type { RootField } from './read.ts'
import { isUnresolved } from './value.ts'
import type { Value } from './value.ts'

function read(text: string, variables: JsonObject = {}, operationName: string | null = null) {
  const parsed = parseDocument(text)
  if (parsed.kind === 'refused') return parsed
  return readOperation(parsed.document, operationName, variables)
}

function fields(
  text: string,
  variables: JsonObject = {},
  operationName: string | null = null,
): readonly RootField[] {
  const operation = read(text, variables, operationName)
  assert.equal(operation.kind, 'read', operation.kind === 'refused' ? operation.why : '')
  return operation.fields
}

/** `name(arguments)`; an unresolved variable is a `?`. */
function show(field: RootField): string {
  const mark = (_: string, value: Value) => (isUnresolved(value) ? '?' : value)
  return `${field.name}${JSON.stringify(field.arguments, mark)}`
}

for (const [name, text, variables, expected] of [
  ['an alias', 'mutation { harmless: del(id: "a") }', {}, ['del{"id":"a"}']],
  ['two of one', '{ a: get(id: "1") b: get(id: "2") }', {}, ['get{"id":"1"}', 'get{"id":"2"}']],
  ['a fragment', 'query { ...F } fragment F on Query { get(id: "a") }', {}, ['get{"id":"a"}']],
  ['an inline fragment', 'mutation { ... { ... on Mutation { del } } }', {}, ['del{}']],
  ['a variable', 'query($i: ID!) { get(id: $i) }', { i: 'a' }, ['get{"id":"a"}']],
  ['a default', 'query($i: ID = "a") { get(id: $i) }', {}, ['get{"id":"a"}']],
  ['null, not its default', 'query($i: ID = "a") { get(id: $i) }', { i: null }, ['get{"id":null}']],
  ['one left out', 'query($i: ID) { get(id: $i) }', {}, ['get{}']],
  ['a required one left out', 'query($i: ID!) { get(id: $i) }', {}, ['get{"id":"?"}']],
  ['a required one null', 'query($i: ID!) { get(id: $i) }', { i: null }, ['get{"id":"?"}']],
  ['one not defined', 'query { get(id: $i) }', { i: 'a' }, ['get{"id":"?"}']],
  ['one inherited', 'query($constructor: ID) { get(id: $constructor) }', {}, ['get{}']],
  [
    'variables inside',
    'query($a: X, $b: Y!, $c: Z) { get(i: { x: [$a, $b], y: { z: $c }, w: $c }) }',
    { a: 1 },
    ['get{"i":{"x":[1,"?"],"y":{}}}'],
  ],
  [
    'literals',
    '{ get(a: 1, b: 1.5, c: RED, d: true, e: null, f: []) }',
    {},
    ['get{"a":1,"b":1.5,"c":"RED","d":true,"e":null,"f":[]}'],
  ],
  ['a block string', '{ get(a: """\n  x\n  """) }', {}, ['get{"a":"x"}']],
  ['an escape', '{ get(a: "\\u0061\\u{62}") }', {}, ['get{"a":"ab"}']],
  ['`__proto__`', '{ get(__proto__: { a: 1 }) }', {}, ['get{"__proto__":{"a":1}}']],
  ['CR, commas, comments', '{#get\r,,a:get#}\r,(id:,"a")}', {}, ['get{"id":"a"}']],
  ['skipped by a literal', '{ a @skip(if: true) b @include(if: false) c }', {}, ['c{}']],
  ['not skipped', '{ a @skip(if: false) b @include(if: true) }', {}, ['a{}', 'b{}']],
  ['skipped by a variable', 'query($s: Boolean!) { a @skip(if: $s) b }', { s: true }, ['b{}']],
  ['skipped by a default', 'query($s: Boolean = true) { a @skip(if: $s) b }', {}, ['b{}']],
  ['skipped as text', 'query($s: Boolean!) { a @skip(if: $s) }', { s: 'true' }, ['a{}']],
  ['skipped as a number', 'query($s: Boolean!) { a @include(if: $s) }', { s: 0 }, ['a{}']],
  ['skipped by nothing', 'query($s: Boolean!) { a @skip(if: $s) }', {}, ['a{}']],
  ['a spread skipped', '{ ...F @skip(if: true) b } fragment F on Query { a }', {}, ['b{}']],
  ['a fragment skipped', '{ ... @include(if: false) { a } }', {}, []],
  ['a string only', '{ get(note: "mutation { del }") }', {}, ['get{"note":"mutation { del }"}']],
] as const) {
  test(`root fields: ${name}`, () => {
    assert.deepEqual(fields(text, variables).map(show), expected)
  })
}

test('the operation that is named is read, and no other', () => {
  const text = 'query A { a } mutation B { b }'
  assert.deepEqual(fields(text, {}, 'A').map(show), ['a{}'])
  assert.deepEqual(fields(text, {}, 'B').map(show), ['b{}'])
  assert.deepEqual(fields('query A { a }', {}, '').map(show), ['a{}'])
})

const notChosen = 'several operations, and no `operationName` chooses one'

for (const [why, text, operationName] of [
  [notChosen, 'query A { a } mutation B { b }', null],
  [notChosen, 'query A { a } mutation B { b }', ''],
  ['no operation is called as `operationName` says', 'query A { a } mutation B { b }', 'C'],
  ['no operation is called as `operationName` says', '{ a }', 'A'],
  ['no operation in the GraphQL', 'fragment F on Query { a }', null],
  ['an operation is defined twice', 'query A { a } mutation A { b }', 'A'],
  ['an operation is defined twice', '{ a } { b }', null],
  ['a fragment is defined twice', '{ ...F } fragment F on Q { a } fragment F on Q { b }', null],
  ['a fragment that is not defined is spread', '{ ...F }', null],
  ['fragments spread one another in a circle', '{ ...F } fragment F on Q { ...F }', null],
  [
    'fragments spread one another in a circle',
    '{ a } fragment F on Q { x { ...G } } fragment G on Q { ...F }',
    null,
  ],
  ['a type definition', '{ a } type Query { a: Int }', null],
  ['an argument is given twice', '{ a(id: "1", id: "2") }', null],
  ['an argument is given twice', '{ a { b(id: "1", id: "2") } }', null],
  ['an argument is given twice', '{ a @skip(if: false, if: true) }', null],
  ['a directive stands twice at one place', '{ a @skip(if: false) @skip(if: true) }', null],
  ['a field of an input object is given twice', '{ a(i: [{ x: 1, x: 2 }]) }', null],
  ['a variable is defined twice', 'query($a: X, $a: X) { a }', null],
  ['the GraphQL does not parse', '{ a', null],
  ['the GraphQL does not parse', "mutation { volumeDelete(volumeId: 'x') }", null],
  ['the GraphQL does not parse', '', null],
  ['the GraphQL does not parse', '{ a(x: "\\ud800") }', null],
  ['the GraphQL does not parse', '\u0000{ a }', null],
  ['more than 65536 characters of GraphQL', `{ a } #${' '.repeat(65_536)}`, null],
  ['more than 10000 tokens of GraphQL', `{ ${'a '.repeat(10_000)} }`, null],
  ['GraphQL nested deeper than 64 levels', '{ a'.repeat(65), null],
  ['GraphQL nested deeper than 64 levels', `{ a(x: ${'['.repeat(5000)}`, null],
  ['GraphQL nested deeper than 64 levels', `query($a: ${'['.repeat(5000)}`, null],
] as const) {
  test(`refused, ${why}: ${text.slice(0, 60)}`, () => {
    assert.deepEqual(read(text, {}, operationName), { kind: 'refused', why })
  })
}

/** F0 spreads F1 `width` times, F1 spreads F2, and so on. */
function chain(length: number, width: number): string {
  const spread = (i: number) => (i === length ? 'a' : `x { ${`...F${i} `.repeat(width)} }`)
  const parts = Array.from({ length }, (_, i) => `fragment F${i} on Q { ${spread(i + 1)} }`)
  return `{ ...F0 } ${parts.join(' ')}`
}

test('fifty fragments, one inside the other, are read', () => {
  assert.deepEqual(fields(chain(50, 1)).map(show), ['x{}'])
})

test('fragments that grow when spread are refused before they do', () => {
  const tooDeep = { kind: 'refused', why: 'GraphQL selected deeper than 128 levels' }
  const tooMany = { kind: 'refused', why: 'more than 10000 fields, with fragments spread' }
  assert.deepEqual(read(chain(100, 1)), tooDeep)
  assert.deepEqual(read(chain(30, 2)), tooMany)
  assert.deepEqual(read(chain(30, 40)), tooMany)
  assert.deepEqual(read(chain(501, 1)), { kind: 'refused', why: 'more than 500 fragments' })
})

test('a directive that is not known is told, wherever it stands', () => {
  for (const text of [
    'mutation @live { a }',
    '{ a { b @stream } }',
    '{ ...F @defer } fragment F on Q { a }',
    'query($a: X @x) { a }',
    '{ a } fragment F on Q @y { a }',
  ]) {
    const parsed = parseDocument(text)
    assert.equal(parsed.kind, 'parsed')
    assert.notEqual(parsed.document.strangeDirective, null, text)
  }
})

test('fields below are told with their path and arguments, whatever they are called', () => {
  const text = `query($d: Boolean) {
    p { e { edges { node { x: config(decrypt: $d) id @skip(if: true) } } } ...F }
  } fragment F on P { variables }`
  const [root] = fields(text, { d: true })
  const below = [...(root?.below() ?? [])].filter(({ leaf }) => leaf)
  assert.deepEqual(
    below.map(({ name, path, arguments: given }) => [[...path, name].join('/'), { ...given }]),
    [
      ['e/edges/node/config', { decrypt: true }],
      ['variables', {}],
    ],
  )
})

test('an excerpt is the field as written, without what must be concealed', () => {
  const text = 'mutation { ok: set(input: { name: "A", value: "s3cret", z: 1 }, id: "i") { x } }'
  const [field] = fields(text)
  assert.ok(field)
  const shown = field.excerpt(new Set(['value']), 200)
  assert.equal(shown.text, 'ok: set(input: { name: "A", value: ')
  assert.equal(text.slice(...shown.span), shown.text)
  assert.equal(field.excerpt(new Set(), 200).text, text.slice(11, -2))
  assert.equal(field.excerpt(new Set(), 7).text, 'ok: set')
  const [nested] = fields('mutation { set(variables: { A: ["s3cret"] }) }')
  assert.equal(nested?.excerpt(new Set(['variables']), 200).text, 'set(variables: { A: [')
  const [wide] = fields('{ a(x: "\u{1f600}") }')
  assert.equal(wide?.excerpt(new Set(), 7).text, 'a(x: "')
})

test('the cache gives back what it parsed, and stays small', () => {
  const cache = createDocumentCache()
  const first = cache.parse('{ a }')
  assert.equal(cache.parse('{ a }'), first)
  assert.notEqual(cache.parse('{ a  }'), first)
  for (let i = 0; i < 600; i++) cache.parse(`{ a${i} }`)
  assert.equal(cache.size, 500)
  assert.notEqual(cache.parse('{ a }'), first)
  const long = `#${' '.repeat(60_000)}\n`
  for (let i = 0; i < 10; i++) cache.parse(`${long}{ a${i} }`)
  assert.equal(cache.size, 4)
  cache.parse(`${long}${long}{ a }`)
  assert.equal(cache.size, 4)
})
