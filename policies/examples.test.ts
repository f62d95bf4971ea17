import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import type { Verdict } from '../src/domain/verdict.ts'
import { createPolicy } from '../src/policy/policy.ts'
import type { Policy } from '../src/policy/policy.ts'
import { sha256 } from '../src/system/hash.ts'
import { exampleLine, examplesHeader, readExamples } from './examples.ts'
import type { Example } from './examples.ts'
import { readBaseline, readOptional, readSchema } from './shipped.ts'
import { impactOf, standingOf } from './situations.ts'

const folder = import.meta.dirname
const update = process.env['UPDATE'] === '1'

const schema = readSchema()
const baseline = createPolicy({ sources: readBaseline(), schema, digest: sha256 })
const seen = new Set<string>()

function judged(example: Example, verdict: Verdict): Example {
  const { kind, because } = verdict
  const safeguards = kind === 'deny' ? [] : verdict.safeguards
  return {
    ...example,
    verdict: kind,
    reasons: because.map(({ code }) => code).join(', '),
    release: kind === 'hold' ? verdict.release : '-',
    safeguards: safeguards.length === 0 ? '-' : safeguards.join(', '),
  }
}

function testTable(path: string, policy: Policy): void {
  const examples = readExamples(readFileSync(path, 'utf8'))
  const lines = examples.map((example) => {
    const verdict = policy.judge(standingOf(example.mandate), [impactOf(example)])
    for (const { code } of verdict.because) seen.add(code)
    return exampleLine(judged(example, verdict))
  })
  if (update) writeFileSync(path, [examplesHeader, ...lines, ''].join('\n'))
  examples.forEach((example, i) => {
    const written = update ? lines[i] : exampleLine(example)
    test(example.situation, () => assert.equal(lines[i], written))
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
