import type { SQLOutputValue } from 'node:sqlite'

import { assert } from '../domain/fault.ts'

/** A row as SQLite gives it; read column by column, each with the type that the table promises. */
export type Row = Readonly<Record<string, SQLOutputValue>>

export function textOf(row: Row, column: string): string {
  const value = row[column]
  assert(typeof value === 'string', `column \`${column}\` holds text`)
  return value
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column)
}

export function numberOf(row: Row, column: string): number {
  const value = row[column]
  assert(typeof value === 'number', `column \`${column}\` holds a number`)
  return value
}

export function numberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : numberOf(row, column)
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column]
  assert(value instanceof Uint8Array, `column \`${column}\` holds bytes`)
  return value
}
