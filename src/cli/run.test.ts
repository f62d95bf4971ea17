import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { openFolder } from '../../test/cli/folder.ts'
import { openTerminal } from '../../test/cli/terminal.ts'
import type { TerminalOptions } from '../../test/cli/terminal.ts'
import { openState } from '../main/state.ts'
import { loadConfiguration } from '../configuration/locate.ts'
import type { AgentName } from '../domain/names.ts'
import { createRealWorld } from './real-world.ts'
import { runCommandLine } from './run.ts'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const world = createRealWorld()

async function run(
  cwd: string,
  argv: readonly string[],
  options: TerminalOptions = {},
): Promise<Ran> {
  const seen = openTerminal({ ...options, argv, cwd })
  const code = await runCommandLine(seen.surroundings, '0.1.0', () => Promise.resolve(world))
  return { code, stdout: seen.stdout(), stderr: seen.stderr() }
}

async function json(cwd: string, argv: readonly string[], options: TerminalOptions = {}) {
  const { code, stdout } = await run(cwd, [...argv, '--json'], options)
  return { code, value: JSON.parse(stdout) as Readonly<Record<string, unknown>> }
}

const grant = ['mandate', 'grant', '--agent', 'cursor', '--task', 'fix staging', '--allow']

test('a person sets up an agent, from a folder below the configuration', async (t) => {
  const folder = openFolder(t)
  const below = join(folder, 'src/deep')
  mkdirSync(below, { recursive: true })
  assert.equal((await run(below, ['agent', 'add', 'cursor'])).code, 0)
  const granted = await run(below, [...grant, 'read,write', '--in', 'shop/staging'])
  assert.equal(granted.code, 0)
  const lines = granted.stdout.split('\n')
  assert.match(lines[1] ?? '', /^may {6}read and write in shop\/staging on railway:\*$/)
  assert.match(
    lines[2] ?? '',
    /^may not {2}read secrets, gain power, weaken protections or destroy/,
  )
  assert.ok(lines.every((line) => line.length <= 80))
  const issued = await run(below, ['lease', 'issue', 'cursor', '--minutes', '5'])
  assert.match(issued.stdout, /^hpl_[A-Za-z0-9_-]{43}\n$/)
  assert.match(issued.stderr, /shown once/)
  const listed = await run(below, ['lease', 'list'])
  assert.match(listed.stdout, /^lease_\S+ {2}cursor {2}until /)
  assert.doesNotMatch(listed.stdout, /hpl_/)
  assert.equal(statSync(join(folder, '.holdpoint')).mode & 0o777, 0o700)
})

test('JSON has a stable shape, for faults as well', async (t) => {
  const folder = openFolder(t)
  const added = await json(folder, ['agent', 'add', 'cursor', '--owner', 'ann'])
  assert.deepEqual(Object.keys(added.value), ['agent'])
  assert.deepEqual(await json(folder, ['agent', 'add', 'cursor']), {
    code: 3,
    value: {
      error: {
        code: 'already-there',
        message: 'there is an agent `cursor` already; give it a mandate',
      },
    },
  })
  const wrong = await json(folder, ['agent', 'lst'])
  assert.deepEqual(wrong.value['error'], {
    code: 'usage-unknown-command',
    message: 'unknown command `lst`; did you mean `list`?',
  })
  assert.equal(wrong.code, 2)
})

test('mistakes in holdpoint.yaml come with their place, in JSON all of them', async (t) => {
  const folder = openFolder(t, 'version: 1\nlisten:\n  agent: x\nholds: {minutes: no}\n')
  const { code, stderr, stdout } = await run(folder, ['agent', 'list'])
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    /holdpoint\.yaml:3:3: `listen`: unknown key `agent`; did you mean `agents`\?/,
  )
  assert.match(stderr, /holdpoint\.yaml:4:18: `holds\.minutes`: `no` is not a number/)
  const { value } = await json(folder, ['agent', 'list'])
  const { problems } = value['error'] as { problems: readonly unknown[] }
  assert.equal(problems.length, 2)
})

