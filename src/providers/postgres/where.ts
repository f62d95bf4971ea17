// Whether a condition leaves any row out. It is said to be none only where that can be proven: a
// condition that looks selective may still take every row, and the rows are counted later.
import { childOf, childrenOf, constantOf, namesOf, textOf } from '../../languages/sql/tree.ts'
import type { Node } from '../../languages/sql/tree.ts'

/** True when every row meets it, rows that are NULL where it looks perhaps left out. */
export function takesEveryRow(node: Node | null, depth = 0): boolean {
  if (node === null) return true
  if (depth > 50) return false
  const { kind, tree } = node
  if (kind === 'BoolExpr') {
    const parts = childrenOf(tree, 'args')
    const op = textOf(tree, 'boolop')
    if (op === 'AND_EXPR') return parts.every((one) => takesEveryRow(one, depth + 1))
    if (op === 'OR_EXPR') {
      return parts.some((one) => takesEveryRow(one, depth + 1)) || areOpposite(parts)
    }
    return parts.every((one) => takesNoRow(one, depth + 1))
  }
  if (kind === 'A_Expr') return isTautology(node)
  if (kind === 'NullTest') return isTrueNullTest(node)
  if (kind === 'SubLink') return isExistsOfNothing(node)
  if (kind === 'BooleanTest') {
    return (
      textOf(tree, 'booltesttype') === 'IS_TRUE' && takesEveryRow(childOf(tree, 'arg'), depth + 1)
    )
  }
  return isTrueConstant(constantOf(node))
}

function isTrueConstant(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(t|true|y|yes|on|1)$/i.test(value))
}

function takesNoRow(node: Node, depth: number): boolean {
  if (depth > 50) return false
  const value = constantOf(node)
  if (value === false || (typeof value === 'string' && /^(f|false|n|no|off|0)$/i.test(value))) {
    return true
  }
  if (node.kind === 'NullTest') {
    const isNull = textOf(node.tree, 'nulltesttype') === 'IS_NULL'
    const arg = constantOf(childOf(node.tree, 'arg'))
    return isNull && arg !== undefined && arg !== null
  }
  if (node.kind !== 'A_Expr') return false
  const { left, right, operator } = sidesOf(node)
  const known = comparedConstants(left, right)
  return known !== null && compares(operator, known) === false
}

function sidesOf({ tree }: Node): { left: Node | null; right: Node | null; operator: string } {
  return {
    left: childOf(tree, 'lexpr'),
    right: childOf(tree, 'rexpr'),
    operator: namesOf(tree, 'name').at(-1) ?? '',
  }
}

function comparedConstants(left: Node | null, right: Node | null): number | null {
  const [a, b] = [constantOf(left), constantOf(right)]
  if (a === undefined || b === undefined || a === null || b === null) return null
  if (typeof a === 'boolean' || typeof b === 'boolean') return Number(a) - Number(b)
  const [x, y] = [Number(a), Number(b)]
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y
  return a === b ? 0 : String(a) < String(b) ? -1 : 1
}

function compares(operator: string, difference: number): boolean | null {
  switch (operator) {
    case '=':
      return difference === 0
    case '<>':
    case '!=':
      return difference !== 0
    case '<':
      return difference < 0
    case '>':
      return difference > 0
    case '<=':
      return difference <= 0
    case '>=':
      return difference >= 0
    default:
      return null
  }
}

const reflexive: ReadonlySet<string> = new Set(['=', '<=', '>=', '~~', '~~*'])

function isTautology(node: Node): boolean {
  const { left, right, operator } = sidesOf(node)
  const kind = textOf(node.tree, 'kind')
  if (kind === 'AEXPR_OP' || kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') {
    const known = comparedConstants(left, right)
    if (known !== null && compares(operator, known) === true) return true
    const column = columnOf(left)
    if (column === null) return false
    if (reflexive.has(operator) && column === columnOf(right)) return true
    const pattern = constantOf(right)
    const isLike = operator === '~~' || operator === '~~*'
    return isLike && typeof pattern === 'string' && /^%+$/.test(pattern)
  }
  if (kind === 'AEXPR_NOT_DISTINCT') {
    return columnOf(left) !== null && columnOf(left) === columnOf(right)
  }
  return false
}

function columnOf(node: Node | null): string | null {
  return node?.kind === 'ColumnRef' ? namesOf(node.tree, 'fields').join('\0') : null
}

function isTrueNullTest({ tree }: Node): boolean {
  if (textOf(tree, 'nulltesttype') !== 'IS_NOT_NULL') return false
  const value = constantOf(childOf(tree, 'arg'))
  return value !== undefined && value !== null
}

/** `a IS NULL OR a IS NOT NULL`. */
function areOpposite(parts: readonly Node[]): boolean {
  const tests = parts.flatMap(({ kind, tree }) => {
    const column = kind === 'NullTest' ? columnOf(childOf(tree, 'arg')) : null
    return column === null ? [] : [`${textOf(tree, 'nulltesttype')} ${column}`]
  })
  return tests.some(
    (one) => one.startsWith('IS_NULL ') && tests.includes(one.replace('IS_NULL', 'IS_NOT_NULL')),
  )
}

/** `EXISTS (SELECT 1)`: a query over nothing has one row. */
function isExistsOfNothing({ tree }: Node): boolean {
  if (textOf(tree, 'subLinkType') !== 'EXISTS_SUBLINK') return false
  const query = childOf(tree, 'subselect')
  if (query?.kind !== 'SelectStmt') return false
  const fields = ['fromClause', 'whereClause', 'havingClause', 'limitCount', 'limitOffset', 'larg']
  return fields.every((field) => query.tree[field] === undefined)
}
