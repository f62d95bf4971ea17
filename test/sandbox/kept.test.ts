// What is destroyed inside can be brought back outside: hooks refuse or keep, and programs that
// destroy have the work tree kept by themselves, whoever starts them.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import type { FactOf, LedgerEntry } from '../../src/domain/fact.ts'
import { holdpoint } from '../scenarios/processes.ts'
import { asking, openSandboxWorld, sections, unavailable } from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

function advised(entries: readonly LedgerEntry[]): readonly FactOf<'advised'>[] {
  return entries.flatMap(({ fact }) => (fact.kind === 'advised' ? [fact] : []))
}

const client = '/run/holdpoint/client claude-code'

/** As Claude Code asks before its Bash tool; then the command, where it may run. */
function bash(command: string): string {
  const event = {
    ...{ session_id: 'one', hook_event_name: 'PreToolUse', tool_name: 'Bash' },
    ...{ cwd: world.tree, tool_input: { command } },
  }
  const text = JSON.stringify(event).replaceAll("'", "'\\''")
  return `printf %s '${text}' | ${client} && { /bin/sh -c '${command}'; }`
}

test(
  'the hook refuses, or keeps the work tree first; all of it is written down',
  { skip },
  async () => {
    writeFileSync(join(world.tree, 'notes.txt'), 'not in git\n')
    const before = (await world.entries()).length
    const questions = {
      system: bash('rm -rf /etc'),
      reading: bash('cat readme.md'),
      own: bash('rm notes.txt'),
      'not to be read': `printf garbage | ${client}`,
      'another agent': `printf {} | /run/holdpoint/client nobody`,
    }
    const { stdout, stderr } = await world.run(asking(questions))
    const said = sections(stdout)
    assert.match(said.get('system') ?? '', /refused this[\s\S]*rc=2/)
    assert.match(said.get('reading') ?? '', /a project\nrc=0/)
    assert.match(said.get('own') ?? '', /^rc=0/)
    assert.match(said.get('not to be read') ?? '', /rc=2/)
    assert.match(said.get('another agent') ?? '', /rc=2/)
    assert.ok(!existsSync(join(world.tree, 'notes.txt')))
    const facts = advised((await world.entries()).slice(before))
    assert.deepEqual(
      facts.map(({ verdict, snapshot }) => [verdict, snapshot !== null]),
      [
        ['refuse', false],
        ['pass', true],
      ],
    )
    assert.equal(facts[0]?.agent, 'cursor')
    assert.match(stderr, /kept at the start, and 1 time since|kept at the start:/)
    await undo()
    assert.equal(readFileSync(join(world.tree, 'notes.txt'), 'utf8'), 'not in git\n')
  },
)

test('a script that destroys has the work tree kept first', { skip }, async () => {
  mkdirSync(join(world.tree, 'data'))
  writeFileSync(join(world.tree, 'data/old'), 'old\n')
  const before = (await world.entries()).length
  const lines = [
    'sleep 1.5; echo made inside > data/new',
    'rm -rf data',
    'sleep 1.5; echo changed > readme.md',
    'git checkout -q readme.md',
    'cat readme.md',
    'sleep 1.5; echo other > a; echo mine > b; mv a b; cat b',
  ]
  const { stdout, code } = await world.run(lines.join(' && '))
  assert.equal(stdout, 'a project\nother\n')
  assert.equal(code, 0)
  const kept = advised((await world.entries()).slice(before))
  assert.deepEqual(
    kept.map(({ verdict, snapshot }) => [verdict, snapshot !== null]),
    Array.from(kept, () => ['pass', true]),
  )
  assert.equal(kept.length, 3)
  const [removal, , moving] = kept.map(({ snapshot }) => snapshot ?? '')
  await undo('--at', removal ?? '')
  assert.equal(readFileSync(join(world.tree, 'data/new'), 'utf8'), 'made inside\n')
  assert.equal(readFileSync(join(world.tree, 'data/old'), 'utf8'), 'old\n')
  await undo('--at', moving ?? '')
  assert.equal(readFileSync(join(world.tree, 'b'), 'utf8'), 'mine\n')
  for (const name of ['data', 'a', 'b'])
    rmSync(join(world.tree, name), { recursive: true, force: true })
})

