import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { findInText } from '../../src/scan/text.ts'
import { filled } from './values.ts'

interface Line {
  readonly what: string
  readonly path: string
  readonly text: string
  readonly written: string
}

function corpus(name: string): readonly Line[] {
  const file = join(import.meta.dirname, '../corpus/secrets', name)
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .map((written) => {
      const [, what = '', path = '', template = ''] = /^(.*?) \| (.*?) \| (.*)$/.exec(written) ?? []
      return { what, path, text: filled(template, written), written }
    })
}

const real = corpus('real.txt')
const lookAlikes = corpus('look-alikes.txt')

test('the corpora are large enough to say something', () => {
  assert.ok(real.length >= 150, `${real.length} real`)
  assert.ok(lookAlikes.length >= 150, `${lookAlikes.length} look-alikes`)
  assert.equal(
    new Set([...real, ...lookAlikes].map(({ written }) => written)).size,
    real.length + lookAlikes.length,
  )
})

test('every real credential is found, as what it is', () => {
  const missed = real
    .filter(({ what, path, text }) => !findInText(path, text).some(({ id }) => id === what))
    .map(({ written, path, text }) => {
      const found = findInText(path, text).map(({ id }) => id)
      return `${written}  →  ${found.join(', ') || 'nothing'}`
    })
  assert.deepEqual(missed, [])
})

test('no look-alike is', () => {
  const wrong = lookAlikes.flatMap(({ path, text, written }) =>
    findInText(path, text).map(({ id }) => `${id}: ${written}`),
  )
  assert.deepEqual(wrong, [])
})

test('the span is exactly the value, and the line is where it stands', () => {
  for (const { path, text } of real) {
    for (const found of findInText(path, text)) {
      const value = text.slice(found.span.start, found.span.end)
      assert.ok(value.startsWith(found.prefix) || found.form === 'encoded', found.id)
      assert.equal(found.line, text.slice(0, found.span.start).split('\n').length, found.id)
    }
  }
})

test('what is masked is found no more', () => {
  for (const { path, text, written } of real) {
    const masked = findInText(path, text).reduceRight(
      (rest, { span }) => rest.slice(0, span.start) + 'hpl_masked' + rest.slice(span.end),
      text,
    )
    assert.deepEqual(
      findInText(path, masked).map(({ id }) => id),
      [],
      written,
    )
  }
})
