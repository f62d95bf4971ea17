import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { createRedactor, redacted } from './redact.ts'

const uuid = 'f1d2c3b4-0000-4000-8000-1234567890ab'
const awkward = `a"b\\c/d<e>&f'g+h=i%j~k!l*m(n)`
const other = 'second-secret-of-the-same-upstream'
const redactor = createRedactor([uuid, awkward, other])

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const base64url = (text: string): string => Buffer.from(text).toString('base64url')

/** What an answer may say of a secret; the part that says it must go. */
const forms: readonly (readonly [what: string, form: (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['with its scheme', (secret) => `Bearer ${secret}`],
  ['in JSON', (secret) => JSON.stringify({ authorization: secret })],
  ['in JSON with slashes escaped', (secret) => JSON.stringify(secret).replaceAll('/', '\\/')],
  [
    'in JSON that is safe in HTML',
    (secret) =>
      JSON.stringify(secret).replace(
        /[<>&']/g,
        (mark) => `\\u00${mark.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
  ],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded in lower case', (secret) => encodeURIComponent(secret).toLowerCase()],
  ['percent-encoded in a form', (secret) => new URLSearchParams({ token: secret }).toString()],
  ['in a URL', (secret) => encodeURI(`https://x/?t=${secret}`)],
  [
    'in HTML',
    (secret) =>
      secret
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;'),
  ],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
  ['in upper hexadecimal', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
  ['in upper case', (secret) => secret.toUpperCase()],
  ['in UTF-16', (secret) => Buffer.from(secret, 'utf16le').toString('latin1')],
  ['in base64', base64],
  ['in base64 after a scheme', (secret) => base64(`Bearer ${secret}`)],
  ['in base64 after a user', (secret) => base64(`me:${secret}`)],
  ['in base64 in the middle', (secret) => base64(`{"t":"${secret}","u":1}`)],
  ['in base64url', base64url],
  ['in base64url in the middle', (secret) => base64url(`xy${secret}z`)],
  ['in base64, percent-encoded', (secret) => encodeURIComponent(base64(`x${secret}`))],
]

/** Eight characters of the secret's own, in any form, would be too many. */
function leaks(text: string, secret: string): boolean {
  const plain = text.toLowerCase()
  const shown = [text, Buffer.from(text, 'base64').toString('latin1')].join('\n').toLowerCase()
  for (let at = 0; at + 8 <= secret.length; at++) {
    const piece = secret.slice(at, at + 8).toLowerCase()
    const hex = Buffer.from(secret.slice(at, at + 8)).toString('hex')
    if (shown.includes(piece) || plain.includes(hex)) return true
  }
  return false
}

for (const [what, form] of forms) {
  test(`a secret ${what} is taken out`, () => {
    for (const secret of [uuid, awkward, other]) {
      const text = `before ${form(secret)} after`
      const clean = redactor.text(text)
      assert.ok(clean.includes(redacted), clean)
      assert.ok(!leaks(clean, secret), clean)
      assert.ok(clean.startsWith('before ') && clean.endsWith(' after'))
      assert.equal(Buffer.from(redactor.bytes(Buffer.from(text))).toString(), clean)
    }
  })

  test(`a secret ${what} is taken out wherever it is cut`, () => {
    const secret = form(uuid)
    const bytes = Buffer.from(`before ${secret} after`)
    const whole = Buffer.from(redactor.bytes(bytes)).toString()
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.equal(inPieces([bytes.subarray(0, cut), bytes.subarray(cut)]), whole)
    }
    assert.equal(inPieces(Array.from(bytes, (byte) => Buffer.from([byte]))), whole)
  })
}

function inPieces(pieces: readonly Buffer[]): string {
  const stream = redactor.stream()
  const out = pieces.map((piece) => Buffer.from(stream.push(piece)))
  return Buffer.concat([...out, stream.end()]).toString()
}

test('what holds no secret is passed on as the same bytes', () => {
  const look = [
    '{"data":{"me":{"id":"f1d2c3b4-0000-4000-8000-1234567890a0"}}}',
    'f1d2c3b4 0000 4000 8000 1234567890ab',
    'Bearer of good will',
    Buffer.from([0, 255, 128, 13, 10]).toString('latin1'),
  ]
  for (const text of look) {
    const bytes = Buffer.from(text, 'latin1')
    assert.equal(redactor.bytes(bytes), bytes)
    assert.equal(redactor.stream().push(bytes), bytes)
  }
})

test('nothing waits longer than it may be the beginning of a secret', () => {
  const stream = redactor.stream()
  const event = Buffer.from('data: {"line":"built in 3 s"}\n\n')
  assert.equal(stream.push(event), event)
  assert.equal(Buffer.from(stream.push(Buffer.from('x f1d2'))).toString(), 'x ')
  assert.equal(Buffer.from(stream.push(Buffer.from('c3'))).toString(), '')
  assert.equal(Buffer.from(stream.push(Buffer.from('?!'))).toString(), 'f1d2c3?!')
  assert.equal(stream.end().length, 0)
  stream.push(Buffer.from('f1d2'))
  assert.equal(Buffer.from(stream.end()).toString(), 'f1d2')
})

test('in pieces or whole, the same comes out', () => {
  const parts = [uuid, uuid.slice(0, 20), uuid.slice(9), base64(uuid), other, 'x', '\xff']
  const word = fc.constantFrom(...parts)
  const pieces = fc.array(fc.array(word, { maxLength: 4 }).map((words) => words.join('')))
  fc.assert(
    fc.property(pieces, (texts) => {
      const buffers = texts.map((text) => Buffer.from(text, 'latin1'))
      const whole = Buffer.from(redactor.bytes(Buffer.concat(buffers))).toString()
      assert.equal(inPieces(buffers), whole)
      assert.ok(!whole.includes(uuid) && !whole.includes(other))
    }),
    { numRuns: 500, seed: 1 },
  )
})

test('a secret too short to be one takes nothing out, a short one only itself', () => {
  assert.equal(createRedactor(['abc']).text('abcabc'), 'abcabc')
  const short = createRedactor(['s3cr3t'])
  assert.equal(short.text('a s3cr3t'), `a ${redacted}`)
  assert.equal(short.text(base64('s3cr3t')), base64('s3cr3t'))
})

test('the longest secret there may be is found, in time', () => {
  const codes = Array.from({ length: 8192 }, (_, i) => 33 + ((i * i) % 94))
  const long = String.fromCharCode(...codes)
  const started = performance.now()
  const one = createRedactor([long])
  assert.equal(one.text(`x${long}y`), `x${redacted}y`)
  assert.equal(one.text(base64(long)).includes(redacted), true)
  one.bytes(Buffer.alloc(65_536, 'a'))
  assert.ok(performance.now() - started < 2000)
})
