// Readings as tables that a person can review: test/corpus/shell/{harmless,destructive,disguised,
// unknown,missed}/*.tsv, a file for each family. UPDATE=1 rewrites the readings.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'

import type { Action } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import { showResource } from '../domain/resource.ts'
import {
  around,
  decoded,
  familyOf,
  filesOf,
  folders,
  lineOf,
} from '../../test/corpus/shell-lines.ts'
import type { Line } from '../../test/corpus/shell-lines.ts'
import { createCommandReading } from './commands.ts'
import { createSqlReading } from './reading.ts'

const updating = process.env['UPDATE'] === '1'
const sql = await createSqlReading()
const commands = createCommandReading({ sql })
after(() => sql.close())

function showEffect(effect: Effect): string {
  if (effect.kind === 'unknown') return `unknown: ${effect.why}`
  const { kind, resource, extent } = effect
  const undo = 'undo' in effect ? ` ${extent} ${effect.undo}` : ''
  return `${kind} ${showResource(resource)}${undo}`
}

function show(actions: readonly Action[]): string {
  const shown = actions.map(
    ({ verb, effects }) => `${verb}: ${effects.map(showEffect).join(' + ')}`,
  )
  return [...new Set(shown)].join(' ; ').replace(/\s/g, ' ') || '-'
}

/** What it does, by whatever words. */
function effectsOf(actions: readonly Action[]): readonly string[] {
  const effects = actions.flatMap((action) => action.effects)
  const grave = effects.filter(({ kind }) => kind !== 'read' && kind !== 'write')
  return [...new Set(grave.map(showEffect))].sort()
}

function harms(actions: readonly Action[]): boolean {
  return effectsOf(actions).length > 0
}

async function check({ folder, text, reading, plain }: Line): Promise<string> {
  const actions = await commands.read(decoded(text), around)
  for (const { evidence } of actions) assert.ok(evidence.excerpt.length <= 200)
  const shown = show(actions)
  if (!updating) assert.equal(shown, reading)
  assert.equal(plain !== null, folder === 'disguised', 'a disguise names its plain form')
  if (plain !== null) {
    const plainly = await commands.read(decoded(plain), around)
    assert.deepEqual(effectsOf(actions), effectsOf(plainly))
  }
  if (folder === 'unknown') assert.match(shown, /unknown: /)
  if (folder === 'missed') assert.ok(!harms(actions), 'it is read now: move it to where it belongs')
  if (folder === 'destructive' || folder === 'disguised') assert.ok(harms(actions), shown)
  return shown
}

let lines = 0
for (const folder of folders) {
  for (const file of filesOf(folder)) {
    const written: string[] = []
    const texts = readFileSync(file, 'utf8').split('\n')
    for (const [at, text] of texts.entries()) {
      written[at] = text
      const line = lineOf(folder, familyOf(file), text)
      if (line === null) continue
      lines += 1
      test(`${folder}/${line.family}: ${line.text}`, async () => {
        const shown = await check(line).catch(async (fault: unknown) => {
          if (!updating) throw fault
          return show(await commands.read(decoded(line.text), around))
        })
        written[at] = [line.text, shown, ...(line.plain === null ? [] : [line.plain])].join('\t')
      })
    }
    after(() => {
      if (updating) writeFileSync(file, written.join('\n'))
    })
  }
}

test('the corpus is not small', () => assert.ok(lines > 1600, String(lines)))
