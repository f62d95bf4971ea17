// CREATE TABLE and its kin, ALTER TABLE, indexes, triggers, rules, policies.
import { bareOf, childOf, childrenOf, flagOf, nodeOf, textOf } from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'
import { alterCommand } from './alter-commands.ts'
import { disarms, escalates, qualify, reads, resourceOf, unknown, writes } from './context.ts'
import type { Context } from './context.ts'
import { readExecute } from './sessions.ts'
import { isScratch, rangeOf, resourceOfTarget, touchHoldpoint } from './targets.ts'
import { makesTable, readExpressions, walk, walkAll } from './walk.ts'

export function readCreateTable(context: Context, tree: Tree): void {
  makesTable(context, bareOf(tree, 'relation') ?? {}, flagOf(tree, 'if_not_exists'))
  for (const one of childrenOf(tree, 'tableElts')) readElement(context, one)
  for (const one of childrenOf(tree, 'constraints')) readElement(context, one)
  for (const one of childrenOf(tree, 'inhRelations')) {
    const target = rangeOf(context, one.tree)
    if (!isScratch(context, target)) writes(context, resourceOfTarget(context, target))
  }
  const partition = bareOf(tree, 'partspec')
  if (partition !== null) walk(context, { kind: 'PartitionSpec', tree: partition })
  const bound = bareOf(tree, 'partbound')
  if (bound !== null) walk(context, { kind: 'PartitionBoundSpec', tree: bound })
}

/** A column or a constraint: its expressions will run for every row. */
export function readElement(context: Context, { kind, tree }: Node): void {
  switch (kind) {
    case 'ColumnDef':
      walk(context, childOf(tree, 'raw_default'))
      for (const one of childrenOf(tree, 'constraints')) readElement(context, one)
      return
    case 'Constraint':
      walk(context, childOf(tree, 'raw_expr'))
      walk(context, childOf(tree, 'where_clause'))
      walkExclusions(context, tree)
      {
        readReferred(context, tree)
        return
      }
    case 'TableLikeClause':
      reads(context, resourceOfTarget(context, rangeOf(context, bareOf(tree, 'relation') ?? {})))
      return
    default: {
      unknown(context, `a part of a table that is not read: \`${kind}\``)
      return
    }
  }
}

function walkExclusions(context: Context, tree: Tree): void {
  for (const pair of childrenOf(tree, 'exclusions')) {
    walkAll(
      context,
      childrenOf(pair.tree, 'items').filter(({ kind }) => kind === 'IndexElem'),
    )
  }
}

/** A foreign key makes changes of the other table reach this one. */
function readReferred(context: Context, tree: Tree): void {
  const referred = bareOf(tree, 'pktable')
  if (referred === null) return
  const target = rangeOf(context, referred)
  if (!isScratch(context, target)) writes(context, resourceOfTarget(context, target))
}

export function readCreateForeignTable(context: Context, tree: Tree): void {
  readCreateTable(context, bareOf(tree, 'base') ?? {})
  context.found.untried ??= 'a foreign table cannot be tried'
}

export function readCreateAs(context: Context, tree: Tree): void {
  const into = bareOf(tree, 'into')
  const query = childOf(tree, 'query')
  const type = textOf(tree, 'objtype') === 'OBJECT_MATVIEW' ? 'view' : 'table'
  makesTable(context, bareOf(into ?? {}, 'rel') ?? {}, flagOf(tree, 'if_not_exists'), type)
  if (query?.kind === 'ExecuteStmt') readExecute(context, query.tree)
  else walk(context, query)
}

export function readCreateView(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'view') ?? {}
  const isTemporary = textOf(range, 'relpersistence') === 't'
  const target = rangeOf(context, isTemporary ? { ...range, schemaname: 'pg_temp' } : range)
  const isThere = target.kind === 'relation'
  const resource = resourceOfTarget(context, target, 'view')
  writes(context, resource, isThere && !isTemporary ? 'never' : 'trivial')
  walk({ ...context, planning: true }, childOf(tree, 'query'))
  context.changed.names.add(textOf(range, 'relname'))
}

