// What one statement of an engine other than PostgreSQL does, by its first words.
import type { Effect } from '../../../domain/effect.ts'
import type { Resource } from '../../../domain/resource.ts'
import { destroy, disarm, disclose, escalate, read, resource, unknown, write } from '../effects.ts'
import type { Engine, SqlStatement } from './other-sql-words.ts'

interface Place {
  readonly engine: Engine
  readonly provider: string
  readonly target: string | null
}

interface Statement extends Place {
  readonly words: SqlStatement
  /** bare words in capitals; quoted names and strings are empty */
  readonly bare: readonly string[]
}

type Meaning = (statement: Statement) => readonly Effect[]

export function meaningOfStatement(words: SqlStatement, place: Place): readonly Effect[] {
  const bare = words.map(({ kind, text }) => (kind === 'word' ? text.toUpperCase() : ''))
  const [first = ''] = bare
  const meaning = Object.hasOwn(meanings, first) ? meanings[first] : undefined
  if (meaning === undefined) {
    const shown = (words[0]?.text ?? '').slice(0, 40)
    return [unknown(`what a statement that begins with \`${shown}\` does is not known here`)]
  }
  return meaning({ ...place, words, bare })
}

/** `TABLE`, `DATABASE`, … and the name after it, past `IF EXISTS` and its kin. */
function named(statement: Statement, from: number, type = 'table'): Resource {
  const { words, bare, provider, target } = statement
  let at = from
  while (skipped.has(bare[at] ?? '')) at += 1
  const word = words[at]
  const parts = [word?.text ?? '']
  while (words[at + 1]?.text === '.' && words[at + 2] !== undefined) {
    parts.push(words[at + 2]?.text ?? '')
    at += 2
  }
  const name = word === undefined || word.kind === 'mark' ? null : parts.join('.')
  const quoted = word?.kind === 'string' ? (name?.slice(1, -1) ?? null) : name
  return resource(provider, type, quoted ?? (type === 'database' ? target : null))
}

const skipped = new Set(
  'IF NOT EXISTS ONLY FROM INTO TABLE LOW_PRIORITY QUICK IGNORE DELAYED OVERWRITE OR REPLACE'.split(
    ' ',
  ),
)

const database = ({ provider, target }: Place, type = 'database') =>
  resource(provider, type, target)

const has = ({ bare }: Statement, ...words: readonly string[]) =>
  words.some((word) => bare.includes(word))

/** The words at the place of the first of these; -1 where none is. */
function after({ bare }: Statement, ...words: readonly string[]): number {
  return bare.findIndex((word) => words.includes(word)) + 1
}

/** Tools that need no `;` between statements could run more than the first word says. */
const another = new Set(
  `DROP TRUNCATE DELETE UPDATE ALTER INSERT MERGE EXEC EXECUTE GRANT REVOKE CREATE CALL KILL
  SHUTDOWN RESTORE REPLACE DENY BACKUP DBCC RECONFIGURE UPSERT`.split(/\s+/),
)

const reads: Meaning = (statement) => {
  const { engine, bare } = statement
  if (has(statement, 'OUTFILE', 'DUMPFILE'))
    return [escalate(database(statement, 'server'), 'some')]
  const more = engine === 'other' ? bare.slice(1).find((word) => another.has(word)) : undefined
  if (more !== undefined && !(more === 'CREATE' && bare[0] === 'SHOW')) {
    return [unknown(`\`${more}\` may be a second statement`)]
  }
  if (engine !== 'mysql' && bare[0] === 'SELECT' && has(statement, 'INTO')) {
    return [write(named(statement, after(statement, 'INTO')))]
  }
  return [read(database(statement), 'some')]
}

/** `WITH … DELETE`: what is outside the parentheses says what is done. */
const withMain: Meaning = (statement) => {
  let depth = 0
  const outside: number[] = []
  statement.words.forEach(({ kind, text }, at) => {
    if (kind === 'mark' && text === '(') depth += 1
    if (depth === 0) outside.push(at)
    if (kind === 'mark' && text === ')') depth -= 1
  })
  const main = outside.find((at) =>
    [
      'SELECT',
      'DELETE',
      'UPDATE',
      'INSERT',
      'REPLACE',
      'MERGE',
      'VALUES',
      'TABLE',
      'FROM',
    ].includes(statement.bare[at] ?? ''),
  )
  if (main === undefined) return [unknown('what follows `WITH` cannot be told apart here')]
  const whole = reads(statement)
  if (whole.some(({ kind }) => kind !== 'read'))
    return statement.engine === 'other' ? whole : inner()
  return inner()

  function inner(): readonly Effect[] {
    return meaningOfStatement(statement.words.slice(main), statement)
  }
}

