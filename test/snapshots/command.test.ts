// `holdpoint undo --files`, as a person uses it.
import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { createRealWorld } from '../../src/cli/real-world.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { openSnapshots, snapshotsFolder } from '../../src/snapshots/open.ts'
import type { Snapshots } from '../../src/snapshots/snapshots.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import type { FakeClock } from '../../src/system/clock.ts'
import { openTerminal } from '../cli/terminal.ts'
import type { TerminalOptions } from '../cli/terminal.ts'
import { openScene, searchPath } from './scene.ts'
import type { Scene } from './scene.ts'

interface Desk extends Scene {
  readonly clock: FakeClock
  readonly taker: Snapshots
  undo(argv: readonly string[], options?: TerminalOptions): Promise<Ran>
}

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const world = createRealWorld()
const start = new Date(2026, 5, 15, 12, 0, 0).getTime()

async function openDesk(t: TestContext): Promise<Desk> {
  const scene = await openScene(t, { repository: true })
  const clock = createFakeClock(new Date(start).toISOString())
  const env = { HOME: scene.home, PATH: searchPath() }
  const place = { workTree: scene.workTree, folder: snapshotsFolder(env) }
  const taker = await openSnapshots({ ...place, clock, searchPath: searchPath() })
  t.after(() => taker.close())
  return {
    ...scene,
    ...{ clock, taker },
    async undo(argv, options = {}) {
      const terminal = openTerminal({
        ...{ env, cwd: scene.workTree, now: () => clock.milliseconds() },
        ...options,
        argv: ['undo', '--files', ...argv],
      })
      const code = await runCommandLine(terminal.surroundings, '1', () => Promise.resolve(world))
      return { code, stdout: terminal.stdout(), stderr: terminal.stderr() }
    },
  }
}

test('at night: what the last command destroyed comes back, after a look and a yes', async (t) => {
  const desk = await openDesk(t)
  const before = desk.hash()
  await desk.taker.take('start')
  desk.clock.advance(300)
  desk.write('work.txt', 'an hour of work')
  await desk.taker.take('before: git clean -fdx && rm -rf src')
  desk.bash('git clean -qfdx -e work.txt && rm -rf src')
  desk.clock.advance(840)
  const asked = await desk.undo([], { tty: true, stdin: 'n\n' })
  assert.equal(asked.code, 3)
  assert.match(
    asked.stderr,
    /work as it was at 12:05:00 today \(14 minutes\s+ago\), before: git clean -fdx && rm -rf src:\n/,
  )
  assert.match(asked.stderr, /\n {2}\d+ come back: \.env, empty, local\.db, notes\.md, src\n/)
  assert.match(asked.stderr, /Bring it back\? \[y\/N\]/)
  assert.match(asked.stderr, /nothing was changed/)
  assert.ok(asked.stderr.split('\n').every((line) => line.length <= 82))
  const done = await desk.undo([], { tty: true, stdin: 'y\n' })
  assert.equal(done.code, 0)
  assert.match(done.stdout, /undone\S* in .*: read again, all is as\s+it was\n/)
  assert.match(done.stdout, /\n {2}sha256 [0-9a-f]{64}\n/)
  assert.match(done.stdout, /\nto undo this: holdpoint undo --files --at [0-9a-f]{10}\n$/)
  assert.equal(desk.bash('cat work.txt'), 'an hour of work')
  desk.bash('rm work.txt')
  assert.equal(desk.hash({ without: /^\/\.git\/index$/ }) === before, false)
  const nothing = await desk.undo(['--yes'])
  assert.match(nothing.stdout, /^nothing has gone or changed since/)
})

test('without a terminal it shows, and changes nothing without --yes', async (t) => {
  const desk = await openDesk(t)
  await desk.taker.take('before: rm')
  desk.bash('rm -rf src')
  const harmed = desk.hash()
  const shown = await desk.undo([])
  assert.deepEqual([shown.code, shown.stdout], [3, ''])
  assert.match(shown.stderr, /come back: src\n[^]*`--yes` brings it back without asking/)
  const dry = await desk.undo(['--dry-run'])
  assert.equal(dry.code, 0)
  assert.match(dry.stdout, /come back: src\n[^]*nothing was changed\n$/)
  assert.equal(desk.hash(), harmed)
  assert.equal((await desk.undo(['--yes'])).code, 0)
  assert.notEqual(desk.hash(), harmed)
})

test('--at: a time, ago, the beginning of an id, `start`', async (t) => {
  const desk = await openDesk(t)
  const version = (): string => desk.bash('cat notes.md').trim()
  const ids: string[] = []
  for (const [index, why] of ['start', 'before: two', 'before: three'].entries()) {
    desk.write('notes.md', `version ${index}`)
    ids.push((await desk.taker.take(why)).id)
    desk.clock.advance(600)
  }
  desk.write('notes.md', 'spoilt')
  for (const [at, expected] of [
    ['start', 'version 0'],
    ['12:10', 'version 1'],
    ['12:19:59', 'version 1'],
    ['11m', 'version 1'],
    ['1m', 'version 2'],
    [ids[2]?.slice(0, 8) ?? '', 'version 2'],
  ] as const) {
    const { code, stdout } = await desk.undo(['--at', at, '--yes', 'notes.md'])
    assert.equal(code, 0, stdout)
    assert.equal(version(), expected, at)
  }
  const early = await desk.undo(['--at', '11:00'])
  assert.equal(early.code, 3)
  assert.match(early.stderr, /no snapshot for `11:00`; the oldest is of 12:00:00 today/)
  assert.equal((await desk.undo(['--at', 'noon'])).code, 2)
})