test('with no configuration every command says how to get one', async (t) => {
  const folder = openFolder(t, null)
  const { code, stderr } = await run(folder, ['agent', 'list'])
  assert.deepEqual(
    [code, stderr],
    [2, `holdpoint: no holdpoint.yaml in \`${folder}\` or above; \`holdpoint init\` writes one\n`],
  )
  const named = await run(folder, ['agent', 'list', '--config', 'other.yaml'])
  assert.match(named.stderr, /there is no `.*other\.yaml`/)
})

test('a mandate may come from a file or a pipe, and its mistakes have a place', async (t) => {
  const folder = openFolder(t)
  await run(folder, ['agent', 'add', 'cursor'])
  const text =
    'task: t\nagent: cursor\nauthorization_details:\n  - type: holdpoint\n    ' +
    'actions: [read]\n    locations: [shop/staging]\n'
  writeFileSync(join(folder, 'm.yaml'), text)
  assert.equal((await run(folder, ['mandate', 'grant', 'm.yaml'])).code, 0)
  assert.equal((await run(folder, ['mandate', 'grant', '-'], { stdin: text })).code, 0)
  const wrong = await run(folder, ['mandate', 'grant', '-'], {
    stdin: text.replace('read', 'unknown'),
  })
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /^-:5:15: .*`unknown` cannot be granted/)
  const mixed = await run(folder, ['mandate', 'grant', 'm.yaml', '--minutes', '5'])
  assert.match(mixed.stderr, /`--minutes` and a file do not go together/)
  assert.equal((await run(folder, ['mandate', 'grant', 'nowhere.yaml'])).code, 2)
  assert.equal((await run(folder, grant.slice(0, -1))).code, 2)
})

test('a secret comes from a pipe or a hidden prompt, never from the command line', async (t) => {
  const folder = openFolder(t)
  for (const argv of [
    ['secret', 'put', 'railway', 'rw_5ecret'],
    ['secret', 'put', 'railway', '--value', 'rw_5ecret'],
    ['secret', 'put', 'railway', '--value=rw_5ecret'],
    ['secret', 'remove', 'railway', 'rw_5ecret'],
  ]) {
    const { code, stdout, stderr } = await run(folder, argv)
    assert.equal(code, 2)
    assert.doesNotMatch(stdout + stderr, /rw_5ecret/)
  }
  const odd = await run(folder, ['secret', 'put', 'railway'], { stdin: 'rw 5ecret' })
  assert.equal(odd.code, 2)
  assert.doesNotMatch(odd.stderr, /5ecret/)
  assert.equal((await run(folder, ['secret', 'put', 'railway'], { stdin: '' })).code, 2)
  assert.equal((await run(folder, ['secret', 'put', 'railway'], { stdin: 'rw_5ecret\n' })).code, 0)
  assert.deepEqual((await json(folder, ['secret', 'list'])).value, {
    secrets: [{ name: 'railway', usedBy: ['railway'] }],
    missing: [],
  })
})

test('only a person at a terminal lets a frozen or killed agent go on', async (t) => {
  const folder = openFolder(t)
  await run(folder, ['agent', 'add', 'cursor'])
  await trip(folder)
  assert.match((await run(folder, ['agent', 'list'])).stdout, /FROZEN: it asked too much/)
  for (const [options, code] of [
    [{ stdin: 'cursor\n' }, 3],
    [{ tty: true, stdin: 'yes\n' }, 3],
    [{ tty: true, stdin: '' }, 130],
  ] as const) {
    assert.equal((await run(folder, ['resume', 'cursor'], options)).code, code)
  }
  assert.match((await run(folder, ['agent', 'list'])).stdout, /FROZEN/)
  assert.equal((await run(folder, ['resume', 'cursor'], { tty: true, stdin: 'cursor\n' })).code, 0)
  assert.match((await run(folder, ['agent', 'list'])).stdout, /may go on/)
  assert.equal((await run(folder, ['kill'])).code, 0)
  assert.match((await run(folder, ['agent', 'list'])).stdout, /KILLED/)
  assert.equal((await run(folder, ['lift-kill'])).code, 3)
  const lifted = await run(folder, ['lift-kill'], { tty: true, stdin: 'everyone\n' })
  assert.equal(lifted.code, 0)
  assert.match((await run(folder, ['agent', 'list'])).stdout, /may go on/)
})

