import assert from 'node:assert/strict'
import { test } from 'node:test'

import { headerTable, readHead } from './head.ts'
import type { Head } from './head.ts'

const table = headerTable(['project-access-token'])

function head(...raw: readonly string[]): Head {
  const found = readHead(raw, table)
  assert.equal(found.kind, 'head')
  return found
}

function shown({ presented }: Head): readonly string[] {
  return presented.map(({ place, value }) => `${place} ${value.reveal()}`)
}

test('end-to-end headers are kept in order, lower case', () => {
  const { headers, unreadable } = head(
    'Accept',
    '*/*',
    'X-One',
    '1',
    'Content-Type',
    'a/b',
    'X-One',
    '2',
  )
  assert.deepEqual(headers, [
    ['accept', '*/*'],
    ['x-one', '1'],
    ['content-type', 'a/b'],
    ['x-one', '2'],
  ])
  assert.equal(unreadable, null)
})

test('what frames, routes or belongs to the connection is taken out', () => {
  const { headers, host, length, encoding } = head(
    ...['Host', 'h:1', 'Content-Length', '12', 'Content-Encoding', 'GZIP', 'Accept-Encoding', 'br'],
    ...[
      'Connection',
      'keep-alive, X-Mine',
      'Keep-Alive',
      'timeout=5',
      'X-Mine',
      '1',
      'TE',
      'trailers',
    ],
    ...['Via', 'x', 'Forwarded', 'for=1', 'X-Forwarded-For', '1', 'X-Forwarded-Anything', '1'],
    ...['X-Real-IP', '1', 'Expect', '100-continue', 'Proxy-Connection', 'x', 'Upgrade', 'h2c'],
  )
  assert.deepEqual(
    { headers, host, length, encoding },
    {
      headers: [],
      host: 'h:1',
      length: 12,
      encoding: 'gzip',
    },
  )
})

const credentials: readonly (readonly [name: string, value: string, shown: readonly string[]])[] = [
  ['Authorization', 'Bearer hpl_x', ['authorization hpl_x']],
  ['Authorization', 'bearer   hpl_x ', ['authorization hpl_x']],
  ['Authorization', 'token abc', ['authorization abc']],
  ['Authorization', 'hpl_x', ['authorization hpl_x']],
  ['Authorization', 'Bearer', ['authorization Bearer']],
  [
    'Authorization',
    'AWS4-HMAC-SHA256 Credential=a',
    ['authorization AWS4-HMAC-SHA256 Credential=a'],
  ],
  ['Authorization', '', []],
  ['Authorization', `Basic ${btoa('hpl_x:')}`, ['authorization hpl_x']],
  ['Authorization', `Basic ${btoa('agent:hpl_x')}`, ['authorization hpl_x']],
  [
    'Authorization',
    `Basic ${btoa('hpl_x:real-token')}`,
    ['authorization hpl_x', 'authorization real-token'],
  ],
  ['Authorization', `Basic ${btoa('user:password')}`, ['authorization user:password']],
  ['Authorization', 'Basic !!!', ['authorization Basic !!!']],
  ['Proxy-Authorization', `basic ${btoa('hpl_x:')}`, ['proxy hpl_x']],
  ['Project-Access-Token', 'real', ['header real']],
  ['PROJECT-ACCESS-TOKEN', 'hpl_x', ['header hpl_x']],
  ['X-Api-Key', 'real', ['header real']],
  ['Cookie', 'session=1; a=b', ['cookie session=1; a=b']],
]
for (const [name, value, expected] of credentials) {
  test(`credential: ${name}: ${value}`, () => {
    const found = head(name, value)
    assert.deepEqual(shown(found), expected)
    assert.deepEqual(found.headers, [])
  })
}

test('cookie crumbs are one cookie', () => {
  assert.deepEqual(shown(head('cookie', 'a=1', 'cookie', 'b=2')), ['cookie a=1; b=2'])
})

test('a credential named by Connection is presented all the same', () => {
  assert.deepEqual(shown(head('Connection', 'authorization', 'Authorization', 'Bearer real')), [
    'authorization real',
  ])
})

const twice = [
  'Host',
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'Transfer-Encoding',
  'Authorization',
  'Proxy-Authorization',
  'Project-Access-Token',
  'Expect',
  'X-HTTP-Method-Override',
]
const harmlessValue: Readonly<Record<string, string>> = {
  'Content-Length': '1',
  'Transfer-Encoding': 'chunked',
  Expect: '100-continue',
}
for (const name of twice) {
  test(`twice: ${name}`, () => {
    const value = harmlessValue[name] ?? 'x'
    const found = readHead([name, value, name.toLowerCase(), value], table)
    assert.equal(found.kind === 'defect' && found.code, 'duplicate-header')
  })
}

const defects: readonly (readonly [code: string, raw: readonly string[]])[] = [
  ['malformed', ['Content-Length', '+1']],
  ['malformed', ['Content-Length', '1, 1']],
  ['malformed', ['Content-Length', '1234567890123456']],
  ['malformed', ['Content-Length', '1', 'Transfer-Encoding', 'chunked']],
  ['malformed', ['Connection', 'close, content-length']],
  ['malformed', ['Connection', 'Host']],
  ['malformed', ['Connection', 'close', 'Connection', 'Transfer-Encoding']],
  ['transfer-encoding', ['Transfer-Encoding', 'gzip, chunked']],
  ['transfer-encoding', ['Transfer-Encoding', 'identity']],
  ['transfer-encoding', ['Transfer-Encoding', 'chunked\t']],
  ['expectation', ['Expect', '200-maybe']],
]
for (const [code, raw] of defects) {
  test(`refused: ${raw.join(': ')}`, () => {
    const found = readHead(raw, table)
    assert.equal(found.kind === 'defect' && found.code, code)
  })
}

const unreadable: readonly (readonly [name: string, value: string])[] = [
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Http-Method', 'DELETE'],
  ['X-Method-Override', 'DELETE'],
  ['X_HTTP_Method_Override', 'DELETE'],
  ['X-Original-URL', '/admin'],
  ['X-Rewrite-URL', '/admin'],
  ['Content_Length', '0'],
  ['Transfer_Encoding', 'chunked'],
  ['X_Forwarded_For', '127.0.0.1'],
  ['X-Note', 'my lease is hpl_abc'],
]
for (const [name, value] of unreadable) {
  test(`unreadable: ${name}`, () => assert.notEqual(head(name, value).unreadable, null))
}

test('underscores that mean nothing are kept', () => {
  const { headers, unreadable: why } = head('X_Trace_Id', '1')
  assert.deepEqual([headers, why], [[['x_trace_id', '1']], null])
})
