import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { worstEffect } from '../../domain/effect.ts'
import type { Effect } from '../../domain/effect.ts'
import type { UpstreamName } from '../../domain/names.ts'
import type { OperationKind } from '../../languages/graphql/read.ts'
import { operations } from './operations.ts'
import { createRailwayReader } from './read.ts'
import { effectsOf } from './rows.ts'

/** Railway's public schema: kind, field, arguments. */
const schema = readFileSync(
  new URL('../../../test/corpus/railway/operations.tsv', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t') as [OperationKind, string, string])

const reader = createRailwayReader()

function worstOf(query: string): Effect {
  const actions = reader.read({
    kind: 'http',
    upstream: 'railway' as UpstreamName,
    method: 'POST',
    host: 'backboard.railway.com',
    target: '/graphql/v2',
    headers: [],
    body: new TextEncoder().encode(JSON.stringify({ query })),
    unreadable: null,
  })
  const [first, ...rest] = actions?.flatMap(({ effects }) => effects) ?? []
  assert.ok(first, query)
  return worstEffect(first, ...rest)
}

test('the table holds the 395 operations of the schema, with their arguments', () => {
  const expected = schema.map(([kind, field, given]) => {
    const names = given === '' ? [] : given.split(', ').map((each) => each.split(':')[0])
    return `${kind} ${field} ${names.sort().join(' ')}`
  })
  const found = (['query', 'mutation', 'subscription'] as const).flatMap((kind) =>
    Object.entries(operations[kind]).map(
      ([field, { takes }]) => `${kind} ${field} ${[...takes].sort().join(' ')}`,
    ),
  )
  assert.equal(expected.length, 395)
  assert.deepEqual(found.sort(), expected.sort())
})

test('a call without arguments never reads as less than it may do', () => {
  for (const [kind, field, given] of schema) {
    const operation = operations[kind][field]
    assert.ok(operation)
    const effects = effectsOf(operation, { verb: field, arguments: {} })
    const required = given.includes('!') && !/^\w+: (DateTime|JSON|Boolean)!$/.test(given)
    if (kind === 'mutation')
      assert.ok(
        effects.every((effect) => effect.kind !== 'read'),
        field,
      )
    if (!required) continue
    // Where an id is needed and missing, nothing is said of what it would have named.
    const named = effects.some((effect) => effect.kind !== 'unknown' && effect.resource.id !== null)
    assert.ok(!named, field)
  }
})

test('an argument that a row does not know makes the call unknown', () => {
  for (const kind of ['query', 'mutation', 'subscription'] as const) {
    for (const [field, operation] of Object.entries(operations[kind])) {
      const [effect, ...rest] = effectsOf(operation, { verb: field, arguments: { force: true } })
      assert.equal(effect.kind, 'unknown')
      assert.deepEqual(rest, [])
    }
  }
})

const mutations = Object.keys(operations.mutation)

test('what only mentions a mutation does not do it', () => {
  const lookAlikes: readonly ((name: string) => string)[] = [
    (name) => `{ ${name}: project(id: "p") { id } }`,
    (name) => `query ${name} { project(id: "p") { id } }`,
    (name) => `{ templateSearch(query: "${name}(id: 1)") { __typename } }`,
    (name) => `{ project(id: "p") { ${name}: name } }`,
    (name) => `{ me { id } } # mutation { ${name} }`,
    (name) => `query($${name}: String = "p") { project(id: $${name}) { id } }`,
    (name) => `{ ...${name} } fragment ${name} on Query { me { id } }`,
    (name) => `mutation { ${name} @skip(if: true) }`,
    (name) => `mutation { ${name} @include(if: false) }`,
  ]
  for (const name of mutations) {
    for (const lookAlike of lookAlikes) {
      assert.equal(worstOf(lookAlike(name)).kind, 'read', lookAlike(name))
    }
  }
})

test('the same name under another kind is another operation', () => {
  for (const name of mutations) {
    assert.equal(worstOf(`query { ${name} }`).kind, 'unknown', name)
    assert.equal(worstOf(`subscription { ${name} }`).kind, 'unknown', name)
  }
  for (const name of Object.keys(operations.query)) {
    assert.equal(worstOf(`mutation { ${name} }`).kind, 'unknown', name)
  }
})

test('names are compared as they are written', () => {
  const names = ['VolumeDelete', 'volumedelete', 'volume_delete', 'constructor', '__proto__']
  for (const name of names) {
    assert.equal(worstOf(`mutation { ${name}(volumeId: "v") }`).kind, 'unknown', name)
  }
})
