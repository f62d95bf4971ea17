import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import type { Action } from '../domain/action.ts'
import type { Effect, Undo } from '../domain/effect.ts'
import type { Circumstances } from './advice.ts'
import { advise } from './advise.ts'
import { rules } from './rules.ts'

const around: Circumstances = {
  workTree: '/home/u/shop',
  home: '/home/u',
  temporary: ['/tmp', '/var/tmp'],
  snapshots: true,
  confined: false,
  governed: [],
}

type Changing = 'write' | 'destroy' | 'disarm' | 'escalate'

/** `destroy local:path//tmp/x`, `read local:path//etc/passwd`, `write trivial local:…` */
function effectOf(line: string): Effect {
  const [kind = '', ...rest] = line.split(' ')
  if (kind === 'unknown') return { kind, why: rest.join(' '), legible: true }
  const undo: Undo = rest[0] === 'trivial' ? 'trivial' : 'never'
  const [, provider = '', type = '', id = ''] =
    /([a-z0-9]+):([a-z-]+)\/(.*)/.exec(rest.at(-1) ?? '') ?? []
  const resource = { provider, type, id: id === '*' ? null : id, within: {} }
  if (kind === 'read' || kind === 'disclose') return { kind, resource, extent: 'whole' }
  return { kind: kind as Changing, resource, extent: 'whole', undo }
}

function actionOf(line: string): Action {
  return {
    verb: 'test',
    effects: [effectOf(line)],
    evidence: { reader: 'shell', excerpt: 'test', span: null },
  }
}

function codesFor(line: string, circumstances: Partial<Circumstances> = {}): string {
  const advice = advise([actionOf(line)], { ...around, ...circumstances })
  if (advice.kind === 'pass') return advice.snapshot ? 'pass with a snapshot' : 'pass'
  return advice.because.map(({ code }) => code).join(' ')
}

