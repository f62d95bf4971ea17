import assert from 'node:assert/strict'
import { test } from 'node:test'

import { findInText } from '../../src/scan/text.ts'

/** Texts made to take long, by what they repeat; each a megabyte. */
const hostile: Readonly<Record<string, string>> = {
  'one long word, and an encoded colon': 'a',
  'one long word of base64': 'Zm9v',
  'beginnings of keys': '-----BEGIN PRIVATE KEY-----\n',
  'beginnings of web tokens': 'eyJhbGciOiJIUzI1NiJ9.',
  'addresses without an end': 'postgres://a:b',
  'addresses with many at signs': 'http://a:b@@@',
  'percent signs': '%3A',
  'names without values': 'token=',
  'quotation marks that join': "'+'",
  'tokens of SendGrid': 'SG.a.',
  'tokens of Slack': 'xoxb-a-',
  'users of curl': ' -u a:',
  'dots and dashes': '-_.',
  backslashes: '\\',
  'cells of a table': `\`${' '.repeat(300)}`,
  'quotation marks and line ends': `"${' '.repeat(40)}\n`,
  'line ends': '\n',
  zeros: '\0',
}

for (const [name, unit] of Object.entries(hostile)) {
  test(`a megabyte of ${name} takes no longer than a person would wait`, () => {
    const text = `%3A ${unit.repeat(Math.ceil(1_000_000 / unit.length))}`
    const before = process.cpuUsage()
    for (const path of ['x.env', 'x.ts']) findInText(path, text)
    const { user } = process.cpuUsage(before)
    assert.ok(user < 6_000_000, `${user / 1e6} s of processor`)
  })
}

test('what lies across the windows of a long text is found, once', () => {
  const token = `sbp_${'0a1b2c3d4e5f60718293'.repeat(2)}`
  for (const at of [1_032_180, 1_032_192, 1_048_560, 2_064_380]) {
    const text = ' '.repeat(at) + token + ' '.repeat(100_000)
    const found = findInText('x.env', text)
    assert.deepEqual(
      found.map(({ span }) => span),
      [{ start: at, end: at + token.length }],
    )
  }
})
