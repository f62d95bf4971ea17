import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Fault } from '../../domain/fault.ts'
import * as backend from './backend.ts'
import { concatenate } from './bytes.ts'
import { FrameScanner } from './frames.ts'
import type { FramePlan } from './frames.ts'
import * as frontend from './frontend.ts'
import { settingsText } from './settings-text.ts'
import * as startup from './startup.ts'

const hex = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'))
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const isBroken = (fault: unknown): boolean =>
  fault instanceof Fault && /^postgres-(protocol|text)$/.test(fault.code)

interface Seen {
  readonly tag: string
  readonly bytes: string
}

/** What a scanner finds, its parts put together again. */
function scan(chunks: readonly Uint8Array[], plan: FramePlan): Seen[] {
  const scanner = new FrameScanner(plan)
  const seen: Seen[] = []
  let gathered = ''
  for (const chunk of chunks) {
    scanner.push(chunk)
    while (scanner.next()) {
      if (scanner.first) gathered = ''
      gathered += Buffer.from(scanner.bytes()).toString('hex')
      if (!scanner.last) continue
      assert.equal(gathered.length / 2, scanner.length)
      seen.push({ tag: String.fromCharCode(scanner.tag), bytes: gathered })
    }
    if (scanner.broken !== null) return [...seen, { tag: 'broken', bytes: scanner.broken }]
  }
  assert.ok(scanner.atBoundary)
  return seen
}

const stream = concatenate([
  frontend.parseMessage({ name: 's', text: 'select $1::int', types: [23] }),
  frontend.copyDataMessage(utf8('a longer message, which is passed on in parts')),
  frontend.syncMessage,
  frontend.copyDataMessage(new Uint8Array()),
  frontend.queryMessage('select 1'),
])

test('messages are found however the stream is cut', () => {
  const plan: FramePlan = (tag) => (tag === frontend.frontendTags.copyData ? 'parts' : 'whole')
  const whole = scan([stream], plan)
  assert.equal(whole.map(({ tag }) => tag).join(''), 'PdSdQ')
  for (const size of [1, 2, 3, 4, 5, 6, 7, 11, 40]) {
    const chunks: Uint8Array[] = []
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size))
    assert.deepEqual(scan(chunks, plan), whole, `${size} bytes at a time`)
  }
})

test('a gigabyte passes through in parts, and only its header is looked at', () => {
  const scanner = new FrameScanner(() => 'parts')
  const chunk = new Uint8Array(65_536)
  const length = 1_000_000_000
  chunk.set([0x44, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255])
  let passed = 0
  for (let left = length + 1; left > 0; left -= chunk.length) {
    scanner.push(chunk.subarray(0, Math.min(left, chunk.length)))
    while (scanner.next()) passed += scanner.end - scanner.start
    chunk.fill(0)
  }
  assert.equal(passed, length + 1)
  assert.ok(scanner.atBoundary)
})

test('lengths that lie, and tags that nobody knows, end it', () => {
  const plan: FramePlan = (tag, length) =>
    frontend.isFrontendFrame(tag, length) ? 'whole' : 'broken'
  for (const lie of ['51 00000003', '51 00000000', '51 ffffffff', '51 40000001', '53 00002711']) {
    assert.equal(scan([hex(lie), hex('00')], plan)[0]?.tag, 'broken', lie)
  }
  assert.equal(scan([hex('7a 00000004')], plan)[0]?.tag, 'broken')
  assert.equal(scan([hex('00 00 00 00 00')], plan)[0]?.tag, 'broken')
})

