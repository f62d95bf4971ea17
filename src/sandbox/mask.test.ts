import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hiddenWord, maskText, tokensByName } from './mask.ts'
import { maybeCredentials } from './places.ts'

test('a token is a lease where one stands for it, else a word; the rest stays', () => {
  const text = 'RAILWAY_TOKEN=aaaaaaaa\nOTHER_SECRET="bbbbbbbb"\nMODE=development\n'
  const stand = (provider: string): string | null => (provider === 'railway' ? 'hpl_x' : null)
  const masked = maskText(text, tokensByName(text), stand)
  assert.deepEqual(masked, {
    text: `RAILWAY_TOKEN=hpl_x\nOTHER_SECRET="${hiddenWord}"\nMODE=development\n`,
    ...{ leased: 1, hidden: 1 },
  })
})

test('a password in a URL goes, and its URL stays', () => {
  const text = 'CACHE_URL=redis://user:password1@cache:6379/0\n'
  const masked = maskText(text, tokensByName(text), () => null)
  assert.equal(masked?.text, `CACHE_URL=redis://user:${hiddenWord}@cache:6379/0\n`)
})

test('spans that overlap are masked once, in any order', () => {
  const found = [
    { start: 2, end: 6, provider: 'x' },
    { start: 0, end: 4, provider: 'x' },
  ]
  assert.equal(maskText('abcdefgh', found, () => '-')?.text, '--gh')
})

test('what holds nothing is read as it is', () => {
  const text = 'MODE=development\nPORT=8080\nSECRET=$OTHER\n'
  assert.equal(
    maskText(text, tokensByName(text), () => null),
    null,
  )
})

test('names of files that are looked into, and of those that are not', () => {
  for (const name of ['.env', '.env.local', 'prod.env', '.npmrc', 'id_rsa', 'server.key']) {
    assert.ok(maybeCredentials(name), name)
  }
  for (const name of [
    '.env.example',
    'environment.ts',
    'keyboard.md',
    'readme.md',
    'a.pem.sample',
  ]) {
    assert.ok(!maybeCredentials(name), name)
  }
})
