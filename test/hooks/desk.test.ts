import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { Fault } from '../../src/domain/fault.ts'
import { hookAgents } from '../../src/doors/hook/event.ts'
import type { HookAgentName, HookAnswer } from '../../src/doors/hook/event.ts'
import type { AdvisedNote } from '../../src/doors/hook/parts.ts'
import { createAdviceDesk } from '../../src/main/advice.ts'
import type { DeskOptions } from '../../src/main/advice.ts'
import { openWorkTreeSnapshots } from '../../src/main/advice-snapshots.ts'
import type { Snapshot } from '../../src/snapshots/snapshots.ts'
import { readEvent, shellEvent, toolEvent, writeEvent } from './events.ts'
import type { Place } from './events.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdpoint-desk-')))
const home = join(root, 'home')
const workTree = join(home, 'shop')
mkdirSync(join(workTree, '.git'), { recursive: true })
mkdirSync(join(workTree, 'src'))
mkdirSync(join(home, 'other'))
mkdirSync(join(home, '.ssh'))
writeFileSync(join(workTree, 'src/a.ts'), 'a')
writeFileSync(join(home, '.bashrc'), 'a')
symlinkSync(join(home, '.bashrc'), join(workTree, 'link'))
symlinkSync(join(home, 'other'), join(workTree, 'folder-link'))
symlinkSync(join(home, '.zshrc'), join(workTree, 'dangling'))
after(() => rmSync(root, { recursive: true, force: true }))

interface World {
  readonly ask: (agent: string, event: unknown) => Promise<HookAnswer>
  readonly notes: AdvisedNote[]
  readonly taken: string[]
}

function world(options: Partial<DeskOptions> = {}): World {
  const notes: AdvisedNote[] = []
  const taken: string[] = []
  const snapshots = {
    take(why: string): Promise<Snapshot> {
      taken.push(why)
      const left = { leftOut: [], leftOutMore: 0 }
      return Promise.resolve({ id: 'f'.repeat(64), ...left } as Partial<Snapshot> as Snapshot)
    },
  }
  const desk = createAdviceDesk({
    ...{ home, environment: {}, sessions: null, workTree: null, confined: false, governed: [] },
    snapshots: () => Promise.resolve(snapshots as never),
    record: (note) => Promise.resolve(void notes.push(note)),
    tag: 'test',
    ...options,
  })
  const bytes = (event: unknown): Uint8Array =>
    event instanceof Uint8Array ? event : Buffer.from(JSON.stringify(event))
  return { ask: (agent, event) => desk.answer(agent, bytes(event)), notes, taken }
}

let sessions = 0
const place = (): Place => ({ workTree, session: `s${sessions++}` })

/** The reason, in the JSON that this agent reads. */
function reasonIn(agent: HookAgentName, { stdout }: HookAnswer): unknown {
  const json = JSON.parse(stdout) as Record<string, Record<string, unknown>>
  switch (agent) {
    case 'cursor':
      assert.equal(json['permission'], 'deny')
      return json['agent_message']
    case 'gemini':
      assert.equal(json['decision'], 'deny')
      return json['reason']
    case 'copilot':
      assert.equal(json['permissionDecision'], 'deny')
      return json['permissionDecisionReason']
    default: {
      const said = json['hookSpecificOutput']
      assert.equal(said?.['hookEventName'], 'PreToolUse')
      assert.equal(said['permissionDecision'], 'deny')
      return said['permissionDecisionReason']
    }
  }
}

const passes: Readonly<Record<HookAgentName, string>> = {
  ...{ 'claude-code': '', codex: '', opencode: '', copilot: '' },
  ...{ cursor: '{"permission":"allow"}', gemini: '{}' },
}

async function refused(agent: HookAgentName, event: unknown, w = world()): Promise<string> {
  const answer = await w.ask(agent, event)
  assert.equal(answer.exit, 2, JSON.stringify(event))
  assert.equal(reasonIn(agent, answer), answer.stderr)
  return answer.stderr
}

async function passed(agent: HookAgentName, event: unknown, w = world()): Promise<void> {
  const answer = await w.ask(agent, event)
  assert.deepEqual(answer, { exit: 0, stdout: passes[agent], stderr: '' }, answer.stderr)
}

