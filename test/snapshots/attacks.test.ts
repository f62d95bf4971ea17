// The agent controls all that is in the work tree, while it is read and while it is brought back.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { usualLimits } from '../../src/snapshots/limits.ts'
import { observe } from '../../src/snapshots/observe.ts'
import { openSnapshots } from '../../src/snapshots/open.ts'
import { createClock } from '../../src/system/clock.ts'
import { bash, everything, exactly, openScene, searchPath } from './scene.ts'
import type { Scene } from './scene.ts'

/** Destroys all that can be listed, and brings it back. */
async function roundTrip(scene: Scene): Promise<void> {
  const before = scene.hash()
  const { id, leftOut } = await scene.snapshots.take('start')
  assert.deepEqual(leftOut, [])
  scene.bash('chmod -R u+rwx . && find . -mindepth 1 -delete')
  const done = await scene.snapshots.restore(id, everything)
  assert.deepEqual(done.failed, [])
  assert.equal(scene.hash(), before)
}

test('attributes, filters, line ends, encodings and idents change no byte', async (t) => {
  const scene = await openScene(t)
  scene.bash('git init -q . && git config core.autocrlf true && git config core.eol crlf')
  scene.bash("git config filter.evil.clean 'touch ../ran; cat' && git config core.attributesFile a")
  scene.bash(
    "git config filter.evil.smudge 'touch ../ran; cat' && git config diff.evil.textconv 'touch ../ran; cat'",
  )
  scene.bash(
    "git config filter.evil.process 'touch ../ran' && git config filter.evil.required true",
  )
  const attributes =
    '* text=auto eol=crlf ident filter=evil diff=evil working-tree-encoding=UTF-16\n'
  scene.write('.gitattributes', attributes)
  scene.write('.git/info/attributes', attributes)
  scene.write('a', attributes)
  scene.write('mixed.txt', 'a\r\nb\nc\r\n$Id$\n$Id: x $\n')
  scene.write('big.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')
  await roundTrip(scene)
  assert.equal(existsSync(join(scene.folder, 'ran')), false)
})

test('no hook, monitor, command or configuration of the work tree or the user runs', async (t) => {
  const scene = await openScene(t, { repository: true })
  const script = `#!/bin/sh\ntouch ${scene.folder}/ran\n`
  for (const name of ['pre-commit', 'post-checkout', 'reference-transaction', 'pre-auto-gc']) {
    scene.write(`.git/hooks/${name}`, script, 0o755)
  }
  scene.write('fake/git', script, 0o755)
  scene.bash(`git config core.fsmonitor ${scene.folder}/work/fake/git`)
  scene.bash(`git config core.sshCommand ${scene.folder}/work/fake/git`)
  scene.bash(`git config core.pager ${scene.folder}/work/fake/git`)
  writeFileSync(join(scene.home, '.gitconfig'), `[core]\nhooksPath=${scene.workTree}/.git/hooks\n`)
  rmSync(join(scene.folder, 'ran'), { force: true })
  const before = scene.hash()
  const { id } = await scene.snapshots.take('start')
  rmSync(scene.workTree, { recursive: true })
  await scene.snapshots.restore(id, everything)
  assert.equal(scene.hash(), before)
  assert.equal(existsSync(join(scene.folder, 'ran')), false)
})

test('a `git` that the work tree brings is not the one that is used', async (t) => {
  const scene = await openScene(t)
  scene.write('bin/git', `#!/bin/sh\ntouch ${scene.folder}/ran\n`, 0o755)
  symlinkSync(join(scene.workTree, 'bin/git'), join(scene.home, 'git'))
  const path = `${scene.workTree}/bin:bin:.:${scene.home}:${searchPath()}`
  const parts = { folder: join(scene.folder, 'other'), clock: createClock(null), searchPath: path }
  const snapshots = await openSnapshots({ workTree: scene.workTree, ...parts })
  t.after(() => snapshots.close())
  assert.equal((await snapshots.take('start')).files, 1)
  assert.equal(existsSync(join(scene.folder, 'ran')), false)
  const none = { workTree: scene.workTree, ...parts, searchPath: `${scene.workTree}/bin` }
  await assert.rejects(openSnapshots(none), { code: 'snapshot-no-git' })
})

