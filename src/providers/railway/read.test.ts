import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Action } from '../../domain/action.ts'
import type { UpstreamName } from '../../domain/names.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { HttpPayload } from '../../domain/request.ts'
import { createRailwayReader } from './read.ts'

const reader = createRailwayReader()

function payload(body: string | Uint8Array): HttpPayload {
  return {
    kind: 'http',
    upstream: 'railway' as UpstreamName,
    method: 'POST',
    host: 'backboard.railway.app',
    target: '/graphql/v2',
    headers: [],
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    unreadable: null,
  }
}

function read(body: string | Uint8Array): NonEmpty<Action> {
  const actions = reader.read(payload(body))
  assert.ok(actions)
  return actions
}

function whyIllegible(body: string | Uint8Array): string {
  const [action, ...rest] = read(body)
  assert.deepEqual(rest, [])
  const [effect] = action.effects
  assert.equal(effect.kind, 'unknown')
  assert.equal(effect.legible, false)
  return effect.why
}

test('the literal curl of 24 April 2026', () => {
  const body = '{"query":"mutation { volumeDelete(volumeId: \\"3d2c42fb-1f9e-4f0a\\") }"}'
  assert.deepEqual(read(body), [
    {
      verb: 'volumeDelete',
      effects: [
        {
          kind: 'destroy',
          resource: { provider: 'railway', type: 'volume', id: '3d2c42fb-1f9e-4f0a', within: {} },
          extent: 'whole',
          undo: 'never',
        },
      ],
      evidence: {
        reader: 'railway',
        excerpt: 'volumeDelete(volumeId: "3d2c42fb-1f9e-4f0a")',
        span: [11, 55],
      },
    },
  ])
})

test('the evidence is what the agent wrote, without the values of secrets', () => {
  for (const [query, shown] of [
    [
      'mutation { a: variableUpsert(input: { name: "KEY", value: "hunter2", projectId: "p" }) }',
      'a: variableUpsert(input: { name: "KEY", value: ',
    ],
    [
      'mutation { variableCollectionUpsert(input: { variables: { KEY: "hunter2" } }) }',
      'variableCollectionUpsert(input: { variables: { KEY: ',
    ],
    [
      'mutation { serviceInstanceUpdate(input: { registryCredentials: { password: "hunter2" } }) }',
      'serviceInstanceUpdate(input: { registryCredentials: { password: ',
    ],
    [
      'mutation { environmentStageChanges(input: { s: { variables: { K: { x: "hunter2" } } } }) }',
      'environmentStageChanges(input: { s: { variables: { K: { x: ',
    ],
    ['mutation { emailChangeConfirm(nonce: "hunter2") }', 'emailChangeConfirm(nonce: '],
    ['mutation { dockerComposeImport(yaml: """hunter2""") }', 'dockerComposeImport(yaml: '],
  ] as const) {
    const [{ evidence }] = read(JSON.stringify({ query }))
    assert.equal(evidence.excerpt, shown)
  }
})

test('every effect of every action stays free of what variables hold, but for ids', () => {
  const variables = { input: { name: 'K', value: 'hunter2', environmentId: 'e', projectId: 'p' } }
  const query = 'mutation($input: VariableUpsertInput!) { variableUpsert(input: $input) }'
  assert.ok(!JSON.stringify(read(JSON.stringify({ query, variables }))).includes('hunter2'))
})

test('too many operations are refused as a whole', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: me { id }`)
  assert.equal(read(JSON.stringify({ query: `{ ${fields(64).join(' ')} }` })).length, 64)
  const why = 'more than 64 operations in one request'
  assert.equal(whyIllegible(JSON.stringify({ query: `{ ${fields(65).join(' ')} }` })), why)
  const query = `{ ${fields(33).join(' ')} }`
  assert.equal(whyIllegible(JSON.stringify([{ query }, { query }])), why)
})

test('a batch shares one limit of fields', () => {
  const wide = `{ project(id: "p") { ${'a '.repeat(4000)} } }`
  const batch = JSON.stringify(Array(3).fill({ query: wide }))
  assert.equal(whyIllegible(batch), 'more than 10000 fields in a batch')
})

test('bytes that are not UTF-8 text are illegible', () => {
  const utf16 = new Uint8Array(Buffer.from('{"query":"{me{id}}"}', 'utf16le'))
  assert.equal(whyIllegible(utf16), 'the body: not JSON')
  const bom = new Uint8Array(Buffer.from('\ufeff{"query":"{me{id}}"}'))
  assert.equal(whyIllegible(bom), 'the body: the JSON starts with a byte order mark')
  assert.equal(whyIllegible(Uint8Array.of(0xff, 0xfe)), 'the body: the JSON is not UTF-8')
})

test('at other places, only text can be judged by a person', () => {
  for (const [body, legible] of [
    [Uint8Array.of(0xff), false],
    [Uint8Array.of(0x1b, 0x5b), false],
    [new TextEncoder().encode('{"a":"ä\n"}'), true],
    [new Uint8Array(), true],
  ] as const) {
    const [action] = reader.read({ ...payload(body), target: '/oauth/token' }) ?? []
    const effect = action?.effects[0]
    assert.ok(effect?.kind === 'unknown')
    assert.equal(effect.legible, legible)
  }
})

test('a secret in the query string of another place is not in the evidence', () => {
  const [action] = reader.read({ ...payload(''), target: '/oauth/token?secret=hunter2' }) ?? []
  assert.equal(action?.evidence.excerpt, 'POST /oauth/token')
})

test('a mebibyte of anything is read or refused at once', () => {
  const size = 1_000_000
  const services = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`s${i}`, {}]))
  const hostile = [
    '{"query":"{' + 'a{'.repeat(size / 2) + '"}',
    JSON.stringify({ query: `{ ${'a '.repeat(size / 2)}}` }),
    JSON.stringify({ query: '#\n'.repeat(size / 4) }),
    JSON.stringify({ query: '"""' + '\\"""'.repeat(size / 8) }),
    JSON.stringify({ query: '{me{id}}', variables: { a: 'x'.repeat(size) } }),
    JSON.stringify({ query: '{me{id}}', variables: Array(size / 4).fill(1) }),
    `[${Array(64)
      .fill(JSON.stringify({ query: `{ me { ${'a '.repeat(5000)} } }` }))
      .join()}]`,
    JSON.stringify({
      query: 'mutation($p: X!) { environmentPatchCommit(environmentId: "e", patch: $p) }',
      variables: { p: { services } },
    }),
  ]
  for (const body of hostile) {
    const started = performance.now()
    read(body)
    const elapsed = performance.now() - started
    assert.ok(elapsed < 400, `${body.slice(0, 40)}: ${elapsed} ms`)
  }
})
