// SQL to parse trees, by PostgreSQL 18's own grammar compiled to WebAssembly (`libpg-query`), and
// PL/pgSQL bodies likewise. What is over the limits never reaches it.
import { SqlError, loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query'

import { createOffsets, firstToken, overLimits, unsendable } from './scan.ts'
import type { SqlLimits } from './scan.ts'
import { bareOf, nodeOf, numberOf } from './tree.ts'
import type { Node, Tree } from './tree.ts'

export interface SqlStatement {
  /** `SelectStmt`, `DropStmt`, … */
  readonly kind: string
  readonly tree: Tree
  /** offsets in the text, comments before it and the semicolon left out */
  readonly span: readonly [start: number, end: number]
}

/**
 * legible: a person can still judge it from the text. heavy: only its size keeps it from being
 * parsed here; elsewhere it may be.
 */
export type Refused = Readonly<{
  kind: 'refused'
  why: string
  legible: boolean
  heavy: boolean
  /** it is no SQL, as the grammar has it: the server will most likely say so too */
  syntax?: true
}>

export type Parsed =
  Readonly<{ kind: 'parsed'; text: string; statements: readonly SqlStatement[] }> | Refused

/** A PL/pgSQL function, as a tree of `PLpgSQL_…` nodes. */
export type ParsedBody = Readonly<{ kind: 'parsed'; body: Tree }> | Refused

/** Parsers are total: they never throw, and take as long as their limits let them. */
export interface SqlParser {
  parse(text: string): Parsed
  /** `text` is a whole CREATE FUNCTION or DO */
  parseBody(text: string): ParsedBody
}

let broken = false

/** Call and await once, before anything is parsed: until then every text is refused. */
export async function loadSql(): Promise<void> {
  await loadModule()
}

/**
 * True once the module failed in a way after which it cannot be trusted; it stays so. Whoever
 * parses elsewhere starts anew there.
 */
export function isSqlBroken(): boolean {
  return broken
}

export function createSqlParser(limits: SqlLimits): SqlParser {
  const guard = <T>(text: string, work: () => T): T | Refused => {
    const wrong = unsendable(text)
    if (wrong !== null) return { kind: 'refused', why: wrong, legible: false, heavy: false }
    const over = overLimits(text, limits)
    if (over !== null) return { kind: 'refused', why: over, legible: true, heavy: true }
    if (broken) return { kind: 'refused', why: 'the parser has failed', legible: true, heavy: true }
    try {
      return work()
    } catch (error) {
      return refusedBy(error)
    }
  }
  return {
    parse: (text) =>
      guard(text, () => {
        if (text === '') return { kind: 'parsed', text, statements: [] }
        const raw: unknown = parseSync(text)
        return { kind: 'parsed', text, statements: statementsOf(text, raw) }
      }),
    parseBody: (text) =>
      guard(text, () => {
        const raw: unknown = parsePlPgSQLSync(text)
        const body = nodeOf(firstOf(raw, 'plpgsql_funcs'))
        if (body === null) return refused('no PL/pgSQL in it')
        return { kind: 'parsed', body: body.tree }
      }),
  }
}

function refused(why: string): Refused {
  return { kind: 'refused', why, legible: true, heavy: false }
}

function refusedBy(error: unknown): Refused {
  if (error instanceof SqlError) {
    return { ...refused(error.message.slice(0, 160).toWellFormed()), syntax: true }
  }
  // An error of the parser itself leaves its memory as it was; anything else does not.
  const isFault =
    error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError')
  if (isFault) broken = true
  const why = error instanceof Error && !isFault ? error.message.slice(0, 160) : 'it cannot be read'
  return { kind: 'refused', why: why.toWellFormed(), legible: true, heavy: isFault }
}

function firstOf(raw: unknown, field: string): unknown {
  const list = typeof raw === 'object' && raw !== null ? (raw as Tree)[field] : undefined
  return Array.isArray(list) ? (list[0] as unknown) : undefined
}

function statementsOf(text: string, raw: unknown): readonly SqlStatement[] {
  const list = typeof raw === 'object' && raw !== null ? (raw as Tree)['stmts'] : undefined
  if (!Array.isArray(list)) return []
  const offset = createOffsets(text)
  return (list as readonly Tree[]).map((one) => {
    const from = numberOf(one, 'stmt_location')
    const length = numberOf(one, 'stmt_len')
    const start = offset(from)
    const end = length === 0 ? text.length : offset(from + length)
    const node: Node = nodeOf(bareOf(one, 'stmt')) ?? { kind: 'Nothing', tree: {} }
    const first = firstToken(text, start, end)
    return { ...node, span: [first, first + text.slice(first, end).trimEnd().length] }
  })
}
