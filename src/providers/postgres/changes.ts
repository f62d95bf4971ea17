// What goes with a change of rows: partitions and inheriting tables, foreign keys, triggers,
// rules, views, and the expressions that run for every row.
import type { Extent } from '../../domain/effect.ts'
import { bareOf, childrenOf, nodeOf, textOf } from '../../languages/sql/tree.ts'
import type { ForeignKey, Relation } from './catalogue.ts'
import {
  databaseOf,
  deeper,
  destroys,
  escalates,
  relationResource,
  resourceOf,
  unknown,
  writes,
} from './context.ts'
import type { Context, Keeping } from './context.ts'
import { depthMax } from './names.ts'
import { readRoutine } from './routines.ts'
import { readExpressions, readRelation, walk, walkAll } from './walk.ts'

export type RowEvent = 'insert' | 'update' | 'delete' | 'truncate'

export interface Change {
  readonly event: RowEvent
  readonly extent: Extent
  /** columns that are set; null: perhaps all */
  readonly columns: readonly string[] | null
  /** only the named table, not those below it */
  readonly only: boolean
}

const triggerBits: Readonly<Record<RowEvent, number>> = {
  insert: 4,
  delete: 8,
  update: 16,
  truncate: 32,
}

const insteadBit = 64

export function changeRelation(context: Context, relation: Relation, change: Change): void {
  const key = `${change.event} ${change.extent} ${relation.oid} ${String(change.only)}`
  if (context.found.seen.has(key)) return
  context.found.seen.add(key)
  if (context.depth > depthMax) {
    unknown(context, `cascades ${depthMax} deep`)
    return
  }
  readRules(context, relation, change)
  if (relation.kind === 'v') {
    changeView(context, relation, change)
    return
  }
  const below = change.only || change.event === 'insert' ? [] : context.names.below(relation)
  touch(context, relation, change)
  for (const one of below) touch(context, one, change)
  const fired = change.event === 'insert' ? context.names.below(relation) : below
  for (const one of [relation, ...fired]) runWith(context, one, change, one !== relation)
  for (const one of [relation, ...below]) cascade(context, one, change)
}

/** The effect on one table's rows. */
function touch(context: Context, relation: Relation, { event, extent }: Change): void {
  const resource = relationResource(context, relation)
  if (relation.persistence === 't') {
    writes(context, resource)
    return
  }
  const keeping: Keeping = relation.kind === 'f' ? 'never' : 'rows'
  if (relation.kind === 'f') context.found.untried ??= 'a foreign table cannot be tried'
  switch (event) {
    case 'insert':
      writes(context, resource, relation.kind === 'f' ? 'never' : 'trivial')
      break
    case 'update':
      if (extent === 'some') writes(context, resource, keeping)
      else destroys(context, resource, 'some', keeping)
      break
    case 'delete':
      destroys(context, resource, extent, keeping)
      break
    default:
      destroys(context, resource, 'whole', context.depth === 0 ? 'image' : 'never')
  }
}

/** Everything that the server runs because rows of this table change. */
function runWith(context: Context, relation: Relation, change: Change, isBelow: boolean): void {
  const { event } = change
  const isPartition = relation.kind === 'p' || relation.parents.length > 0
  for (const trigger of relation.triggers) {
    const isRow = (trigger.type & 1) === 1
    if (isBelow && !isRow && event !== 'truncate') continue
    const moves = event === 'update' && isPartition
    const bits = moves ? triggerBits.update | 4 | 8 : triggerBits[event]
    if ((trigger.type & bits) === 0 || !fires(context, trigger.enabled)) continue
    const inside = deeper(context)
    if (trigger.definition !== null) readCondition(inside, trigger.definition)
    readRoutine(inside, trigger.routine, 'trigger')
  }
  if (event === 'insert' || event === 'update') {
    readExpressions(context, `expressions/${relation.oid}`, relation.expressions)
  }
  if (relation.rowSecurity) readExpressions(context, `policies/${relation.oid}`, relation.policies)
}

function fires(context: Context, enabled: string): boolean {
  if (enabled === 'D') return false
  const isReplica = context.catalogue.session.replicationRole === 'replica'
  return enabled === 'A' || (isReplica ? enabled === 'R' : enabled === 'O')
}

function readCondition(context: Context, definition: string): void {
  const parsed = context.parser.parse(definition)
  const [statement] = parsed.kind === 'parsed' ? parsed.statements : []
  const condition = statement === undefined ? null : bareOf(statement.tree, 'whenClause')
  if (statement === undefined || condition === null) {
    unknown(context, 'the condition of a trigger cannot be read')
    return
  }
  walk(context, nodeOf(condition))
}

/** What foreign keys do to the tables that refer to this one. */
function cascade(context: Context, relation: Relation, change: Change): void {
  const { event, columns } = change
  if (event === 'insert') return
  if (context.catalogue.session.replicationRole === 'replica') return
  for (const key of context.names.referring(relation)) {
    const from = context.names.byOid(key.from)
    if (from === null) unknown(context, `the foreign key \`${key.name}\` leads to no table`)
    else if (event === 'truncate') continue
    else {
      follow(deeperOnce(context), from, key, event, columns)
      // A row that moves to another partition is deleted where it was: for keys to that one only.
      const moves = event === 'update' && relation.parents.length > 0 && !key.inherited
      if (moves) follow(deeperOnce(context), from, key, 'delete', null)
    }
  }
}

