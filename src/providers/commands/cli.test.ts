import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Invocation } from '../../languages/shell/syntax.ts'
import { cli } from './cli.ts'
import type { Surroundings } from './commands.ts'
import { wordOf } from './match.ts'
import { meaningsOf } from './meanings.ts'
import { nothing } from './row.ts'

const cloud = meaningsOf('cloud')
const row = cli({
  programs: ['cloud'],
  valued: '--project',
  rows: {
    'app destroy': cloud.destroys('app'),
    'app list|show': nothing,
    domains: nothing,
  },
})

const around: Surroundings = {
  directory: '/w',
  home: null,
  workTree: null,
  temporary: [],
  variables: {},
}

function kindsOf(text: string): string {
  const invocation: Invocation = {
    program: wordOf('cloud'),
    args: text
      .split(' ')
      .map((one) =>
        one === '$X' ? { raw: '$X', text: null, pieces: [null], glob: false } : wordOf(one),
      ),
    assignments: [],
    redirects: [],
    input: { kind: 'inherited' },
    directory: '/w',
    where: { kind: 'here' },
    user: null,
    through: [],
    times: 'once',
    span: [0, 0],
  }
  const { actions } = row.read(invocation, around)
  return actions.flatMap(({ effects }) => effects.map(({ kind }) => kind)).join(' ') || '-'
}

const rows: readonly (readonly [string, string])[] = [
  ['app destroy shop', 'destroy'],
  ['app list', '-'],
  ['app destroy shop --help', '-'],
  ['app destroy shop --dry-run', '-'],
  ['help app destroy', '-'],
  // what only looks as if it lowered the reading
  ['app destroy shop --dry-run=false', 'destroy'],
  ['app destroy shop --dry-run --no-dry-run', 'destroy'],
  ['app destroy shop --note --dry-run', 'destroy'],
  ['app destroy shop --project --help', 'destroy'],
  ['app destroy shop -- --help', 'destroy'],
  ['app destroy shop -ph', 'destroy'],
  // options that nobody lists, with and without a value, before and between
  ['--new value app destroy shop', 'destroy'],
  ['--new app destroy shop', 'destroy'],
  ['app --new value destroy shop', 'destroy'],
  ['app --new list destroy shop', 'destroy'],
  ['--project destroy app list', '-'],
  ['--new value app list', '-'],
  // what is not known
  ['app frobnicate shop', 'unknown'],
  ['app $X shop', 'unknown'],
  ['$X destroy shop', 'unknown'],
  ['domains purge', 'unknown'],
  ['domains example.com', '-'],
]

for (const [text, kinds] of rows) {
  test(`cloud ${text}`, () => assert.equal(kindsOf(text), kinds))
}
