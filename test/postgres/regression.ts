// PostgreSQL's own regression suite through the reader, by the rule of the oracle: everything that
// the server touched is in the reading, or the reading says that it is incomplete.
//
// HOLDPOINT_REGRESS=…/src/test/regress node test/postgres/regression.ts [file …]
// The suite comes with PostgreSQL's source: `apt-get source postgresql-15`. Not a part of npm test.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import type pg from 'pg'

import type { Action } from '../../src/domain/action.ts'
import { createSqlParser, loadSql } from '../../src/languages/sql/parse.ts'
import { heavyLimits } from '../../src/languages/sql/scan.ts'
import { readSql } from '../../src/providers/postgres/index.ts'
import type { Catalogue } from '../../src/providers/postgres/index.ts'
import { createParserCache } from '../../src/reading/parser-cache.ts'
import { readCatalogue } from './catalogue-fixture.ts'
import { count, judge, oracleSetup, takeDropped, touchedBetween } from './oracle.ts'
import type { Counts } from './oracle.ts'
import { startPostgres } from './server.ts'
import { splitScript } from './split.ts'

const folder = process.env['HOLDPOINT_REGRESS'] ?? ''
if (folder === '') throw new Error('HOLDPOINT_REGRESS names no folder')
const only = process.argv.slice(2)

await loadSql()
const parser = createParserCache(createSqlParser(heavyLimits))
const place = { upstream: 'regress', database: 'regression', environment: 'regress/regression' }

interface Figures {
  statements: number
  sound: number
  incomplete: number
  unsound: number
  failed: number
  skipped: number
}

const figures: Figures = {
  statements: 0,
  sound: 0,
  incomplete: 0,
  unsound: 0,
  failed: 0,
  skipped: 0,
}
const whys = new Map<string, number>()

/** They need what a script of one session cannot give, or would stop the server. */
const skippedFiles = new Set([
  'create_tablespace',
  'tablespace',
  'sysviews',
  'stats',
  'infinite_recurse',
])
const skipped =
  /\bstdout\b|(?<![:\w'"]):[A-Za-z_]\w*\b|pg_terminate|pg_cancel|^\s*(drop|alter|create)\s+database/i

function isPlain(action: Action): boolean {
  return /^(SELECT|INSERT|UPDATE|DELETE|MERGE|SHOW|FETCH|EXPLAIN)/.test(action.verb)
}

async function send(client: pg.Client, text: string, data: string | null): Promise<void> {
  // Without a stream for COPY the data is left out; what is asked is read all the same.
  if (data !== null) throw new Error('COPY from stdin is not run here')
  await client.query(text)
}

interface Session {
  readonly client: pg.Client
  catalogue: Catalogue | null
  inBlock: boolean
}

async function runOne(session: Session, text: string, data: string | null): Promise<void> {
  const { client } = session
  figures.statements++
  const control =
    /^\s*(begin|start transaction|commit|end|rollback|abort|savepoint|release|prepare transaction)\b/i.test(
      text,
    )
  if (control || skipped.test(text)) {
    figures.skipped++
    session.catalogue = null
    await client.query(skipped.test(text) ? 'SELECT 1' : text).catch(() => undefined)
    session.inBlock = control ? await isInBlock(client) : session.inBlock
    return
  }
  try {
    if (!session.inBlock) await client.query('BEGIN')
    else await client.query('SAVEPOINT oracle_point')
    session.catalogue ??= await readCatalogue(client)
  } catch {
    figures.failed++
    return
  }
  const actions = readSql(parser.parse(text), { parser, catalogue: session.catalogue, place })
  const before = await count(client)
  try {
    await send(client, text, data)
    await compare(session, text, actions, before)
    if (!session.inBlock) await client.query('COMMIT')
  } catch {
    figures.failed++
    await client
      .query(session.inBlock ? 'ROLLBACK TO SAVEPOINT oracle_point' : 'ROLLBACK')
      .catch(() => undefined)
    if (!session.inBlock) await client.query(text).catch(() => undefined)
  }
  if (!actions.every(isPlain)) session.catalogue = null
}

async function isInBlock(client: pg.Client): Promise<boolean> {
  const answer = await client
    .query('SELECT now() = statement_timestamp() AS alone')
    .catch(() => null)
  return answer === null || (answer.rows as { alone: boolean }[])[0]?.alone !== true
}

async function compare(
  { client, catalogue }: Session,
  text: string,
  actions: readonly Action[],
  before: Counts,
): Promise<void> {
  if (catalogue === null) return
  const dropped = await takeDropped(client)
  const touched = touchedBetween(before, await count(client), dropped, catalogue)
  const verdict = judge(actions, touched)
  figures[verdict.kind]++
  if (verdict.kind === 'unsound') {
    console.log(`UNSOUND ${text.replace(/\s+/g, ' ').slice(0, 300)}: ${verdict.missing.join(', ')}`)
  } else if (verdict.kind === 'incomplete') {
    for (const { effects } of actions) {
      for (const effect of effects) {
        if (effect.kind !== 'unknown') continue
        const why = effect.why.replace(/`[^`]*`/g, '`…`')
        whys.set(why, (whys.get(why) ?? 0) + 1)
        if (process.env['HOLDPOINT_REGRESS_SHOW'] !== undefined) {
          console.log(`INCOMPLETE ${effect.why}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`)
        }
      }
    }
  }
}

const server = await startPostgres({ settings: ['max_prepared_transactions=4'] })
const admin = await server.connect()
await admin.query('CREATE DATABASE regression')
const setup = await server.connect('regression')
await setup.query(oracleSetup)
const files =
  only.length > 0
    ? only
    : ['test_setup', 'create_index', 'create_misc', 'create_aggregate', 'create_operator'].concat(
        readdirSync(join(folder, 'sql'))
          .map((name) => name.replace(/\.sql$/, ''))
          .sort(),
      )
for (const name of new Set(files)) {
  if (skippedFiles.has(name)) continue
  const variables = new Map([
    ['abs_srcdir', folder],
    ['libdir', '$libdir'],
    ['dlsuffix', '.so'],
    ['abs_builddir', '/tmp'],
  ])
  let script: string
  try {
    script = readFileSync(join(folder, 'sql', `${name}.sql`), 'utf8')
  } catch {
    continue
  }
  const client = await server.connect('regression')
  await client.query(
    `SET statement_timeout = '20s'; SET timezone = 'PST8PDT'; SET datestyle = 'Postgres, MDY'`,
  )
  const session: Session = { client, catalogue: null, inBlock: false }
  const was = { ...figures }
  for (const { text, data } of splitScript(script, variables)) await runOne(session, text, data)
  await client.end().catch(() => undefined)
  const told = Object.entries(figures).map(
    ([key, value]) => `${key} ${value - was[key as keyof Figures]}`,
  )
  console.log(`${name}: ${told.join(', ')}`)
}
await server.stop()
console.log(JSON.stringify(figures))
for (const [why, times] of [...whys].sort(([, a], [, b]) => b - a).slice(0, 60))
  console.log(times, why)
process.exit(figures.unsound === 0 ? 0 : 1)