/** Rows that go by a foreign key are kept by the same trial: they are no deeper for it. */
function deeperOnce(context: Context): Context {
  return { ...context, depth: context.depth === 0 ? 0.1 : context.depth + 0.1 }
}

function follow(
  context: Context,
  from: Relation,
  key: ForeignKey,
  event: 'update' | 'delete',
  columns: readonly string[] | null,
): void {
  const isTouched = columns === null || key.keys.some((one) => columns.includes(one))
  if (event === 'update' && !isTouched) return
  const action = event === 'delete' ? key.onDelete : key.onUpdate
  if (action === 'c' && event === 'delete') {
    changeRelation(context, from, { event, extent: 'some', columns: null, only: false })
  } else if (action === 'c' || action === 'n' || action === 'd') {
    const set = key.columns
    changeRelation(context, from, { event: 'update', extent: 'some', columns: set, only: false })
  }
}

const ruleEvents: Readonly<Record<RowEvent, string>> = {
  insert: 'CMD_INSERT',
  update: 'CMD_UPDATE',
  delete: 'CMD_DELETE',
  truncate: 'none',
}

/** Rules rewrite the statement: what they add is read, and what they replace is not left out. */
function readRules(context: Context, relation: Relation, { event }: Change): void {
  for (const rule of relation.rules) {
    const parsed = context.parser.parse(rule)
    const [statement] = parsed.kind === 'parsed' ? parsed.statements : []
    if (statement?.kind !== 'RuleStmt') {
      unknown(context, `a rule on \`${relation.name}\` cannot be read`)
      continue
    }
    if (textOf(statement.tree, 'event') !== ruleEvents[event]) continue
    context.found.untried ??= 'a rule rewrites it'
    walkAll(deeper(context), childrenOf(statement.tree, 'actions'))
  }
}

/** A view that takes changes: by a trigger of its own, or because it is simple enough. */
function changeView(context: Context, view: Relation, change: Change): void {
  writes(context, relationResource(context, view), change.event === 'insert' ? 'trivial' : 'rows')
  const own = view.triggers.filter(
    ({ type }) => (type & insteadBit) !== 0 && (type & triggerBits[change.event]) !== 0,
  )
  for (const trigger of view.triggers) {
    if ((trigger.type & triggerBits[change.event]) === 0 || !fires(context, trigger.enabled))
      continue
    readRoutine(deeper(context), trigger.routine, 'trigger')
  }
  readRelation(context, view)
  if (own.length > 0) return
  const base = baseOf(context, view)
  if (base === null) return
  const extent = change.extent === 'whole' && !base.isFiltered ? 'whole' : 'some'
  changeRelation(deeperOnce(context), base.relation, { ...change, extent, columns: null })
}

interface Base {
  readonly relation: Relation
  readonly isFiltered: boolean
}

function baseOf(context: Context, view: Relation): Base | null {
  const parsed = context.parser.parse(view.definition ?? '')
  const [statement] = parsed.kind === 'parsed' ? parsed.statements : []
  if (statement === undefined) return null
  const from = childrenOf(statement.tree, 'fromClause')
  const [only] = from
  if (from.length !== 1 || only?.kind !== 'RangeVar') return null
  const target = context.names.relation(
    textOf(only.tree, 'schemaname'),
    textOf(only.tree, 'relname'),
  )
  if (target.kind !== 'relation') return null
  return { relation: target.relation, isFiltered: bareOf(statement.tree, 'whereClause') !== null }
}

/** TRUNCATE takes more with it than foreign keys do: all that refer, and theirs. */
export function truncateRelations(
  context: Context,
  relations: readonly Readonly<{ relation: Relation; only: boolean }>[],
  options: Readonly<{ cascade: boolean; restart: boolean }>,
): void {
  const queue = relations.flatMap(({ relation, only }) => [
    relation,
    ...(only ? [] : context.names.below(relation)),
  ])
  const seen = new Set<string>()
  for (const relation of queue) {
    if (seen.has(relation.oid)) continue
    seen.add(relation.oid)
    const only = true
    const [event, extent] = ['truncate', 'whole'] as const
    changeRelation(context, relation, { event, extent, columns: null, only })
    if (options.restart) restartSequences(context, relation)
    if (!options.cascade) continue
    for (const key of context.names.referring(relation)) {
      const from = context.names.byOid(key.from)
      if (from !== null) queue.push(from, ...context.names.below(from))
    }
  }
}

function restartSequences(context: Context, relation: Relation): void {
  for (const one of context.names.indexesOf(relation)) {
    if (one.kind === 'S') writes(context, relationResource(context, one), 'never')
  }
}

/** Rows of PostgreSQL's own tables are the meaning of everything else. */
export function changeSystem(context: Context): void {
  escalates(context, databaseOf(context))
}

/** A name that the catalogue does not have: what the statement says, and nothing that goes with it. */
export function changeMissing(
  context: Context,
  target: Readonly<{ schema: string; name: string }>,
  { event, extent }: Change,
): void {
  const id = `${target.schema.replaceAll('.', '%2E')}.${target.name}`
  const resource = resourceOf(context, 'table', id)
  if (context.changed.made.has(id)) {
    writes(context, resource)
    return
  }
  if (event === 'insert') writes(context, resource)
  else if (event === 'update' && extent === 'some') writes(context, resource, 'rows')
  else if (event === 'update') destroys(context, resource, 'some', 'rows')
  else destroys(context, resource, extent, event === 'delete' ? 'rows' : 'image')
}
