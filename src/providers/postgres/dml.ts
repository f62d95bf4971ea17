// INSERT, UPDATE, DELETE, MERGE, TRUNCATE and COPY.
import {
  bareOf,
  childOf,
  childrenOf,
  constantOf,
  flagOf,
  textOf,
} from '../../languages/sql/tree.ts'
import type { Tree } from '../../languages/sql/tree.ts'
import { changeMissing, changeRelation, changeSystem, truncateRelations } from './changes.ts'
import type { Change } from './changes.ts'
import { escalates, reads, serverOf, unknown } from './context.ts'
import type { Context } from './context.ts'
import { rangeOf, resolveUsed, resourceOfTarget } from './targets.ts'
import { descend, walk, walkAll, withNames } from './walk.ts'
import { takesEveryRow } from './where.ts'

/** A change of what is named, whatever that is. */
function change(context: Context, range: Tree, what: Change): void {
  const target = resolveUsed(context, textOf(range, 'schemaname'), textOf(range, 'relname'))
  if (context.planning) reads(context, resourceOfTarget(context, target))
  else if (target.kind === 'relation') changeRelation(context, target.relation, what)
  else if (target.kind === 'system') changeSystem(context)
  else changeMissing(context, target, what)
}

const targetOf: ReadonlySet<string> = new Set(['relation', 'withClause'])

export function readInsert(context: Context, tree: Tree): void {
  const inside = withNames(context, bareOf(tree, 'withClause'))
  descend(inside, 'InsertStmt', tree, targetOf)
  const range = bareOf(tree, 'relation') ?? {}
  change(context, range, { event: 'insert', extent: 'some', columns: null, only: false })
  const conflict = bareOf(tree, 'onConflictClause')
  if (conflict !== null && textOf(conflict, 'action') === 'ONCONFLICT_UPDATE') {
    const columns = columnsSet(conflict)
    change(context, range, { event: 'update', extent: 'some', columns, only: false })
  }
}

export function readUpdate(context: Context, tree: Tree): void {
  const inside = withNames(context, bareOf(tree, 'withClause'))
  descend(inside, 'UpdateStmt', tree, targetOf)
  const range = bareOf(tree, 'relation') ?? {}
  const extent = takesEveryRow(childOf(tree, 'whereClause')) ? 'whole' : 'some'
  const columns = columnsSet(tree)
  change(context, range, { event: 'update', extent, columns, only: !flagOf(range, 'inh') })
}

export function readDelete(context: Context, tree: Tree): void {
  const inside = withNames(context, bareOf(tree, 'withClause'))
  descend(inside, 'DeleteStmt', tree, targetOf)
  const range = bareOf(tree, 'relation') ?? {}
  const extent = takesEveryRow(childOf(tree, 'whereClause')) ? 'whole' : 'some'
  change(context, range, { event: 'delete', extent, columns: null, only: !flagOf(range, 'inh') })
}

export function readMerge(context: Context, tree: Tree): void {
  const inside = withNames(context, bareOf(tree, 'withClause'))
  descend(inside, 'MergeStmt', tree, targetOf)
  const range = bareOf(tree, 'relation') ?? {}
  const only = !flagOf(range, 'inh')
  for (const { tree: clause } of childrenOf(tree, 'mergeWhenClauses')) {
    const columns = columnsSet(clause)
    const command = textOf(clause, 'commandType')
    const extent = 'some'
    if (command === 'CMD_DELETE')
      change(context, range, { event: 'delete', extent, columns: null, only })
    else if (command === 'CMD_UPDATE')
      change(context, range, { event: 'update', extent, columns, only })
    else if (command === 'CMD_INSERT') {
      change(context, range, { event: 'insert', extent, columns: null, only: false })
    } else if (command !== 'CMD_NOTHING') unknown(context, 'a clause of MERGE that is not read')
  }
  const events = childrenOf(tree, 'mergeWhenClauses')
  if (events.length === 0) unknown(context, 'a MERGE that does nothing')
}

function columnsSet(tree: Tree): readonly string[] {
  return childrenOf(tree, 'targetList').map((one) => textOf(one.tree, 'name'))
}

export function readTruncate(context: Context, tree: Tree): void {
  const cascade = textOf(tree, 'behavior') === 'DROP_CASCADE'
  const restart = flagOf(tree, 'restart_seqs')
  const relations = childrenOf(tree, 'relations').flatMap((one) => {
    const target = rangeOf(context, one.tree)
    if (target.kind === 'relation') {
      return [{ relation: target.relation, only: !flagOf(one.tree, 'inh') }]
    }
    const [event, extent] = ['truncate', 'whole'] as const
    if (target.kind === 'system') changeSystem(context)
    else changeMissing(context, target, { event, extent, columns: null, only: false })
    return []
  })
  truncateRelations(context, relations, { cascade, restart })
  if (cascade && context.catalogue.assumed) {
    unknown(context, 'without a catalogue nobody can say what CASCADE reaches')
  }
}

export function readCopy(context: Context, tree: Tree): void {
  const isFrom = flagOf(tree, 'is_from')
  if (flagOf(tree, 'is_program') || textOf(tree, 'filename') !== '') {
    escalates(context, serverOf(context))
    context.found.untried ??= 'a program or file of the server'
  }
  readCopyOptions(context, tree)
  walk(context, childOf(tree, 'query'))
  walk(context, childOf(tree, 'whereClause'))
  const range = bareOf(tree, 'relation')
  if (range === null) return
  if (!isFrom) walkAll(context, [{ kind: 'RangeVar', tree: range }])
  else change(context, range, { event: 'insert', extent: 'some', columns: null, only: false })
}

/** `freeze` needs a table of this transaction's own; an encoding changes what the bytes mean. */
function readCopyOptions(context: Context, tree: Tree): void {
  for (const { tree: option } of childrenOf(tree, 'options')) {
    const name = textOf(option, 'defname')
    const value = constantOf(childOf(option, 'arg'))
    if (name === 'encoding' && typeof value === 'string' && !/^utf-?8$/i.test(value)) {
      unknown(context, `COPY in the encoding \`${value}\``)
    }
  }
}