export function readRefresh(context: Context, tree: Tree): void {
  const target = rangeOf(context, bareOf(tree, 'relation') ?? {})
  writes(context, resourceOfTarget(context, target, 'view'))
  if (target.kind !== 'relation' || target.relation.definition === null) {
    unknown(context, 'a materialized view that is not in the catalogue')
    return
  }
  const key = `expressions/${target.relation.oid}`
  readExpressions(context, key, target.relation.expressions)
  const parsed = context.parser.parse(target.relation.definition)
  if (parsed.kind === 'refused') {
    unknown(context, `it cannot be read: ${parsed.why}`)
    return
  }
  for (const statement of parsed.statements) walk(context, statement)
}

export function readCreateIndex(context: Context, tree: Tree): void {
  const target = rangeOf(context, bareOf(tree, 'relation') ?? {})
  const name = textOf(tree, 'idxname') || `${textOf(bareOf(tree, 'relation') ?? {}, 'relname')}_idx`
  const schema = target.kind === 'relation' ? target.relation.schema : target.schema
  if (flagOf(tree, 'concurrent')) context.found.untried ??= 'it cannot run in a transaction'
  writes(context, resourceOf(context, 'index', qualify(schema, name)))
  walkAll(context, childrenOf(tree, 'indexParams'))
  walk(context, childOf(tree, 'whereClause'))
}

export function readCreateTrigger(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'relation') ?? {}
  const target = rangeOf(context, range)
  const resource = resourceOfTarget(context, target)
  context.changed.names.add(textOf(range, 'relname'))
  walk({ ...context, planning: true }, childOf(tree, 'whenClause'))
  if (flagOf(tree, 'replace')) disarms(context, resource)
  else writes(context, resource)
}

export function readCreateRule(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'relation') ?? {}
  const target = rangeOf(context, range)
  context.changed.names.add(textOf(range, 'relname'))
  // A rule turns other people's statements into others: INSTEAD NOTHING loses what they write.
  if (isScratch(context, target)) writes(context, resourceOfTarget(context, target))
  else disarms(context, resourceOfTarget(context, target))
}

export function readCreatePolicy(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'table') ?? {}
  context.changed.names.add(textOf(range, 'relname'))
  const resource = resourceOfTarget(context, rangeOf(context, range))
  // A permissive policy lets rows through that were kept back; a restrictive one only narrows.
  if (flagOf(tree, 'permissive')) disarms(context, resource)
  else writes(context, resource)
}

export function readAlterPolicy(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'table') ?? {}
  context.changed.names.add(textOf(range, 'relname'))
  disarms(context, resourceOfTarget(context, rangeOf(context, range)))
}

export function readAlterTable(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'relation') ?? {}
  const commands = childrenOf(tree, 'cmds')
  if (textOf(tree, 'objtype') === 'OBJECT_TYPE') {
    const names = [textOf(range, 'schemaname'), textOf(range, 'relname')].filter(
      (one) => one !== '',
    )
    readAlterType(context, names, commands)
    return
  }
  const target = rangeOf(context, range)
  if (target.kind === 'system') {
    escalates(context, resourceOf(context, 'database', context.place.database))
    return
  }
  if (isScratch(context, target)) {
    writes(context, resourceOfTarget(context, target))
    for (const { tree: command } of commands) readDefinitions(context, command)
    context.changed.names.add(textOf(range, 'relname'))
    return
  }
  for (const { tree: command } of commands) {
    readDefinitions(context, command)
    alterCommand(context, { target, command, alone: commands.length === 1 })
  }
}

/** What it defines, for whoever writes rows from now on: and for those that are there. */
function readDefinitions(context: Context, command: Tree): void {
  const definition = nodeOf(command['def'])
  if (definition === null) return
  if (definition.kind === 'ColumnDef' || definition.kind === 'Constraint') {
    readElement(context, definition)
  } else if (textOf(command, 'subtype') === 'AT_ColumnDefault') walk(context, definition)
}

/** ALTER TYPE of a composite type changes every table that has a column of it. */
function readAlterType(
  context: Context,
  names: readonly string[],
  commands: readonly Node[],
): void {
  const schema = names.length > 1 ? (names[0] ?? '') : context.names.creationSchema
  if (touchHoldpoint(context, schema)) return
  const resource = resourceOf(context, 'type', qualify(schema, names.at(-1) ?? ''))
  const adds = commands.every(({ tree }) => textOf(tree, 'subtype') === 'AT_AddColumn')
  if (adds) writes(context, resource)
  else {
    context.found.add({ kind: 'destroy', resource, extent: 'some', undo: 'never' })
    unknown(context, 'which tables have columns of this type is not followed')
  }
}
