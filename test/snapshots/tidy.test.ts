// What is forgotten, and that nothing else is lost by it.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { instantOf } from '../../src/domain/instant.ts'
import { expired } from '../../src/snapshots/tidy.ts'
import type { Snapshot } from '../../src/snapshots/snapshots.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import { bash, exactly, openScene } from './scene.ts'
import type { Scene } from './scene.ts'

const now = Date.parse('2026-06-30T12:00:00.000Z')
const hour = 3_600_000

function snapshot(hoursAgo: number, why: string): Snapshot {
  const at = instantOf(now - hoursAgo * hour)
  const counts = { files: 0, bytes: 0, leftOut: [], leftOutMore: 0, again: [] }
  return { id: `${hoursAgo}`, at, why, kind: 'taken', ...counts }
}

const cases: readonly {
  readonly name: string
  readonly snapshots: readonly Snapshot[]
  readonly goes: readonly string[]
}[] = [
  { name: 'nothing of nothing', snapshots: [], goes: [] },
  { name: 'the newest stays, however old', snapshots: [snapshot(9999, 'before: rm')], goes: [] },
  {
    name: 'what is past its days goes',
    snapshots: [snapshot(1, 'a'), snapshot(47, 'b'), snapshot(49, 'c')],
    goes: ['49'],
  },
  {
    name: 'beyond the count, the oldest go',
    snapshots: [1, 2, 3, 4, 5].map((hours) => snapshot(hours, 'before: rm')),
    goes: ['4', '5'],
  },
  {
    name: 'the newest start stays: many commands push it out of nothing',
    snapshots: [
      ...[1, 2, 3, 4].map((hours) => snapshot(hours, 'before: rm')),
      snapshot(5, 'start'),
      snapshot(6, 'start'),
    ],
    goes: ['4', '6'],
  },
]

for (const { name, snapshots, goes } of cases) {
  test(name, () => {
    const gone = expired(snapshots, { snapshotsMax: 3, daysMax: 2 }, now)
    assert.deepEqual(
      gone.map(({ id }) => id),
      goes,
    )
  })
}

function packsOf(scene: Scene): number {
  const names = readdirSync(join(scene.shadow(), 'objects/pack'))
  return names.filter((name) => name.endsWith('.pack')).length
}

test('many snapshots become one pack; each can still be brought back', async (t) => {
  const scene = await openScene(t, { repository: true })
  const hashes = new Map<string, string>()
  for (let round = 0; round < 8; round++) {
    scene.write('src/a.ts', `round ${round}`)
    scene.write(`made/${round}`, 'x')
    hashes.set((await scene.snapshots.take(`round ${round}`)).id, scene.hash())
  }
  assert.equal(packsOf(scene), 8)
  await scene.snapshots.tidy()
  assert.equal(packsOf(scene), 1)
  for (const [id, hash] of hashes) {
    await scene.snapshots.restore(id, exactly)
    assert.equal(scene.hash(), hash)
  }
})

test('what is forgotten takes its content with it, and what others share stays', async (t) => {
  const clock = createFakeClock('2026-01-01T00:00:00.000Z')
  const scene = await openScene(t, { clock })
  scene.write('shared', 'shared')
  scene.write('once', 'only in the old one')
  await scene.snapshots.take('before: rm')
  clock.advance(40 * 24 * 3600)
  scene.bash('rm once')
  const hash = scene.hash()
  const { id } = await scene.snapshots.take('before: ls')
  await scene.snapshots.tidy()
  assert.deepEqual(
    (await scene.snapshots.list()).map((one) => one.id),
    [id],
  )
  const script = `GIT_DIR=${scene.shadow()} git cat-file --batch-all-objects --batch-check`
  const objects = bash(script, scene.folder, scene.home)
  assert.equal(objects.match(/ blob /g)?.length, 2, 'one file, one description')
  scene.bash('rm shared')
  await scene.snapshots.restore(id, exactly)
  assert.equal(scene.hash(), hash)
})

test('content that comes back after it was forgotten is kept again', async (t) => {
  const clock = createFakeClock('2026-01-01T00:00:00.000Z')
  const scene = await openScene(t, { clock })
  scene.write('a', 'old content')
  await scene.snapshots.take('before: rm')
  clock.advance(40 * 24 * 3600)
  scene.write('a', 'new content')
  await scene.snapshots.take('before: rm')
  await scene.snapshots.tidy()
  scene.write('a', 'old content')
  const { id } = await scene.snapshots.take('before: rm')
  scene.bash('rm a')
  await scene.snapshots.restore(id, exactly)
  assert.equal(scene.bash('cat a'), 'old content')
})
