// SQL to actions: what each statement of a text would do on this server, by its catalogue. Pure and
// total. What the catalogue cannot say, and what is not in a table, is `unknown`.
import type { Action, Trial } from '../../domain/action.ts'
import type { Effect } from '../../domain/effect.ts'
import { isNonEmpty, mapNonEmpty } from '../../domain/nonempty.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { Parsed, SqlParser, SqlStatement } from '../../languages/sql/parse.ts'
import { assumedCatalogue } from './catalogue.ts'
import type { Catalogue } from './catalogue.ts'
import { createContext, databaseOf, deeper, startChanged, unknown } from './context.ts'
import type { Changed, Context, Found, Keeping, SqlPlace } from './context.ts'
import { readRoutine } from './routines.ts'
import { readStatement } from './statements.ts'
import { verbOf } from './verbs.ts'
import { readExpressions } from './walk.ts'

export type { SqlPlace } from './context.ts'

const statementsMax = 500
const excerptCharactersMax = 200

export interface SqlReader {
  readonly parser: SqlParser
  /** null: the server could not be asked; then whatever it decides is unknown */
  readonly catalogue: Catalogue | null
  readonly place: SqlPlace
}

export interface SqlRead {
  readonly actions: NonEmpty<Action>
  /**
   * the same for texts that are the same plain read but for their constants, on any catalogue; null
   * for what is no plain read, or where a constant decides what it does
   */
  readonly shape: string | null
}

/** One action a statement, in their order. */
export function readSql(parsed: Parsed, reader: SqlReader): NonEmpty<Action> {
  return readSqlShaped(parsed, reader).actions
}

export function readSqlShaped(parsed: Parsed, reader: SqlReader): SqlRead {
  if (parsed.kind === 'refused') {
    return parsed.syntax === true ? noSql(parsed.why, reader) : unread(parsed.why, parsed.legible)
  }
  const { statements, text } = parsed
  if (statements.length > statementsMax)
    return unread(`more than ${statementsMax} statements`, true)
  const changed = startChanged()
  if (reader.catalogue === null) changed.everything = 'the catalogue of the server is not known'
  if (!isNonEmpty(statements)) return { actions: [nothing(reader)], shape: null }
  const read = mapNonEmpty(statements, (statement) => {
    const context = readOne(statement, text, reader, changed)
    return { action: actionOf(statement, text, context), inConstants: context.found.inConstants }
  })
  const isPlain = read.every(
    ({ action, inConstants }) =>
      !inConstants && action.effects.every(({ kind }) => kind === 'read'),
  )
  const [first, ...more] = statements
  const repeats = isPlain && more.length === 0 && repeatable.has(first.kind)
  return {
    actions: mapNonEmpty(read, ({ action }) => action),
    shape: repeats ? shapeOf(first) : null,
  }
}

/** Most likely a slip: the server is asked whether it is any SQL at all, before a person is. */
function noSql(why: string, reader: SqlReader): SqlRead {
  const action = bare('SQL', { kind: 'unknown', why, legible: true })
  const effects = [...action.effects, nothing(reader).effects[0]] as const
  return { actions: [{ ...action, effects, trial: 'parse' }], shape: null }
}

function unread(why: string, legible: boolean): SqlRead {
  return { actions: [bare('SQL', { kind: 'unknown', why, legible })], shape: null }
}

/** Of these the constants matter to nobody but the reader of the answer; of a SET they are all. */
const repeatable: ReadonlySet<string> = new Set([
  ...['SelectStmt', 'TransactionStmt', 'VariableShowStmt', 'ExecuteStmt', 'FetchStmt'],
  'ClosePortalStmt',
])

const places: ReadonlySet<string> = new Set([
  'list_end',
  'list_start',
  'location',
  'rexpr_list_end',
  'rexpr_list_start',
])

/** The tree without its constants, and without where things stand. */
function shapeOf({ kind, tree }: SqlStatement): string {
  const body = JSON.stringify(tree, (key, value: unknown) => {
    if (places.has(key)) return undefined
    if (key !== 'A_Const' || typeof value !== 'object' || value === null) return value
    return Object.keys(value).filter((one) => one !== 'location')
  })
  return `${kind}${body}`
}

