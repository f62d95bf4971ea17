import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Fault } from '../domain/fault.ts'
import { commandRows } from './commands.ts'
import { parseCommandLine } from './parse.ts'

function parse(line: string) {
  return parseCommandLine(line === '' ? [] : line.split(' '), commandRows, '1.2.3', 80)
}

function faultOf(line: string): string {
  try {
    parse(line)
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}`
    throw error
  }
  throw new assert.AssertionError({ message: `\`${line}\` should have been refused` })
}

const mistakes: readonly (readonly [line: string, fault: string])[] = [
  ['', 'usage-missing: which command? `holdpoint --help` lists them'],
  ['mandate', 'usage-missing: which command? `holdpoint mandate --help` lists them'],
  ['mandat grant', 'usage-unknown-command: unknown command `mandat`; did you mean `mandate`?'],
  ['mandate gramt', 'usage-unknown-command: unknown command `gramt`; did you mean `grant`?'],
  ['zzz', 'usage-unknown-command: unknown command `zzz`; see `holdpoint --help`'],
  ['up --jsn', 'usage-unknown-option: unknown option `--jsn`; did you mean `--json`?'],
  ['kill --agnet x', 'usage-unknown-option: unknown option `--agnet`; did you mean `--agent`?'],
  [
    'kill --agent',
    'usage-missing: option `--agent <agent>` argument missing; see `holdpoint --help`',
  ],
  ['explain', 'usage-missing: missing required argument `decision`; see `holdpoint --help`'],
  [
    'secret remove a rw_s3cret',
    'usage-too-many: too many arguments for `remove`; see `holdpoint --help`',
  ],
  ['resume cursor --yes', 'usage-unknown-option: unknown option `--yes`; see `holdpoint --help`'],
  ['lift-kill --yes', 'usage-unknown-option: unknown option `--yes`; see `holdpoint --help`'],
  [
    'holds release hold_1',
    'usage-unknown-command: unknown command `release`; see `holdpoint --help`',
  ],
  ['up \u001b[2J', 'usage-too-many: too many arguments for `up`; see `holdpoint --help`'],
  [
    'up --\u001b[2J',
    'usage-unknown-option: unknown option `--⟨U+001B⟩[2J`; see `holdpoint --help`',
  ],
]

for (const [line, fault] of mistakes) {
  test(`\`holdpoint ${JSON.stringify(line).slice(1, -1)}\` is refused, and says what to do`, () => {
    assert.equal(faultOf(line), fault)
  })
}

test('options that all commands share stand before or after the command', () => {
  for (const line of ['--json --as ann agent list', 'agent list --as ann --json']) {
    const parsed = parse(line)
    assert.ok(parsed.kind === 'run')
    assert.equal(parsed.row.name, 'agent list')
    assert.deepEqual(parsed.common, { config: null, json: true, as: 'ann', colour: true })
  }
})

test('operands and options reach the command', () => {
  const parsed = parse('mandate grant m.yaml --in a/b,c/d --minutes 5 --no-color')
  assert.ok(parsed.kind === 'run')
  assert.equal(parsed.given.operand(0), 'm.yaml')
  assert.deepEqual(parsed.given.list('in'), ['a/b', 'c/d'])
  assert.equal(parsed.given.integer('minutes', 1, 10), 5)
  assert.equal(parsed.given.text('hold-wait'), null)
  assert.equal(parsed.common.colour, false)
  assert.throws(() => parsed.given.integer('minutes', 6, 10), { code: 'usage-number' })
})

test('every command has help that fits 80 columns, and none can release', () => {
  for (const row of commandRows) {
    const told = parse(`${row.name} --help`)
    assert.ok(told.kind === 'told')
    assert.ok(told.text.includes(row.summary.slice(0, 30)))
    const wide = told.text.split('\n').filter((line) => line.length > 80)
    assert.deepEqual(wide, [], row.name)
    assert.doesNotMatch(row.name, /release|approve/)
  }
  const version = parse('--version')
  assert.deepEqual(version, { kind: 'told', text: '1.2.3\n' })
})