const explains: Meaning = (statement) => {
  const at = statement.bare.indexOf('ANALYZE')
  if (at < 0 || at > 4) {
    const plain = { ...statement, bare: statement.bare.filter((word) => !another.has(word)) }
    return reads(plain)
  }
  const rest = statement.words.slice(at + 1)
  const from = rest.findIndex(({ text }) => Object.hasOwn(meanings, text.toUpperCase()))
  return from < 0 ? reads(statement) : meaningOfStatement(rest.slice(from), statement)
}

const drops: Meaning = (statement) => {
  const { bare } = statement
  if (bare[1] === 'TEMPORARY') return [write(named(statement, 3), 'whole')]
  const type = (bare[1] ?? '').toLowerCase()
  if (type === 'prepare') return []
  const kind = type === 'schema' || type === 'keyspace' ? 'database' : type
  if (kind === 'constraint' || kind === '') return [destroy(database(statement), 'some')]
  return listed(statement, 2, kind).map((on) => destroy(on))
}

/** `DROP TABLE a, b` */
function listed(statement: Statement, from: number, type: string): readonly Resource[] {
  const first = named(statement, from, type)
  const more = statement.words.flatMap(({ kind, text }, at) =>
    at > from && kind === 'mark' && text === ',' ? [named(statement, at + 1, type)] : [],
  )
  return [first, ...more]
}

const deletes: Meaning = (statement) => {
  const extent = has(statement, 'WHERE', 'LIMIT', 'JOIN', 'USING') ? 'some' : 'whole'
  const from = after(statement, 'FROM')
  return [destroy(named(statement, from === 0 ? 1 : from), extent)]
}

/** `WHERE id = 1` and no more: what is written over is one row, or a few. */
const updates: Meaning = (statement) => {
  const on = named(statement, 1)
  const where = after(statement, 'WHERE')
  if (where === 0) return [destroy(on)]
  const [column, sign, value, ...more] = statement.words.slice(where)
  const one =
    column !== undefined &&
    column.kind !== 'mark' &&
    !/^\d/.test(column.text) &&
    sign?.text === '=' &&
    (value?.kind === 'string' || /^[\d?:$]/.test(value?.text ?? '')) &&
    more.length === 0
  return [one ? write(on, 'some', 'never') : destroy(on, 'some')]
}

const alters: Meaning = (statement) => {
  const { bare } = statement
  const subject = bare[1] ?? ''
  if (['USER', 'ROLE', 'LOGIN', 'AUTHORIZATION'].includes(subject)) {
    return [escalate(named(statement, 2, 'role'), 'some')]
  }
  const on = named(statement, 2, subject === 'TABLE' ? 'table' : subject.toLowerCase())
  const removing = ['DROP', 'DELETE', 'TRUNCATE', 'CLEAR', 'DETACH', 'DISCARD', 'UPDATE', 'REPLACE']
  if (has(statement, ...removing)) return [destroy(on, 'some')]
  if (has(statement, 'OWNER', 'SECURITY')) return [escalate(on, 'some')]
  return [write(on, 'some', has(statement, 'MODIFY', 'CHANGE', 'TYPE') ? 'never' : 'trivial')]
}

const creates: Meaning = (statement) => {
  const { bare } = statement
  if (
    has(statement, 'USER', 'ROLE', 'LOGIN') &&
    ['USER', 'ROLE', 'LOGIN', 'OR'].includes(bare[1] ?? '')
  ) {
    return [escalate(database(statement, 'role'), 'some')]
  }
  const replaces = bare[1] === 'OR' && bare[2] === 'REPLACE'
  if (replaces && ['TABLE', 'DATABASE', 'SCHEMA'].includes(bare[3] ?? '')) {
    return [destroy(named(statement, 4))]
  }
  if (has(statement, 'PROCEDURE', 'FUNCTION') && has(statement, 'SONAME', 'EXTERNAL')) {
    return [escalate(database(statement, 'server'), 'some')]
  }
  return [write(database(statement))]
}

const inserts: Meaning = (statement) => {
  const at = after(statement, 'INTO', 'OVERWRITE')
  const on = named(statement, at === 0 ? 1 : at)
  const over = has(statement, 'OVERWRITE') || statement.bare[2] === 'REPLACE'
  return over ? [destroy(on, 'some')] : [write(on)]
}

const sets: Meaning = (statement) => {
  const { bare } = statement
  if (has(statement, 'PASSWORD', 'ROLE')) return [escalate(database(statement, 'role'), 'some')]
  const wide = has(statement, 'GLOBAL', 'PERSIST', 'PERSIST_ONLY', 'CLUSTER')
  if (wide || bare.some((word) => word.startsWith('@@GLOBAL'))) {
    return [disarm(database(statement, 'server'), 'some')]
  }
  return []
}

