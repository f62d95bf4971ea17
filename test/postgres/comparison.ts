// Makes the table of docs/reading-sql.md: `npm run compare:sql` prints it, `-- --write` puts it into
// the page. Each statement is sent through a real gate to a real server, by an agent of its own and
// in a transaction that is rolled back; the other rules are asked about the same text.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import pg from 'pg'

import type { Decision } from '../../src/domain/decision.ts'
import { severity } from '../../src/domain/effect.ts'
import type { Hit } from '../../src/domain/impact.ts'
import { openPostgresWorld } from '../scenarios/postgres/world.ts'
import type { PostgresWorld } from '../scenarios/postgres/world.ts'
import { root } from '../source-files.ts'
import { patternsRefuse, safeUpdateRefuses } from './comparison-rules.ts'
import { destructive, harmless } from './comparison-statements.ts'
import type { Compared } from './comparison-statements.ts'

interface Row {
  readonly sql: string
  readonly reading: string
  readonly gate: string
  readonly safeUpdate: boolean
  readonly patterns: boolean
}

export const page = join(root, 'docs/reading-sql.md')
const [opening, closing] = ['<!-- npm run compare:sql -->', '<!-- end -->']

/** The page with the table in the place of the one that is there. */
export function withTable(text: string, table: string): string {
  const [before = '', after = ''] = [text.split(opening)[0], text.split(closing)[1]]
  return `${before}${opening}\n\n${table}\n${closing}${after}`
}

export async function comparisonTable(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-compare-'))
  const world = await openPostgresWorld(folder)
  try {
    const rows = { destructive: [] as Row[], harmless: [] as Row[] }
    for (const one of destructive) rows.destructive.push(await compare(world, one))
    for (const one of harmless) rows.harmless.push(await compare(world, one))
    return tableOf(rows.destructive, rows.harmless)
  } finally {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

let agents = 0

async function compare(world: PostgresWorld, compared: Compared): Promise<Row> {
  const { sql, first } = compared
  agents += 1
  const { token } = await world.leaseOf(`compared-${agents}`)
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: world.port, user: 'shop-db', database: 'shop' },
    password: token.reveal(),
  })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('BEGIN')
  if (first !== undefined) await client.query(first)
  const from = await entriesOf(world)
  const told = await client.query(sql).then(
    () => null,
    (error: unknown) => (error as pg.DatabaseError).code ?? 'none',
  )
  const decision = await decisionAfter(world, from)
  await client.query('ROLLBACK')
  await client.end()
  return {
    sql: first === undefined ? sql : `${first}; ${sql}`,
    reading: readingOf(decision),
    gate: gateWords(decision, told),
    safeUpdate: safeUpdateRefuses(compared),
    patterns: patternsRefuse(compared),
  }
}

let entries = 0

async function entriesOf(world: PostgresWorld): Promise<number> {
  const control = await world.control()
  for (;;) {
    const more = await control.entries({ from: entries, count: 1000 })
    if (more.length === 0) return entries
    entries += more.length
  }
}

async function decisionAfter(world: PostgresWorld, from: number): Promise<Decision> {
  const control = await world.control()
  const facts = (await control.entries({ from, count: 1000 })).map(({ fact }) => fact)
  const decided = facts.flatMap((fact) => (fact.kind === 'decided' ? [fact.decision] : []))
  const decision = decided.at(-1)
  if (decision === undefined) throw new Error('nothing was decided')
  return decision
}

const worstMax = 1

/** `destroy table public.payments (160 rows), +2 more` */
function readingOf({ impacts }: Decision): string {
  const hits = impacts.flatMap((impact) => impact.hits)
  const sorted = hits.toSorted((a, b) => severity(b.effect.kind) - severity(a.effect.kind))
  const words = [...new Set(sorted.map(hitWords))]
  const more = words.length > worstMax ? `, +${words.length - worstMax} more` : ''
  return words.slice(0, worstMax).join('; ') + more
}

function hitWords({ effect, rows }: Hit): string {
  if (effect.kind === 'unknown') return 'unknown'
  const { type, id } = effect.resource
  const counted = rows.kind === 'exact' && effect.kind !== 'read' ? ` (${rows.count} rows)` : ''
  return `${effect.kind} ${type}${id === null ? '' : ` ${id}`}${counted}`
}

function gateWords({ verdict }: Decision, told: string | null): string {
  const refused = told === '42501'
  const kept = verdict.kind !== 'deny' && verdict.safeguards.length > 0
  if (verdict.kind === 'allow') {
    if (refused) return 'refused by the server'
    return kept ? 'allowed, kept' : 'allowed'
  }
  if (!refused) throw new Error(`a ${verdict.kind} that the client was not told: ${told ?? 'done'}`)
  return verdict.kind === 'hold' ? '**held**' : '**denied**'
}

function tableOf(destroying: readonly Row[], looking: readonly Row[]): string {
  const head = [
    '| statement | read as | gate, in production | as pg-safeupdate | patterns |',
    '|---|---|---|---|---|',
  ]
  return [
    'What destroys, disarms or opens a way round:',
    '',
    ...head,
    ...destroying.map(lineOf),
    '',
    'What only looks like it:',
    '',
    ...head,
    ...looking.map(lineOf),
    '',
    '| | gate | as pg-safeupdate | patterns |',
    '|---|---|---|---|',
    totals(`stopped, of ${destroying.length} that do harm`, destroying),
    totals(`stopped, of ${looking.length} that do none`, looking),
    '',
  ].join('\n')
}

const no = '**refused**'

function lineOf({ sql, reading, gate, safeUpdate, patterns }: Row): string {
  const shown = '`' + sql.replaceAll('|', '\\|') + '`'
  return `| ${shown} | ${reading} | ${gate} | ${safeUpdate ? no : 'let through'} | ${patterns ? no : 'let through'} |`
}

function totals(title: string, rows: readonly Row[]): string {
  const stopped = rows.filter(({ gate }) => gate.startsWith('**')).length
  const safeUpdate = rows.filter((row) => row.safeUpdate).length
  return `| ${title} | ${stopped} | ${safeUpdate} | ${rows.filter((row) => row.patterns).length} |`
}

if (import.meta.main) {
  const table = await comparisonTable()
  if (process.argv.includes('--write')) {
    writeFileSync(page, withTable(readFileSync(page, 'utf8'), table))
  } else {
    process.stdout.write(table)
  }
}
