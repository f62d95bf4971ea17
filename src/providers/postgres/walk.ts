// What an expression or a query does: every node is visited, whatever is called is looked up.
import {
  childOf,
  childrenOf,
  bareOf,
  flagOf,
  namesOf,
  nodeOf,
  textOf,
} from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'
import type { Relation } from './catalogue.ts'
import { deeper, qualify, reads, relationResource, resourceOf, unknown, writes } from './context.ts'
import type { Context } from './context.ts'
import { readDelete, readInsert, readMerge, readUpdate } from './dml.ts'
import { depthMax } from './names.ts'
import { bareKindOf, composed, inert } from './node-kinds.ts'
import { readCall, readRowCall } from './routines.ts'
import { readSystemRelation } from './system-relations.ts'
import { isRiskySchema, resolveUsed, touchHoldpoint } from './targets.ts'

type Visit = (context: Context, tree: Tree) => void

const visits: Readonly<Record<string, Visit>> = {
  A_Indirection: (context, tree) => {
    descend(context, 'A_Indirection', tree)
    for (const name of namesOf(tree, 'indirection')) readRowCall(context, name)
  },
  ColumnRef: (context, tree) => {
    const names = namesOf(tree, 'fields')
    const last = names.at(-1)
    if (names.length > 1 && last !== undefined) readRowCall(context, last)
  },
  // The columns of a function's rows: names and types.
  ColumnDef: () => undefined,
  CommonTableExpr: (context, tree) => walk(context, childOf(tree, 'ctequery')),
  DeleteStmt: readDelete,
  FuncCall: (context, tree) => {
    descend(context, 'FuncCall', tree, notNames)
    readCall(context, tree)
  },
  InsertStmt: readInsert,
  MergeStmt: readMerge,
  RangeVar: readRange,
  SelectStmt: readSelect,
  UpdateStmt: readUpdate,
  WithClause: (context, tree) => void withNames(context, tree),
}

const notNames: ReadonlySet<string> = new Set(['funcname', 'name', 'useOp', 'operName', 'method'])

export function walk(context: Context, node: Node | null): void {
  if (node !== null) visit(context, node.kind, node.tree)
}

export function walkAll(context: Context, nodes: readonly Node[]): void {
  for (const { kind, tree } of nodes) visit(context, kind, tree)
}

function visit(context: Context, kind: string, tree: Tree): void {
  const own = Object.hasOwn(visits, kind) ? visits[kind] : undefined
  if (own !== undefined) own(context, tree)
  else if (composed.has(kind)) descend(context, kind, tree, notNames)
  else if (!inert.has(kind)) unknown(context, `a part that is not read: \`${kind}\``)
  if (kind.startsWith('Json') && context.catalogue.server < jsonSince) {
    unknown(context, 'to this server `JSON…` may be a function of somebody')
  }
}

/** Before it, what PostgreSQL 18 reads as its own JSON syntax was a call of a function. */
const jsonSince = 170000

const none: ReadonlySet<string> = new Set()

/** Visits every part; a part whose kind is not known is said to be unknown. */
export function descend(
  context: Context,
  kind: string,
  tree: Tree,
  except: ReadonlySet<string> = none,
): void {
  for (const field in tree) {
    const value = tree[field]
    if (typeof value !== 'object' || value === null || except.has(field)) continue
    if (Array.isArray(value)) {
      walkAll(context, childrenOf(tree, field))
      continue
    }
    const node = nodeOf(value)
    if (node !== null) visit(context, node.kind, node.tree)
    else visitBare(context, kind, field, tree)
  }
}

function visitBare(context: Context, kind: string, field: string, tree: Tree): void {
  const bare = bareOf(tree, field)
  const known = bareKindOf(kind, field)
  if (bare === null) return
  if (known === null) unknown(context, `a part that is not read: \`${kind}.${field}\``)
  else visit(context, known, bare)
}

const withParts: ReadonlySet<string> = new Set(['withClause', 'intoClause'])

