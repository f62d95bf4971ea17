import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isPrivateName, readAuthority } from './host.ts'

const names: readonly (readonly [text: string, host: string, port: number | null])[] = [
  ['example.com', 'example.com', null],
  ['EXAMPLE.com:443', 'example.com', 443],
  ['backboard.railway.com.', 'backboard.railway.com', null],
  ['backboard.railway.com.:443', 'backboard.railway.com', 443],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example', null],
  ['_dmarc.example.com', '_dmarc.example.com', null],
  ['localhost:1', 'localhost', 1],
  ['1.2.3.4.example', '1.2.3.4.example', null],
  ['0xabc.example', '0xabc.example', null],
]
for (const [text, host, port] of names) {
  test(`name: ${text}`, () => {
    assert.deepEqual(readAuthority(text), { kind: 'name', host, port })
  })
}

const addresses = [
  '127.0.0.1',
  '127.0.0.1:80',
  '127.0.0.1.',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x',
  '017700000001',
  'example.0x7f',
  'a.1',
  '999.999.999.999',
  '[::1]',
  '[::ffff:127.0.0.1]:443',
  '[0:0:0:0:0:0:0:1]',
]
for (const text of addresses) {
  test(`address: ${text}`, () => assert.equal(readAuthority(text).kind, 'address'))
}

const refused = [
  '',
  ':443',
  'example.com:',
  'example.com:0',
  'example.com:080',
  'example.com:65536',
  'example.com:4 43',
  'example.com:443:443',
  'user@example.com',
  'example.com@evil.example',
  'exa%6dple.com',
  'ex ample.com',
  'exämple.com',
  'example\u3002com',
  'example.com..',
  '.example.com',
  'a..b',
  '-a.example',
  'a-.example',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(127)}com`,
  'example.com/',
  'example.com?',
  'example.com#',
  'example.com\\',
  'example.com\0',
  'example.com\n',
  '::1',
  '[::1',
  '[]',
  '[::1%eth0]',
  '[v1.a]',
  '[::1]x',
  '*',
]
for (const text of refused) {
  test(`refused: ${JSON.stringify(text)}`, () => assert.equal(readAuthority(text).kind, 'refused'))
}

test('private names', () => {
  for (const name of [
    'localhost',
    'a.localhost',
    'db',
    'metadata.google.internal',
    'metadata.goog',
    'printer.local',
    'api.default.svc',
    'api.svc.cluster.local',
    'router.lan',
    '1.0.0.127.in-addr.arpa',
  ]) {
    assert.ok(isPrivateName(name), name)
  }
})

test('public names that look like private ones', () => {
  for (const name of [
    'localhost.example',
    'internal.example.com',
    'local.example',
    'svc.example',
  ]) {
    assert.ok(!isPrivateName(name), name)
  }
})