test('names: newlines, quotes, invalid UTF-8, case, what git refuses', async (t) => {
  const scene = await openScene(t)
  scene.bash(
    `
    touch $'new\\nline' $'tab\\there' '"quoted"' 'back\\slash' $'\\xff\\xfe' é ' lead' 'trail ' '-rf' '='
    touch A a .GIT .git~1 GIT~1 .gitmodules _ _a '$(touch ../ran)' $'\\x01' $'\\x7f'
    mkdir -p .GiT/objects '=/=' $'dir\\n/.git/x' nested/.git/refs d/.git; echo x > d/.git/HEAD
    echo x > '=/=/='; echo x > $'dir\\n/.git/x/y'; ln -s $'\\xff' link; ln -s $'a\\nb' link2
  `
      .replaceAll("'=/='", "'e/='")
      .replaceAll("'=/=/='", "'e/=/='")
      .replaceAll("' '='\n", "'\n"),
  )
  await roundTrip(scene)
  assert.equal(existsSync(join(scene.folder, 'ran')), false)
})

test('nested repositories, submodules and a repository without a work tree are files', async (t) => {
  const scene = await openScene(t, { repository: true })
  scene.bash('git init -q inner && cd inner && echo x > f && git add f && git commit -qm inner')
  scene.bash(
    'git init -q --bare bare.git && git -c protocol.file.allow=always submodule -q add ./inner sub',
  )
  await roundTrip(scene)
  assert.equal(scene.bash('git -C inner log --oneline | wc -l').trim(), '1')
})

test('links are never followed to read', async (t) => {
  const scene = await openScene(t)
  writeFileSync(join(scene.home, 'secret'), 'do not read')
  scene.bash('ln -s ../home home; ln -s ../home/secret secret; ln -s . loop; ln -s / root')
  await roundTrip(scene)
  const listed = await scene.snapshots.list()
  assert.equal(listed.at(-1)?.files, 4)
  assert.equal(keptAnywhere(scene, 'do not read'), false)
})

const pointers: readonly (readonly [name: string, script: string, elsewhere: boolean])[] = [
  ['a link', 'ln -s ../home .git', true],
  ['a linked work tree', "echo 'gitdir: ../home/.git/worktrees/x' > .git", true],
  ['an absolute pointer', 'echo "gitdir: $HOME/.git" > .git', true],
  ['a submodule', "mkdir sub; echo 'gitdir: ../.git/modules/sub' > sub/.git", false],
  ['a file of another kind', 'echo x > .git', false],
]

for (const [name, script, elsewhere] of pointers) {
  const said = elsewhere ? ', and what it means is said' : ''
  test(`${name} as \`.git\` is not followed${said}`, async (t) => {
    const scene = await openScene(t)
    scene.bash(`git init -q ~ && ${script}`)
    const { leftOut, files } = await scene.snapshots.take('start')
    assert.deepEqual([leftOut.map(({ path }) => path), files], [elsewhere ? ['.git'] : [], 1])
  })
}

