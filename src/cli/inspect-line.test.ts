import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { UpstreamName } from '../domain/names.ts'
import { createInterpreter } from '../interpret.ts'
import { providers } from '../providers/table.ts'
import { createInspector } from './inspect-line.ts'

const readers = new Map(providers.map(({ name, reader }) => [name as UpstreamName, reader]))
const inspect = createInspector(providers, createInterpreter({ readers }))

interface Sent {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

function inspected(sent: Sent): string {
  const { method = 'POST', url = api, ...rest } = sent
  const line = JSON.stringify({ id: 'x', surface: 'http', request: { method, url, ...rest } })
  const answer = inspect(line)
  assert.equal(answer.id, 'x')
  if ('error' in answer) return `error: ${answer.error}`
  const actions = answer.actions.map(
    ({ verb, resource }) => `${verb} ${resource ?? 'nothing known'}`,
  )
  return `${answer.effect}, ${answer.reversibility}: ${actions.join(', ')}`
}

const api = 'https://backboard.railway.app/graphql/v2'
const query = (text: string): string => JSON.stringify({ query: text })
const deletion = query('mutation { volumeDelete(volumeId: "v1") }')
const harmless = query('query { projects { edges { node { id } } } }')
const destroys = 'destroy, irreversible: volumeDelete railway:volume/v1'

test('the literal curl of the incident destroys, however its address is written', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Bearer t' }
  for (const url of [
    api,
    'https://backboard.railway.com/graphql/v2',
    'HTTPS://BACKBOARD.RAILWAY.APP:443/graphql/v2',
    'https://backboard.railway.app./graphql/v2',
  ]) {
    assert.equal(inspected({ url, headers: form, body: deletion }), destroys, url)
  }
})

test('its harmless look-alike reads', () => {
  const said = query(
    'query { projects { edges { node { id name } } } } # volumeDelete(volumeId: "v1")',
  )
  assert.match(inspected({ body: said }), /^read, reversible: projects /)
  assert.match(inspected({ body: harmless }), /^read, reversible: /)
})

test('the worst of several rules, and each is told', () => {
  const both = query('mutation { a: volumeDelete(volumeId: "v1") b: deploymentRestart(id: "d") }')
  const answer = inspected({ body: both })
  assert.match(
    answer,
    /^destroy, irreversible: volumeDelete railway:volume\/v1, deploymentRestart /,
  )
})

test('what the door would not hand over is unknown, and why is said', () => {
  const cases: readonly (readonly [Sent, RegExp])[] = [
    [{ url: 'https://example.com/graphql/v2' }, /not a governed host: `example.com`/],
    [{ url: 'https://backboard.railway.app.evil.example/' }, /not a governed host/],
    [{ url: 'https://1.2.3.4/graphql/v2' }, /is an address/],
    [{ url: 'https://backboard.railway.app:8443/graphql/v2' }, /port 8443/],
    [{ url: 'https://u:p@backboard.railway.app/graphql/v2' }, /user information/],
    [{ url: 'https://backboard.railway.app/%67raphql/v2' }, /escape/],
    [{ headers: { host: 'other.example' } }, /names both/],
    [{ headers: { 'content-length': ['1', '2'] } }, /came twice/],
    [{ headers: { 'transfer-encoding': 'gzip, chunked' } }, /transfer-encoding/],
    [{ headers: { 'X-HTTP-Method-Override': 'DELETE' } }, /override/],
    [{ headers: { 'content-encoding': 'gzip' } }, /cannot be read/],
    [{ headers: { upgrade: 'websocket' } }, /upgraded/],
    [{ method: 'post' }, /method `post`/],
    [{ method: 'TRACE' }, /method `TRACE`/],
    [{ body: 'x'.repeat(1_100_000) }, /longer than 1048576 bytes/],
  ]
  for (const [sent, why] of cases) {
    const { method = 'POST', url = api, body = harmless, headers = {} } = sent
    const request = { method, url, body, headers }
    const answer = inspect(JSON.stringify({ surface: 'http', request }))
    assert.ok('effect' in answer, JSON.stringify(answer))
    assert.equal(answer.effect, 'unknown')
    assert.equal(answer.reversibility, 'irreversible')
    assert.deepEqual(
      answer.actions.map(({ resource }) => resource),
      [null],
    )
    assert.match(answer.why, why)
  }
})

test('a bad line is an error with its id, where it has one, and never a throw', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['', { error: 'not JSON' }],
    ['{"id":"a"', { error: 'not JSON' }],
    ['null', { error: 'Invalid input: expected object, received null' }],
    [
      '{"id":"a"}',
      { id: 'a', error: '`surface`: a line says its `surface`, as in `"surface":"http"`' },
    ],
    [
      '{"id":"a","surface":"sql","statement":"x"}',
      { id: 'a', error: 'the surface `sql` is not read yet' },
    ],
    [
      '{"id":7,"surface":"http"}',
      { id: 7, error: 'request: Invalid input: expected object, received undefined' },
    ],
    ['{"id":{"a":1},"surface":"http"}', { error: '`id`: Invalid input' }],
    [
      '{"id":"a","surface":"http","request":{"method":"GET","url":"file:///etc/passwd"}}',
      { id: 'a', error: '`request.url` is not an http or https URL' },
    ],
    [
      '{"id":"a","surface":"http","request":{"method":"GET","url":"https://x.example","body":1}}',
      { id: 'a', error: 'request: `body`: Invalid input: expected string, received number' },
    ],
  ]
  for (const [line, answer] of cases) assert.deepEqual(inspect(line), answer, line)
})

test('GET queries, batches and unreadable bodies are read as the gate reads them', () => {
  const get = `${api}?query=${encodeURIComponent('query { me { id } }')}`
  assert.match(inspected({ method: 'GET', url: get, body: '' }), /^read, reversible: me /)
  assert.match(inspected({ body: `[${harmless},${deletion}]` }), /^(destroy|unknown), irreversible/)
  for (const body of [
    '{',
    '{"query":1}',
    '',
    '{"query":"{ projects }","query":"mutation { x }"}',
  ]) {
    assert.match(inspected({ body }), /^unknown, irreversible: .* nothing known$/)
  }
})
