// The prepared statements of one session, as this side saw them made: what is judged must be what
// they say. SQL can make and drop them too (PREPARE, DEALLOCATE, from within functions even), so
// after anything that may have done so they are doubted, until the server has been asked.
import type { Parse } from '../../wire/postgres/frontend.ts'

const statementsMax = 5_000
const charactersMax = 32 * 1_048_576

interface Prepared {
  readonly parse: Parse
  /** the session's epoch when it was last known to be so */
  readonly epoch: number
}

export class Statements {
  readonly #byName = new Map<string, Prepared>()
  #characters = 0

  find(name: string): Prepared | null {
    return this.#byName.get(name) ?? null
  }

  /** The oldest are forgotten when there are too many; they cannot be run then. */
  made(parse: Parse, epoch: number): void {
    this.dropped(parse.name)
    this.#byName.set(parse.name, { parse, epoch })
    this.#characters += parse.text.length
    for (const name of this.#byName.keys()) {
      if (this.#byName.size <= statementsMax && this.#characters <= charactersMax) break
      this.dropped(name)
    }
  }

  dropped(name: string): void {
    const before = this.#byName.get(name)
    if (before === undefined) return
    this.#characters -= before.parse.text.length
    this.#byName.delete(name)
  }

  /** text: what the server has under this name, made by Parse; null: nothing */
  confirm(name: string, text: string | null, epoch: number): void {
    const before = this.#byName.get(name)
    if (before === undefined) return
    if (before.parse.text === text) this.#byName.set(name, { parse: before.parse, epoch })
    else this.dropped(name)
  }
}

/** Tags of what leaves names as they are, unless a function does otherwise. FETCH may run one. */
const harmlessTags = new Set([
  ...['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'BEGIN', 'START TRANSACTION', 'COMMIT'],
  ...['SAVEPOINT', 'RELEASE', 'DECLARE CURSOR', 'CLOSE CURSOR', 'LISTEN'],
  ...['CLOSE CURSOR ALL', 'UNLISTEN', 'NOTIFY', 'SHOW', 'EXPLAIN', 'LOCK TABLE', 'SELECT'],
  'CHECKPOINT',
])
const callPattern = /(\.\s*"?)?([\p{L}_][\p{L}\p{N}_$]*)"?\s*\(/gu
const opaquePattern = /\binto\b|\bcreate\b|\bset_config\b|\bexecute\b|\/\*|--/i

/** Functions of PostgreSQL's own that change no name, and words that stand before a bracket. */
const harmlessCalls = new Set(
  (
    'abs all and any array array_agg array_length array_to_json as avg between bool_and bool_or ' +
    'by cardinality case cast ceil char_length character check coalesce concat concat_ws conflict ' +
    'count cume_dist current_database current_schema current_schemas current_setting date_part ' +
    'date_trunc decimal dense_rank distinct else end exists except extract filter first_value ' +
    'floor format format_type from generate_series greatest group grouping has ' +
    'having if ilike in inner intersect interval is join json_agg json_array_elements ' +
    'json_build_array json_build_object json_object_agg jsonb_agg jsonb_array_elements ' +
    'jsonb_build_array jsonb_build_object jsonb_object_agg jsonb_typeof key lag last_value ' +
    'lateral lead least left length like limit ln log lower lpad ltrim materialized max md5 min ' +
    'mod not now ntile nullif numeric nth_value obj_description offset on only or order ' +
    'over overlay partition percent_rank percentile_cont percentile_disc pg_get_constraintdef ' +
    'pg_get_expr pg_get_indexdef pg_get_userbyid pg_get_viewdef pg_relation_size pg_size_pretty ' +
    'pg_sleep pg_table_is_visible pg_total_relation_size pg_type_is_visible position power random ' +
    'rank regexp_match regexp_replace repeat replace returning reverse right round row row_number ' +
    'row_to_json rpad rtrim select set sets split_part sqrt stddev string_agg strpos substr ' +
    'substring sum table then to_char to_date to_json to_jsonb to_number to_timestamp trim trunc ' +
    'union unique unnest upper using values varchar variance varying when where with within'
  ).split(' '),
)

/** `insert into s.t (a, b)`: that bracket holds columns. */
const insertPattern =
  /^\s*insert\s+into\s+(?:"?[\p{L}_][\p{L}\p{N}_$]*"?\s*\.\s*)?"?[\p{L}_][\p{L}\p{N}_$]*"?/iu

/**
 * Whether what was run may have changed what names mean, or which statements are prepared. Says yes
 * when it does not know.
 */
export function mayChangeNames(tag: string, text: string): boolean {
  return !harmlessTags.has(tag.replace(/( \d+)+$/, '')) || callsUnknown(text)
}

/** Tags of what changes names in its own session, and in no other. */
const ownTags =
  /^(SET|RESET|DISCARD|PREPARE|DEALLOCATE|ROLLBACK|FETCH|MOVE|EXECUTE)( |$)|^SET CONSTRAINTS$/

/** Whether what was run may have changed what names mean in every session of the database. */
export function definesNames(tag: string): boolean {
  const plain = tag.replace(/( \d+)+$/, '')
  return !harmlessTags.has(plain) && !ownTags.test(plain)
}

/** The same of what is not answered yet. */
export function mayYetChangeNames(text: string): boolean {
  return !/^\s*(select|insert|update|delete|with|values)\b/i.test(text) || callsUnknown(text)
}

const remembered = new Map<string, boolean>()
const rememberedMax = 2_000
const rememberedCharactersMax = 2_000

function callsUnknown(text: string): boolean {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const found = findUnknownCall(text)
  if (text.length > rememberedCharactersMax) return found
  if (remembered.size >= rememberedMax) remembered.clear()
  remembered.set(text, found)
  return found
}

function findUnknownCall(text: string): boolean {
  const rest = text.replace(insertPattern, '')
  if (opaquePattern.test(rest)) return true
  for (const [, dot, name = ''] of rest.matchAll(callPattern)) {
    if (dot !== undefined || !harmlessCalls.has(name.toLowerCase())) return true
  }
  return false
}
