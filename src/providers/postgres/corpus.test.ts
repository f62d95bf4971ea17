// Readings as tables that a person can review: test/corpus/postgres/{harmless,destructive,disguised,
// unknown}/*.tsv, a statement and its reading per line, against the catalogue of schema.sql beside
// them; `disguised` has a third column, the statement in plain form, whose reading must be the same.
// UPDATE=1 rewrites the readings.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import type { Action } from '../../domain/action.ts'
import { worstEffect } from '../../domain/effect.ts'
import type { Effect } from '../../domain/effect.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import { showResource } from '../../domain/resource.ts'
import { createSqlParser, loadSql } from '../../languages/sql/parse.ts'
import { lightLimits } from '../../languages/sql/scan.ts'
import { fixtureCatalogue } from '../../../test/postgres/catalogue-fixture.ts'
import { readSql } from './read.ts'

const corpus = new URL('../../../test/corpus/postgres/', import.meta.url)
const updating = process.env['UPDATE'] === '1'
await loadSql()
const parser = createSqlParser(lightLimits)
const catalogue = fixtureCatalogue()
const place = { upstream: 'shop-db', database: 'shop', environment: 'shop-db/shop' }

function read(text: string): NonEmpty<Action> {
  return readSql(parser.parse(text), { parser, catalogue, place })
}

function showEffect(effect: Effect): string {
  if (effect.kind === 'unknown') {
    return `unknown ${effect.legible ? 'legible' : 'illegible'}: ${effect.why}`
  }
  const { kind, resource, extent } = effect
  assert.deepEqual(resource.within, { environment: 'shop-db/shop' })
  const undo = 'undo' in effect ? ` ${extent} ${effect.undo}` : ''
  return `${kind} ${showResource(resource).replace('postgres:', '')}${undo}`
}

function show(actions: NonEmpty<Action>): string {
  return actions
    .map(({ verb, effects, trial }) => {
      const tried = trial === undefined ? '' : ` (${trial})`
      return `${verb}${tried}: ${effects.map(showEffect).join(' + ')}`
    })
    .join(' ; ')
}

function worst(actions: NonEmpty<Action>): Effect {
  const [first, ...rest] = actions.flatMap(({ effects }) => effects)
  assert.ok(first)
  return worstEffect(first, ...rest)
}

type Folder = 'harmless' | 'destructive' | 'disguised' | 'unknown'

const belongs: Readonly<Record<Folder, (effect: Effect) => boolean>> = {
  harmless: ({ kind }) => kind === 'read' || kind === 'write',
  destructive: ({ kind }) => kind !== 'read' && kind !== 'write' && kind !== 'unknown',
  disguised: ({ kind }) => kind !== 'read' && kind !== 'write',
  unknown: ({ kind }) => kind === 'unknown',
}

let rows = 0
for (const folder of Object.keys(belongs) as Folder[]) {
  const directory = new URL(`${folder}/`, corpus)
  for (const name of readdirSync(directory).sort()) {
    const file = new URL(name, directory)
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const written = lines.map((line) => (line.startsWith('#') ? line : readRow(folder, name, line)))
    if (updating) writeFileSync(file, `${written.join('\n')}\n`)
  }
}

function readRow(folder: Folder, file: string, line: string): string {
  const [text = '', reading = '', plain] = line.split('\t')
  const actions = read(text)
  rows++
  test(`${folder}/${file}: ${text}`, () => {
    if (!updating) assert.equal(show(actions), reading)
    assert.ok(belongs[folder](worst(actions)), `this is not ${folder}: ${show(actions)}`)
    assert.equal(plain !== undefined, folder === 'disguised', 'a disguise names its plain form')
    if (plain !== undefined) assert.equal(show(actions), show(read(plain)))
    for (const { evidence } of actions) assert.ok(evidence.excerpt.length <= 200)
  })
  return [text, show(actions), ...(plain === undefined ? [] : [plain])].join('\t')
}

test('the corpus is not empty', () => assert.ok(rows > 300, String(rows)))