const readingPragmas =
  /^(.*_(info|list|xinfo|check)|table_list|database_list|compile_options|function_list|foreign_keys|user_version|journal_mode|page_count|page_size|encoding|quick_check|integrity_check|schema_version|freelist_count|application_id|synchronous|cache_size)$/i

const pragma: Meaning = (statement) => {
  const name = statement.words[1]?.text.split('.').at(-1) ?? ''
  const sets = statement.words.some(({ kind, text }) => kind === 'mark' && text === '=')
  if (/^(writable_schema|trusted_schema|ignore_check_constraints)$/i.test(name) && sets) {
    return [disarm(database(statement), 'some')]
  }
  if (sets) return [write(database(statement))]
  if (readingPragmas.test(name)) return [read(database(statement), 'some')]
  return [write(database(statement))]
}

const transaction: Meaning = (statement) => {
  const known = `TRANSACTION WORK IMMEDIATE DEFERRED EXCLUSIVE CONCURRENT TRAN READ ONLY WRITE WITH
    CONSISTENT SNAPSHOT TO SAVEPOINT AND NO CHAIN RELEASE`.split(/\s+/)
  const [first = '', ...rest] = statement.bare
  if (['SAVEPOINT', 'RELEASE', 'ROLLBACK'].includes(first) && rest.length <= 3) return []
  return rest.every((word) => known.includes(word))
    ? []
    : [unknown(`what follows \`${first}\` is not known here`)]
}

const onServer =
  (effect: (on: Resource) => Effect): Meaning =>
  (statement) => [effect(database(statement, 'server'))]

const written: Meaning = (statement) => [write(named(statement, 1))]
const gone: Meaning = (statement) => [destroy(named(statement, 1), 'some')]
const none: Meaning = () => []

function for_(words: string, meaning: Meaning): Readonly<Record<string, Meaning>> {
  return Object.fromEntries(words.split(' ').map((word) => [word, meaning]))
}

const meanings: Readonly<Record<string, Meaning>> = {
  ...for_(
    'SELECT SHOW DESCRIBE DESC VALUES TABLE HELP LIST EXISTS CHECKSUM FROM SUMMARIZE PRINT',
    reads,
  ),
  ...for_('CHECK USE CONSISTENCY DECLARE PIVOT', reads),
  '(': reads,
  WITH: withMain,
  EXPLAIN: explains,
  ...for_('BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE END ABORT', transaction),
  DROP: drops,
  TRUNCATE: (statement) => [destroy(named(statement, statement.bare[1] === 'TABLE' ? 2 : 1))],
  DELETE: deletes,
  UPDATE: updates,
  REPLACE: gone,
  MERGE: gone,
  UPSERT: gone,
  PURGE: gone,
  ALTER: alters,
  CREATE: creates,
  INSERT: inserts,
  SET: sets,
  PRAGMA: pragma,
  ...for_(
    'ANALYZE OPTIMIZE VACUUM REINDEX REPAIR RENAME COMMENT LOCK UNLOCK UNDROP ATTACH CACHE',
    written,
  ),
  ...for_('COPY UNLOAD EXPORT BACKUP REFRESH CHECKPOINT', written),
  FLUSH: written,
  LOAD: (statement) =>
    statement.bare[1] === 'DATA' || statement.bare[1] === 'XML'
      ? inserts(statement)
      : [escalate(database(statement, 'server'), 'some')],
  INSTALL: onServer((on) => escalate(on, 'some')),
  UNINSTALL: onServer((on) => disarm(on, 'some')),
  DETACH: (statement) => (statement.engine === 'sqlite' ? [] : gone(statement)),
  RESET: (statement) => (statement.bare[1] === 'QUERY' ? [] : gone(statement)),
  RESTORE: gone,
  IMPORT: written,
  GRANT: (statement) => [escalate(database(statement, 'role'), 'some')],
  REVOKE: (statement) => [write(database(statement, 'role'))],
  DENY: (statement) => [write(database(statement, 'role'))],
  KILL: onServer((on) => destroy(on, 'some', 'trivial')),
  SHUTDOWN: onServer((on) => destroy(on, 'some', 'trivial')),
  STOP: onServer((on) => destroy(on, 'some', 'trivial')),
  CHANGE: onServer((on) => destroy(on, 'some')),
  NOTIFY: none,
  UNLISTEN: none,
  HANDLER: (statement) => [disclose(named(statement, 1), 'some')],
}
