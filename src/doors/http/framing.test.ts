// Bytes on the wire, and what becomes of them: the status of each answer in turn, and what the gate
// hears. `none`: it hears nothing. `unreadable`: it hears of one request that it cannot but refuse.
// `read`: of one that it may judge. After every `none` the connection is closed.
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'

import {
  exchangeBytes,
  latch,
  lease,
  opened,
  refused,
  replied,
  stageDoor,
  textUntilClosed,
} from '../../../test/doors/staged-door.ts'
import type { StagedDoor } from '../../../test/doors/staged-door.ts'

type Heard = 'none' | 'unreadable' | 'read'
type Row = readonly [name: string, bytes: string, statuses: readonly number[], heard: Heard]

const door: StagedDoor = await stageDoor({ after })
const host = `Host: 127.0.0.1:${door.port}`
const auth = `Authorization: Bearer ${lease}`
const line = 'POST /railway/graphql/v2 HTTP/1.1'

/** A POST with these fields and this body, framed by them alone. */
function post(fields: readonly string[], body = ''): string {
  return `${[line, host, auth, ...fields].join('\r\n')}\r\n\r\n${body}`
}

function get(target: string, ...fields: readonly string[]): string {
  return `${[`GET ${target} HTTP/1.1`, ...(fields.length === 0 ? [host] : fields)].join('\r\n')}\r\n\r\n`
}