function readOne(
  statement: SqlStatement,
  text: string,
  reader: SqlReader,
  changed: Changed,
): Context {
  const catalogue = reader.catalogue ?? assumed
  const context = createContext({ ...reader, catalogue, changed, onDefinition })
  try {
    readSession(context, text)
    readAmbient(context)
    readStatement(context, statement)
  } catch {
    unknown(context, 'the reader failed')
  }
  return context
}

const assumed = assumedCatalogue()

/** Settings under which the server reads other words than we do. */
function readSession(context: Context, text: string): void {
  const { conformingStrings, encoding } = context.catalogue.session
  if (!conformingStrings && text.includes('\\')) {
    unknown(context, 'with standard_conforming_strings off, strings end elsewhere')
  }
  if (!/^(utf-?8|unicode|sql_ascii)$/i.test(encoding) && !/^[\x20-\x7e\s]*$/.test(text)) {
    unknown(context, `in the encoding \`${encoding}\` the server reads other words`)
  }
}

/** Casts, operators, operator classes and domains run unasked, wherever their types are. */
function readAmbient(context: Context): void {
  const inside = deeper(context)
  for (const oid of context.catalogue.ambient) {
    // Only a superuser makes functions in C, and types of them are as good as PostgreSQL's own.
    const language = context.names.routine(oid)?.language
    if (language !== 'c' && language !== 'internal') readRoutine(inside, oid, 'trigger')
  }
  for (const domain of context.catalogue.domains) {
    readExpressions(context, `domain/${domain.schema}.${domain.name}`, domain.checks)
  }
}

function onDefinition(context: Context): void {
  for (const trigger of context.catalogue.eventTriggers) {
    if (trigger.enabled === 'D' || trigger.event === 'login') continue
    readRoutine(deeper(context), trigger.routine, 'trigger')
  }
}

function actionOf(statement: SqlStatement, text: string, context: Context): Action {
  const { found } = context
  const trial = trialOf(found)
  const isEnrolled = context.catalogue.session.holdpoint !== null
  const effects = found.effects.map(([effect, keeping]) =>
    kept(effect, keeping, trial !== null && isEnrolled),
  )
  const [start, end] = statement.span
  const excerpt = text.slice(start, Math.min(end, start + excerptCharactersMax)).toWellFormed()
  const action: Action = {
    verb: verbOf(statement),
    effects: isNonEmpty(effects) ? effects : [readsOnly(context)],
    evidence: { reader: 'postgres', excerpt, span: [start, end] },
  }
  return trial === null ? action : { ...action, trial }
}

function readsOnly(context: Context): Effect {
  return { kind: 'read', resource: databaseOf(context), extent: 'some' }
}

function kept(effect: Effect, keeping: Keeping, isCaptured: boolean): Effect {
  if (!('undo' in effect)) return effect
  if (keeping === 'trivial') return { ...effect, undo: 'trivial' }
  const undo = keeping !== 'never' && isCaptured ? 'from-safeguard' : 'never'
  return { ...effect, undo }
}

/** The one trial that keeps all that it would do; null where there is none, or none is needed. */
function trialOf(found: Found): Trial | null {
  if (found.untried !== null) return null
  const keepings = new Set(found.effects.map(([, keeping]) => keeping))
  if (found.effects.some(([effect]) => effect.kind === 'unknown')) return null
  if (keepings.has('database')) return onlyOf(found, 'database') ? 'database' : null
  if (keepings.has('image')) return 'image'
  if (keepings.has('drop')) return onlyOf(found, 'drop') ? 'drop' : null
  return keepings.has('rows') ? 'rows' : null
}

/** A quarantine stands in for the statement itself: what else that does would be lost. */
function onlyOf(found: Found, trial: Trial): boolean {
  return found.effects.every(([effect, keeping]) => keeping === trial || effect.kind === 'read')
}

function bare(verb: string, effect: Effect): Action {
  return { verb, effects: [effect], evidence: { reader: 'postgres', excerpt: '', span: null } }
}

/** Comments and semicolons: the server answers that there was nothing to do. */
function nothing(reader: SqlReader): Action {
  const catalogue = reader.catalogue ?? assumed
  const context = createContext({ ...reader, catalogue, changed: startChanged(), onDefinition })
  return bare('EMPTY', readsOnly(context))
}