async function trip(folder: string): Promise<void> {
  const configuration = loadConfiguration(null, folder, world.providers)
  assert.ok(configuration !== null)
  const opening = { environment: {}, passphrase: null, report: () => undefined }
  const state = await openState(configuration, opening)
  const says = 'it asked too much'
  await state.ledger.append({
    kind: 'tripped',
    agent: 'cursor' as AgentName,
    reason: 'budget',
    says,
  })
  await state.close()
}

test('text that others chose moves no cursor', async (t) => {
  const folder = openFolder(t)
  await run(folder, ['agent', 'add', 'cursor'])
  const task = 'x\u001b[2J\u202e\u009b31m'
  const argv = ['mandate', 'grant', '--agent', 'cursor', '--task', task, '--allow', 'read']
  await run(folder, [...argv, '--in', 'shop/staging'])
  for (const command of [
    ['mandate', 'list'],
    ['log', '--no-follow'],
    ['mandate', 'list', '--json'],
  ]) {
    const { stdout } = await run(folder, command)
    assert.match(stdout, /x(⟨U\+001B⟩|\\u001b)/)
    assert.doesNotMatch(stdout, /[\u001b\u202e\u009b]/)
  }
})

test('neither does a path, or a fault that repeats one', async (t) => {
  const folder = openFolder(t, null)
  const { stderr } = await run(folder, ['agent', 'list', '--config', '\u001b[2Jx.yaml'])
  assert.match(stderr, /⟨U\+001B⟩\[2Jx\.yaml/)
  writeFileSync(join(folder, '\u001bx.yaml'), 'version: 1\n"\u202e": 1\n')
  const wrong = await run(folder, ['agent', 'list', '--config', '\u001bx.yaml'])
  assert.doesNotMatch(stderr + wrong.stderr, /[\u001b\u202e]/)
})

test('the log shows what happened, since when one asks', async (t) => {
  const folder = openFolder(t)
  await run(folder, ['agent', 'add', 'one'])
  await run(folder, ['agent', 'add', 'two'])
  const all = await run(folder, ['log', '--since', '0'])
  assert.match(all.stdout, /^ {5}0 {2}\S+Z {2}agent one added, owned by alice\n {5}1 /)
  assert.match(all.stderr, /no gate runs here/)
  assert.match((await run(folder, ['log', '--since', '1'])).stdout, /^ {5}1 {2}\S+ {2}agent two/)
  assert.equal((await run(folder, ['log', '--since', '2099-01-01'])).stdout, '')
  assert.equal((await run(folder, ['log', '--since', 'soon'])).code, 2)
  const { stdout } = await run(folder, ['log', '--since', '0', '--json'])
  assert.equal(stdout.trimEnd().split('\n').length, 2)
})

test('the record can be verified and proven from its files', async (t) => {
  const folder = openFolder(t)
  await run(folder, ['agent', 'add', 'one'])
  const verified = await json(folder, ['ledger', 'verify'])
  assert.deepEqual(
    [verified.code, verified.value['verified'], verified.value['size']],
    [0, true, 1],
  )
  const key = (await run(folder, ['ledger', 'key'])).stdout.trim()
  const proven = await run(folder, ['ledger', 'prove', '0', '--out', 'proof'])
  assert.equal(proven.code, 0)
  assert.match(
    readFileSync(join(folder, 'proof/entry-0.tlog-proof'), 'utf8'),
    /^c2sp\.org\/tlog-proof@v1\nindex 0\n/,
  )
  assert.match(
    readFileSync(join(folder, 'proof/entry-0.policy'), 'utf8'),
    new RegExp(`^log ${key.replaceAll('+', '\\+')}`),
  )
  assert.equal((await run(folder, ['ledger', 'prove', '9'])).code, 1)
  const bundle = join(folder, '.holdpoint/ledger/tile/entries/000.p/1')
  const bytes = readFileSync(bundle)
  bytes[20] = (bytes[20] ?? 0) ^ 1
  writeFileSync(bundle, bytes)
  const broken = await run(folder, ['ledger', 'verify', '.holdpoint/ledger', '--key', key])
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /NOT VERIFIED/)
})

