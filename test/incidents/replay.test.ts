// Each incident whose command is known, run for real in a tree to throw away: asked of the hook's
// desk as the agent's hook asks it, run by bash if it passes, and then taken back by the command
// that a person would type. What was there must be there again, to the last byte.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { createRealWorld } from '../../src/cli/real-world.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import type { HookDesk } from '../../src/doors/hook/desk.ts'
import { createAdviceDesk } from '../../src/main/advice.ts'
import { openWorkTreeSnapshots } from '../../src/main/advice-snapshots.ts'
import { openTerminal } from '../cli/terminal.ts'
import { hashOf, searchPath } from '../snapshots/scene.ts'
import { incidents } from './incidents.ts'
import type { Incident } from './incidents.ts'
import { notReplayed } from './not-replayed.ts'

interface Place {
  readonly workTree: string
  readonly home: string
  /** what stands for everything elsewhere */
  readonly remote: string
  readonly env: Readonly<Record<string, string>>
}

/** Not in a temporary folder, where an agent may remove what it likes. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

function openPlace(t: TestContext, { programs, setting }: Incident): Place {
  const folder = realpathSync(mkdtempSync(join(base, 'holdpoint-incidents-')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [workTree, home] = [join(folder, 'work'), join(folder, 'home')]
  const [remote, standIns] = [join(folder, 'remote'), join(folder, 'bin')]
  for (const one of [workTree, home, remote, standIns]) mkdirSync(one)
  for (const name of programs) standIn(join(standIns, name), join(remote, name))
  const env = {
    ...{ HOME: home, PATH: `${standIns}:${searchPath()}`, LC_ALL: 'C', REMOTE: remote },
    ...{ STANDINS: standIns, GIT_CONFIG_NOSYSTEM: '1', GIT_CEILING_DIRECTORIES: folder },
    ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_TERMINAL_PROMPT: '0' },
    ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
  }
  const place = { workTree, home, remote, env }
  run(place, always)
  if (setting !== '') run(place, `set -e; ${setting}`)
  return place
}

/** What it would destroy elsewhere is a file of its own here. */
function standIn(program: string, marker: string): void {
  writeFileSync(marker, 'alive')
  writeFileSync(program, `#!/bin/sh\nrm -f '${marker}'\n`, { mode: 0o755 })
}

const always = `set -e
  git init -q --bare -b main "$REMOTE/origin.git" && git init -q -b main .
  mkdir -p src/deep && echo one > src/app.ts && echo deep > src/deep/b.ts && echo '*.log' > .gitignore
  git add -A && git commit -qm one && echo two >> src/app.ts && git commit -qam two
  git remote add origin "$REMOTE/origin.git" && git push -q -u origin main 2> /dev/null
  git clone -q "$REMOTE/origin.git" "$REMOTE/other"
  echo stashed >> src/app.ts && git stash -q && echo unfinished >> src/app.ts
  echo SECRET=1 > .env && chmod 600 .env && echo notes > notes.md && echo log > app.log
  mkdir empty && ln -s src/app.ts link && chmod 755 src/deep/b.ts
  mkdir ~/.ssh && echo key > ~/.ssh/authorized_keys && echo mine > ~/document`

function run({ workTree, env }: Place, command: string): void {
  const cwd = existsSync(workTree) ? workTree : '/'
  execFileSync('/bin/bash', ['-c', command], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Runs it as an agent does, which looks at how it ended and goes on. */
function runAnyhow(place: Place, command: string): void {
  try {
    run(place, command)
  } catch {
    // Its end is not what is looked at.
  }
}

function openDesk({ home, env }: Place): HookDesk {
  return createAdviceDesk({
    ...{ home, environment: env, sessions: null, workTree: null, record: null, tag: 'replay' },
    ...{ confined: false, governed: [], snapshots: openWorkTreeSnapshots(home, env) },
  })
}

async function passes(desk: HookDesk, { workTree }: Place, command: string): Promise<boolean> {
  const event = {
    ...{ session_id: 's', cwd: workTree, hook_event_name: 'PreToolUse', tool_name: 'Bash' },
    tool_input: { command },
  }
  const { exit, stderr } = await desk.answer('claude-code', Buffer.from(JSON.stringify(event)))
  assert.doesNotMatch(stderr, /could not judge/)
  return exit === 0
}

function hashes({ workTree, home, remote }: Place): readonly string[] {
  // Snapshots are kept below the home folder.
  const own = /^\/\.local(\/|$)/
  return [hashOf(workTree, null), hashOf(home, own), hashOf(remote, null)]
}

async function undo({ workTree, env }: Place, options: readonly string[]): Promise<string> {
  const argv = ['undo', '--files', '--yes', ...options]
  const terminal = openTerminal({ argv, env, cwd: workTree })
  const world = createRealWorld()
  const code = await runCommandLine(terminal.surroundings, '1', () => Promise.resolve(world))
  assert.equal(code, 0, terminal.stdout() + terminal.stderr())
  return terminal.stdout()
}

async function replay(t: TestContext, incident: Incident): Promise<'prevented' | 'undone'> {
  const place = openPlace(t, incident)
  const desk = openDesk(place)
  const before = hashes(place)
  let harmed = false
  let refused = false
  for (const command of incident.commands) {
    const passed = await passes(desk, place, command)
    refused ||= !passed
    if (!passed || incident.windows) continue
    runAnyhow(place, command)
    harmed ||= hashes(place).join() !== before.join()
  }
  assert.ok(harmed || refused, 'it was refused, or it did harm')
  if (harmed) {
    const said = await undo(place, incident.exact ? ['--exact'] : [])
    assert.match(said, /read again, all is as it was|read again, all is as\s+it was/)
  }
  assert.deepEqual(hashes(place), before, 'work tree, home folder, elsewhere')
  return harmed ? 'undone' : 'prevented'
}

for (const incident of incidents) {
  test(`${incident.id}: ${incident.harm}: ${incident.ends}`, async (t) => {
    assert.equal(await replay(t, incident), incident.ends)
  })
}

test('each incident stands once in the table, with its source; what is not replayed says why', () => {
  const rows = [...incidents, ...notReplayed]
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length)
  assert.ok(rows.every(({ source }) => source !== ''))
  assert.ok(notReplayed.every(({ why }) => why !== ''))
  assert.equal(rows.length, 72)
})

test('the stand-ins do destroy: what is prevented would have done harm', (t) => {
  for (const incident of incidents) {
    if (incident.programs.length === 0 || incident.windows || incident.ends !== 'prevented')
      continue
    const place = openPlace(t, incident)
    const before = hashes(place)
    for (const command of incident.commands) runAnyhow(place, command)
    assert.notDeepEqual(hashes(place), before, incident.id)
    assert.ok(readdirSync(place.remote).length > 0)
  }
})