test('what destroys nothing there is not kept, and runs as ever', { skip }, async () => {
  const before = (await world.entries()).length
  const questions = {
    'what is temporary': 'echo x > /tmp/x && rm /tmp/x && mkdir /tmp/y && rmdir /tmp/y',
    'what can be made again': 'mkdir -p node_modules/x && rm -rf node_modules',
    looking:
      'git status --short && git log --oneline | wc -l && find . -maxdepth 1 -name readme.md',
    'a pipe through': 'echo in | dd status=none',
    'arguments and exit code': 'rm -- "/tmp/no such  file"; [ $? = 1 ]',
    'its own name': 'mv --version | head -1',
    'by its path': '/bin/rm --version | head -1',
    'without a PATH': 'cd /; PATH= /run/holdpoint/shims/rm --version | head -1',
    'a program that is not there': 'PATH=/run/holdpoint/shims shred /tmp/x; [ $? = 127 ]',
    'many at once':
      'for i in $(seq 50); do (touch /tmp/f$i; rm /tmp/f$i) & done; wait; ls /tmp/f* 2>/dev/null | wc -l',
  }
  const said = sections((await world.run(asking(questions))).stdout)
  for (const [name, text] of said) assert.match(text, /rc=0\n$/, `${name}: ${text}`)
  assert.match(said.get('looking') ?? '', /^1\n\.\/readme\.md\nrc=0/m)
  assert.match(said.get('a pipe through') ?? '', /^in\n/)
  assert.match(said.get('its own name') ?? '', /^mv \(GNU/)
  assert.match(
    said.get('arguments and exit code') ?? '',
    /^rm: cannot remove '\/tmp\/no such {2}file'/,
  )
  assert.match(said.get('many at once') ?? '', /^0\n/)
  assert.deepEqual(advised((await world.entries()).slice(before)), [])
})

test('garbage and half requests end nothing for others', { skip }, async () => {
  const to = (socket: string, send: string): string =>
    `perl -MIO::Socket::UNIX -e 'alarm 20; $SIG{PIPE} = "IGNORE"; my $s = IO::Socket::UNIX->new("/run/holdpoint/${socket}") or die "no: $!"; ${send}'`
  const send: Readonly<Record<string, string>> = {
    nothing: 'close $s',
    'half a request':
      'print $s "POST /ask/claude-code HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 99\\r\\n\\r\\nhalf"; close $s',
    garbage: 'print $s join "", map { chr(rand 256) } 1..65536; shutdown($s, 1); 1 while <$s>',
    'no end': 'print $s "x" x 2_000_000; close $s',
    'another method':
      'print $s "POST /stop HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 0\\r\\n\\r\\n"; shutdown($s, 1); print <$s>',
    'many at once':
      'my @all = map { IO::Socket::UNIX->new(Peer => $s->peerpath) } 1..300; print scalar @all',
  }
  const questions: Record<string, string> = {}
  for (const [name, code] of Object.entries(send)) {
    for (const socket of ['hook.sock', 'keep.sock'])
      questions[`${name} ${socket}`] = to(socket, code)
  }
  questions['the hook still answers'] = bash('cat readme.md')
  questions['and still refuses'] = bash('rm -rf /etc')
  questions['programs still run'] = 'echo x > x && rm x && [ ! -e x ]'
  questions['nothing of it can be changed'] =
    'rm -f /run/holdpoint/hook.sock /run/holdpoint/keep.sock /run/holdpoint/shims/rm; mv /run/holdpoint/client /tmp; ls /run/holdpoint'
  const said = sections((await world.run(asking(questions))).stdout)
  assert.equal(said.size, Object.keys(questions).length)
  assert.match(said.get('the hook still answers') ?? '', /a project\nrc=0/)
  assert.match(said.get('and still refuses') ?? '', /rc=2/)
  assert.match(said.get('programs still run') ?? '', /rc=0/)
  assert.match(
    said.get('nothing of it can be changed') ?? '',
    /client[\s\S]*hook\.sock\nkeep\.sock\nshims/,
  )
})

async function undo(...more: readonly string[]): Promise<void> {
  const args = ['undo', '--files', '--yes', ...more]
  const { code, stdout, stderr } = await holdpoint(args, {
    cwd: world.tree,
    env: { HOME: world.home, XDG_STATE_HOME: '' },
  })
  assert.equal(code, 0, stdout + stderr)
}