/** What is refused, and beside it what looks like it and passes. */
const pairs: readonly (readonly [code: string, refused: string, lookAlike: string])[] = [
  ['not-known', 'unknown eval of something', 'read local:path//home/u/shop/a'],
  [
    'own-hooks',
    'write trivial local:path//home/u/shop/.claude/settings.json',
    'write local:path//home/u/shop/.claude/agents/a.md',
  ],
  [
    'own-hooks',
    'destroy local:path//home/u/.claude',
    'write trivial local:path//home/u/.claude/plans/a.md',
  ],
  [
    'own-hooks',
    'write local:path//home/u/.cursor/hooks.json',
    'write local:path//home/u/shop/hooks.json',
  ],
  [
    'own-hooks',
    'write local:path//home/u/.codex/config.toml',
    'read local:path//home/u/.codex/config.toml',
  ],
  [
    'own-hooks',
    'write local:path//home/u/.gemini/settings.json',
    'write local:path//home/u/.gemini/tmp/x',
  ],
  [
    'own-hooks',
    'write local:path//home/u/shop/.opencode/plugins/holdpoint.js',
    'write local:path//home/u/shop/plugins/holdpoint.js',
  ],
  [
    'own-hooks',
    'write trivial local:path//home/u/shop/.github/hooks/x.json',
    'write trivial local:path//home/u/shop/.github/workflows/ci.yml',
  ],
  [
    'own-hooks',
    'destroy local:path//home/u/.local/state/holdpoint/hook/client',
    'destroy local:path//home/u/shop/holdpoint/hooks',
  ],
  [
    'git-hooks',
    'write trivial local:path//home/u/shop/.git/hooks/pre-commit',
    'write trivial local:path//home/u/shop/.husky/pre-commit',
  ],
  [
    'git-hooks',
    'write trivial local:path//home/u/.gitconfig',
    'write trivial local:path//home/u/shop/.gitconfig',
  ],
  [
    'runs-by-itself',
    'write trivial local:path//home/u/.bashrc',
    'write trivial local:path//home/u/shop/.bashrc',
  ],
  ['runs-by-itself', 'write trivial local:path//etc/cron.d/x', 'read local:path//etc/hosts'],
  [
    'runs-by-itself',
    'write trivial local:path//home/u/other/.github/workflows/a.yml',
    'write trivial local:path//home/u/other/notes.md',
  ],
  [
    'credential-file',
    'read local:path//home/u/.aws/credentials',
    'read local:path//home/u/shop/.aws/credentials',
  ],
  [
    'credential-file',
    'disclose local:path//home/u/.ssh/id_ed25519',
    'read local:path//home/u/.ssh/id_ed25519.pub',
  ],
  [
    'credential-file',
    'write trivial local:path//home/u/.ssh/authorized_keys',
    'read local:path//home/u/.ssh/config',
  ],
  ['credential-file', 'read local:path//home/u/domains/.env', 'read local:path//home/u/shop/.env'],
  [
    'credential-file',
    'read local:path//home/u/domains/.env.production',
    'read local:path//home/u/domains/.env.example',
  ],
  ['credential-file', 'read local:path//proc/1/environ', 'read local:path//proc/cpuinfo'],
  ['root', 'destroy local:path//', 'read local:path//'],
  ['home', 'destroy local:path//home/u', 'destroy local:path//home/u/shop/home'],
  ['home', 'destroy local:below//home', 'read local:below//home'],
  ['whole-work-tree', 'destroy local:path//home/u/shop', 'destroy local:path//home/u/shop/src'],
  [
    'git-history',
    'destroy local:path//home/u/shop/.git',
    'destroy local:path//home/u/shop/.git/index.lock',
  ],
  [
    'git-history',
    'destroy local:repository//home/u/shop',
    'write trivial local:repository//home/u/shop',
  ],
  [
    'git-history',
    'write local:path//home/u/shop/lib/.git/HEAD',
    'write local:path//home/u/shop/.gitignore',
  ],
  ['whole-temporary', 'destroy local:path//tmp', 'destroy local:path//tmp/build-1'],
  ['unknown-place', 'destroy local:path/*', 'read local:path/*'],
  ['outside-work-tree', 'destroy local:path//srv/data', 'read local:path//srv/data'],
  [
    'outside-work-tree',
    'write local:path//home/u/other/a',
    'write trivial local:path//home/u/other/a',
  ],
  [
    'outside-work-tree',
    'destroy local:path//home/u/shop-data',
    'destroy local:path//home/u/shop/data',
  ],
  ['every-process', 'destroy local:process/-1', 'destroy local:process/4711'],
  ['holdpoint', 'destroy local:process/holdpoint', 'destroy local:process/vite'],
  ['machine', 'destroy local:device//dev/sda', 'read local:device//dev/sda'],
  ['machine', 'destroy local:service/postgresql', 'read local:service/postgresql'],
  ['more-power', 'escalate local:path//srv/bin/x', 'read local:path//srv/bin/x'],
  ['less-protection', 'disarm local:path//srv/x', 'disarm local:path//home/u/shop/run.sh'],
  ['remote-destroy', 'destroy railway:volume/pg-data', 'read railway:volume/pg-data'],
  ['remote-destroy', 'destroy docker:volume/db', 'destroy docker:container/web'],
  ['remote-destroy', 'destroy docker:container/*', 'write docker:container/web'],
  ['remote-destroy', 'destroy git:branch/origin/main', 'write git:branch/origin/feature'],
  ['git-hooks', 'escalate local:repository//home/u/shop', 'write local:repository//home/u/shop'],
  ['more-power', 'escalate local:machine/*', 'read local:machine/*'],
  ['remote-destroy', 'destroy docker:volume/*', 'destroy trivial docker:project/*'],
  ['remote-destroy', 'destroy egress:host/api.example.com', 'destroy egress:host/localhost'],
  ['remote-disarm', 'disarm github:branch/main', 'write github:branch/main'],
  ['remote-escalate', 'escalate aws:access-key/*', 'read aws:access-key/*'],
]

for (const [code, refused, lookAlike] of pairs) {
  test(`${code}: ${refused}`, () => {
    assert.equal(codesFor(refused), code)
    assert.match(codesFor(lookAlike), /^pass/, lookAlike)
  })
}

test('every row of the table refuses something here', () => {
  const tried = new Set(pairs.map(([code]) => code))
  const codes = rules.map(({ code }) => code).filter((code) => code !== 'no-snapshot')
  assert.deepEqual(
    codes.filter((code) => !tried.has(code)),
    [],
  )
})

test('docs/hooks.md has the same rows', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/hooks.md'), 'utf8')
  const told = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code)
  const codes = ['not-known', ...rules.map(({ code }) => code), 'refused-before']
  assert.deepEqual(told.slice(0, codes.length), codes)
})