const chunked = 'Transfer-Encoding: chunked'
const rows: readonly Row[] = [
  // The plain forms, for comparison.
  ['content-length', post(['Content-Length: 2'], '{}'), [200], 'read'],
  ['chunked', post([chunked], '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n'), [200], 'read'],
  [
    'chunked, upper case',
    post(['TRANSFER-ENCODING: Chunked'], '2\r\n{}\r\n0\r\n\r\n'),
    [200],
    'read',
  ],
  ['no body', post([]), [200], 'read'],
  ['GET with a body', get('/railway/x', host, 'Content-Length: 2') + '{}', [200], 'read'],
  ['empty lines before', `\r\n\r\n${post([])}`, [200], 'read'],
  ['chunk extensions are dropped', post([chunked], '2;a=b\r\n{}\r\n0;c\r\n\r\n'), [200], 'read'],
  ['expect', post(['Expect: 100-continue', 'Content-Length: 2'], '{}'), [100, 200], 'read'],
  ['query right after the prefix', get('/railway?x=1'), [200], 'read'],

  // Where one server sees one request and another sees two.
  ['CL.TE', post(['Content-Length: 5', chunked], '0\r\n\r\n'), [400], 'none'],
  ['TE.CL', post([chunked, 'Content-Length: 5'], '0\r\n\r\n'), [400], 'none'],
  ['TE.TE', post([chunked, 'Transfer-Encoding: identity'], '0\r\n\r\n'), [400], 'none'],
  ['TE twice', post([chunked, chunked], '0\r\n\r\n'), [400], 'none'],
  ['TE gzip, chunked', post(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'), [501], 'none'],
  [
    'TE chunked, chunked',
    post(['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'),
    [400],
    'none',
  ],
  ['TE xchunked', post(['Transfer-Encoding: xchunked'], '0\r\n\r\n'), [501], 'none'],
  ['TE with a tab', post(['Transfer-Encoding:\tchunked\t'], '0\r\n\r\n'), [400], 'none'],
  [
    'TE with a space before the colon',
    post(['Transfer-Encoding : chunked'], '0\r\n\r\n'),
    [400],
    'none',
  ],
  ['TE with vertical tab', post(['Transfer-Encoding: \x0bchunked'], '0\r\n\r\n'), [400], 'none'],
  ['TE folded', post(['Transfer-Encoding:\r\n chunked'], '0\r\n\r\n'), [400], 'none'],
  [
    'TE by underscore',
    post(['Transfer_Encoding: chunked', 'Content-Length: 0']),
    [403],
    'unreadable',
  ],
  ['CL twice, the same', post(['Content-Length: 2', 'Content-Length: 2'], '{}'), [400], 'none'],
  ['CL twice, different', post(['Content-Length: 2', 'Content-Length: 0'], '{}'), [400], 'none'],
  ['CL as a list', post(['Content-Length: 2, 2'], '{}'), [400], 'none'],
  ['CL with a sign', post(['Content-Length: +2'], '{}'), [400], 'none'],
  ['CL negative', post(['Content-Length: -1']), [400], 'none'],
  ['CL in hexadecimal', post(['Content-Length: 0x2'], '{}'), [400], 'none'],
  ['CL empty', post(['Content-Length: ']), [400], 'none'],
  ['CL too long for a number', post(['Content-Length: 99999999999999999999']), [400], 'none'],
  ['CL folded', post(['Content-Length:\r\n 2'], '{}'), [400], 'none'],
  ['CL shorter than the body', post(['Content-Length: 1'], '{}'), [400], 'none'],
  [
    'Connection names CL',
    post(['Connection: close, Content-Length', 'Content-Length: 2'], '{}'),
    [400],
    'none',
  ],
  ['Connection names Host', post(['Connection: Host']), [400], 'none'],
  ['chunk size negative', post([chunked], '-1\r\n'), [400], 'none'],
  ['chunk size 0x2', post([chunked], '0x2\r\n{}\r\n0\r\n\r\n'), [400], 'none'],
  ['chunk size too large', post([chunked], 'fffffffffffffffff\r\n'), [400], 'none'],
  ['chunk size with a space', post([chunked], '2 \r\n{}\r\n0\r\n\r\n'), [400], 'none'],
  ['chunk ends in bare LF', post([chunked], '2\n{}\n0\n\n'), [400], 'none'],
  ['chunk longer than said', post([chunked], '1\r\n{}\r\n0\r\n\r\n'), [400], 'none'],
  ['chunk extension without end', post([chunked], `2;${'a'.repeat(20_000)}`), [400], 'none'],
  ['trailers', post([chunked], '2\r\n{}\r\n0\r\nX-A: b\r\n\r\n'), [400], 'none'],
  ['trailers that frame', post([chunked], '0\r\nContent-Length: 9\r\n\r\n'), [400], 'none'],

  // Lines and characters.
  ['bare LF', post([]).replaceAll('\r\n', '\n'), [400], 'none'],
  ['bare LF in one field', post(['X: 1\nY: 2']), [400], 'none'],
  ['bare CR', post(['X: 1\rY: 2']), [400], 'none'],
  ['obs-fold', post(['X: 1\r\n 2']), [400], 'none'],
  ['a space before the first field', `${line}\r\n ${host}\r\n\r\n`, [400], 'none'],
  ['NUL in a value', post(['X: a\0b']), [400], 'none'],
  ['NUL in a name', post(['X\0: a']), [400], 'none'],
  ['control character', post(['X: a\x01b']), [400], 'none'],
  ['empty name', post([': a']), [400], 'none'],
  ['name with a parenthesis', post(['X(a): b']), [400], 'none'],
  ['no colon', post(['X']), [400], 'none'],
  ['tab after the method', 'GET\t/railway/ HTTP/1.1\r\n\r\n', [400], 'none'],
  ['non-ASCII in the target', get('/railway/\xe9'), [400], 'none'],
  ['NUL in the target', get('/railway/\0'), [400], 'none'],

  // Versions and methods.
  ['HTTP/1.0', `POST /railway/x HTTP/1.0\r\n${host}\r\n\r\n`, [505], 'none'],
  ['HTTP/0.9', 'GET /railway/x\r\n\r\n', [505], 'none'],
  ['HTTP/1.2', `GET /railway/x HTTP/1.2\r\n${host}\r\n\r\n`, [400], 'none'],
  ['HTTP/2 in the clear', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [505], 'none'],
  ['RTSP', `GET /railway/x RTSP/1.0\r\n${host}\r\n\r\n`, [505], 'none'],
  ['TLS to the plain port', '\x16\x03\x01\x00\x05hello', [400], 'none'],
  ['lower-case method', `post /railway/x HTTP/1.1\r\n${host}\r\n\r\n`, [400], 'none'],
  ['unknown method', `FOO /railway/x HTTP/1.1\r\n${host}\r\n\r\n`, [400], 'none'],
  ['TRACE', `TRACE /railway/x HTTP/1.1\r\n${host}\r\n\r\n`, [501], 'none'],
  ['PROPFIND', `PROPFIND /railway/x HTTP/1.1\r\n${host}\r\n\r\n`, [501], 'none'],
  ['QUERY', `QUERY /railway/x HTTP/1.1\r\n${host}\r\n\r\n`, [501], 'none'],

  // Fields that must be one.
  ['no Host', 'GET /railway/x HTTP/1.1\r\n\r\n', [400], 'none'],
  ['two Hosts', post(['Host: other']), [400], 'none'],
  ['empty Host', get('/railway/x', 'Host: '), [400], 'none'],
  ['two Authorizations', post(['Authorization: Bearer real']), [400], 'none'],
  ['two Content-Types', post(['Content-Type: a/b', 'content-type: c/d']), [400], 'none'],
  [
    'two Content-Encodings',
    post(['Content-Encoding: gzip', 'Content-Encoding: br']),
    [400],
    'none',
  ],
  ['other expectation', post(['Expect: 200-ok']), [417], 'none'],
  ['Expect twice', post(['Expect: 100-continue', 'Expect: 100-continue']), [400], 'none'],
  ['too many fields', post(Array.from({ length: 101 }, (_, i) => `X-${i}: 1`)), [431], 'none'],
  ['too long a field', post([`X: ${'a'.repeat(17_000)}`]), [431], 'none'],
  ['too long a target', get(`/railway/${'a'.repeat(9_000)}`), [414], 'none'],

  // Names of this door, and others (DNS rebinding).
  ['Host: localhost', get('/railway/x', 'Host: localhost'), [200], 'read'],
  ['Host: [::1]', get('/railway/x', 'Host: [::1]:80'), [200], 'read'],
  ['Host: another name', get('/railway/x', 'Host: evil.example'), [421], 'none'],
  ['Host: localhost.evil', get('/railway/x', 'Host: localhost.evil.example'), [421], 'none'],
  ['Host: a governed name', get('/graphql/v2', 'Host: backboard.railway.com'), [421], 'none'],
  ['Host with user information', get('/railway/x', 'Host: a@127.0.0.1'), [400], 'none'],
  ['Host with a path', get('/railway/x', 'Host: 127.0.0.1/x'), [400], 'none'],

  // Targets.
  ['no such upstream', get('/heroku/x'), [404], 'none'],
  ['prefix of a prefix', get('/rail/x'), [404], 'none'],
  ['prefix and more', get('/railwayx/x'), [404], 'none'],
  ['prefix in escapes', get('/%72ailway/x'), [404], 'none'],
  ['prefix behind a slash', get('//railway/x'), [404], 'none'],
  ['asterisk', `OPTIONS * HTTP/1.1\r\n${host}\r\n\r\n`, [400], 'none'],
  ['fragment', get('/railway/x#y'), [400], 'none'],
  ['backslash', get('/railway\\x'), [404], 'none'],
  ['backslash further on', get('/railway/a\\x'), [400], 'none'],
  ['dot segments', get('/railway/a/../graphql/v2'), [403], 'unreadable'],
  ['escaped dots', get('/railway/%2e%2e/graphql/v2'), [403], 'unreadable'],
  ['escaped slash', get('/railway/graphql%2fv2'), [403], 'unreadable'],
  ['double slash', get('/railway//graphql/v2'), [403], 'unreadable'],
  ['method parameter', get('/railway/x?_method=POST'), [403], 'unreadable'],
  ['token parameter', get('/railway/x?access_token=a'), [403], 'unreadable'],

  // Overrides and upgrades.
  ['X-HTTP-Method-Override', post(['X-HTTP-Method-Override: DELETE']), [403], 'unreadable'],
  ['X-Rewrite-URL', post(['X-Rewrite-URL: /other']), [403], 'unreadable'],
  [
    'websocket',
    get('/railway/x', host, 'Connection: Upgrade', 'Upgrade: websocket'),
    [501],
    'unreadable',
  ],
  [
    'h2c',
    get('/railway/x', host, 'Connection: Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAA'),
    [501],
    'unreadable',
  ],
  [
    'stacked codings',
    post(['Content-Encoding: gzip, gzip', 'Content-Length: 1'], 'x'),
    [403],
    'unreadable',
  ],
  [
    'a body that is not gzip',
    post(['Content-Encoding: gzip', 'Content-Length: 1'], 'x'),
    [403],
    'unreadable',
  ],

  // The forward proxy.
  [
    'absolute form',
    get('http://backboard.railway.app/x', 'Host: backboard.railway.app'),
    [200],
    'read',
  ],
  [
    'absolute https',
    get('https://backboard.railway.app/x', 'Host: backboard.railway.app'),
    [200],
    'read',
  ],
  [
    'scheme in capitals',
    get('HTTP://BACKBOARD.railway.app/x', 'Host: backboard.Railway.app'),
    [200],
    'read',
  ],
  [
    "the root's dot",
    get('http://backboard.railway.app./x', 'Host: backboard.railway.app.'),
    [200],
    'read',
  ],
  [
    'no path',
    get('http://backboard.railway.app?x=1', 'Host: backboard.railway.app'),
    [200],
    'read',
  ],
  [
    'usual port',
    get('http://backboard.railway.app:80/x', 'Host: backboard.railway.app'),
    [200],
    'read',
  ],
  [
    'other port',
    get('http://backboard.railway.app:8080/x', 'Host: backboard.railway.app:8080'),
    [403],
    'none',
  ],
  ['Host of another', get('http://backboard.railway.app/x', 'Host: example.com'), [421], 'none'],
  ['URL of another', get('http://example.com/x', 'Host: backboard.railway.app'), [421], 'none'],
  ['absolute without Host', 'GET http://backboard.railway.app/x HTTP/1.1\r\n\r\n', [400], 'none'],
  [
    'user information',
    get('http://u:p@backboard.railway.app/x', 'Host: backboard.railway.app'),
    [403],
    'unreadable',
  ],
  [
    'host behind user information',
    get('http://backboard.railway.app@example.com/x', 'Host: example.com'),
    [400],
    'none',
  ],
  [
    'escaped host',
    get('http://backboard%2erailway.app/x', 'Host: backboard%2erailway.app'),
    [400],
    'none',
  ],
  ['no host', get('http:///x', 'Host: a.example'), [400], 'none'],
  [
    'other scheme',
    get('ftp://backboard.railway.app/x', 'Host: backboard.railway.app'),
    [400],
    'none',
  ],
  ['an address', get('http://127.0.0.1/x', 'Host: 127.0.0.1'), [403], 'none'],
  ['metadata', get('http://169.254.169.254/latest', 'Host: 169.254.169.254'), [403], 'none'],
  ['an address in decimal', get('http://2130706433/x', 'Host: 2130706433'), [403], 'none'],
  ['an IPv6 address', get('http://[::ffff:7f00:1]/x', 'Host: [::ffff:7f00:1]'), [403], 'none'],
  [
    'a private name',
    get('http://metadata.google.internal/x', 'Host: metadata.google.internal'),
    [403],
    'none',
  ],
  ['localhost by proxy', get('http://localhost/railway/x', 'Host: localhost'), [403], 'none'],
  ['ungoverned https', get('https://example.com/x', 'Host: example.com'), [400], 'none'],
  ['ungoverned without lease', get('http://example.com/x', 'Host: example.com'), [407], 'none'],
]

/** Statuses of the answers in what came back. */
function statusesOf(text: string): readonly number[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
}

function heardOf(peer: string): Heard {
  const heard = door.arrivals.filter(({ session }) => session.peer === peer)
  if (heard.length === 0) return 'none'
  assert.equal(heard.length, 1)
  const payload = heard[0]?.payload
  return payload?.kind === 'http' && payload.unreadable === null ? 'read' : 'unreadable'
}

suite('bytes on the wire', { concurrency: 16 }, () => {
  for (const [name, bytes, statuses, heard] of rows) {
    test(`${name}: ${statuses.join(', ')}, ${heard}`, async () => {
      const enough = (text: string): boolean => statusesOf(text).length >= statuses.length
      const { text, peer } = await exchangeBytes(door.port, bytes, 2_000, enough)
      assert.deepEqual(statusesOf(text), statuses)
      assert.equal(heardOf(peer), heard)
      if (heard === 'none') assert.match(text, /\r\nconnection: close\r\n/i)
    })
  }

  test('nothing is taken from a connection after a request that was refused here', async () => {
    const { text, peer } = await exchangeBytes(door.port, get('/nowhere') + post([]))
    assert.deepEqual([statusesOf(text), heardOf(peer)], [[404], 'none'])
  })

  test('nothing is taken after bytes that do not parse', async () => {
    const { text, peer } = await exchangeBytes(door.port, `nonsense\r\n\r\n${post([])}`)
    assert.deepEqual([statusesOf(text), heardOf(peer)], [[400], 'none'])
  })
})

test('pipelined requests are answered in order, one at a time', async (t) => {
  const own = await stageDoor(t)
  let open = 0
  let most = 0
  own.answerWith(async ({ payload }) => {
    open += 1
    most = Math.max(most, open)
    await new Promise((resolve) => setTimeout(resolve, 15))
    open -= 1
    return replied(`for ${payload.kind === 'http' ? payload.target : ''};`)
  })
  const pipeline = ['1', '2', '3'].map((n) => get(`/railway/${n}`)).join('')
  const { text } = await exchangeBytes(own.port, pipeline, 2_000, (all) => all.includes('/3'))
  assert.deepEqual(text.match(/for \/\d/g), ['for /1', 'for /2', 'for /3'])
  assert.equal(most, 1)
})

test('a request that is with the gate is answered, though what follows does not parse', async (t) => {
  const own = await stageDoor(t)
  const [asked, ask] = latch()
  const [told, tell] = latch()
  own.answerWith(async () => {
    ask()
    await told
    return refused(409)
  })
  const socket = await opened(own.port)
  socket.write(get('/railway/1'))
  await asked
  socket.write('nonsense\r\n\r\n')
  setTimeout(tell, 30)
  const text = await textUntilClosed(socket)
  assert.deepEqual(statusesOf(text), [409])
  assert.match(text, /connection: close/)
})

test('a pipeline that is too deep is cut', async (t) => {
  const own = await stageDoor(t)
  own.answerWith(() => new Promise(() => undefined))
  const { text } = await exchangeBytes(own.port, get('/railway/x').repeat(40))
  assert.equal(text, '')
  assert.equal(own.arrivals.length, 1)
})

test('a head that does not come is given up', async (t) => {
  const own = await stageDoor(t, { limits: { headSeconds: 0.2 } })
  const { text } = await exchangeBytes(own.port, 'GET /railway/x HTTP/1.1\r\nHost:', 5_000)
  assert.deepEqual(statusesOf(text), [408])
})
