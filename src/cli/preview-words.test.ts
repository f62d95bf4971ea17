import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { SqlPayload } from '../domain/request.ts'
import { recordRequest } from '../wire/recorded-request.ts'
import type { Preview } from '../wire/recorded-request.ts'
import type { UpstreamName } from '../domain/names.ts'
import { previewLines } from './preview-words.ts'
import { requestLines } from './request-words.ts'

const payload: SqlPayload = {
  kind: 'sql',
  upstream: 'shop-db' as UpstreamName,
  database: 'shop',
  form: 'extended',
  text: 'DELETE FROM users\nWHERE id = $1 -- \u001b[2J',
  settings: [],
  parameters: [
    { format: 'text', value: Buffer.from('5\u202e') },
    { format: 'binary', value: Buffer.from([255, 0]) },
    { format: 'text', value: null },
  ],
  types: [],
  messages: new Uint8Array(),
  unreadable: null,
}

const preview: Preview = {
  tables: [
    { schema: 'public', name: 'users', inserted: 0, updated: 0, deleted: 1, total: 1200 },
    { schema: 'public', name: 'orders', inserted: 0, updated: 2, deleted: 3, total: 3 },
    { schema: 'public', name: 'log', inserted: 1, updated: 0, deleted: 0, total: null },
  ],
  dropped: [
    { type: 'table', identity: 'public.old', original: true },
    { type: 'view', identity: 'public.old\u001bview', original: false },
  ],
  because: ['it calls dblink'],
  samples: [
    { table: 'public.users', columns: ['id', 'email'], rows: [['5', `${'x'.repeat(200)}@y`]] },
    { table: 'public.orders', columns: ['id'], rows: [[null]] },
  ],
}

const recorded = (kept: Preview | null): string =>
  new TextDecoder().decode(recordRequest(payload, kept))

test('a preview tells rows by table, what falls, and some rows, each line in 80 columns', () => {
  assert.deepEqual(previewLines(recorded(preview), 80), [
    '',
    'what a trial of it touched (nothing was committed)',
    '  public.users: deletes 1 of 1,200 rows',
    '  public.orders: deletes all 3 rows, changes 2 of 3 rows',
    '  public.log: adds 1 row',
    '  drops table public.old',
    '  takes along view public.old⟨U+001B⟩view',
    '  not known or not kept: it calls dblink',
    '',
    '  some of public.users',
    '    id  email',
    `    5   ${'x'.repeat(23)}…`,
    '',
    '  some of public.orders',
    '    id',
    '    NULL',
  ])
})

test('what was not tried has no preview, nor has what is not one', () => {
  for (const text of [null, 'not JSON', '{"preview":5}', recorded(null)]) {
    assert.deepEqual(previewLines(text, 80), [])
  }
})

test('a trial that touched nothing says so', () => {
  const nothing = { tables: [], dropped: [], because: [], samples: [] }
  assert.equal(previewLines(recorded(nothing), 80).at(-1), '  no row, and no object')
})

test('SQL is shown whole, with what was bound, and moves no cursor', () => {
  assert.deepEqual(requestLines(recorded(preview)), [
    '  shop-db/shop, one statement with parameters',
    '',
    '  DELETE FROM users',
    '  WHERE id = $1 -- ⟨U+001B⟩[2J',
    '',
    '  $1 5⟨U+202E⟩',
    '  $2 (binary) /wA=',
    '  $3 NULL',
  ])
})