for (const agent of hookAgents) {
  test(`${agent}: commands`, async () => {
    const says = await refused(agent, shellEvent[agent]('rm -rf ~/other', place()))
    assert.match(says, /^holdpoint refused this: it would delete .*`~\/other`/)
    assert.match(says, /\nInstead: /)
    await passed(agent, shellEvent[agent]('echo "rm -rf ~/other"', place()))
    await passed(agent, shellEvent[agent]('git commit -m "rm -rf ~/other"', place()))
    await passed(agent, shellEvent[agent]('ls -la', place()))
  })

  test(`${agent}: files`, async () => {
    const write = writeEvent[agent]
    for (const path of [
      '.bashrc',
      '.ssh/authorized_keys',
      'other/new.txt',
      'shop/.git/hooks/pre-push',
    ])
      await refused(agent, write(join(home, path), place()))
    await refused(agent, write('../.bashrc', place()))
    await refused(agent, write('src/../../.bashrc', place()))
    const w = world()
    await passed(agent, write(join(workTree, 'src/new.ts'), place()), w)
    await passed(agent, write('/tmp/notes.txt', place()), w)
    assert.deepEqual(w.taken, [])
    await passed(agent, write('src/a.ts', place()), w)
    assert.equal(w.taken.length, 1)
  })

  test(`${agent}: a link in the work tree leads out of it`, async () => {
    const write = writeEvent[agent]
    for (const path of ['link', 'folder-link/x', 'dangling', 'folder-link/../.bashrc'])
      await refused(agent, write(path, place()))
    await refused(agent, shellEvent[agent]('echo x > link', place()))
    await refused(agent, shellEvent[agent]('rm -r folder-link/x', place()))
    await refused(agent, shellEvent[agent]('rm -r folder-link/*', place()))
    await passed(agent, shellEvent[agent]('rm link', place()))
  })
}

for (const [name, read] of Object.entries(readEvent)) {
  test(`${name}: reads`, async () => {
    const agent = name as HookAgentName
    await refused(agent, read(join(home, '.ssh/id_ed25519'), place()))
    await passed(agent, read(join(home, '.ssh/id_ed25519.pub'), place()))
    await passed(agent, read(join(workTree, 'src/a.ts'), place()))
  })
}

for (const [name, event] of Object.entries(toolEvent)) {
  test(`${name}: tools of MCP servers`, async () => {
    const agent = name as HookAgentName
    await refused(agent, event('DROP TABLE users', place()))
    await passed(agent, event('SELECT 1', place()))
  })
}

test('what was refused once is refused by another command too', async () => {
  const w = world({ snapshots: () => Promise.resolve(null) })
  const session = { workTree, session: 'again' }
  await refused('codex', shellEvent.codex('rm src/a.ts', session), w)
  assert.equal(w.notes[0]?.codes[0], 'no-snapshot')
  const says = await refused('codex', shellEvent.codex('git clean -fX -- src/a.ts', session), w)
  assert.match(says, /src\/a\.ts/)
})

test('the work tree is where a session began, wherever the agent walks', async () => {
  const w = world()
  const session = { workTree, session: 'walks' }
  await passed('claude-code', shellEvent['claude-code']('rm src/a.ts', session), w)
  const away = { workTree: join(home, 'other'), session: 'walks' }
  await refused('claude-code', shellEvent['claude-code']('rm a', away), w)
  const fresh = { workTree: join(home, 'other'), session: 'another' }
  await passed('claude-code', shellEvent['claude-code']('rm a', fresh), w)
})

test('a home folder is no work tree', async () => {
  const at = (folder: string): Place => ({ workTree: folder, session: `h${sessions++}` })
  await refused('claude-code', shellEvent['claude-code']('rm a', at(home)))
  await refused('claude-code', shellEvent['claude-code']('rm a', at('/')))
})

test('what no agent sends is refused, with how a person turns it off', async () => {
  const broken: readonly unknown[] = [
    Buffer.from(''),
    Buffer.from('{'),
    Buffer.from([0xff, 0xfe]),
    [],
    null,
    {},
    { tool_name: 'Bash' },
    { tool_name: 'Bash', tool_input: {} },
    { tool_name: 'Bash', tool_input: { command: 7 } },
    { tool_name: 'Write', tool_input: { content: 'x' }, cwd: workTree },
    { hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_input: { command: 'ls' } },
    { tool_name: 'PowerShell', tool_input: { command: 'Remove-Item x' } },
    { tool_name: 'Bash', tool_input: '{' },
  ]
  for (const event of broken) {
    const says = await refused('claude-code', event)
    assert.match(says, /^holdpoint refused this/)
  }
  assert.match(await refused('codex', Buffer.from('{')), /hook uninstall codex$/)
  const nobody = await world().ask('somebody', {})
  assert.equal(nobody.exit, 2)
})

