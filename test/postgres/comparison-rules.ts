// What others do with the same statements: the rules of pg-safeupdate, and a pack of patterns.
import { parseSync, loadModule } from 'libpg-query'

import type { Compared } from './comparison-statements.ts'

await loadModule()

/**
 * pg-safeupdate is a hook in the server that refuses UPDATE and DELETE without WHERE, wherever they
 * run: in CTEs, functions and dynamic SQL too. It knows no other statement.
 * https://github.com/eradman/pg-safeupdate
 */
export function safeUpdateRefuses({ sql, first, inside = [] }: Compared): boolean {
  const executed = /^EXECUTE /.test(sql) && first !== undefined ? [first] : []
  return [sql, ...executed, ...inside].some((text) => isUnsafe(parseSync(text)))
}

/** Without ANALYZE nothing runs, but the hook sees the statement planned all the same. */
function isUnsafe(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  return Object.entries(node).some(([name, value]: [string, unknown]) => {
    const changes = name === 'DeleteStmt' || name === 'UpdateStmt'
    return (changes && !hasWhere(value)) || isUnsafe(value)
  })
}

function hasWhere(statement: unknown): boolean {
  return typeof statement === 'object' && statement !== null && 'whereClause' in statement
}

/** As they stand, in one spelling or another, in hooks and proxies for agents. */
export const patterns: readonly RegExp[] = [
  /\bDROP\s+(TABLE|DATABASE|SCHEMA|VIEW|INDEX|SEQUENCE|TYPE|EXTENSION)\b/i,
  /\bTRUNCATE\b/i,
  /\bDELETE\s+FROM\s+\S+\s*(;|$)/i,
  /\bUPDATE\s+\S+\s+SET\b(?![\s\S]*\bWHERE\b)/i,
  /\bALTER\s+TABLE\b[\s\S]*\bDROP\b/i,
]

export function patternsRefuse({ sql }: Compared): boolean {
  return patterns.some((pattern) => pattern.test(sql))
}