test('frontend messages, as they are on the wire', () => {
  const bytes = hex('50 00000016 7300 73656c65637420243100 0001 00000017')
  const parse = { name: 's', text: 'select $1', types: [23] }
  assert.deepEqual(frontend.readParse(bytes), parse)
  assert.deepEqual(frontend.parseMessage(parse), bytes)
  const bind = {
    portal: 'p',
    statement: 's',
    parameters: [
      { format: 'text', value: utf8('7') },
      { format: 'binary', value: null },
    ],
    resultFormats: ['binary'],
  } as const
  assert.deepEqual(frontend.readBind(frontend.bindMessage(bind)), bind)
  const renamed = frontend.renameBind(frontend.bindMessage(bind), 'other')
  assert.deepEqual(frontend.readBind(renamed), { ...bind, statement: 'other' })
  assert.equal(frontend.readParse(frontend.renameParse(bytes, 'x')).name, 'x')
  for (const what of ['statement', 'portal'] as const) {
    assert.deepEqual(frontend.readNamed(frontend.closeMessage({ what, name: 'n' })), {
      what,
      name: 'n',
    })
  }
  const execute = { portal: 'p', rowsMax: 10 }
  assert.deepEqual(frontend.readExecute(frontend.executeMessage(execute)), execute)
  assert.deepEqual(
    frontend.readSaslInitial(frontend.saslInitialMessage('SCRAM-SHA-256', utf8('n,,n=,r=x'))),
    { mechanism: 'SCRAM-SHA-256', data: utf8('n,,n=,r=x') },
  )
})

test('one format counts for all parameters, none means text', () => {
  const one = frontend.readBind(
    hex('42 0000001c 00 00 0001 0001 0002 00000001 61 00000001 62 0000'),
  )
  assert.deepEqual(
    one.parameters.map(({ format }) => format),
    ['binary', 'binary'],
  )
  const none = frontend.readBind(hex('42 00000013 00 00 0000 0001 00000001 61 0000'))
  assert.equal(none.parameters[0]?.format, 'text')
})

const lies: readonly (readonly [what: string, read: () => unknown])[] = [
  ['no NUL', () => frontend.readQuery(hex('51 00000005 61'))],
  ['two strings', () => frontend.readQuery(hex('51 00000008 61 00 62 00'))],
  ['not UTF-8', () => frontend.readQuery(hex('51 00000007 c328 00'))],
  ['an overlong NUL', () => frontend.readQuery(hex('51 00000007 c080 00'))],
  ['too few types', () => frontend.readParse(hex('50 00000008 00 00 0001'))],
  ['too many types', () => frontend.readParse(hex('50 0000000c 00 00 0000 00000017'))],
  [
    'a value past the end',
    () => frontend.readBind(hex('42 00000010 0000 0000 0001 7fffffff 0000')),
  ],
  ['a negative value', () => frontend.readBind(hex('42 00000010 0000 0000 0001 fffffffe 0000'))],
  ['format 2', () => frontend.readBind(hex('42 00000014 0000 0001 0002 0001 ffffffff 0000'))],
  [
    'formats that miss',
    () => frontend.readBind(hex('42 00000012 0000 0002 00000000 0001 ffffffff')),
  ],
  ['bytes behind a Bind', () => frontend.readBind(hex('42 0000000d 0000 0000 0000 0000 00'))],
  ['Describe of nothing', () => frontend.readNamed(hex('44 00000006 51 00'))],
  ['a body of Sync', () => frontend.readEmpty(hex('53 00000005 00'))],
  ['a rowsMax cut off', () => frontend.readExecute(hex('45 00000008 00 000000'))],
  ['a startup of no length', () => startup.readStartup(hex('00000004 00030000'))],
  ['a long startup', () => startup.readStartup(hex('00002711 00030000'))],
  ['protocol 2', () => startup.readStartup(hex('00000008 00020000'))],
  ['a request of no meaning', () => startup.readStartup(hex('00000008 04d2162d'))],
  ['bytes behind SSLRequest', () => startup.readStartup(hex('00000009 04d2162f 00'))],
  ['a short key', () => startup.readStartup(hex('0000000f 04d2162e 00000001 010203'))],
  [
    'a name twice',
    () =>
      startup.readStartup(
        startup.startupMessage(0, [
          ['a', ''],
          ['a', ''],
        ]),
      ),
  ],
  ['bytes behind the names', () => startup.readStartup(hex('0000000a 00030000 00 00'))],
  ['names without end', () => startup.readStartup(hex('0000000b 00030000 61 00 62'))],
  ['a state that is none', () => backend.readReadyForQuery(hex('5a 00000005 58'))],
]

