// DROP of whatever there is, and what falls with it.
import { childrenOf, flagOf, namesOf, textOf } from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'
import type { Relation } from './catalogue.ts'
import {
  databaseOf,
  destroys,
  disarms,
  dropping,
  escalates,
  qualify,
  relationResource,
  resourceOf,
  unknown,
  writes,
} from './context.ts'
import type { Context, Keeping, ResourceType } from './context.ts'
import type { Resolved } from './names.ts'
import { readers } from './dependants.ts'
import {
  isHoldpoint,
  isScratch,
  namedRelation,
  resourceOfTarget,
  touchHoldpoint,
} from './targets.ts'

type Row =
  | Readonly<{ kind: 'relation'; type: ResourceType }>
  /** named, in a schema, of no rows: functions, types, … */
  | Readonly<{ kind: 'named'; type: ResourceType }>
  /** something on a table: the table is named before it */
  | Readonly<{ kind: 'on-table' }>
  | Readonly<{ kind: 'schema' | 'database-wide' | 'guard' }>

const relation = (type: ResourceType): Row => ({ kind: 'relation', type })
const named = (type: ResourceType): Row => ({ kind: 'named', type })
const onTable: Row = { kind: 'on-table' }
const databaseWide: Row = { kind: 'database-wide' }

const rows: Readonly<Record<string, Row>> = {
  OBJECT_ACCESS_METHOD: databaseWide,
  OBJECT_AGGREGATE: named('function'),
  OBJECT_CAST: databaseWide,
  OBJECT_COLLATION: databaseWide,
  OBJECT_CONVERSION: databaseWide,
  OBJECT_DOMAIN: named('type'),
  OBJECT_EVENT_TRIGGER: { kind: 'guard' },
  OBJECT_EXTENSION: databaseWide,
  OBJECT_FDW: databaseWide,
  OBJECT_FOREIGN_SERVER: databaseWide,
  OBJECT_FOREIGN_TABLE: relation('table'),
  OBJECT_FUNCTION: named('function'),
  OBJECT_INDEX: relation('index'),
  OBJECT_LANGUAGE: databaseWide,
  OBJECT_MATVIEW: relation('view'),
  OBJECT_OPCLASS: databaseWide,
  OBJECT_OPERATOR: databaseWide,
  OBJECT_OPFAMILY: databaseWide,
  OBJECT_POLICY: onTable,
  OBJECT_PROCEDURE: named('function'),
  OBJECT_PUBLICATION: { kind: 'guard' },
  OBJECT_ROUTINE: named('function'),
  OBJECT_RULE: onTable,
  OBJECT_SCHEMA: { kind: 'schema' },
  OBJECT_SEQUENCE: relation('sequence'),
  OBJECT_STATISTIC_EXT: databaseWide,
  OBJECT_TABLE: relation('table'),
  OBJECT_TRANSFORM: databaseWide,
  OBJECT_TRIGGER: onTable,
  OBJECT_TSCONFIGURATION: databaseWide,
  OBJECT_TSDICTIONARY: databaseWide,
  OBJECT_TSPARSER: databaseWide,
  OBJECT_TSTEMPLATE: databaseWide,
  OBJECT_TYPE: named('type'),
  OBJECT_VIEW: relation('view'),
}

export function readDrop(context: Context, tree: Tree): void {
  const type = textOf(tree, 'removeType')
  const cascade = textOf(tree, 'behavior') === 'DROP_CASCADE'
  const row = Object.hasOwn(rows, type) ? rows[type] : undefined
  if (flagOf(tree, 'concurrent')) context.found.untried ??= 'it cannot run in a transaction'
  if (row === undefined) {
    unknown(context, `DROP of a kind that is not read: \`${type}\``)
    return
  }
  for (const object of childrenOf(tree, 'objects')) dropOne(context, row, object, cascade)
  if (cascade && context.catalogue.assumed) {
    unknown(context, 'without a catalogue nobody can say what CASCADE reaches')
  }
}

function dropOne(context: Context, row: Row, object: Node, cascade: boolean): void {
  const names = namesIn(object)
  const keeping = dropping(context)
  switch (row.kind) {
    case 'relation': {
      dropRelation(context, namedRelation(context, names), row.type, cascade)
      return
    }
    case 'named': {
      dropNamed(context, row.type, names, cascade)
      return
    }
    case 'on-table': {
      dropOnTable(context, names, keeping)
      return
    }
    case 'schema': {
      dropSchema(context, names.at(-1) ?? '', cascade)
      return
    }
    case 'guard':
      if (isHoldpoint(names.at(-1) ?? '')) touchHoldpoint(context, 'holdpoint')
      {
        disarms(context, databaseOf(context))
        return
      }
    default:
      destroys(context, databaseOf(context), 'some', cascade ? 'never' : keeping)
  }
}