test('init writes what the schema takes, once, and keeps the state out of git', async (t) => {
  const folder = openFolder(t, null)
  writeFileSync(join(folder, '.gitignore'), 'dist')
  const first = await run(
    folder,
    ['init', '--yes', '--url', 'http://127.0.0.1:9', '--secret-stdin'],
    { stdin: 'rw_1' },
  )
  assert.equal(first.code, 0, first.stderr)
  assert.equal(readFileSync(join(folder, '.gitignore'), 'utf8'), 'dist\n/.holdpoint/\n')
  const text = readFileSync(join(folder, 'holdpoint.yaml'), 'utf8')
  assert.match(text, /^# yaml-language-server: \$schema=\.\/\.holdpoint\/holdpoint\.schema\.json\n/)
  assert.ok(existsSync(join(folder, '.holdpoint/holdpoint.schema.json')))
  assert.match((await run(folder, ['secret', 'list'])).stdout, /^railway {2}railway\n$/)
  writeFileSync(join(folder, 'holdpoint.yaml'), 'version: 1 # mine\n')
  assert.equal((await run(folder, ['init', '--yes'])).code, 3)
  assert.equal(readFileSync(join(folder, 'holdpoint.yaml'), 'utf8'), 'version: 1 # mine\n')
  assert.equal((await run(folder, ['init', '--yes', '--force'])).code, 0)
  assert.equal(readFileSync(join(folder, '.gitignore'), 'utf8'), 'dist\n/.holdpoint/\n')
})

test('init asks a person, and hides the credential', async (t) => {
  const folder = openFolder(t, null)
  const stdin = 'railway\napi\napi-token\nshop/production\nshop/staging,shop/preview\nrw_5ecret\n'
  const { code, stdout, stderr } = await run(folder, ['init'], { tty: true, stdin })
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stdout + stderr, /rw_5ecret/)
  const text = readFileSync(join(folder, 'holdpoint.yaml'), 'utf8')
  assert.match(text, /api:\n {4}provider: railway\n {4}credential: api-token\n/)
  assert.match(text, /match: shop\/preview\n {4}protection: standard/)
  assert.equal((await run(folder, ['init', '--force'])).code, 3)
  const wrong = await run(openFolder(t, null), ['init', '--yes', '--production', 'prod*'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /prod\*/)
})

test('doctor says what is missing, and fails only for what is wrong', async (t) => {
  const folder = openFolder(t)
  const fresh = await json(folder, ['doctor'])
  assert.deepEqual([fresh.code, fresh.value['healthy']], [0, true])
  assert.equal(existsSync(join(folder, '.holdpoint')), false)
  await run(folder, ['agent', 'add', 'cursor'])
  const bare = await run(folder, ['doctor'])
  assert.equal(bare.code, 1)
  assert.match(
    bare.stdout,
    /fail secret +`railway` of railway is missing\n +holdpoint secret put railway/,
  )
  await run(folder, ['secret', 'put', 'railway'], { stdin: 'rw_1' })
  const whole = await run(folder, ['doctor'])
  assert.equal(whole.code, 0, whole.stdout)
  assert.ok(whole.stdout.split('\n').every((line) => line.length <= 80))
  const past = (): number => Date.parse('2026-02-01')
  assert.match(
    (await run(folder, ['doctor'], { now: past })).stdout,
    /fail clock +the last ledger entry/,
  )
  mkdirSync(join(folder, 'rules'))
  writeFileSync(join(folder, 'rules/mine.cedar'), 'forbid (principal, action')
  writeFileSync(join(folder, 'holdpoint.yaml'), 'version: 1\npolicies: {folder: rules}\n')
  const broken = await run(folder, ['doctor'])
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /fail policies +.*mine\.cedar/)
  const checked = await run(folder, ['policy', 'check'])
  assert.equal(checked.code, 1)
  assert.match(checked.stderr, /mine\.cedar/)
})

