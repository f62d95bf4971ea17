// What agents have done to work trees, taken back byte for byte.
import assert from 'node:assert/strict'
import { existsSync, lstatSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { everything, exactly, openScene } from './scene.ts'

/** What destroys nothing of git's own objects comes back to the last byte without `--exact`. */
const destructive: readonly (readonly [name: string, script: string])[] = [
  ['rm -rf of a folder', 'rm -rf src'],
  ['rm -rf of everything', 'rm -rf -- * .[!.]*'],
  ['rm -rf .git', 'rm -rf .git'],
  ['find -delete', 'find . -mindepth 1 -delete'],
  ['find -exec rm', 'find . -mindepth 1 -maxdepth 2 -exec rm -rf {} +'],
  ['git reset --hard', 'git reset -q --hard'],
  ['git reset --hard HEAD~1', 'git reset -q --hard HEAD~1'],
  ['git clean -fdx', 'git clean -qfdx'],
  ['git checkout .', 'git checkout -q -- .'],
  ['git stash clear', 'git stash clear'],
  ['git stash drop', 'git stash drop -q'],
  ['git branch -D', 'git branch -qD kept'],
  ['git tag -d', 'git tag -d v1'],
  ['truncation', ': > src/a.ts; : > .env'],
  ['sed -i', "sed -i 's/./x/g' src/a.ts src/deep/b.ts"],
  ['chmod', 'chmod -R a+rwx .'],
  ['a move over a file', 'mv notes.md .env'],
  ['a file where a folder was', 'rm -rf src && echo no > src'],
  ['a link where a folder was', 'rm -rf src && ln -s / src'],
  [
    'a folder where a file was',
    'rm notes.md && mkdir -p notes.md/in/it && echo x > notes.md/in/it/f',
  ],
  ['git rm', 'git rm -rqf src'],
]

for (const [name, script] of destructive) {
  test(`${name} is taken back`, async (t) => {
    const scene = await openScene(t, { repository: true })
    const before = scene.hash()
    const { id } = await scene.snapshots.take(`before: ${name}`)
    scene.bash(script)
    assert.notEqual(scene.hash(), before, 'it did harm')
    const found = await scene.snapshots.latest(everything)
    assert.equal(found?.snapshot.id, id)
    const done = await scene.snapshots.restore(id, everything)
    assert.deepEqual(done.failed, [])
    assert.equal(done.equal, true)
    assert.equal(done.sha256Now, done.sha256Kept)
    assert.equal(scene.hash(), before)
    assert.equal(scene.bash('git fsck --full --strict 2>&1 | grep -v "^dangling" || true'), '')
  })
}

/** What writes objects leaves them behind, but for `--exact`; nothing refers to them. */
const rewriting: readonly (readonly [name: string, script: string])[] = [
  ['git gc --prune=now', 'git reflog expire --expire=now --all && git gc -q --prune=now'],
  [
    'filter-branch',
    'git stash -q -u && FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f ' +
      "--tree-filter 'rm -rf src' -- --all && rm -rf .git/refs/original",
  ],
  ['commit --amend', 'git commit -qa --amend -m gone'],
  ['a rebase begun', 'git commit -qam three && git rebase -q --onto kept HEAD~1 || true'],
  ['a merge begun', 'git commit -qam three; git checkout -qf kept; git merge main || true'],
  ['a new repository over it', 'rm -rf .git && git init -q . && git add -A && git commit -qm new'],
]

for (const [name, script] of rewriting) {
  test(`${name} is taken back`, async (t) => {
    const scene = await openScene(t, { repository: true })
    const whole = scene.hash()
    const objects = { without: /^\/\.git\/objects(\/|$)/ }
    const rest = scene.hash(objects)
    const { id } = await scene.snapshots.take(`before: ${name}`)
    scene.bash(script)
    assert.notEqual(scene.hash(), whole)
    await scene.snapshots.restore(id, everything)
    assert.equal(scene.hash(objects), rest)
    assert.equal(scene.bash('git fsck --full 2>&1 | grep -v "^dangling" || true'), '')
    const done = await scene.snapshots.restore(id, exactly)
    assert.equal(done.equal, true)
    assert.equal(scene.hash(), whole)
  })
}

test('what was made since stays, and goes with `exact`', async (t) => {
  const scene = await openScene(t, { repository: true })
  const before = scene.hash()
  const { id } = await scene.snapshots.take('start')
  scene.bash('rm src/a.ts && echo work > src/new.ts && mkdir made && echo more > made/more')
  const compared = await scene.snapshots.compare(id, everything)
  assert.deepEqual([...compared.stays].sort(), ['made', 'made/more', 'src/new.ts'])
  assert.deepEqual(compared.changes, [{ path: 'src/a.ts', kind: 'brought-back', of: 'file' }])
  assert.equal((await scene.snapshots.restore(id, everything)).equal, true)
  assert.equal(scene.bash('cat src/new.ts made/more'), 'work\nmore\n')
  assert.equal((await scene.snapshots.restore(id, exactly)).equal, true)
  assert.equal(scene.hash(), before)
})

test('an undo is undone', async (t) => {
  const scene = await openScene(t, { repository: true })
  const { id } = await scene.snapshots.take('before: rm')
  scene.bash('rm -rf src && echo better > notes.md && rm .env')
  const after = scene.hash()
  const done = await scene.snapshots.restore(id, everything)
  assert.notEqual(scene.hash(), after)
  const again = await scene.snapshots.restore(done.before.id, exactly)
  assert.equal(again.equal, true)
  assert.equal(scene.hash(), after)
})

test('only the paths that are named come back, and the folders that lead to them', async (t) => {
  const scene = await openScene(t, { repository: true })
  const { id } = await scene.snapshots.take('before: rm')
  scene.bash('rm -rf src notes.md .git')
  const selection = { paths: ['src/deep'], exact: false }
  const done = await scene.snapshots.restore(id, selection)
  assert.equal(done.equal, true)
  const files = './.env\n./.gitignore\n./local.db\n./src/deep/b.ts\n'
  assert.equal(scene.bash('find . -type f | sort'), files)
})

test('nothing is chosen after an undo, until there is something new to take back', async (t) => {
  const scene = await openScene(t, { repository: true })
  const { id } = await scene.snapshots.take('before: rm src')
  scene.bash('rm -rf src')
  await scene.snapshots.restore(id, everything)
  assert.equal(await scene.snapshots.latest(everything), null)
  const next = await scene.snapshots.take('before: rm notes.md')
  scene.bash('rm notes.md')
  assert.equal((await scene.snapshots.latest(everything))?.snapshot.id, next.id)
})

test('the newest that would bring something back is chosen, over one that would not', async (t) => {
  const scene = await openScene(t, { repository: true })
  const { id } = await scene.snapshots.take('before: git clean')
  scene.bash('git clean -qfdx')
  scene.bash('echo later > later.txt')
  const harmless = await scene.snapshots.take('before: rm -rf nothing')
  assert.notEqual(harmless.id, id)
  assert.equal((await scene.snapshots.latest(everything))?.snapshot.id, id)
})

test('times come back with content, and content is what decides', async (t) => {
  const scene = await openScene(t)
  scene.write('old.txt', 'old')
  utimesSync(join(scene.workTree, 'old.txt'), 1_000_000_000, 1_000_000_000)
  const { id } = await scene.snapshots.take('start')
  utimesSync(join(scene.workTree, 'old.txt'), 1_500_000_000, 1_500_000_000)
  assert.deepEqual((await scene.snapshots.compare(id, everything)).changes, [])
  rmSync(join(scene.workTree, 'old.txt'))
  await scene.snapshots.restore(id, everything)
  assert.equal(lstatSync(join(scene.workTree, 'old.txt')).mtimeMs, 1_000_000_000_000)
})

test('a work tree that is gone altogether comes back', async (t) => {
  const scene = await openScene(t, { repository: true })
  const before = scene.hash()
  const { id } = await scene.snapshots.take('before: rm -rf work')
  rmSync(scene.workTree, { recursive: true })
  const snapshots = await scene.reopen()
  const done = await snapshots.restore(id, everything)
  assert.equal(done.equal, true)
  assert.equal(scene.hash(), before)
})

test('the same snapshot, while nothing changes; the reason is noted', async (t) => {
  const scene = await openScene(t, { repository: true })
  const first = await scene.snapshots.take('start')
  const second = await scene.snapshots.take('before: ls\n -la')
  assert.equal(second.id, first.id)
  const [only, ...others] = await scene.snapshots.list()
  assert.deepEqual(others, [])
  assert.deepEqual([only?.why, only?.again.map(({ why }) => why)], ['start', ['before: ls -la']])
  scene.bash('touch notes.md')
  assert.notEqual((await scene.snapshots.take('a time is a change')).id, first.id)
})

test('a change within the same tick of the clock, of the same size, is seen', async (t) => {
  const scene = await openScene(t)
  scene.write('a', 'one')
  const ids = new Set<string>()
  for (const content of ['two', 'six', 'ten']) {
    const before = lstatSync(join(scene.workTree, 'a'))
    scene.write('a', content)
    utimesSync(join(scene.workTree, 'a'), before.atime, before.mtime)
    ids.add((await scene.snapshots.take(content)).id)
  }
  assert.equal(ids.size, 3)
  const [newest] = await scene.snapshots.list()
  rmSync(join(scene.workTree, 'a'))
  await scene.snapshots.restore(newest?.id ?? '', everything)
  assert.equal(readFileSync(join(scene.workTree, 'a'), 'utf8'), 'ten')
})

test('a restored folder that may not be written to has all in it', async (t) => {
  const scene = await openScene(t)
  scene.write('locked/in/file', 'x', 0o400)
  scene.bash('chmod 500 locked/in locked')
  const before = scene.hash()
  const { id } = await scene.snapshots.take('start')
  scene.bash('chmod -R u+w . && rm -rf locked')
  assert.equal((await scene.snapshots.restore(id, everything)).equal, true)
  assert.equal(scene.hash(), before)
  scene.bash('chmod -R u+w .')
  assert.equal(existsSync(join(scene.workTree, 'locked/in/file')), true)
})