test('tools that nobody knows are judged by their shape, and the others pass', async () => {
  const call = (tool_name: string, tool_input: unknown): object => ({
    ...{ session_id: 'shape', cwd: workTree, tool_name, tool_input },
  })
  await refused('claude-code', call('NewShell', { command: 'rm -rf ~/other' }))
  await refused('claude-code', call('NewShell', { command: ['rm', '-rf', join(home, 'other')] }))
  await refused('claude-code', call('NewShell', { command: ['bash', '-lc', 'rm -rf ~/other'] }))
  await refused('claude-code', call('NewWriter', { path: '../.bashrc', content: 'x' }))
  await passed('claude-code', call('TodoWrite', { todos: [{ content: 'rm -rf ~' }] }))
  await passed('claude-code', call('Task', { prompt: 'rm -rf ~' }))
  await passed('claude-code', call('WebSearch', { query: 'rm -rf ~' }))
})

test('a patch is judged by every file that it names', async () => {
  const patch = (lines: readonly string[]): object => ({
    ...{ session_id: 'patch', cwd: workTree, tool_name: 'apply_patch' },
    tool_input: { command: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n') },
  })
  await refused('codex', patch(['*** Update File: src/a.ts', '*** Move to: ../.bashrc']))
  await refused('codex', patch(['*** Add File: a', '+x', '*** Delete File: /srv/x']))
  await refused('codex', patch(['  *** Add File: ../.zshrc', '+x']))
  await refused('codex', { ...patch([]), tool_input: { command: 'nothing' } })
  await passed('codex', patch(['*** Add File: src/b.ts', '+*** Delete File: /srv/x']))
})

test('an event over the limit, a record that fails, snapshots that fail: refused', async () => {
  await refused('gemini', Buffer.alloc(8_388_609, 0x20))
  const record = (): Promise<void> => Promise.reject(new Error('disk full'))
  const unrecorded = world({ record })
  await refused('cursor', shellEvent.cursor('ls', place()), unrecorded)
  const failing = { take: () => Promise.reject(new Error('no')) }
  const unsnapped = world({ snapshots: () => Promise.resolve(failing as never) })
  await refused('codex', shellEvent.codex('rm src/a.ts', place()), unsnapped)
  await passed('codex', shellEvent.codex('rm -rf node_modules', place()), unsnapped)
})

test('why no snapshot could be taken is in the words of the refusal', async () => {
  const full = Object.assign(new Error('/home/u/x'), { code: 'ENOSPC' })
  const cases: readonly (readonly [Error, RegExp])[] = [
    [new Fault('snapshot-no-git', 'snapshots need `git`: install it'), /need `git`: install it\)/],
    [full, /\(it failed with ENOSPC\)/],
    [new Error('/home/u/x'), /\(a fault of the snapshot\)/],
  ]
  for (const [fault, words] of cases) {
    const failing = { take: () => Promise.reject(fault) }
    for (const snapshots of [
      () => Promise.resolve(failing as never),
      () => Promise.reject(fault),
    ]) {
      const w = world({ snapshots })
      const says = await refused('codex', shellEvent.codex('rm src/a.ts', place()), w)
      assert.match(says, words)
      assert.doesNotMatch(says, /home\/u\/x/)
      await passed('codex', shellEvent.codex('rm -rf node_modules', place()), w)
    }
  }
})

test('without git on the path, the refusal says that git is missing', async () => {
  const home = mkdtempSync(join(tmpdir(), 'holdpoint-no-git-'))
  const snapshots = openWorkTreeSnapshots(home, { PATH: join(home, 'none') })
  const w = world({ snapshots })
  const says = await refused('codex', shellEvent.codex('rm src/a.ts', place()), w)
  assert.match(says, /no snapshot can be taken first.*\(.+\)/)
  rmSync(home, { recursive: true })
})

test('what was advised is told: verdict, codes, worst effect, digest, and the text apart', async () => {
  const w = world()
  await passed('codex', shellEvent.codex('rm src/a.ts', place()), w)
  await refused('codex', shellEvent.codex('rm -rf ~/other', place()), w)
  const [first, second] = w.notes
  const common = { agent: 'codex', effect: 'destroy' }
  assert.deepEqual(
    { ...first, digest: '' },
    {
      ...common,
      verdict: 'pass',
      codes: [],
      snapshot: 'f'.repeat(64),
      digest: '',
      text: 'rm src/a.ts',
    },
  )
  assert.deepEqual(second?.codes, ['outside-work-tree'])
  assert.match(second.digest, /^[0-9a-f]{64}$/)
})
