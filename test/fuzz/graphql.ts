import assert from 'node:assert/strict'

import { parse, print } from 'graphql'

import { documentLimits, parseDocument } from '../../src/languages/graphql/document.ts'
import { readOperation } from '../../src/languages/graphql/read.ts'
import type { RootField } from '../../src/languages/graphql/read.ts'
import { inTime } from './target.ts'
import type { FuzzTarget } from './target.ts'

const given = { id: 'vol-1', skip: true, input: { a: [null, { b: 1 }] } }

export const fuzzGraphql: FuzzTarget = {
  name: 'graphql',
  seedInputs: [
    'mutation { a: volumeDelete(volumeId: "v") @skip(if: false) { id } }',
    'query Q($id: String! = "x", $skip: Boolean!) { ...F @include(if: $skip) }' +
      ' fragment F on Query { a(id: $id) { b } }',
    'query A { a } mutation B { b(i: { x: [1, $v, RED], y: """block""" }) }',
    '{ a { ... on T { b } ...F } } fragment F on T { c { ...G } } fragment G on T { d }',
    'subscription($input: [In!]! = []) { s(input: $input, n: -1.5e3, z: null) @x(y: 1) { t } }',
    '{ ...A } fragment A on Q { ...B ...B } fragment B on Q { ...C ...C } fragment C on Q { x }',
    '#\r,{a(s:"\\u0061\\u{1F600}")}',
  ],
  check(input) {
    const text = new TextDecoder().decode(input)
    inTime(() => parseDocument(text))
    const parsed = parseDocument(text)
    if (parsed.kind === 'refused') return
    const { document } = parsed
    const again = parseDocument(print(parse(text)))
    assert.equal(again.kind, 'parsed', 'printed as the specification says, it is refused')
    for (const { node } of document.operations) {
      const name = node.name?.value ?? null
      const read = readOperation(document, name, given)
      const reread = readOperation(again.document, name, given)
      assert.equal(read.kind, reread.kind)
      if (read.kind === 'refused' || reread.kind === 'refused') continue
      assert.deepEqual(read.fields.map(show), reread.fields.map(show))
      inTime(() => read.fields.forEach(checkField(text, document.fieldNames)))
    }
  },
}

function show(field: RootField): string {
  return `${field.operation} ${field.name} ${JSON.stringify(field.arguments)}`
}

function checkField(text: string, names: ReadonlySet<string>): (field: RootField) => void {
  return (field) => {
    assert.ok(names.has(field.name))
    const excerpt = field.excerpt(new Set(['input', 'id']), 200)
    assert.equal(text.slice(...excerpt.span), excerpt.text)
    assert.ok(excerpt.text.length <= 200)
    let below = 0
    for (const { name } of field.below()) {
      assert.ok(names.has(name))
      assert.ok(++below <= documentLimits.fieldsMax)
    }
  }
}
