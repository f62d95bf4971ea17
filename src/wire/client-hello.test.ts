import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  extension,
  helloMessage,
  inRecords,
  realHello,
  serverName,
  sized,
} from '../../test/doors/hello-bytes.ts'
import { readClientHello } from './client-hello.ts'

const named = helloMessage({ extensions: [serverName('Example.COM')] })

test('reads what Node sends', async () => {
  const bytes = await realHello({
    servername: 'backboard.railway.app',
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  assert.deepEqual(readClientHello(bytes), {
    kind: 'hello',
    hello: {
      serverName: 'backboard.railway.app',
      protocols: ['h2', 'http/1.1'],
      encrypted: false,
    },
  })
})

test('TLS 1.2 alone, and without a name', async () => {
  const bytes = await realHello({ maxVersion: 'TLSv1.2', host: '127.0.0.1' })
  const reading = readClientHello(bytes)
  assert.equal(reading.kind === 'hello' && reading.hello.serverName, null)
})

test('every beginning is incomplete, and nothing but the whole is a hello', () => {
  const bytes = inRecords(named, 7)
  for (let length = 0; length < bytes.length; length += 1) {
    assert.equal(readClientHello(bytes.subarray(0, length)).kind, 'incomplete', `${length} bytes`)
  }
  assert.equal(readClientHello(bytes).kind, 'hello')
})

test('what follows the hello is not looked at', () => {
  const early = Buffer.from([23, 3, 3, 0, 1, 0xff])
  assert.equal(readClientHello(Buffer.concat([inRecords(named), early])).kind, 'hello')
})

test('an encrypted ClientHello is noticed', () => {
  const bytes = helloMessage({
    extensions: [serverName('a.example'), extension(0xfe0d, Buffer.alloc(8))],
  })
  const reading = readClientHello(inRecords(bytes))
  assert.equal(reading.kind === 'hello' && reading.hello.encrypted, true)
})

test('other protocols are told by their first byte', () => {
  for (const text of ['GET / HTTP/1.1\r\n', 'SSH-2.0-x\r\n', '\u0080\u002e\u0001', '\0']) {
    assert.equal(readClientHello(Buffer.from(text, 'latin1')).kind, 'not-tls')
  }
})

const noName = (body: Buffer): Buffer =>
  inRecords(helloMessage({ extensions: [extension(0, body)] }))
const entry = (type: number, name: string): Buffer =>
  Buffer.concat([Buffer.from([type]), sized(2, Buffer.from(name))])

const refused: readonly (readonly [why: string, bytes: Buffer])[] = [
  [
    'a record is not of a handshake',
    Buffer.concat([inRecords(named, 7).subarray(0, 12), Buffer.from([23, 3, 3])]),
  ],
  ['a record is of no known version', Buffer.from([22, 2, 0, 0, 5])],
  ['a record has a length out of bounds', Buffer.from([22, 3, 1, 0, 0])],
  ['a record has a length out of bounds', Buffer.from([22, 3, 1, 0x40, 1])],
  ['the first message is not a ClientHello', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
  ['the ClientHello is longer than', Buffer.from([22, 3, 1, 0, 4, 1, 0, 0x40, 1])],
  ['a record goes on after', inRecords(Buffer.concat([named, Buffer.from([0])]))],
  [
    'spread over more than',
    inRecords(helloMessage({ extensions: [serverName('a'.repeat(60))] }), 3),
  ],
  [
    'no known version',
    inRecords(helloMessage({ version: 3, tail: Buffer.alloc(0) }).fill(2, 4, 5)),
  ],
  ['the session id is longer', inRecords(helloMessage({ sessionId: Buffer.alloc(33) }))],
  ['odd length', inRecords(helloMessage({ suites: Buffer.alloc(3) }))],
  ['odd length', inRecords(helloMessage({ suites: Buffer.alloc(0) }))],
  ['no compression', inRecords(helloMessage({ compression: Buffer.alloc(0) }))],
  [
    'bytes follow the extensions',
    inRecords(helloMessage({ extensions: [], tail: Buffer.from([0]) })),
  ],
  [
    'an extension comes twice',
    inRecords(helloMessage({ extensions: [serverName('a.b'), serverName('a.b')] })),
  ],
  [
    'more than one server name',
    inRecords(helloMessage({ extensions: [serverName('a.b', 'c.d')] })),
  ],
  ['not a host name', noName(sized(2, entry(1, 'a.b')))],
  ['not a host name', noName(sized(2, entry(0, 'a b')))],
  ['not a host name', noName(sized(2, entry(0, 'a.b\0.c')))],
  ['not a host name', noName(sized(2, entry(0, '')))],
  [
    'bytes follow the server name',
    noName(Buffer.concat([sized(2, entry(0, 'a.b')), Buffer.from([0])])),
  ],
  ['past the end', noName(Buffer.from([0, 9, 0]))],
  ['wrong length', inRecords(helloMessage({ extensions: [extension(16, sized(2))] }))],
  [
    'a protocol has no name',
    inRecords(helloMessage({ extensions: [extension(16, sized(2, sized(1)))] })),
  ],
]

for (const [why, bytes] of refused) {
  test(`refused: ${why} (${bytes.length} bytes)`, () => {
    const reading = readClientHello(bytes)
    assert.equal(reading.kind, 'refused')
    assert.match(reading.why, new RegExp(why))
  })
}
