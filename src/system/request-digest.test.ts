import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { UpstreamName } from '../domain/names.ts'
import type { HttpPayload } from '../domain/request.ts'
import { sha256 } from './hash.ts'
import { digestOf, digestOfAsk } from './request-digest.ts'

const upstream = 'railway' as UpstreamName
const request: HttpPayload = {
  kind: 'http',
  upstream,
  method: 'POST',
  host: 'backboard.railway.app',
  target: '/graphql/v2',
  headers: [
    ['content-type', 'application/json'],
    ['user-agent', 'curl/8'],
  ],
  body: Buffer.from('{"query":"{ me { id } }"}'),
  unreadable: null,
}
const jsonOnly = [['content-type', 'application/json']] as const

test('the digest is what the format says', () => {
  const line =
    '["holdpoint/request/1","http","railway","POST","/graphql/v2",' +
    '[["content-type","application/json"]],null]'
  assert.equal(digestOf(request), sha256(`${line}\n{"query":"{ me { id } }"}`))
  assert.equal(
    digestOf({ kind: 'tunnel', host: 'a.example', port: 443 }),
    sha256('["holdpoint/request/1","tunnel","a.example",443]\n'),
  )
})

const same: readonly (readonly [what: string, change: Partial<HttpPayload>])[] = [
  ['the other name of the same upstream', { host: 'backboard.railway.com' }],
  ['another client', { headers: [...jsonOnly, ['user-agent', 'railway/4']] }],
  ['no client', { headers: jsonOnly }],
  ['tracing', { headers: [...jsonOnly, ['traceparent', '00-1'], ['x-request-id', '7']] }],
  ['fetch metadata', { headers: [['sec-fetch-mode', 'cors'], ...jsonOnly] }],
]
for (const [what, change] of same) {
  test(`${what} is the same request`, () => {
    assert.equal(digestOf({ ...request, ...change }), digestOf(request))
  })
}

const different: readonly (readonly [what: string, change: Partial<HttpPayload>])[] = [
  ['another upstream', { upstream: 'other' as UpstreamName }],
  ['another method', { method: 'GET' }],
  ['another target', { target: '/graphql/v2?x' }],
  ['another body', { body: Buffer.from('{"query":"{ me { id } } "}') }],
  ['no body', { body: Buffer.alloc(0) }],
  ['another content type', { headers: [['content-type', 'text/plain']] }],
  ['one header more', { headers: [...request.headers, ['x-team', '7']] }],
  ['no content type', { headers: [] }],
  [
    'a header cut in two',
    {
      headers: [
        ['content-type', 'application'],
        ['json', ''],
      ],
    },
  ],
  ['unreadable', { unreadable: 'too long' }],
  ['body bytes moved into the target', { target: '/graphql/v2{', body: request.body.subarray(1) }],
]
for (const [what, change] of different) {
  test(`${what} is another request`, () => {
    assert.notEqual(digestOf({ ...request, ...change }), digestOf(request))
  })
}

test('no request can pass for a tunnel, nor one question for another', () => {
  const tunnel = digestOf({ kind: 'tunnel', host: 'railway', port: 443 })
  assert.notEqual(tunnel, digestOf({ kind: 'tunnel', host: 'railway', port: 444 }))
  const ask = { method: 'GET', target: '/', headers: [], body: '' }
  assert.notEqual(digestOfAsk(upstream, ask), digestOfAsk('other' as UpstreamName, ask))
  assert.notEqual(digestOfAsk(upstream, ask), digestOfAsk(upstream, { ...ask, target: '/x' }))
})