function readSelect(context: Context, tree: Tree): void {
  const inside = withNames(context, bareOf(tree, 'withClause'))
  descend(inside, 'SelectStmt', tree, withParts)
  const into = bareOf(tree, 'intoClause')
  if (into !== null) makesTable(context, bareOf(into, 'rel') ?? {})
}

/** A table that did not exist: what is made can be dropped again. */
export function makesTable(
  context: Context,
  range: Tree,
  ifMissing = false,
  type: 'table' | 'view' = 'table',
): void {
  const isTemporary = textOf(range, 'relpersistence') === 't'
  const said = textOf(range, 'schemaname')
  const schema = isTemporary ? 'pg_temp' : said === '' ? context.names.creationSchema : said
  const name = textOf(range, 'relname')
  if (touchHoldpoint(context, schema)) return
  if (isRiskySchema(schema)) unknown(context, `something new in the schema \`${schema}\``)
  writes(context, resourceOf(context, type, qualify(schema, name)))
  const isThere = context.names.relation(schema, name).kind === 'relation'
  if (isThere || (ifMissing && context.catalogue.assumed)) return
  context.changed.made.add(qualify(schema, name))
  context.changed.names.delete(name)
}

/** Reads the common table expressions in order, and tells which names they hide. */
export function withNames(context: Context, clause: Tree | null): Context {
  if (clause === null) return context
  const expressions = childrenOf(clause, 'ctes')
  const names = expressions.map(({ tree }) => textOf(tree, 'ctename'))
  if (flagOf(clause, 'recursive')) {
    const inside = { ...context, scope: new Set([...context.scope, ...names]) }
    walkAll(inside, expressions)
    return inside
  }
  let inside = context
  expressions.forEach((one, index) => {
    walk(inside, one)
    inside = { ...inside, scope: new Set([...inside.scope, names[index] ?? '']) }
  })
  return inside
}

function readRange(context: Context, tree: Tree): void {
  const schema = textOf(tree, 'schemaname')
  const name = textOf(tree, 'relname')
  if (schema === '' && context.scope.has(name)) return
  const target = resolveUsed(context, schema, name)
  switch (target.kind) {
    case 'relation':
      readRelation(context, target.relation)
      return
    case 'system':
      readSystemRelation(context, target.schema, target.name)
      return
    default:
      reads(context, resourceOf(context, 'table', qualify(target.schema, target.name)))
  }
}

export function readRelation(context: Context, relation: Relation): void {
  reads(context, relationResource(context, relation))
  if (relation.rowSecurity) readExpressions(context, `policies/${relation.oid}`, relation.policies)
  if (relation.kind !== 'v') return
  if (relation.definition === null) {
    unknown(context, `the view \`${relation.name}\` has no definition that could be read`)
    return
  }
  const { found, parser } = context
  if (found.seen.has(`view/${relation.oid}`)) return
  found.seen.add(`view/${relation.oid}`)
  if (context.depth >= depthMax) {
    unknown(context, `views in views, ${depthMax} deep`)
    return
  }
  const parsed = parser.parse(relation.definition)
  if (parsed.kind === 'refused') {
    unknown(context, `the view \`${relation.name}\` cannot be read: ${parsed.why}`)
    return
  }
  for (const statement of parsed.statements) walk(deeper(context), statement)
}

/** SQL expressions of the catalogue; each list once a statement. */
export function readExpressions(context: Context, key: string, texts: readonly string[]): void {
  if (texts.length === 0 || context.found.seen.has(key)) return
  context.found.seen.add(key)
  const inside = deeper(context)
  for (const text of texts) readExpression(inside, text)
}

export function readExpression(context: Context, text: string): void {
  const parsed = context.parser.parse(`SELECT ${text}`)
  if (parsed.kind === 'refused') {
    unknown(context, `an expression cannot be read: ${parsed.why}`)
    return
  }
  if (parsed.statements.length !== 1) {
    unknown(context, 'an expression that is more than one')
    return
  }
  for (const statement of parsed.statements) walk(context, statement)
}