test('what the work tree loses is kept first, and what a build makes again is not', () => {
  assert.equal(codesFor('destroy local:path//home/u/shop/src'), 'pass with a snapshot')
  assert.equal(codesFor('destroy local:below//home/u/shop'), 'pass with a snapshot')
  assert.equal(codesFor('write local:path//home/u/shop/a.ts'), 'pass with a snapshot')
  assert.equal(codesFor('write trivial local:path//home/u/shop/a.ts'), 'pass')
  for (const again of ['node_modules', 'dist', 'api/target', 'x/__pycache__', '.venv/lib', 'a.pyc'])
    assert.equal(codesFor(`destroy local:path//home/u/shop/${again}`), 'pass', again)
  assert.equal(codesFor('destroy local:path//tmp/x'), 'pass')
})

test('without snapshots, only what is made again may go', () => {
  const none = { snapshots: false }
  assert.equal(codesFor('destroy local:path//home/u/shop/src', none), 'no-snapshot')
  assert.equal(codesFor('write local:path//home/u/shop/a.ts', none), 'no-snapshot')
  assert.equal(codesFor('destroy local:path//home/u/shop/node_modules', none), 'pass')
})

test('without a work tree, only temporary things may go', () => {
  const nowhere = { workTree: null, snapshots: false }
  assert.equal(codesFor('destroy local:path//home/u/shop/src', nowhere), 'outside-work-tree')
  assert.equal(codesFor('destroy local:path//tmp/x', nowhere), 'pass')
})

test('a work tree in a temporary folder is a work tree', () => {
  const inside = { workTree: '/tmp/w/shop' }
  assert.equal(codesFor('destroy local:path//tmp/w', inside), 'whole-work-tree')
  assert.equal(codesFor('destroy local:below//tmp/w', inside), 'whole-work-tree')
  assert.equal(codesFor('destroy local:path//tmp/w/shop/.git', inside), 'git-history')
  assert.equal(codesFor('destroy local:path//tmp/w/shop/a', inside), 'pass with a snapshot')
  assert.equal(codesFor('write local:path//tmp/w/shop/.claude/settings.json', inside), 'own-hooks')
})

test('a home in a temporary folder is a home, and a temporary folder in a home is temporary', () => {
  const odd = { home: '/tmp/h', workTree: '/tmp/h/shop' }
  assert.equal(codesFor('write local:path//tmp/h/.bashrc', odd), 'runs-by-itself')
  assert.equal(codesFor('destroy local:path//tmp/h/x', odd), 'outside-work-tree')
  assert.equal(codesFor('destroy local:path//tmp/x', odd), 'pass')
  const own = { temporary: ['/tmp', '/home/u/tmp'] }
  assert.equal(codesFor('destroy local:path//home/u/tmp/x', own), 'pass')
})

test('the gate judges what it governs, when it is the only way out; nothing else', () => {
  const lines = ['destroy', 'disarm', 'escalate'].map((kind) => `${kind} railway:volume/pg-data`)
  for (const line of lines) {
    assert.equal(codesFor(line, { confined: true, governed: ['railway'] }), 'pass')
    assert.match(codesFor(line, { confined: false, governed: ['railway'] }), /^remote-/)
    assert.match(codesFor(line, { confined: true, governed: ['postgres'] }), /^remote-/)
  }
  const local = { confined: true, governed: ['local', 'railway'] }
  assert.equal(codesFor('destroy local:path//srv/data', local), 'outside-work-tree')
})

test('names are inert, short, and cannot end their quotes', () => {
  const id = `/srv/a\`b\u202e\n${'x'.repeat(500)}`
  const action = actionOf('destroy local:path//srv')
  const effect: Effect = {
    ...{ kind: 'destroy', extent: 'whole', undo: 'never' },
    resource: { provider: 'local', type: 'path', id, within: {} },
  }
  const advice = advise([{ ...action, effects: [effect] }], around)
  assert.ok(advice.kind === 'refuse')
  const [{ says }] = advice.because
  assert.ok(!/[\u202e\n]/.test(says) && says.length < 400)
  assert.equal(says.split('`').length, 3)
})

test('a refusal says what, why and what instead, and does not repeat itself', () => {
  const one = actionOf('destroy local:path//srv/data')
  const advice = advise([one, one, actionOf('unknown it runs `$X`')], around)
  assert.ok(advice.kind === 'refuse')
  assert.deepEqual(
    advice.because.map(({ says }) => says),
    [
      'it would delete or overwrite `/srv/data`: it lies outside of the work tree, where nothing keeps a copy of it',
      'what it would do is not known in `test`: it runs `$X`',
    ],
  )
  assert.match(advice.instead, /^work in the work tree/)
})
