// What concerns the session: transactions, prepared statements, cursors, EXPLAIN, DO and CALL.
import {
  bareOf,
  childOf,
  childrenOf,
  constantOf,
  flagOf,
  nodeOf,
  textOf,
} from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'
import { readPlpgsql } from './bodies.ts'
import { databaseOf, deeper, reads, resourceOf, unknown, writes } from './context.ts'
import type { Context } from './context.ts'
import { depthMax } from './names.ts'
import { readStatement } from './statements.ts'
import { isHoldpoint, rangeOf, resourceOfTarget, touchHoldpoint } from './targets.ts'
import { descend, walk, walkAll } from './walk.ts'

/** What was to be judged was judged when it ran; two-phase transactions outlive their session. */
export function readTransaction(context: Context, tree: Tree): void {
  const kind = textOf(tree, 'kind')
  if (/PREPARED?$/.test(kind)) {
    unknown(context, 'a transaction that outlives its session')
    return
  }
  // Savepoints of that name are the gate's own: a trial stands behind one.
  const savepoint = textOf(tree, 'savepoint_name')
  if (isHoldpoint(savepoint)) touchHoldpoint(context, savepoint)
  reads(context, databaseOf(context))
  if (/ROLLBACK/.test(kind) && context.depth === 0) {
    context.changed.everything ??= 'what is rolled back in the same text decides what names mean'
  }
}

export function readPrepare(context: Context, tree: Tree): void {
  reads(context, databaseOf(context))
  refuseOurs(context, tree)
  const query = childOf(tree, 'query')
  if (query !== null) context.changed.prepared.set(textOf(tree, 'name'), query)
}

export function readExecute(context: Context, tree: Tree): void {
  const name = textOf(tree, 'name')
  walkAll(context, childrenOf(tree, 'params'))
  const query = context.changed.prepared.get(name) ?? preparedIn(context, name)
  if (query === null) {
    unknown(context, `a prepared statement that is not known: \`${name}\``)
    return
  }
  if (context.found.seen.has(`prepared/${name}`)) return
  context.found.seen.add(`prepared/${name}`)
  readStatement(context, query)
}

function preparedIn(context: Context, name: string): Node | null {
  const kept = context.catalogue.prepared.find((one) => one.name === name)
  if (kept === undefined) return null
  const parsed = context.parser.parse(kept.statement)
  if (parsed.kind === 'refused') return null
  const own = parsed.statements.findLast(
    ({ kind, tree }) => kind === 'PrepareStmt' && textOf(tree, 'name') === name,
  )
  if (own !== undefined) return childOf(own.tree, 'query')
  const [only] = parsed.statements
  return parsed.statements.length === 1 && only !== undefined ? only : null
}

/** The door names what clients prepare: under such a name another text must never stand. */
function refuseOurs(context: Context, tree: Tree): void {
  touchHoldpoint(context, textOf(tree, 'name'))
}

export function readDeallocate(context: Context, tree: Tree): void {
  reads(context, databaseOf(context))
  refuseOurs(context, tree)
  if (flagOf(tree, 'isall')) context.changed.prepared.clear()
  context.changed.prepared.delete(textOf(tree, 'name'))
}

export function readDeclare(context: Context, tree: Tree): void {
  walk(context, childOf(tree, 'query'))
  reads(context, databaseOf(context))
}

export function readExplain(context: Context, tree: Tree): void {
  const query = childOf(tree, 'query')
  if (query === null) {
    unknown(context, 'EXPLAIN of nothing')
    return
  }
  if (isAnalyze(tree)) {
    readStatement(context, query)
    return
  }
  reads(context, databaseOf(context))
  readStatement({ ...context, planning: true }, query)
}

function isAnalyze(tree: Tree): boolean {
  let analyze = false
  for (const { tree: option } of childrenOf(tree, 'options')) {
    if (textOf(option, 'defname') !== 'analyze') continue
    const value = constantOf(childOf(option, 'arg'))
    // Only what is surely off is off: `ANALYZE` alone is on, and so is what is not understood.
    analyze = !(value === false || value === 0 || /^(false|off|no|0|f|n|of)$/i.test(String(value)))
  }
  return analyze
}

export function readDo(context: Context, tree: Tree): void {
  let language = 'plpgsql'
  let body: string | null = null
  for (const { tree: option } of childrenOf(tree, 'args')) {
    const value = constantOf(childOf(option, 'arg'))
    if (typeof value !== 'string') continue
    if (textOf(option, 'defname') === 'language') language = value.toLowerCase()
    else body = value
  }
  reads(context, databaseOf(context))
  if (language !== 'plpgsql' || body === null) {
    unknown(context, `a block of ${language}, which is not read`)
    return
  }
  if (context.depth >= depthMax) {
    unknown(context, `bodies in bodies, ${depthMax} deep`)
    return
  }
  readPlpgsql(deeper(context), 'DO', `DO ${quoted(body)}`)
}

/** Dollar quotes that the body cannot end. */
function quoted(body: string): string {
  let tag = '$b$'
  while (body.includes(tag)) tag = tag.replace('b', 'bb')
  return `${tag}${body}${tag}`
}

export function readCallStatement(context: Context, tree: Tree): void {
  reads(context, databaseOf(context))
  const call = bareOf(tree, 'funccall')
  if (call === null) {
    unknown(context, 'CALL of nothing')
    return
  }
  walk(context, { kind: 'FuncCall', tree: call })
}

export function readLock(context: Context, tree: Tree): void {
  for (const one of childrenOf(tree, 'relations')) {
    reads(context, resourceOfTarget(context, rangeOf(context, one.tree)))
  }
}

export function readNotify(context: Context, tree: Tree): void {
  context.found.untried ??= 'NOTIFY reaches other sessions'
  writes(context, databaseOf(context))
  if (nodeOf(tree['payload']) !== null) descend(context, 'NotifyStmt', tree)
}

/** Deferred constraints are still checked, at COMMIT. */
export function readConstraintsSet(context: Context): void {
  reads(context, resourceOf(context, 'setting', 'constraints'))
}
