// A made-up schema, a destructive statement through a trial, its undo: everything as it was.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import fc from 'fast-check'

import { contentOf, describeSchemas } from './description.ts'
import { generatedCase, schemaSql, statementOf } from './generated-schemas.ts'
import type { GeneratedCase } from './generated-schemas.ts'
import { startGuarded, value } from './guarded.ts'
import type { Guarded } from './guarded.ts'

const cases = Number(process.env['UNDO_CASES'] ?? '150')
const seed = Number(process.env['UNDO_SEED'] ?? String((Date.now() ^ process.pid) >>> 0))
const schemas = '^gen(_more)?$'

let guarded: Guarded
let version = 0
const tally = new Map<string, number>()

before(async () => {
  guarded = await startGuarded()
  version = Number(await value(guarded.admin, 'SHOW server_version_num'))
  await guarded.admin.query('SET client_min_messages = warning')
  await guarded.agent.query('SET client_min_messages = warning')
})
after(() => guarded.stop())

function count(what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

async function clean(): Promise<void> {
  await guarded.admin.query(`SELECT holdpoint.purge(action) FROM holdpoint.trash();
    DROP SCHEMA IF EXISTS gen, gen_more CASCADE`)
}

interface State {
  readonly content: readonly string[]
  readonly description: readonly string[]
}

async function state(): Promise<State> {
  await guarded.admin.query('SET search_path = pg_catalog')
  const content = await contentOf(guarded.admin, schemas)
  const description = await describeSchemas(guarded.admin, schemas)
  return { content, description }
}

async function tryCase(made: GeneratedCase): Promise<void> {
  const { kind, sql, subjects } = statementOf(made)
  if (made.statement === 'merge' && version < 150000) return
  await guarded.agent.query(schemaSql(made))
  const past = await state()
  let ran
  try {
    ran = await guarded.run(kind, sql, { subjects })
  } catch (error) {
    // The server itself said no: RESTRICT, a domain, a type that something else needs.
    const { code = '' } = error as { code?: string }
    assert.match(code, /^(23|2B|42P|428|22|0A|21)/, `${sql}: ${String(error)}`)
    count(`refused by the server`)
    return
  }
  const { measured, action } = ran
  if (measured.kept === null) {
    assert.ok(measured.because.length > 0, sql)
    count(`not kept: ${made.statement}: ${measured.because[0] ?? ''}`.slice(0, 90))
    return
  }
  assert.equal(measured.complete, true)
  if (measured.kept.says === 'nothing was changed') {
    count('nothing changed')
    return
  }
  const trial = await guarded.undo(action, { dryRun: true })
  const report = await guarded.undo(action)
  assert.deepEqual({ ...trial, dryRun: false }, report, sql)
  const now = await state()
  assert.ok(report.done, `${sql}: ${JSON.stringify(report)}`)
  assert.deepEqual(report.conflicts, [], sql)
  assert.deepEqual(now.content, past.content, sql)
  assert.deepEqual(now.description, past.description, sql)
  count(`undone: ${made.statement}`)
}

test(`${cases} made-up schemas are as before after an undo (seed ${seed})`, async () => {
  const property = fc.asyncProperty(generatedCase, async (made) => {
    try {
      await tryCase(made)
    } finally {
      await clean()
    }
  })
  try {
    await fc.assert(property, {
      numRuns: cases,
      seed,
      endOnFailure: process.env['UNDO_SHRINK'] === undefined,
    })
  } finally {
    if (process.env['UNDO_TALLY'] !== undefined) {
      for (const [what, times] of [...tally].sort()) process.stderr.write(`${times}\t${what}\n`)
    }
  }
})