test('a folder that is swapped for a link while it is read leads nowhere', async (t) => {
  const scene = await openScene(t)
  const secrets = join(scene.home, 'keys')
  mkdirSync(secrets)
  for (let index = 0; index < 50; index++) {
    scene.write(`keys/${index}`, 'own')
    writeFileSync(join(secrets, String(index)), 'stolen')
  }
  const swap = 'while :; do mv keys was; ln -s ../home/keys keys; rm keys; mv was keys; done'
  const child = spawn('/bin/bash', ['-c', swap], { cwd: scene.workTree, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  for (let round = 0; round < 15; round++) {
    await scene.snapshots.take(`round ${round}`).catch(() => undefined)
  }
  child.kill('SIGKILL')
  assert.equal(keptAnywhere(scene, 'stolen'), false)
  assert.equal(keptAnywhere(scene, 'own'), true)
})

/** Whether some blob of the shadow repository is this text. */
function keptAnywhere(scene: Scene, text: string): boolean {
  const objects = 'git cat-file --batch-all-objects --batch-check="%(objecttype) %(objectname)"'
  const script = `export GIT_DIR=${scene.shadow()}; ${objects} | while read -r kind id; do
    if [ "$kind" = blob ]; then git cat-file blob "$id"; echo; fi; done`
  return bash(script, scene.folder, scene.home).split('\n').includes(text)
}

test('a folder that became a link elsewhere: nothing is written there', async (t) => {
  const scene = await openScene(t)
  scene.write('src/.bashrc', 'mine')
  scene.write('src/deep/.ssh/authorized_keys', 'mine')
  const { id } = await scene.snapshots.take('start')
  writeFileSync(join(scene.home, '.bashrc'), 'theirs')
  scene.bash('rm -rf src && ln -s ../home src')
  const done = await scene.snapshots.restore(id, everything)
  assert.equal(done.equal, true)
  assert.equal(scene.bash('cat src/.bashrc src/deep/.ssh/authorized_keys'), 'minemine')
  assert.deepEqual(readdirSync(scene.home), ['.bashrc'])
  assert.equal(readFileSync(join(scene.home, '.bashrc'), 'utf8'), 'theirs')
})

test('folders swapped for links while they are brought back: nothing gets out', async (t) => {
  const scene = await openScene(t)
  for (let index = 0; index < 40; index++) scene.write(`a/b/${index}`, `content ${index}`)
  const { id } = await scene.snapshots.take('start')
  mkdirSync(join(scene.home, 'b'))
  const swap = `while :; do rm -f a/b/*; mv a was; ln -s ../home a; rm a; mv was a; done 2> /dev/null`
  const child = spawn('/bin/bash', ['-c', swap], { cwd: scene.workTree, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  for (let round = 0; round < 10; round++) {
    await scene.snapshots.restore(id, everything).catch(() => undefined)
  }
  child.kill('SIGKILL')
  await setTimeout(20)
  assert.deepEqual(readdirSync(join(scene.home, 'b')), [])
  assert.deepEqual(readdirSync(scene.home), ['b'])
  scene.bash('rm -rf a was')
  assert.equal((await scene.snapshots.restore(id, everything)).equal, true)
})

test('the work tree itself became a link: refused', async (t) => {
  const scene = await openScene(t)
  scene.write('a', 'x')
  await scene.snapshots.take('start')
  rmSync(scene.workTree, { recursive: true })
  symlinkSync(scene.home, scene.workTree)
  const [only] = await scene.snapshots.list()
  const bringing = scene.snapshots.restore(only?.id ?? '', everything)
  await assert.rejects(bringing, { code: 'snapshot-not-folder' })
  assert.deepEqual(readdirSync(scene.home), [])
})

test('a hard link to a file elsewhere is not written through', async (t) => {
  const scene = await openScene(t)
  writeFileSync(join(scene.home, 'config'), 'theirs')
  scene.write('file', 'mine')
  const { id } = await scene.snapshots.take('start')
  scene.bash('ln -f ../home/config file')
  await scene.snapshots.restore(id, everything)
  assert.equal(readFileSync(join(scene.home, 'config'), 'utf8'), 'theirs')
  assert.equal(readFileSync(join(scene.workTree, 'file'), 'utf8'), 'mine')
})

test('fifos, sockets and devices are named, and hold nobody up', async (t) => {
  const scene = await openScene(t)
  scene.write('file', 'x')
  scene.bash('mkfifo pipe')
  const server = createServer().listen(join(scene.workTree, 'socket'))
  t.after(() => server.close())
  await setTimeout(20)
  const { leftOut, files } = await scene.snapshots.take('start')
  assert.deepEqual(
    leftOut.map(({ path, why }) => `${path}: ${why}`),
    ['pipe: not a file: a fifo', 'socket: not a file: a socket'],
  )
  assert.equal(files, 1)
})

test('limits are named: one file, all files, depth, count; the repository has its own', async (t) => {
  const limits = { fileBytesMax: 1000, bytesMax: 5000, repositoryFileBytesMax: 3000, depthMax: 5 }
  const scene = await openScene(t, { limits })
  scene.write('large', Buffer.alloc(1001))
  scene.write('.git/objects/pack/p', Buffer.alloc(2900))
  scene.write('.git/objects/pack/q', Buffer.alloc(3001))
  for (let index = 0; index < 4; index++) scene.write(`some${index}`, Buffer.alloc(700 + index))
  scene.write('1/2/3/4/5/6/deep', 'x')
  const { leftOut, bytes } = await scene.snapshots.take('start')
  assert.deepEqual(Object.fromEntries(leftOut.map(({ path, why }) => [path, why])), {
    '1/2/3/4/5/6': 'more than 5 folders deep',
    '.git/objects/pack/q': 'larger than 0 MiB',
    large: 'larger than 0 MiB',
    '.git/objects/pack/p': 'all files together are larger than 0 MiB',
  })
  assert.equal(bytes, 700 + 701 + 702 + 703)
  const few = await scene.reopen({ limits: { entriesMax: 5 } })
  scene.bash('for i in $(seq 3000); do : > f$i; done')
  await assert.rejects(few.take('start'), { code: 'snapshot-too-many' })
})

test('what changes all the while it is read is named, never torn in silence', async (t) => {
  const scene = await openScene(t)
  scene.write('a', 'first')
  scene.write('b', 'first')
  const change = (id: string): Promise<string> => {
    for (const name of ['a', 'b']) appendFileSync(join(scene.workTree, name), 'more')
    return Promise.resolve(id)
  }
  const observed = await observe({
    ...{ workTree: scene.workTree, limits: usualLimits, cache: null, stamp: () => 0 },
    ...{
      keep: { whole: (id) => change(id).then(() => undefined), large: change },
      signal: t.signal,
    },
  })
  const why = 'kept, but it changed while it was read'
  assert.equal(observed?.known.size, 3)
  assert.deepEqual(
    observed.left.map((left) => left.why),
    [why],
  )
})

test('a sparse file costs no more than its limit', async (t) => {
  const scene = await openScene(t)
  scene.write('sparse', 'x')
  truncateSync(join(scene.workTree, 'sparse'), 2 ** 40)
  const { leftOut } = await scene.snapshots.take('start')
  assert.deepEqual(leftOut, [{ path: 'sparse', why: 'larger than 100 MiB', reproducible: false }])
})

const madeAgain: readonly (readonly [folder: string, marker: string])[] = [
  ['node_modules', 'package.json'],
  ['node_modules', 'node_modules/.package-lock.json'],
  ['.venv', '.venv/pyvenv.cfg'],
  ['target', 'Cargo.toml'],
  ['__pycache__', 'other.py'],
]

for (const [folder, marker] of madeAgain) {
  test(`\`${folder}\` beside ${marker} is left out and named; alone it is kept`, async (t) => {
    const scene = await openScene(t)
    scene.write(`${folder}/thesis.md`, 'x')
    const alone = await scene.snapshots.take('alone')
    if (folder !== '__pycache__') assert.deepEqual(alone.leftOut, [])
    scene.write(marker, '{}')
    const { leftOut } = await scene.snapshots.take('start')
    assert.deepEqual(
      leftOut.map(({ path, reproducible }) => [path, reproducible]),
      [[folder, true]],
    )
    scene.bash('mkdir precious && echo x > precious/file')
    const { id } = await scene.snapshots.take('before')
    scene.bash('rm -rf precious')
    assert.equal((await scene.snapshots.restore(id, exactly)).equal, true)
    assert.equal(existsSync(join(scene.workTree, folder, 'thesis.md')), true, 'untouched')
  })
}

test('what is in no snapshot is not overwritten by one', async (t) => {
  const scene = await openScene(t, { limits: { fileBytesMax: 1000 } })
  scene.write('data', 'small')
  const { id } = await scene.snapshots.take('start')
  scene.write('data', Buffer.alloc(2000, 'x'))
  const done = await scene.snapshots.restore(id, everything)
  assert.equal(done.equal, false)
  assert.deepEqual(done.failed, [
    { path: 'data', why: 'what is there now is in no snapshot: move it away' },
  ])
  assert.equal(statSync(join(scene.workTree, 'data')).size, 2000)
})

test('snapshots are nobody else’s, and never where the agent is', async (t) => {
  const scene = await openScene(t)
  scene.write('a', 'x')
  await scene.snapshots.take('start')
  assert.equal(statSync(scene.state).mode & 0o777, 0o700)
  assert.equal(statSync(scene.shadow()).mode & 0o777, 0o700)
  const parts = { clock: createClock(null), searchPath: searchPath() }
  const inside = { ...parts, workTree: scene.workTree, folder: join(scene.workTree, '.state') }
  await assert.rejects(openSnapshots(inside), { code: 'snapshot-inside' })
  const around = { ...parts, workTree: scene.folder, folder: scene.state }
  await assert.rejects(openSnapshots(around), { code: 'snapshot-inside' })
  const everywhere = { ...parts, workTree: '/', folder: scene.state }
  await assert.rejects(openSnapshots(everywhere), { code: 'snapshot-inside' })
  symlinkSync(scene.state, join(scene.folder, 'link'))
  const linked = { ...parts, workTree: scene.workTree, folder: join(scene.folder, 'link') }
  await assert.rejects(openSnapshots(linked), { code: 'snapshot-not-private' })
})
