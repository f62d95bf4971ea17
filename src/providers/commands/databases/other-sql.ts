// SQL of engines other than PostgreSQL, read by the first words of its statements. What is plainly
// a read is one; what removes or changes says so in its first word; the rest is unknown.
// A function of the database's own inside a SELECT is taken for one that only reads.
import type { Action } from '../../../domain/action.ts'
import type { Effect } from '../../../domain/effect.ts'
import { isNonEmpty } from '../../../domain/nonempty.ts'
import type { NonEmpty } from '../../../domain/nonempty.ts'
import { destroy, disclose, escalate, read, resource, unknown } from '../effects.ts'
import { meaningOfStatement } from './other-sql-statements.ts'
import { splitSql } from './other-sql-words.ts'
import type { Engine, SqlStatement } from './other-sql-words.ts'

const excerptCharactersMax = 200

export interface OtherSql {
  readonly engine: Engine
  readonly text: string
  /** where it goes, without a password: what its tables are in */
  readonly target: string | null
}

/** Total. One action for each statement. */
export function readOtherSql({ engine, text, target }: OtherSql): NonEmpty<Action> {
  const statements = splitSql(text, engine)
  const provider = engine === 'other' ? 'sql' : engine
  const action = (verb: string, effects: NonEmpty<Effect>): Action => ({
    verb,
    effects,
    evidence: { reader: provider, excerpt: excerptOf(text), span: null },
  })
  if (statements === null) {
    return [action('SQL', [unknown('its strings or comments cannot be told apart here')])]
  }
  const actions = statements.map((statement) => {
    const verb = statement[0]?.text.toUpperCase().slice(0, 40) ?? 'SQL'
    const known = callsOf(statement, engine)
    const meant = known ?? meaningOfStatement(statement, { engine, provider, target })
    return action(verb, isNonEmpty(meant) ? meant : [nothingOf(provider, target)])
  })
  return isNonEmpty(actions) ? actions : [action('SQL', [nothingOf(provider, target)])]
}

function nothingOf(provider: string, target: string | null): Effect {
  return read(resource(provider, 'database', target), 'some')
}

function excerptOf(text: string): string {
  return text.slice(0, excerptCharactersMax).toWellFormed()
}

/** Functions that reach out of the database, wherever they are called. */
const reaching: Readonly<Record<string, 'escalate' | 'destroy' | 'disclose'>> = {
  load_file: 'disclose',
  readfile: 'disclose',
  sys_exec: 'escalate',
  sys_eval: 'escalate',
  load_extension: 'escalate',
  writefile: 'destroy',
  edit: 'escalate',
  xp_cmdshell: 'escalate',
  sp_configure: 'escalate',
  sp_executesql: 'escalate',
  openrowset: 'escalate',
  opendatasource: 'escalate',
  openquery: 'escalate',
  executable: 'escalate',
  'crdb_internal.force_delete_table_data': 'destroy',
}

function callsOf(statement: SqlStatement, engine: Engine): readonly Effect[] | null {
  for (const [at, { kind, text }] of statement.entries()) {
    const called = statement[at + 1]?.text === '(' || text.toLowerCase().startsWith('xp_')
    const name = text.toLowerCase()
    if (kind === 'string' || !called || !Object.hasOwn(reaching, name)) continue
    const on = resource(engine === 'other' ? 'sql' : engine, 'server', null)
    const effect = reaching[name]
    if (effect === 'disclose') return [disclose(on, 'some')]
    return [effect === 'destroy' ? destroy(on, 'some') : escalate(on, 'some')]
  }
  return null
}
