import assert from 'node:assert/strict'
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import * as facts from '../../test/contracts/facts.ts'
import {
  discard,
  manyFacts,
  openStage,
  publishLog,
  temporaryFolder,
} from '../../test/simulation/ledger-stage.ts'
import { createFakeRandom } from '../system/random.ts'
import { verifyLedger } from './verify.ts'

const folders: string[] = []
after(() => folders.forEach(discard))

function newFolder(): string {
  const folder = temporaryFolder()
  folders.push(folder)
  return folder
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Changes one byte, hands over, and puts it back. */
async function withFlipped(
  file: string,
  offset: number,
  mask: number,
  then: () => Promise<void>,
): Promise<void> {
  const bytes = readFileSync(file)
  const flipped = Buffer.from(bytes)
  flipped[offset] = (flipped[offset] ?? 0) ^ mask
  writeFileSync(file, flipped)
  await then()
  writeFileSync(file, bytes)
}

test('a good log has no problems, and is described', async () => {
  const stage = await openStage(newFolder())
  await stage.appendAll([
    ...facts.staged,
    facts.decided('a'),
    facts.sent('a'),
    facts.decided('b'),
    facts.sent('b'),
  ])
  stage.clock.advance(60)
  await stage.appendAll([facts.ended('a')])
  await stage.close()
  const report = await stage.verify()
  assert.deepEqual(report.problems, [])
  assert.equal(report.problemsFound, 0)
  assert.deepEqual([report.size, report.beyond], [8, 0])
  assert.deepEqual([report.firstAt, report.lastAt], [facts.start, '2026-01-01T00:01:00.000Z'])
  assert.deepEqual(report.facts, {
    'agent-added': 1,
    'mandate-granted': 1,
    'lease-issued': 1,
    decided: 2,
    sent: 2,
    ended: 1,
  })
  assert.deepEqual(report.withoutOutcome, ['b'])
  assert.match(report.root, /^[0-9a-f]{64}$/)
})

test('every flipped byte of a small log is found, in the file where it is', async () => {
  const stage = await openStage(newFolder())
  await stage.ledger.append(facts.discovering('a'))
  await stage.close()
  const again = await openStage(stage.folder)
  await again.ledger.append(facts.discovering('b'))
  await again.close()
  const files = filesBelow(stage.published)
  assert.equal(files.length, 6, 'both sizes that had a checkpoint')
  for (const file of files) {
    const { length } = readFileSync(file)
    for (let offset = 0; offset < length; offset++) {
      await withFlipped(file, offset, offset % 2 === 0 ? 1 : 0x80, async () => {
        const { problems } = await stage.verify()
        const named = problems.some((problem) => join(stage.published, problem.file) === file)
        assert.ok(problems.length > 0, `byte ${offset} of ${file}`)
        assert.ok(named || /entries|tile\/0/.test(file), `byte ${offset} is found in ${file}`)
      })
    }
  }
  assert.deepEqual((await stage.verify()).problems, [])
})

test('flipped bytes of a larger log are found: all files, seeded places', async () => {
  const stage = await publishLog(newFolder(), 300)
  for (const size of [213, 87]) {
    const next = await openStage(stage.folder, { publishMilliseconds: 60_000 })
    await next.appendAll(manyFacts(size))
    await next.close()
  }
  const random = createFakeRandom(20_260_424)
  for (const file of filesBelow(stage.published)) {
    const { length } = readFileSync(file)
    const offset = random.bytes(4).readUInt32BE() % length
    await withFlipped(file, offset, 1 << (offset % 8), async () => {
      assert.notEqual((await stage.verify()).problemsFound, 0, `byte ${offset} of ${file}`)
    })
  }
  assert.deepEqual((await stage.verify()).problems, [])
})

// Several bits of the size share a tile here, and each tile has a parent: none is believed for its
// sake.
test('a tile is compared with what is below it, not believed for what is above', async () => {
  const stage = await publishLog(newFolder(), 3 * 256 + 5)
  for (const path of [
    'tile/0/000',
    'tile/0/001',
    'tile/0/002',
    'tile/1/000.p/3',
    'tile/0/003.p/5',
  ]) {
    await withFlipped(join(stage.published, path), 32, 1, async () => {
      const { problems } = await stage.verify()
      assert.deepEqual(problems, [
        { file: path, index: null, says: 'it does not hold what the entries lead to' },
      ])
    })
  }
})

test('a log of more than 65,536 entries is derived up to its third level', async () => {
  const stage = await publishLog(newFolder(), 65_536 + 2 * 256 + 1)
  assert.deepEqual((await stage.verify()).problems, [])
  for (const path of ['tile/0/100', 'tile/2/000.p/1']) {
    await withFlipped(join(stage.published, path), 17, 4, async () => {
      const { problems } = await stage.verify()
      assert.deepEqual(
        problems.map(({ file }) => file),
        [path],
      )
    })
  }
})

const damages: readonly (readonly [
  what: string,
  damage: (folder: string) => void,
  file: string,
])[] = [
  ['a truncated tile', (folder) => truncateSync(join(folder, 'tile/0/000'), 8000), 'tile/0/000'],
  [
    'a truncated bundle',
    (folder) => truncateSync(join(folder, 'tile/entries/000'), 9999),
    'tile/entries/000',
  ],
  ['an empty tile', (folder) => truncateSync(join(folder, 'tile/1/000.p/1')), 'tile/1/000.p/1'],
  ['bytes after a tile', (folder) => append(join(folder, 'tile/0/001.p/44')), 'tile/0/001.p/44'],
  [
    'bytes after a bundle',
    (folder) => append(join(folder, 'tile/entries/001.p/44')),
    'tile/entries/001.p/44',
  ],
  ['bytes after the checkpoint', (folder) => append(join(folder, 'checkpoint')), 'checkpoint'],
  ['a lost checkpoint', (folder) => rmSync(join(folder, 'checkpoint')), 'checkpoint'],
  ['a lost tile', (folder) => rmSync(join(folder, 'tile/0/000')), 'tile/0/000'],
  ['a lost bundle', (folder) => rmSync(join(folder, 'tile/entries/000')), 'tile/entries/000'],
  [
    'a stranger',
    (folder) => writeFileSync(join(folder, 'tile/0/readme'), 'hello'),
    'tile/0/readme',
  ],
  ['another key', (folder) => append(join(folder, 'vkey')), 'vkey'],
  [
    'bundles swapped',
    (folder) => {
      cpSync(join(folder, 'tile/entries/001.p/44'), join(folder, 'tile/entries/000'))
    },
    'tile/entries/000',
  ],
]
function append(file: string): void {
  writeFileSync(file, '\n', { flag: 'a' })
}
const good = await publishLog(newFolder(), 300)
for (const [what, damage, file] of damages) {
  test(`${what} is found`, async () => {
    const folder = join(newFolder(), 'ledger')
    cpSync(good.published, folder, { recursive: true })
    damage(folder)
    const { problems } = await verifyLedger(folder, { vkey: good.vkey })
    assert.ok(
      problems.some((problem) => problem.file === file),
      JSON.stringify(problems),
    )
  })
}

test('a checkpoint by another key, or none at all, is no ledger', async () => {
  const folder = newFolder()
  const other = await publishLog(folder, 1)
  const { problems } = await verifyLedger(good.published, { vkey: other.vkey })
  assert.match(problems[0]?.says ?? '', /0 signatures by/)
  mkdirSync(join(folder, 'empty'))
  const nothing = await verifyLedger(join(folder, 'empty'), { vkey: other.vkey })
  assert.equal(nothing.problems[0]?.file, 'checkpoint')
})

test('what lies past the checkpoint is counted, and not vouched for', async () => {
  const folder = newFolder()
  const before = await publishLog(folder, 300)
  const checkpoint = readFileSync(join(before.published, 'checkpoint'))
  const stage = await openStage(folder, { publishMilliseconds: 60_000 })
  await stage.appendAll(manyFacts(400))
  await stage.close()
  writeFileSync(join(stage.published, 'checkpoint'), checkpoint)
  const report = await stage.verify()
  assert.deepEqual([report.size, report.problems], [300, []])
  assert.ok(report.beyond > 0)
})

test('an empty ledger is a ledger', async () => {
  const stage = await publishLog(newFolder(), 0)
  const report = await stage.verify()
  assert.deepEqual([report.size, report.problems, report.firstAt], [0, [], null])
})

test('a further judgement of each entry is asked, in order', async () => {
  const heard: number[] = []
  const report = await verifyLedger(good.published, {
    vkey: good.vkey,
    checkEntry: ({ index }) => {
      heard.push(index)
      return index === 7 ? ['seven is wrong'] : []
    },
  })
  assert.equal(heard.length, 300)
  assert.deepEqual(report.problems, [
    { file: 'tile/entries/000', index: 7, says: 'seven is wrong' },
  ])
})