test('--list names each, newest first; --json for programs', async (t) => {
  const desk = await openDesk(t)
  await desk.taker.take('start')
  desk.clock.advance(60)
  await desk.taker.take('before: ls \u001b[31m')
  desk.clock.advance(60)
  desk.bash('rm notes.md')
  await desk.taker.take('before: rm .env')
  const { stdout } = await desk.undo(['--list'])
  const lines = stdout.trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) =>
      line.replace(/^[0-9a-f]{10} +/, '').replace(/ +\d+ files +[\d.]+ KB +/, ' '),
    ),
    [
      '12:02:00 today before: rm .env',
      '12:01:00 today before: ls ⟨U+001B⟩[31m',
      '12:00:00 today start',
    ],
  )
  const listed = JSON.parse((await desk.undo(['--list', '--json'])).stdout) as {
    readonly snapshots: readonly { readonly why: string }[]
  }
  assert.deepEqual(
    listed.snapshots.map(({ why }) => why),
    ['before: rm .env', 'start'],
  )
  const json = JSON.parse((await desk.undo(['--yes', '--json', '--at', 'start'])).stdout) as {
    readonly undo: Readonly<Record<string, unknown>>
  }
  assert.deepEqual(Object.keys(json.undo).sort(), [
    ...['before', 'changes', 'done', 'dryRun', 'equal', 'failed'],
    ...['sha256Kept', 'sha256Now', 'snapshot', 'stays'],
  ])
  assert.deepEqual(json.undo['changes'], [{ path: 'notes.md', kind: 'brought-back', of: 'file' }])
})

test('paths: from where one stands, in the nearest work tree, never out of it', async (t) => {
  const desk = await openDesk(t)
  await desk.taker.take('before: rm')
  desk.bash('rm -rf src/a.ts src/deep notes.md')
  const cwd = realpathSync(join(desk.workTree, 'src'))
  assert.equal((await desk.undo(['--yes', 'a.ts'], { cwd })).code, 0)
  assert.equal(desk.bash('ls src'), 'a.ts\nlink\nstaged.ts\n')
  assert.equal((await desk.undo(['--yes', '../notes.md', 'deep'], { cwd })).code, 0)
  assert.equal(desk.bash('ls src'), 'a.ts\ndeep\nlink\nstaged.ts\n')
  const out = await desk.undo(['--yes', 'a.ts', '../../home'], { cwd })
  assert.equal(out.code, 2)
  assert.match(out.stderr, /is not in/)
  const none = await desk.undo(['--yes'], { cwd: desk.folder })
  assert.equal(none.code, 3)
  assert.match(none.stderr, /there are no snapshots of/)
})

test('a folder that an agent swapped for a link to another work tree is not mistaken for it', async (t) => {
  const desk = await openDesk(t)
  const other = join(desk.folder, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'file'), 'now')
  const place = { workTree: other, folder: snapshotsFolder({ HOME: desk.home }) }
  const theirs = await openSnapshots({ ...place, clock: desk.clock, searchPath: searchPath() })
  t.after(() => theirs.close())
  await theirs.take('start')
  writeFileSync(join(other, 'file'), 'later')
  await desk.taker.take('before: rm')
  desk.bash('rm -rf src')
  symlinkSync(other, join(desk.workTree, 'src'))
  assert.equal((await desk.undo(['--yes', 'src'])).code, 0)
  assert.equal(desk.bash('cat ../other/file; ls src'), 'latera.ts\ndeep\nlink\nstaged.ts\n')
})

test('what could not be brought back is named, and the command fails', async (t) => {
  const desk = await openDesk(t)
  desk.write('data', 'small')
  await desk.taker.take('before: rm')
  desk.bash('rm data src -rf && truncate -s 200M data')
  const { code, stdout } = await desk.undo(['--yes'])
  assert.equal(code, 1)
  assert.match(stdout, /^NOT all undone/)
  assert.match(stdout, /not written: data: what is there now is in no snapshot: move it away/)
  assert.match(stdout, /come back: data, src|brought|come back/)
})

test('options of files go with --files, and an action with none of them', async (t) => {
  const desk = await openDesk(t)
  const undo = async (argv: readonly string[]): Promise<Ran> => {
    const terminal = openTerminal({ argv: ['undo', ...argv], cwd: desk.workTree })
    const code = await runCommandLine(terminal.surroundings, '1', () => Promise.resolve(world))
    return { code, stdout: terminal.stdout(), stderr: terminal.stderr() }
  }
  for (const argv of [['dec_1', '--yes'], ['dec_1', '--at', '1m'], ['dec_1', 'dec_2'], []]) {
    assert.equal((await undo(argv)).code, 2, argv.join(' '))
  }
})
