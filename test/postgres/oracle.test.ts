// Every statement of the corpus that a server will run, run inside a transaction that is rolled
// back: what it touched is what was read. UPDATE=1 rewrites the catalogue that the corpus is read
// by.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { after, test } from 'node:test'

import { createSqlParser, loadSql } from '../../src/languages/sql/parse.ts'
import { heavyLimits } from '../../src/languages/sql/scan.ts'
import { readSql } from '../../src/providers/postgres/index.ts'
import {
  fixtureCatalogue,
  preparedSql,
  readCatalogue,
  schemaSql,
  writeFixture,
} from './catalogue-fixture.ts'
import { count, judge, oracleSetup, takeDropped, touchedBetween } from './oracle.ts'
import { startPostgres } from './server.ts'

await loadSql()
const parser = createSqlParser(heavyLimits)
const server = await startPostgres()
after(() => server.stop())
await (await server.connect()).query('CREATE DATABASE shop')
const client = await server.connect('shop')
await client.query(schemaSql)
for (const text of preparedSql) await client.query(text)
const place = { upstream: 'shop-db', database: 'shop', environment: 'shop-db/shop' }

const corpus = new URL('../corpus/postgres/', import.meta.url)

function statements(): readonly string[] {
  return ['harmless', 'destructive', 'disguised', 'unknown'].flatMap((folder) => {
    const directory = new URL(`${folder}/`, corpus)
    return readdirSync(directory).flatMap((name) =>
      readFileSync(new URL(name, directory), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.split('\t', 1)[0] ?? ''),
    )
  })
}

test('the catalogue of the corpus is what the server says', async () => {
  const catalogue = await readCatalogue(client)
  if (process.env['UPDATE'] === '1') writeFixture(catalogue)
  const kept = fixtureCatalogue()
  const shown = (one: typeof kept): readonly string[] =>
    one.relations.map(({ schema, name, kind }) => `${schema}.${name} ${kind}`).sort()
  assert.deepEqual(shown(catalogue), shown(kept))
  assert.equal(catalogue.foreignKeys.length, kept.foreignKeys.length)
  assert.deepEqual(
    catalogue.routines.map(({ name }) => name).sort(),
    kept.routines.map(({ name }) => name).sort(),
  )
})

/** They end the transaction, wait, speak COPY, or reach the server's own files. */
const notHere =
  /\b(COMMIT|ROLLBACK|END|BEGIN;|START|PREPARE TRANSACTION|pg_sleep|STDIN|STDOUT|PROGRAM|pg_reload|pg_promote|ALTER SYSTEM|SET ROLE|SESSION AUTHORIZATION)\b|set_config\('role|(UPDATE|FROM) pg_(catalog|class)/i

test('the reading covers what the server touched', async () => {
  await client.query(oracleSetup)
  const unsound: string[] = []
  const figures = { sound: 0, incomplete: 0, refused: 0 }
  for (const text of statements()) {
    if (notHere.test(text)) continue
    await client.query('BEGIN')
    const catalogue = await readCatalogue(client)
    const actions = readSql(parser.parse(text), { parser, catalogue, place })
    const before = await count(client)
    try {
      await client.query(text)
    } catch {
      figures.refused++
      await client.query('ROLLBACK')
      continue
    }
    await client.query(
      'SET search_path = public; RESET session_replication_role; RESET client_encoding',
    )
    const dropped = await takeDropped(client)
    const verdict = judge(actions, touchedBetween(before, await count(client), dropped, catalogue))
    await client.query('ROLLBACK')
    if (verdict.kind === 'unsound') unsound.push(`${text}: ${verdict.missing.join(', ')}`)
    else figures[verdict.kind]++
  }
  assert.deepEqual(unsound, [])
  assert.ok(figures.sound > 250, JSON.stringify(figures))
})
