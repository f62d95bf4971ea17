import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Effect } from './domain/effect.ts'
import type { UpstreamName } from './domain/names.ts'
import type { HttpPayload } from './domain/request.ts'
import { createInterpreter } from './interpret.ts'
import { createRailwayReader } from './providers/railway/read.ts'

const railway = 'railway' as UpstreamName
const interpret = createInterpreter({ readers: new Map([[railway, createRailwayReader()]]) })

const payload: HttpPayload = {
  kind: 'http',
  upstream: railway,
  method: 'POST',
  host: 'backboard.railway.com',
  target: '/graphql/v2',
  headers: [['content-type', 'application/json']],
  body: new TextEncoder().encode('{"query":"{ me { id } }"}'),
  unreadable: null,
}

function effectOf(changed: Partial<HttpPayload>): Effect {
  const [action, ...rest] = interpret({ ...payload, ...changed })
  assert.deepEqual(rest, [])
  return action.effects[0]
}

test('a request is read by the reader of its upstream', () => {
  assert.equal(effectOf({}).kind, 'read')
})

const overridden = 'a header or parameter that overrides'
for (const [name, changed, why] of [
  ['unreadable', { unreadable: 'more than 1 MiB' }, 'more than 1 MiB'],
  ['another upstream', { upstream: 'aws' as UpstreamName }, 'no reader for the upstream `aws`'],
  ['a method override', { headers: [['x-http-method-override', 'PUT']] }, overridden],
  ['with underscores', { headers: [['x_http_method_override', 'PUT']] }, overridden],
  ['x-method-override', { headers: [['X-Method-Override', 'PUT']] }, overridden],
  ['x-http-method', { headers: [['x-http-method', 'PUT']] }, overridden],
  ['a path override', { headers: [['x-original-url', '/oauth/token']] }, overridden],
  ['x-rewrite-url', { headers: [['x-rewrite-url', '/oauth/token']] }, overridden],
  ['_method', { target: '/volumes/v?a=b&_method=DELETE' }, overridden],
  ['_method encoded', { target: '/volumes/v?%5F%6Dethod=DELETE' }, overridden],
  ['_METHOD', { target: '/volumes/v?a;_METHOD' }, overridden],
] as const) {
  test(`illegible: ${name}`, () => {
    assert.deepEqual(effectOf(changed), { kind: 'unknown', why, legible: false })
  })
}

test('what only resembles an override is read', () => {
  assert.equal(effectOf({ headers: [['x-method', 'PUT']] }).kind, 'read')
  const [effect] = interpret({ ...payload, target: '/x?method=PUT&a=_method' })[0].effects
  assert.ok(effect.kind === 'unknown' && effect.legible)
})

test('a reader that says "not mine" leaves the unknown', () => {
  const nobody = createInterpreter({ readers: new Map([[railway, { read: () => null }]]) })
  const [effect] = nobody(payload)[0].effects
  assert.deepEqual(effect, {
    kind: 'unknown',
    why: 'no reader for the upstream `railway`',
    legible: false,
  })
})

test('a tunnel is a connection to its host, whatever goes through it', () => {
  assert.deepEqual(interpret({ kind: 'tunnel', host: 'registry.npmjs.org', port: 443 }), [
    {
      verb: 'connect',
      effects: [
        {
          kind: 'write',
          resource: { provider: 'egress', type: 'host', id: 'registry.npmjs.org', within: {} },
          extent: 'some',
          undo: 'trivial',
        },
      ],
      evidence: { reader: 'egress', excerpt: 'CONNECT registry.npmjs.org:443', span: null },
    },
  ])
})
