// What Holdpoint itself says in an agent's session. The agent may have put schemas, operators and
// functions of its own in front of PostgreSQL's, so that every name here says where it is from.

const schema = 'pg_catalog'
const milliseconds = (setting: string): string =>
  `${schema}.date_part('epoch', ${schema}.current_setting('${setting}')::${schema}.interval)` +
  ` OPERATOR(${schema}.*) 1000::${schema}.float8`

/** Lowers a time limit, never raises it: none is 0. */
function lowered(setting: string, parameter: string): string {
  const limit = `${parameter}::${schema}.text`
  const now = milliseconds(setting)
  return (
    `${schema}.set_config('${setting}', CASE WHEN ${now} OPERATOR(${schema}.=) 0::${schema}.float8` +
    ` OR ${now} OPERATOR(${schema}.>) ${limit}::${schema}.float8 THEN ${limit}` +
    ` ELSE ${schema}.current_setting('${setting}') END, true)`
  )
}

/** $1: statement_timeout, $2: lock_timeout, in milliseconds. Gives what they were, written so. */
export const lowerTimeouts =
  `SELECT ${schema}.current_setting('statement_timeout'), ${milliseconds('statement_timeout')},` +
  ` ${schema}.current_setting('lock_timeout'), ${milliseconds('lock_timeout')},` +
  ` ${lowered('statement_timeout', '$1')}, ${lowered('lock_timeout', '$2')}`

/** $1, $2: what they were */
export const restoreTimeouts =
  `SELECT ${schema}.set_config('statement_timeout', $1::${schema}.text, true),` +
  ` ${schema}.set_config('lock_timeout', $2::${schema}.text, true)`

const trialKinds = `${schema}.text, ${schema}.text, ${schema}.text, ${schema}.jsonb, ${schema}.text`

export const findEnrolment =
  `SELECT ${schema}.to_regprocedure('holdpoint.begin_trial(` +
  `${trialKinds.replaceAll(`${schema}.`, '')})')::${schema}.text`

/** $1: key, $2: action, $3: kind, $4: subjects, $5: statement */
export const beginTrial =
  `SELECT holdpoint.begin_trial($1::${schema}.text, $2::${schema}.text, $3::${schema}.text,` +
  ` $4::${schema}.jsonb, $5::${schema}.text)`

/** $1: key, $2: action */
export const endTrial = `SELECT holdpoint.end_trial($1::${schema}.text, $2::${schema}.text)::${schema}.text`

/** $1: key, $2: action, $3: statement, $4: what end_trial said */
export const quarantine =
  `SELECT holdpoint.quarantine($1::${schema}.text, $2::${schema}.text, $3::${schema}.text,` +
  ` $4::${schema}.jsonb)::${schema}.text`

/** $1: key, $2: action, $3: name, $4: IF EXISTS was said, $5: statement */
export const quarantineDatabase =
  `SELECT holdpoint.quarantine_database($1::${schema}.text, $2::${schema}.text,` +
  ` $3::${schema}.text, $4::${schema}.bool, $5::${schema}.text)::${schema}.text`

const counter = (what: string): string =>
  `${schema}.pg_stat_get_xact_tuples_${what}(c.oid) AS ${what}`
const counted = (what: string): string => `x.${what} OPERATOR(${schema}.<>) 0::${schema}.int8`

/**
 * What this transaction has written so far, by table; the catalogue's own included. The functions
 * behind pg_stat_xact_all_tables, which itself takes nearly twice as long.
 */
export const counters =
  `SELECT x.oid::${schema}.text, n.nspname::${schema}.text, x.relname::${schema}.text,` +
  ` x.inserted::${schema}.text, x.updated::${schema}.text, x.deleted::${schema}.text,` +
  ` ${schema}.current_setting('track_counts')` +
  ` FROM (SELECT c.oid, c.relname, c.relnamespace,` +
  ` ${counter('inserted')}, ${counter('updated')}, ${counter('deleted')}` +
  ` FROM ${schema}.pg_class c WHERE c.relkind OPERATOR(${schema}.=) 'r'::${schema}."char"` +
  ` OR c.relkind OPERATOR(${schema}.=) 'm'::${schema}."char" OFFSET 0) x` +
  ` JOIN ${schema}.pg_namespace n ON n.oid OPERATOR(${schema}.=) x.relnamespace` +
  ` WHERE ${counted('inserted')} OR ${counted('updated')} OR ${counted('deleted')}` +
  ` UNION ALL SELECT '0', '', '', '0', '0', '0', ${schema}.current_setting('track_counts')`

const ofText = `${schema}.text`

/** Null where the database is not enrolled, or by an older version. */
export const findWatch = `SELECT ${schema}.to_regprocedure('holdpoint.mark_session(text)')::${ofText}`

/** $1: key. What falls in this session, and was not seen coming, is refused from here on. */
export const markSession = `SELECT holdpoint.mark_session($1::${ofText})::${ofText}`

/** $1: key, $2: action. Until it is forbidden again, it is not. */
export const permitDrops = `SELECT holdpoint.permit($1::${ofText}, $2::${ofText})::${ofText}`

/** $1: key */
export const forbidDrops = `SELECT holdpoint.forbid($1::${ofText})::${ofText}`

/** $1: name. Its text, where it was made by Parse and not by SQL. */
export const preparedText =
  `SELECT p.statement FROM ${schema}.pg_prepared_statements p` +
  ` WHERE p.name OPERATOR(${schema}.=) $1::${schema}.text AND NOT p.from_sql`
