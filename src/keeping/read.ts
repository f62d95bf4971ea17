// What the functions of schema `holdpoint` answer. A database is not trusted: what does not have the
// shape is a Fault, and text is inert only where it is shown.
import { z } from 'zod'

import type { PurgeReport, RestoredTable, TrashItem, UndoReport } from '../api/keeper.ts'
import { Fault } from '../domain/fault.ts'
import type { Instant } from '../domain/names.ts'

/** Rows as text, as the server gives them. */
export type Rows = readonly (readonly (string | null)[])[]

/** A table, or an object of a schema or none; or a whole database, by its name alone. */
const table = z.object({
  schema: z.string().nullish(),
  name: z.string().optional(),
  database: z.string().optional(),
  rows: z.number().nullish(),
  deleted: z.number().optional(),
  updated: z.number().optional(),
  inserted: z.number().optional(),
})

/** empty: there was nothing to hash */
const text = z
  .string()
  .nullable()
  .transform((hash) => (hash === '' ? null : hash))

const statusAnswer = z
  .object({
    version: z.int(),
    missing: z.array(z.string()).default([]),
    event_triggers: z.boolean().default(true),
    unwatched: z.array(z.string()).default([]),
  })
  .nullable()

/** The version that is installed, and what it could not protect; null for none. */
export function readStatus(
  rows: Rows,
): Readonly<{ version: number; missing: readonly string[] }> | null {
  const answer = parse(statusAnswer, rows[0]?.[0] ?? null)
  if (answer === null) return null
  const { version, missing, event_triggers: triggers, unwatched } = answer
  const gone = triggers || missing.some((why) => why.startsWith('event triggers'))
  return {
    version,
    missing: [
      ...missing,
      ...(gone ? [] : ['event triggers: they were removed or switched off']),
      ...unwatched.map((table) => `table ${table}: changes to it are not captured`),
    ],
  }
}

const undoAnswer = z.object({
  done: z.boolean(),
  restored: z.array(table).default([]),
  conflicts: z
    .array(
      z.object({
        schema: z.string(),
        name: z.string(),
        key: z.unknown(),
        now: z.unknown(),
        then: z.unknown(),
      }),
    )
    .default([]),
  sha256_before: text.default(null),
  sha256_after: text.default(null),
  equal: z.boolean().default(false),
  because: z.array(z.string()).default([]),
})

const purgeAnswer = z.object({
  purged: z.boolean(),
  bytes: z.number(),
  because: z.array(z.string()).default([]),
})

export function readPurge(rows: Rows): PurgeReport {
  return parse(purgeAnswer, rows[0]?.[0] ?? null)
}

export type UndoAnswer = Omit<UndoReport, 'decision' | 'upstream' | 'database' | 'dryRun'>

export function readUndo(rows: Rows): UndoAnswer {
  const answer = parse(undoAnswer, rows[0]?.[0] ?? null)
  return {
    done: answer.done,
    restored: answer.restored.map(restoredOf),
    conflicts: answer.conflicts.map(({ schema, name, key, now, then }) => ({
      ...{ schema, name, key: shown(key) ?? '' },
      ...{ now: shown(now), then: shown(then) },
    })),
    sha256Before: answer.sha256_before,
    sha256After: answer.sha256_after,
    equal: answer.equal,
    because: answer.because,
  }
}

/** The columns of holdpoint.trash(), in its order. */
export const trashColumns = 'action, at, kind, statement, tables, bytes, expires_at, undone_at'

type TrashAnswer = Omit<TrashItem, 'upstream' | 'database' | 'decision'>

export function readTrash(rows: Rows): readonly TrashAnswer[] {
  return rows.map(([action, at, kind, statement, tables, bytes, expires, undone]) => ({
    action: action ?? '',
    at: instantOf(at) ?? '',
    kind: kind ?? '',
    statement: statement ?? '',
    tables: parse(z.array(table), tables ?? '[]').map(restoredOf),
    bytes: Number(bytes ?? 0),
    expiresAt: instantOf(expires),
    undoneAt: instantOf(undone),
  }))
}

function restoredOf(one: z.output<typeof table>): RestoredTable {
  const { schema, name, database, rows, deleted, updated, inserted } = one
  const counted = [deleted, updated, inserted].filter((count) => count !== undefined)
  const sum = counted.length === 0 ? null : counted.reduce((a, b) => a + b, 0)
  return { schema: schema ?? '', name: name ?? database ?? '', rows: rows ?? sum }
}

function instantOf(written: string | null | undefined): Instant | null {
  if (written === null || written === undefined) return null
  const milliseconds = Date.parse(written)
  return Number.isNaN(milliseconds) ? null : (new Date(milliseconds).toISOString() as Instant)
}

function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parse<T>(schema: z.ZodType<T>, answer: string | null): T {
  const parsed = schema.safeParse(parseJson(answer ?? 'null'))
  if (parsed.success) return parsed.data
  throw new Fault(
    'enrolment-answer',
    'the database answered something unexpected; enrol it again with `holdpoint postgres enroll`',
  )
}

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return null
  }
}
