import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import type { Verdict } from '../src/domain/verdict.ts'
import { createPolicy } from '../src/policy/policy.ts'
import type { Policy } from '../src/policy/policy.ts'
import { sha256 } from '../src/system/hash.ts'
import { readBaseline, readOptional, readSchema } from './shipped.ts'
import { impactOf, standingOf } from './situations.ts'

const folder = import.meta.dirname
const update = process.env['UPDATE'] === '1'
const given = [
  'situation',
  'mandate',
  'effect',
  'resource',
  'environments',
  'undo',
  'extent',
  'backups',
] as const
const header = [...given, 'verdict', 'reasons', 'release', 'safeguards'].join('\t')

const schema = readSchema()
const baseline = createPolicy({ sources: readBaseline(), schema, digest: sha256 })
const seen = new Set<string>()

type Row = Readonly<Record<(typeof given)[number], string>>

function readRows(text: string): readonly { row: Row; line: string }[] {
  const [first, ...lines] = text.trimEnd().split('\n')
  assert.equal(first, header)
  return lines.map((line) => {
    const cells = line.split('\t')
    const cell = (name: (typeof given)[number]): string => cells[given.indexOf(name)] ?? ''
    const row: Row = {
      situation: cell('situation'),
      mandate: cell('mandate'),
      effect: cell('effect'),
      resource: cell('resource'),
      environments: cell('environments'),
      undo: cell('undo'),
      extent: cell('extent'),
      backups: cell('backups'),
    }
    return { row, line }
  })
}

function show(row: Row, verdict: Verdict): string {
  const { kind, because } = verdict
  const reasons = because.map(({ code }) => code).join(', ')
  const release = kind === 'hold' ? verdict.release : '-'
  const safeguards = kind === 'deny' ? [] : verdict.safeguards
  const cells = [kind, reasons, release, safeguards.length === 0 ? '-' : safeguards.join(', ')]
  return [...given.map((name) => row[name]), ...cells].join('\t')
}

function testTable(path: string, policy: Policy): void {
  const rows = readRows(readFileSync(path, 'utf8'))
  const judged = rows.map(({ row }) => {
    const verdict = policy.judge(standingOf(row.mandate), [impactOf(row)])
    for (const { code } of verdict.because) seen.add(code)
    return show(row, verdict)
  })
  if (update) writeFileSync(path, [header, ...judged, ''].join('\n'))
  rows.forEach(({ row, line }, i) => {
    test(row.situation, () => assert.equal(judged[i], update ? judged[i] : line))
  })
}

const tables = readdirSync(folder).filter((name) => name.endsWith('.examples.tsv'))
for (const table of tables) testTable(join(folder, table), baseline)

const sources = [...readBaseline(), readOptional('two-person')]
const twoPerson = createPolicy({ sources, schema, digest: sha256 })
testTable(join(folder, 'optional', 'two-person.examples.tsv'), twoPerson)

test('every file of policies has a table of examples, every rule an example and a page', () => {
  for (const { name } of sources) {
    assert.ok(existsSync(join(folder, name.replace('.cedar', '.examples.tsv'))), name)
  }
  const ids = twoPerson.rules.map(({ id }) => id)
  assert.deepEqual(
    ids.filter((id) => !seen.has(id)),
    [],
  )
  const pages = ids.filter((id) => existsSync(join(folder, '..', 'docs', 'rules', `${id}.md`)))
  assert.deepEqual(pages, ids)
})

test('the policy that the documentation gives as an example loads', () => {
  const page = readFileSync(join(folder, '..', 'docs', 'rules', 'README.md'), 'utf8')
  const [, text = ''] = /```cedar\n([^`]+)```/.exec(page) ?? []
  assert.match(text, /@id/)
  const own = { name: 'own/example.cedar', text }
  createPolicy({ sources: [...readBaseline(), own], schema, digest: sha256 }).close()
})

test('an optional policy that is not there is refused by name', () => {
  const message = /no optional policy is called `..\/destroy`; there is `two-person`/
  assert.throws(() => readOptional('../destroy'), message)
})

after(() => {
  baseline.close()
  twoPerson.close()
})
