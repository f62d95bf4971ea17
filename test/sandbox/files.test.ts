// What the person's own programs would run later, outside: not changed, not made, not swapped under
// its name. Nothing of ours is left behind, whatever ended the run.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { asking, openSandboxWorld, sections, unavailable } from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

const later = [
  ...['.git/hooks/post-commit', '.git/config', '.git/config.worktree', '.mcp.json', '.envrc'],
  ...[
    '.claude/settings.json',
    '.claude/settings.local.json',
    '.claude/hooks/x',
    '.cursor/hooks.json',
  ],
  ...['.codex/config.toml', '.gemini/settings.json', '.vscode/tasks.json', '.husky/pre-commit'],
  '.devcontainer/devcontainer.json',
]

test('what would run outside later is neither written, made nor swapped', { skip }, async () => {
  mkdirSync(join(world.tree, '.husky'))
  writeFileSync(join(world.tree, '.husky/pre-commit'), 'echo mine\n')
  const before = readFileSync(join(world.tree, '.git/config'), 'utf8')
  const writes = later.map((path) => `mkdir -p $(dirname ${path}); echo CANARY >> ${path}`)
  const questions = {
    writing: `${writes.join('; ')}; true`,
    removing: 'rm -rf .git/hooks .git/config .mcp.json .claude .envrc .vscode .husky; true',
    'swapping folders':
      'for f in .git .claude .vscode .husky .cursor; do mv $f $f.old; cp -r $f.old $f; mkdir -p $f; echo CANARY > $f/settings.json; echo CANARY > $f/config; done; true',
    'moving over':
      'echo CANARY > x; for f in .git/config .mcp.json .envrc .git/config.lock; do mv -f x $f; cp x $f; done; rm -f x .git/config.lock; true',
    'by git':
      'git config core.fsmonitor CANARY; git config --file .git/config alias.x "!CANARY"; git remote add y CANARY; true',
    'by a link': 'ln -sfn /tmp .git/hooks; ln -sf /tmp/x .mcp.json; ln -sfT /tmp .claude; true',
    'by another mount': 'mount --bind /tmp .git/hooks; umount .git/hooks; true',
    'by the work tree itself': 'mv "$PWD" /tmp/away; mv "$PWD" "$PWD-away"; true',
    left: 'git status --porcelain',
  }
  const { stdout, code } = await world.run(asking(questions))
  assert.equal(code, 0)
  for (const path of later.filter((one) => existsSync(join(world.tree, one)))) {
    assert.doesNotMatch(readFileSync(join(world.tree, path), 'utf8'), /CANARY/, path)
  }
  assert.equal(readFileSync(join(world.tree, '.git/config'), 'utf8'), before)
  assert.equal(readFileSync(join(world.tree, '.husky/pre-commit'), 'utf8'), 'echo mine\n')
  assert.ok(existsSync(join(world.tree, '.git/hooks')))
  assert.match(sections(stdout).get('left') ?? '', /^\?\? \.husky\/\nrc=0/)
  assert.deepEqual(leftovers(), [])
})

test('work is done as ever: files, commits, branches, an editor', { skip }, async () => {
  const questions = {
    files:
      'mkdir -p src && echo x > src/a && mv src/a src/b && ln src/b src/c && rm src/c && cat src/b',
    commit:
      'git add src && git -c user.name=a -c user.email=a@b.c commit -qm second && git log --oneline | wc -l',
    branch:
      'git checkout -q -b topic && git checkout -q main && git merge -q topic && git branch -D topic',
    stash:
      'echo y >> src/b && git -c user.name=a -c user.email=a@b.c stash -q && git stash pop -q && git checkout -q src/b',
    worktree: 'git gc -q && git fsck 2>&1 | grep -c error',
  }
  const said = sections((await world.run(asking(questions))).stdout)
  for (const name of ['files', 'commit', 'branch', 'stash']) {
    assert.match(said.get(name) ?? '', /rc=0/, name)
  }
  assert.equal(readFileSync(join(world.tree, 'src/b'), 'utf8'), 'x\n')
})

test('a link in the place of such a file is refused before anything starts', { skip }, async () => {
  const link = join(world.tree, '.mcp.json')
  symlinkSync('readme.md', link)
  try {
    const { stderr, code } = await world.run('echo started')
    assert.equal(code, 125)
    assert.match(stderr, /`[^`]*\.mcp\.json` is a symbolic link/)
  } finally {
    unlinkSync(link)
  }
  assert.deepEqual(leftovers(), [])
})

test('after kill -9 the next run puts away what was left', { skip }, async () => {
  const child = world.start(['sh', '-c', 'echo up; sleep 60'])
  await once(child.stdout ?? child, 'data')
  assert.notDeepEqual(leftovers(), [], 'it stands there while it runs')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const leases = (await world.entries()).filter(({ fact }) => fact.kind === 'lease-issued').length
  const { stdout } = await world.run('ps ax 2>/dev/null | grep -c "[s]leep 60"; ls -A')
  assert.doesNotMatch(stdout, /^1$/m)
  assert.deepEqual(leftovers(), [])
  const after = await world.entries()
  const issued = after.filter(({ fact }) => fact.kind === 'lease-issued').length
  const revoked = after.filter(({ fact }) => fact.kind === 'lease-revoked').length
  assert.equal(issued, leases + 1)
  assert.equal(revoked, issued)
})

test('an agent keeps its sessions, and cannot change what it runs later', { skip }, async () => {
  const programs = join(world.home, '.local/bin')
  const data = join(world.home, '.local/share/opencode')
  for (const folder of [programs, data, join(world.home, '.config/opencode')]) {
    mkdirSync(folder, { recursive: true })
  }
  writeFileSync(join(programs, 'opencode'), '#!/bin/sh\nexec sh -c "$1"\n', { mode: 0o755 })
  const script =
    'cd ~/.local/share/opencode; echo mine > session; mkdir -p bin; echo CANARY > bin/gopls; ' +
    'mv bin bin.old; mkdir bin; echo CANARY > bin/gopls; ln -sfn /tmp bin; ' +
    'echo CANARY > ~/.config/opencode/opencode.json; echo CANARY > ~/.local/bin/opencode; ' +
    'echo CANARY > ~/.bashrc; cat session'
  const child = world.start(['opencode', script], {
    env: { PATH: `${programs}:${process.env['PATH'] ?? ''}` },
  })
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  assert.equal(printed, 'mine\n')
  assert.equal(readFileSync(join(data, 'session'), 'utf8'), 'mine\n')
  assert.deepEqual(readdirSync(join(data, 'bin')), [])
  assert.deepEqual(readdirSync(join(world.home, '.config/opencode')), [])
  assert.ok(!existsSync(join(world.home, '.bashrc')))
  assert.doesNotMatch(readFileSync(join(programs, 'opencode'), 'utf8'), /CANARY/)
})

/** What only stands in for what may not be made. */
function leftovers(): readonly string[] {
  const known = ['.env', '.git', '.gitignore', '.husky', 'readme.md', 'src']
  return readdirSync(world.tree).filter((name) => !known.includes(name))
}
