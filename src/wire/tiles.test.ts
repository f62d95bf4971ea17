import assert from 'node:assert/strict'
import { test } from 'node:test'

import { decodeBundle, encodeBundle, parseTilePath, partialTiles, tilePath } from './tiles.ts'

const paths: readonly (readonly [
  path: string,
  level: number | 'entries',
  index: number,
  width: number,
])[] = [
  ['tile/0/000', 0, 0, 256],
  ['tile/0/x001/x234/067', 0, 1_234_067, 256],
  ['tile/63/999.p/1', 63, 999, 1],
  ['tile/entries/x001/000.p/255', 'entries', 1000, 255],
]
for (const [path, level, index, width] of paths) {
  test(`${path} is a tile, there and back`, () => {
    assert.equal(tilePath({ level, index, width }), path)
    assert.deepEqual(parseTilePath(path), { level, index, width })
  })
}

const noTiles = [
  'tile/64/000',
  'tile/00/000',
  'tile/-1/000',
  'tile/8/0/000',
  'tile/data/000',
  'tile/0/0',
  'tile/0/x000/001',
  'tile/0/001/002',
  'tile/0/x001',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/000.p/01',
  'tile/0/000.p/',
  'tile/0/000.p',
  'tile/0/../0/000',
  'tile/0/000\n',
  'tile/0/000/',
  '/tile/0/000',
  'tile//0/000',
  'tile/0/%30%30%30',
  'tile/entries/000.p/1/..',
  'tile/0/x001/x001/x001/x001/x001/x001/001',
  '',
]
for (const path of noTiles) {
  test(`${JSON.stringify(path)} is no tile`, () => assert.equal(parseTilePath(path), null))
}

test('the partial tiles of a tree, as the specification counts them', () => {
  const shown = (size: number): string => partialTiles(size).map(tilePath).join(' ')
  assert.equal(shown(0), '')
  assert.equal(shown(256), 'tile/1/000.p/1')
  assert.equal(
    shown(70_000),
    'tile/0/273.p/112 tile/entries/273.p/112 tile/1/001.p/17 tile/2/000.p/1',
  )
})

test('a bundle is exactly its entries', () => {
  const entries = ['', 'a', 'x'.repeat(65_535)].map((text) => Buffer.from(text))
  const bundle = encodeBundle(entries)
  assert.deepEqual(
    decodeBundle(bundle, 3).map((entry) => Buffer.from(entry)),
    entries,
  )
  assert.throws(() => decodeBundle(bundle, 4), { code: 'ledger-malformed' })
  assert.throws(() => decodeBundle(bundle, 2), { code: 'ledger-malformed' })
  assert.throws(() => decodeBundle(bundle.subarray(0, -1), 3), { code: 'ledger-malformed' })
  assert.throws(() => decodeBundle(Buffer.from([0]), 1), { code: 'ledger-malformed' })
  assert.throws(() => encodeBundle([Buffer.alloc(65_536)]), { code: 'bug' })
})
