import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Measured } from '../../domain/trial.ts'
import { maskSamples } from './mask.ts'

const measured: Measured = {
  ...{ tables: [], dropped: [], kept: null, because: [], complete: true },
  samples: [
    {
      table: 'public.users',
      columns: ['id', 'Email', 'password'],
      rows: [
        ['1', 'a@example.com', 's3cret'],
        ['2', null, 'other'],
      ],
    },
    { table: 'audit.logins', columns: ['email'], rows: [['a@example.com']] },
  ],
}

function shown(...patterns: readonly string[]): readonly (readonly (string | null)[])[] {
  return maskSamples(measured, patterns).samples.flatMap(({ rows }) => rows)
}

test('what is masked is said to be, and NULL stays NULL', () => {
  assert.deepEqual(shown('users.email'), [
    ['1', '[masked]', 's3cret'],
    ['2', null, 'other'],
    ['a@example.com'],
  ])
})

test('a star stands for any table, or for any column', () => {
  assert.deepEqual(shown('*.email', '*.password'), [
    ['1', '[masked]', '[masked]'],
    ['2', null, '[masked]'],
    ['[masked]'],
  ])
  assert.deepEqual(shown('logins.*').at(-1), ['[masked]'])
})

test('another table of the same column is not meant', () => {
  assert.deepEqual(shown('logins.email').slice(0, 2), measured.samples[0]?.rows)
})
