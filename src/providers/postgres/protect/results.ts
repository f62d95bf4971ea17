// What the functions of schema `holdpoint` answer, read strictly: anything odd means that nothing
// is known, never that nothing happened.
import type { DroppedObject, Kept, Measured, MeasuredTable, Sample } from '../../../domain/trial.ts'

export interface UndoReport {
  readonly action: string
  /** all of it is back, or would be in a dry run */
  readonly done: boolean
  readonly dryRun: boolean
  readonly restored: readonly RestoredObject[]
  readonly conflicts: readonly UndoConflict[]
  /** over what the action touched: as it was before the action, and as the undo leaves it */
  readonly sha256Before: string
  readonly sha256After: string
  readonly equal: boolean
  readonly because: readonly string[]
}

export interface RestoredObject {
  readonly schema: string
  readonly name: string
  readonly rows: number
  readonly objects: number
}

/** Something changed since; `null` now: it is gone. */
export interface UndoConflict {
  readonly schema: string
  readonly name: string
  readonly key: string | null
  readonly now: string | null
  readonly then: string | null
}

export interface TrashEntry {
  readonly action: string
  /** ISO 8601 */
  readonly at: string
  readonly kind: string
  readonly statement: string | null
  readonly tables: readonly string[]
  readonly bytes: number
  readonly expiresAt: string
  readonly undoneAt: string | null
}

/** Whatever is read that is not as it should be: caught by the readers below, seen by nobody else. */
class Odd extends Error {}

type Json = Readonly<Record<string, unknown>>

/** `answer` is the jsonb of end_trial or quarantine, parsed or as text. */
export function readMeasured(answer: unknown): Measured {
  try {
    const read = record(parsed(answer))
    const kept = read['kept'] === null ? null : readKept(record(read['kept']))
    const because = list(read['because']).map(text)
    if (kept !== null && because.length > 0) throw new Odd('kept, and yet not')
    const complete = bool(read['complete'])
    return {
      tables: list(read['tables']).map((one) => readTable(record(one))),
      dropped: list(read['dropped']).flatMap((one) => readDropped(record(one))),
      kept: complete ? kept : null,
      because,
      complete,
      samples: list(read['samples']).map((one) => readSample(record(one))),
    }
  } catch (error) {
    if (!(error instanceof Odd)) throw error
    const because = [`the database answered what is no measurement: ${error.message}`]
    return { tables: [], dropped: [], kept: null, because, complete: false, samples: [] }
  }
}

export function readUndoReport(answer: unknown): UndoReport {
  try {
    const read = record(parsed(answer))
    const equal = bool(read['equal'])
    return {
      action: text(read['action']),
      done: bool(read['done']) && equal,
      dryRun: bool(read['dry_run']),
      restored: list(read['restored']).map((one) => readRestored(record(one))),
      conflicts: list(read['conflicts']).map((one) => readConflict(record(one))),
      sha256Before: text(read['sha256_before']),
      sha256After: text(read['sha256_after']),
      equal,
      because: list(read['because']).map(text),
    }
  } catch (error) {
    if (!(error instanceof Odd)) throw error
    const because = [`the database answered what is no report of an undo: ${error.message}`]
    const nothing = { action: '', done: false, dryRun: false, restored: [], conflicts: [] }
    return { ...nothing, sha256Before: '', sha256After: '', equal: false, because }
  }
}

/** Rows of `trash()`, column by column as text. null where any of it is odd. */
export function readTrash(rows: readonly Json[]): readonly TrashEntry[] | null {
  try {
    return rows.map((row) => ({
      action: text(row['action']),
      at: moment(row['at']),
      kind: text(row['kind']),
      statement: textOrNull(row['statement']),
      tables: list(parsed(row['tables'])).map((one) => tableName(record(one))),
      bytes: count(Number(row['bytes'])),
      expiresAt: moment(row['expires_at']),
      undoneAt: row['undone_at'] === null ? null : moment(row['undone_at']),
    }))
  } catch (error) {
    if (!(error instanceof Odd)) throw error
    return null
  }
}

function tableName(table: Json): string {
  if (table['database'] !== undefined) return text(table['database'])
  return `${text(table['schema'])}.${text(table['name'])}`
}

function readTable(table: Json): MeasuredTable {
  return {
    schema: text(table['schema']),
    name: text(table['name']),
    inserted: count(table['inserted']),
    updated: count(table['updated']),
    deleted: count(table['deleted']),
    total: table['total'] === null ? null : count(table['total']),
  }
}

/** Row types, array types and the triggers inside foreign keys are nothing a person named. */
function readDropped(object: Json): readonly DroppedObject[] {
  const type = text(object['type'])
  const identity = text(object['identity'])
  const original = bool(object['original'])
  const inner = /^"?(RI_ConstraintTrigger_|holdpoint_|_RETURN" on )/.test(identity)
  if (!original && (inner || type === 'type')) return []
  return [{ type, identity, original }]
}

function readKept(kept: Json): Kept {
  const sha256 = text(kept['sha256'])
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Odd('no hash')
  return { says: text(kept['says']), bytes: count(kept['bytes']), sha256 }
}

function readSample(sample: Json): Sample {
  const columns = list(sample['columns']).map(text)
  const rows = list(sample['rows']).map((row) => list(row).map(textOrNull))
  if (rows.some((row) => row.length !== columns.length)) throw new Odd('a row of another length')
  return { table: text(sample['table']), columns, rows }
}

function readRestored(object: Json): RestoredObject {
  const [schema, name] = [text(object['schema']), text(object['name'])]
  return { schema, name, rows: count(object['rows']), objects: count(object['objects']) }
}

function readConflict(conflict: Json): UndoConflict {
  return {
    schema: text(conflict['schema']),
    name: text(conflict['name']),
    key: textOrNull(conflict['key']),
    now: textOrNull(conflict['now']),
    then: textOrNull(conflict['then']),
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    throw new Odd('not JSON')
  }
}

function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Odd('no object')
  return value as Json
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Odd('no list')
  return value as readonly unknown[]
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Odd('no text')
  return value
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : text(value)
}

function bool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Odd('neither true nor false')
  return value
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Odd('no count')
  return value
}

function moment(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return text(value)
}