test('init takes a PostgreSQL by its URL, without the password', async (t) => {
  const folder = openFolder(t, null)
  const url = 'postgres://app@db.example:6543/shop'
  const made = await run(folder, ['init', '--yes', '--postgres', url, '--admin', 'postgres'])
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /holdpoint secret put postgres-admin\n/)
  assert.match(made.stdout, /holdpoint postgres enroll postgres\n/)
  const configuration = loadConfiguration(null, folder, world.providers)
  const [database] = configuration?.databases ?? []
  assert.deepEqual(
    [database?.host, database?.port, database?.role, database?.database, database?.environment],
    ['db.example', 6543, 'app', 'shop', 'postgres/production'],
  )
  assert.equal(database?.admin?.role, 'postgres')
  const secret = openFolder(t, null)
  for (const wrong of ['postgres://app:Hunter2@db/shop', 'postgres://db/shop', 'http://a@b/c']) {
    const { code, stdout, stderr } = await run(secret, ['init', '--yes', '--postgres', wrong])
    assert.equal(code, 2, stderr)
    assert.doesNotMatch(stdout + stderr, /Hunter2/)
  }
  assert.equal(existsSync(join(secret, 'holdpoint.yaml')), false)
})

test('a secret of a database is known, and missing until it is put', async (t) => {
  const folder = openFolder(t, null)
  const url = 'postgres://app@127.0.0.1/shop'
  const options = ['--upstream', 'shop-db', '--admin', 'root', '--environment', 'shop/production']
  await run(folder, ['init', '--yes', '--postgres', url, ...options])
  const { value } = await json(folder, ['secret', 'list'])
  assert.deepEqual(value, { secrets: [], missing: ['shop-db', 'shop-db-admin'] })
  await run(folder, ['secret', 'put', 'shop-db'], { stdin: 'pw' })
  await run(folder, ['secret', 'put', 'shop-db-admin'], { stdin: 'pw' })
  const { stdout } = await run(folder, ['doctor'])
  assert.match(stdout, /ok {3}secret +shop-db has its credential/)
  assert.match(stdout, / postgres +127\.0\.0\.1:7432/)
})

test('what is kept in databases is for the gate that runs', async (t) => {
  const folder = openFolder(t)
  for (const argv of [
    ['postgres', 'status'],
    ['undo', 'dec_1'],
    ['trash', 'list'],
  ]) {
    const { code, stderr } = await run(folder, argv)
    assert.equal(code, 1)
    assert.match(stderr, /no gate runs here, .*holdpoint up/)
  }
  const wrong = await run(folder, ['undo', '../etc'])
  assert.equal(wrong.code, 2)
  const piped = await run(folder, ['postgres', 'unenroll', 'shop-db'], { stdin: 'shop-db\n' })
  assert.equal(piped.code, 3)
  assert.match(piped.stderr, /a person confirms this at a terminal/)
})

test('a mandate says how many rows a statement may touch before a person is asked', async (t) => {
  const folder = openFolder(t)
  await run(folder, ['agent', 'add', 'cursor'])
  const granted = [...grant, 'read', '--in', 'shop/staging']
  const usual = await json(folder, granted)
  const fewer = await json(folder, [...granted, '--rows', '5'])
  const rowsOf = ({ value }: typeof usual): unknown =>
    (value['mandate'] as { budget: { rows: unknown } }).budget.rows
  assert.deepEqual([rowsOf(usual), rowsOf(fewer)], [1000, 5])
  assert.match((await run(folder, granted)).stdout, /asks a person beyond\s+1000 rows/)
  assert.equal((await run(folder, [...granted, '--rows', 'many'])).code, 2)
})
