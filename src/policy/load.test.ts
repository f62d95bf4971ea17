import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readSchema } from '../../policies/shipped.ts'
import { Fault } from '../domain/fault.ts'
import { sha256 } from '../system/hash.ts'
import { createPolicy } from './policy.ts'
import type { PolicySource } from './policy.ts'

const schema = readSchema()
const everything = 'permit (principal, action, resource);'

function load(sources: readonly PolicySource[], schemaText = schema): void {
  createPolicy({ sources, schema: schemaText, digest: sha256 }).close()
}

function file(text: string, name = 'mine.cedar'): readonly PolicySource[] {
  return [{ name, text }]
}

function refused(sources: readonly PolicySource[], message: RegExp, schemaText = schema): void {
  assert.throws(
    () => load(sources, schemaText),
    (fault) => {
      assert.ok(fault instanceof Fault)
      assert.equal(fault.code, 'policy-invalid')
      assert.match(fault.message, message)
      return true
    },
  )
}

const fine = `@id("fine") @says("fine") ${everything}`

test('a policy with a name and its reason loads', () => {
  load(file(fine))
})

test('an annotation with everything a hold can say loads', () => {
  const hold = '@id("a") @verdict("hold") @release("two-person") @safeguard("independent-backup")'
  load(file(`${hold} @says("fine")\nforbid (principal, action == Action::"destroy", resource);`))
})

// What is wrong, and the place and words that the operator gets.
const broken: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ['a syntax error', `${fine}\npermit (principal, action`, /^mine\.cedar:2:\d+: .+; .+/],
  ['a second file of nothing but noise', '%%%', /^mine\.cedar:1:1: /],
  ['no name', `\n  @says("x") ${everything}`, /^mine\.cedar:2:3: a policy without a usable name/],
  ['a name in capitals', `@id("Mine") @says("x") ${everything}`, /without a usable name/],
  ['no reason', `@id("mine") ${everything}`, /`mine` does not say why; add `@says/],
  ['an empty reason', `@id("mine") @says("") ${everything}`, /`@says` is empty/],
  ['a reason without a value', `@id("mine") @says ${everything}`, /`@says` is empty/],
  ['a long reason', `@id("m") @says("${'x'.repeat(201)}") ${everything}`, /cannot be shown/],
  ['a reason in several lines', `@id("m") @says("a\nb") ${everything}`, /cannot be shown/],
  ['a reason turned round', `@id("m") @says("a\u202eb") ${everything}`, /cannot be shown/],
  ['an unknown annotation', `@verdit("hold") ${fine}`, /unknown annotation `@verdit`; known are/],
  ['an unknown verdict', `@verdict("ask") ${fine}`, /unknown verdict `ask`; the only one is/],
  ['a permit that holds', `@verdict("hold") ${fine}`, /on a permit; write it as a `forbid`/],
  ['a release on a permit', `@release("owner") ${fine}`, /`@release` has a meaning on a hold only/],
  ['an instead on a permit', `@instead("ask") ${fine}`, /has a meaning on a plain forbid only/],
  [
    'an unknown release',
    `@id("m") @says("m") @verdict("hold") @release("boss") forbid (principal, action, resource);`,
    /unknown release `boss`; known are `owner`, `other-person`, `two-person`/,
  ],
  [
    'an unknown safeguard',
    `@id("m") @says("m") @verdict("hold") @safeguard("hope") forbid (principal, action, resource);`,
    /unknown safeguard `hope`; known are `independent-backup`/,
  ],
  [
    'a safeguard on a plain forbid',
    `@id("m") @says("m") @safeguard("independent-backup") forbid (principal, action, resource);`,
    /`@safeguard` has a meaning on a hold or a permit only/,
  ],
  ['an annotation twice', `@id("n") ${fine}`, /duplicate annotation: @id/],
  [
    'a template',
    '@id("m") @says("m")\npermit (principal == ?principal, action, resource);',
    /^mine\.cedar:1:1: a template; write a policy without `\?principal`/,
  ],
  [
    'an action that is misspelt',
    `// é\n@id("m") @says("é") forbid (principal, action == Action::"destory", resource);`,
    // Which of its words Cedar suggests depends on how it happens to have hashed them.
    /^mine\.cedar:2:50: .*destory.*; did you mean `Action::"\w+"`/,
  ],
  [
    'a word of an enumeration that is misspelt',
    `@id("m") @says("m") forbid (principal, action, resource)
when { context.protection == Protection::"critcal" };`,
    /^mine\.cedar:2:30: .*critcal/,
  ],
  [
    'an attribute that is misspelt',
    `@id("m") @says("m") forbid (principal, action, resource) when { context.shard };`,
    /^mine\.cedar:1:\d+: .*`shard`/,
  ],
  [
    'a figure that may be unknown',
    `@id("m") @says("m") forbid (principal, action, resource) when { context.rows > 100 };`,
    /optional attribute `rows`.*; try testing for the attribute's presence/,
  ],
  [
    'a forbid that never applies',
    `@id("m") @says("m") forbid (principal, action, resource) when { false };`,
    /^mine\.cedar:1:1: .*policy is impossible/,
  ],
  [
    'a comparison of different types',
    `@id("m") @says("m") forbid (principal, action, resource) when { context.verb == 3 };`,
    /^mine\.cedar:1:\d+: /,
  ],
  [
    'a text turned round',
    `@id("m") @says("m") forbid (principal, action, resource) when { context.verb == "a\u202eb" };`,
    /BIDI control characters/,
  ],
]

for (const [what, text, message] of broken) {
  test(`refused: ${what}`, () => refused(file(text), message))
}

test('refused: a name that is taken, in another file', () => {
  const sources = [...file(fine, 'a.cedar'), ...file(`\n\n${fine}`, 'b.cedar')]
  refused(sources, /^b\.cedar:3:1: `fine` is taken by a\.cedar:1:1; choose another/)
})

test('refused: the place is counted in the right file, after others', () => {
  const wrong = '@id("m") @says("m") forbid (principal, action, resource) when { context.shard };'
  refused([...file(fine, 'a.cedar'), ...file(`// é\n${wrong}`, 'b.cedar')], /^b\.cedar:2:65: /)
})

test('refused: no policies at all', () => {
  refused([], /no policies/)
  refused(file('// nothing but a comment'), /no policies/)
})

test('refused: more than the limits', () => {
  refused(file(`//${' '.repeat(262_144)}`), /longer than 262144 bytes/)
  refused(
    Array.from({ length: 201 }, (_, i) => ({ name: `${i}`, text: '' })),
    /more than 200/,
  )
  const many = Array.from({ length: 1_001 }, (_, i) => `@id("m${i}") @says("m") ${everything}`)
  refused(file(many.join('\n')), /more than 1000 policies/)
})

test('refused: a schema that is wrong names its line', () => {
  refused(file(fine), /^schema\.cedarschema:2:14: .*`Y`/, 'entity A;\nentity B in [Y];')
})

test('the digest changes with every text, and with nothing else', () => {
  const digestOf = (sources: readonly PolicySource[], text = schema): string => {
    const policy = createPolicy({ sources, schema: text, digest: sha256 })
    policy.close()
    return policy.digest
  }
  const other = file(`@id("other") @says("x") ${everything}`, 'other.cedar')
  const both = digestOf([...file(fine), ...other])
  assert.equal(both, digestOf([...other, ...file(fine)]))
  assert.notEqual(both, digestOf(file(fine)))
  assert.notEqual(digestOf(file(fine)), digestOf(file(`${fine}\n`)))
  assert.notEqual(digestOf(file(fine)), digestOf(file(fine), `${schema}\n`))
})
