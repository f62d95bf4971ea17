// What is refused before anything starts, and what is said where there is no sandbox.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'

import { holdpoint, node, run } from '../scenarios/processes.ts'
import { root } from '../source-files.ts'
import {
  asking,
  openSandboxWorld,
  sections,
  treeToken,
  unavailable,
  usualMandate,
} from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
const program = join(root, 'src/cli/main.ts')
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

function line(...more: readonly string[]): readonly string[] {
  const mandate = join(dirname(world.home), 'mandate.json')
  writeFileSync(mandate, JSON.stringify(usualMandate))
  return ['--config', world.staged.configuration, 'run', '--mandate', mandate, ...more]
}

test('without bubblewrap nothing starts, nothing weaker is chosen', { skip }, async () => {
  const before = (await world.entries()).length
  const told = await holdpoint(line('--', 'echo', 'started'), {
    cwd: world.tree,
    env: { HOME: world.home, PATH: dirname(process.execPath) },
  })
  assert.equal(told.code, 125)
  assert.equal(told.stdout, '')
  assert.match(told.stderr, /bubblewrap is not installed, and without it nothing keeps an agent in/)
  assert.match(told.stderr, /apt install bubblewrap[\s\S]*--unsandboxed/)
  assert.equal((await world.entries()).length, before, 'no mandate, no lease')
})

test('a bubblewrap that cannot make namespaces is said to be one', { skip }, async () => {
  const folder = join(dirname(world.home), 'broken')
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'bwrap'),
    '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n',
    {
      mode: 0o755,
    },
  )
  const told = await holdpoint(line('--', 'echo', 'started'), {
    cwd: world.tree,
    env: { HOME: world.home, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  })
  assert.equal(told.code, 125)
  assert.equal(told.stdout, '')
  assert.match(told.stderr, /the sandbox could not be started/)
})

test('own failures end with 125, and say why', { skip }, async () => {
  const env = { HOME: world.home }
  const cases: readonly (readonly [args: readonly string[], cwd: string, says: RegExp])[] = [
    [line('--', 'no-such-program'), world.tree, /no program `no-such-program`/],
    [line('--', 'true'), world.home, /home folder/],
    [
      ['--config', world.staged.configuration, 'run', '--mandate', 'nothing', '--', 'true'],
      world.tree,
      /neither a file nor the id/,
    ],
    [
      ['--config', world.staged.configuration, 'run', '--', 'true'],
      world.tree,
      /what may the agent do\? Give `--mandate FILE`/,
    ],
  ]
  for (const [args, cwd, says] of cases) {
    const told = await holdpoint(args, { cwd, env })
    assert.equal(told.code, 125, told.stderr)
    assert.equal(told.stdout, '')
    assert.match(told.stderr, says)
  }
})

test(
  'without a sandbox it says in red what is not true; leases and hooks are there',
  { skip },
  async () => {
    const questions = {
      lease: 'echo $RAILWAY_TOKEN',
      proxy: `curl -sS http://holdpoint.internal/whoami`,
      hook: `printf '{"session_id":"a","hook_event_name":"PreToolUse","tool_name":"Bash","cwd":"/","tool_input":{"command":"rm -rf /etc"}}' | $(dirname $HOLDPOINT_HOOK_SOCKET)/client claude-code`,
      'what is not true': `cat .env; cat ~/.netrc`,
    }
    const script = `${asking(questions)}; exit 7`
    const command = [
      process.execPath,
      ...node,
      program,
      ...line('--unsandboxed', '--', 'sh', '-c', script),
    ]
    const env = { HOME: world.home, RAILWAY_TOKEN: 'a-token', FORCE_COLOR: '1', NO_COLOR: '' }
    const words = command.map((one) => `'${one.replaceAll("'", "'\\''")}'`).join(' ')
    const told = await run('script', {
      args: ['-qec', `${words} </dev/null`, '/dev/null'],
      cwd: world.tree,
      env: { ...env, TERM: 'xterm', COLUMNS: '200' },
    })
    // Without the window's title, which comes between.
    const text = told.stdout
      .replaceAll('\r\n', '\n')
      .replaceAll(/\x1b\][^\x07]*\x07|\x1b\[2[23];2t/g, '')
    assert.equal(told.code, 7)
    assert.match(text, /\x1b\[31mNOT SANDBOXED\. What Holdpoint promises does not hold here:/)
    assert.match(text, /\x1b\[31m {2}- it can read every file that you can/)
    assert.match(text, /\x1b\[31m {2}- it can reach every host/)
    const said = sections(text)
    assert.match(said.get('lease') ?? '', /^hpl_/)
    assert.match(said.get('proxy') ?? '', /"agent":"cursor"/)
    assert.match(said.get('hook') ?? '', /refused this[\s\S]*rc=2/)
    const open = said.get('what is not true') ?? ''
    assert.match(open, new RegExp(treeToken), 'as it says')
    assert.match(open, /CANARY-netrc/, 'as it says')
  },
)

test('the commands of docs/run.md run as they are written there', { skip }, async () => {
  const page = readFileSync(join(root, 'docs/run.md'), 'utf8')
  const lines = [...page.matchAll(/^ {4}holdpoint (.+)$/gm)].map(([, line = '']) => line.split(' '))
  // An agent is not installed here, and a terminal would ask for a mandate: the rest is run.
  const runnable = lines.filter((words) => words.at(-2) === 'npm')
  assert.equal(lines.length, 3)
  assert.equal(runnable.length, 1)
  writeFileSync(join(world.tree, 'fix-staging.yaml'), JSON.stringify(usualMandate))
  const scripts = { test: 'echo tested, exit $((2 + 1)) >&2; exit 3' }
  writeFileSync(join(world.tree, 'package.json'), JSON.stringify({ scripts }))
  for (const words of runnable) {
    const told = await holdpoint(['--config', world.staged.configuration, ...words], {
      cwd: world.tree,
      env: { HOME: world.home },
    })
    assert.equal(told.code, 3, told.stderr)
    assert.match(told.stderr, /^tested, exit 3$/m)
    assert.match(told.stderr, /files here were kept at the start[\s\S]*holdpoint undo --files/)
  }
})