/** A trigger of a partitioned table is one of each partition, too. */
function dropOnTable(context: Context, names: readonly string[], keeping: Keeping): void {
  const table = namedRelation(context, names.slice(0, -1))
  context.changed.names.add(names.at(-2) ?? '')
  if (isHoldpoint(names.at(-1) ?? '')) touchHoldpoint(context, 'holdpoint')
  const resource = resourceOfTarget(context, table)
  if (isScratch(context, table)) {
    writes(context, resource)
    return
  }
  disarms(context, resource, keeping)
  if (table.kind !== 'relation') return
  for (const one of context.names.below(table.relation)) {
    disarms(context, relationResource(context, one), keeping)
  }
}

function namesIn({ kind, tree }: Node): readonly string[] {
  if (kind === 'String') return [textOf(tree, 'sval')]
  if (kind === 'List') return namesOf(tree, 'items')
  if (kind === 'TypeName') return namesOf(tree, 'names')
  return namesOf(tree, 'objname')
}

function dropNamed(
  context: Context,
  type: ResourceType,
  names: readonly string[],
  cascade: boolean,
): void {
  const name = names.at(-1) ?? ''
  const schema = names.length > 1 ? (names.at(-2) ?? '') : schemaOf(context, type, name)
  if (touchHoldpoint(context, schema)) return
  if (schema === 'pg_catalog') {
    escalates(context, databaseOf(context))
    return
  }
  context.changed.names.add(type === 'function' ? `${name}()` : name)
  destroys(context, resourceOf(context, type, qualify(schema, name)), 'whole', dropping(context))
  // Columns, defaults, triggers, casts: what uses it falls, and may have rows.
  if (cascade) destroys(context, databaseOf(context), 'some', dropping(context))
}

function schemaOf(context: Context, type: ResourceType, name: string): string {
  const [found] = type === 'function' ? context.names.routines('', name) : []
  const { domains, session } = context.catalogue
  const domain = domains.find((one) => one.name === name && session.searchPath.includes(one.schema))
  return found?.schema ?? domain?.schema ?? context.names.creationSchema
}

export function dropRelation(
  context: Context,
  target: Resolved,
  type: ResourceType,
  cascade: boolean,
): void {
  const name = target.kind === 'relation' ? target.relation.name : target.name
  if (target.kind === 'system') {
    escalates(context, databaseOf(context))
    return
  }
  const isFresh = isScratch(context, target)
  if (!isFresh) context.changed.names.add(name)
  else if (target.kind !== 'relation') context.changed.made.delete(qualify(target.schema, name))
  const resource = resourceOfTarget(context, target, type)
  if (isFresh) {
    writes(context, resource)
    return
  }
  destroys(context, resource, 'whole', dropping(context))
  if (target.kind === 'relation') fallWith(context, target.relation, cascade)
}

/** Partitions always; views, keys and inheriting tables by CASCADE. */
function fallWith(context: Context, relation: Relation, cascade: boolean): void {
  const keeping = dropping(context)
  const isPartitioned = relation.kind === 'p' || relation.kind === 'I'
  const below = isPartitioned || cascade ? context.names.below(relation) : []
  for (const one of below) destroys(context, relationResource(context, one), 'whole', keeping)
  if (!cascade) return
  for (const one of [relation, ...below]) {
    for (const key of context.names.referring(one)) {
      const from = context.names.byOid(key.from)
      if (from !== null && from !== relation) {
        disarms(context, relationResource(context, from), keeping)
      }
    }
    const views = readers(context, one)
    for (const view of views) destroys(context, relationResource(context, view), 'whole', keeping)
    for (const fallen of [one, ...views]) fallWithType(context, fallen)
    if (one.kind === 'S') destroys(context, databaseOf(context), 'some', keeping)
  }
}

/** A relation is a type, too: columns and functions that use it fall with it. */
function fallWithType(context: Context, { schema, name }: Relation): void {
  const keeping = dropping(context)
  for (const { table, type } of context.catalogue.typed) {
    const user = type === `${schema}.${name}` ? context.names.byOid(table) : null
    if (user !== null) destroys(context, relationResource(context, user), 'some', keeping)
  }
  for (const routine of context.catalogue.routines) {
    if (!`${routine.signature} ${headOf(routine.definition)}`.includes(name)) continue
    const id = qualify(routine.schema, routine.name)
    destroys(context, resourceOf(context, 'function', id), 'whole', keeping)
  }
}

/** What is before a body that is text; a body that is parsed leans on what it names, too. */
function headOf(definition: string | null): string {
  if (definition === null) return ''
  const body = definition.search(/^\s*AS\s/m)
  return body === -1 ? definition : definition.slice(0, body)
}

/** All that is in it, each by its name. */
export function dropSchema(context: Context, schema: string, cascade: boolean): void {
  if (touchHoldpoint(context, schema)) return
  if (schema === 'pg_catalog') {
    escalates(context, databaseOf(context))
    return
  }
  destroys(context, resourceOf(context, 'schema', schema), 'whole', dropping(context))
  context.changed.everything ??= 'a schema dropped in the same text decides what names mean'
  if (!cascade) return
  for (const one of context.names.inSchema(schema)) {
    if (one.kind === 'i' || one.kind === 'I' || one.kind === 'c') continue
    destroys(context, relationResource(context, one), 'whole', dropping(context))
    fallWith(context, one, true)
  }
}