test('what is cut off, overlong or untrue is a fault', () => {
  for (const [what, read] of lies) assert.throws(read, isBroken, what)
})

test('startup packets', () => {
  const parameters = [
    ['user', 'shop-db'],
    ['database', 'shop'],
  ] as const
  const begin = startup.startupMessage(2, parameters)
  assert.deepEqual(startup.readStartup(begin)?.packet, {
    kind: 'startup',
    minor: 2,
    parameters,
    options: [],
  })
  for (let cut = 0; cut < begin.length; cut++) {
    assert.equal(startup.readStartup(begin.subarray(0, cut)), null)
  }
  assert.equal(startup.readStartup(startup.tlsRequest())?.packet.kind, 'tls')
  assert.equal(startup.readStartup(startup.gssRequest())?.packet.kind, 'gss')
  const secret = new Uint8Array(32).fill(7)
  assert.deepEqual(startup.readStartup(startup.cancelRequest(-5, secret))?.packet, {
    kind: 'cancel',
    process: -5,
    secret,
  })
  const odd = startup.readStartup(startup.startupMessage(9999, [['_pq_.test', '1']]))?.packet
  assert.deepEqual(odd, { kind: 'startup', minor: 9999, parameters: [], options: ['_pq_.test'] })
})

test('backend messages', () => {
  const error = backend.errorResponse({
    severity: 'ERROR',
    code: '42501',
    message: 'no',
    detail: 'why',
    hint: 'what next',
  })
  assert.deepEqual(Object.fromEntries(backend.readFields(error)), {
    ...{ S: 'ERROR', V: 'ERROR', C: '42501', M: 'no', D: 'why', H: 'what next' },
  })
  assert.equal(backend.readReadyForQuery(backend.readyForQuery('T')), 'T')
  assert.deepEqual(backend.readAuthentication(backend.authenticationSasl(['A', 'B'])), {
    kind: 'sasl',
    mechanisms: ['A', 'B'],
  })
  assert.deepEqual(backend.readParameterStatus(backend.parameterStatus('a', 'b')), ['a', 'b'])
  const key = { process: 7, secret: new Uint8Array(32) }
  assert.deepEqual(backend.readBackendKeyData(backend.backendKeyData(key)), key)
  const row = hex('44 0000000f 0002 00000001 61 ffffffff')
  assert.deepEqual(backend.readDataRow(row), [utf8('a'), null])
  assert.deepEqual(
    backend.negotiateProtocolVersion(2, ['_pq_.x']),
    new Uint8Array(hex('76 00000013 00030002 00000001 5f70715f2e7800')),
  )
})

test('a RowDescription takes the formats of a portal', () => {
  const column = '00000000 0000 00000017 0004 ffffffff 0000'
  const description = hex(`54 00000030 0002 6100 ${column} 6200 ${column}`)
  const formats = (bytes: Uint8Array): readonly string[] =>
    backend.readRowDescription(bytes).map(({ format }) => format)
  assert.deepEqual(formats(backend.withFormats(description, [])), ['text', 'text'])
  assert.deepEqual(formats(backend.withFormats(description, ['binary'])), ['binary', 'binary'])
  assert.deepEqual(formats(backend.withFormats(description, ['text', 'binary'])), [
    'text',
    'binary',
  ])
})

test('the settings of a session, as statements', () => {
  assert.equal(settingsText([]), '')
  assert.equal(
    settingsText([
      ['Role', "o'neill"],
      ['app.user', 'a\\'],
      ['a";drop', ''],
      ['search_path', '"$user", Public,"A, ""b"'],
    ]),
    `SET "role" TO 'o''neill'; SET "app"."user" TO E'a\\\\'; SET "a"";drop" TO ''; ` +
      `SET "search_path" TO '$user', 'public', 'A, "b';`,
  )
})
