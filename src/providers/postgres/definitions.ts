// Functions, types, schemas, sequences, and the rest of what can be defined in a database.
import {
  bareOf,
  childOf,
  childrenOf,
  constantOf,
  flagOf,
  namesOf,
  textOf,
} from '../../languages/sql/tree.ts'
import type { Tree } from '../../languages/sql/tree.ts'
import {
  databaseOf,
  destroys,
  disarms,
  escalates,
  qualify,
  reads,
  resourceOf,
  serverOf,
  writes,
} from './context.ts'
import type { Context } from './context.ts'
import { isTrustedExtension } from './extensions.ts'
import { functionId, readFunctionOptions } from './roles.ts'
import { readStatement } from './statements.ts'
import { isHoldpoint, isRiskySchema, rangeOf, resourceOfTarget, touchHoldpoint } from './targets.ts'
import { readElement } from './tables.ts'
import { readExpressions, walk } from './walk.ts'

const readableLanguages: ReadonlySet<string> = new Set(['sql', 'plpgsql'])

export function readCreateFunction(context: Context, tree: Tree): void {
  const names = namesOf(tree, 'funcname')
  const place = names.length > 1 ? (names.at(-2) ?? '') : context.names.creationSchema
  const name = names.at(-1) ?? ''
  if (touchHoldpoint(context, place)) return
  const resource = resourceOf(context, 'function', functionId(context, names))
  context.changed.names.add(`${name}()`)
  if (isRiskySchema(place)) {
    escalates(context, resource)
    return
  }
  const isThere =
    flagOf(tree, 'replace') &&
    (context.catalogue.assumed || context.names.routines(place, name).length > 0)
  writes(context, resource, isThere ? 'never' : 'trivial')
  readFunctionOptions(context, tree, 'options')
  const language = languageOf(tree)
  if (!readableLanguages.has(language)) escalates(context, resource)
}

function languageOf(tree: Tree): string {
  for (const { tree: option } of childrenOf(tree, 'options')) {
    if (textOf(option, 'defname') === 'language') {
      return String(constantOf(childOf(option, 'arg')) ?? '').toLowerCase()
    }
  }
  return childOf(tree, 'sql_body') === null ? 'none' : 'sql'
}

export function readAlterFunction(context: Context, tree: Tree): void {
  const named = bareOf(tree, 'func') ?? {}
  const names = namesOf(named, 'objname')
  if (names.length > 1 && touchHoldpoint(context, names.at(-2) ?? '')) return
  context.changed.names.add(`${names.at(-1) ?? ''}()`)
  writes(context, resourceOf(context, 'function', functionId(context, names)), 'never')
  readFunctionOptions(context, { ...tree, funcname: named['objname'] }, 'actions')
}

export function readCreateSchema(context: Context, tree: Tree): void {
  const owner = bareOf(tree, 'authrole')
  const name = textOf(tree, 'schemaname') || (owner === null ? '' : textOf(owner, 'rolename'))
  if (touchHoldpoint(context, name)) return
  writes(context, resourceOf(context, 'schema', name))
  const elements = childrenOf(tree, 'schemaElts')
  for (const one of elements) readStatement(context, one)
  if (context.catalogue.session.searchPath.includes(name)) return
  const { searchPathText } = context.catalogue.session
  if (searchPathText.includes(name)) {
    context.changed.everything ??=
      'a schema of the search path, made in the same text, may hide names'
  }
}

export function readCreateSequence(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'sequence') ?? {}
  writes(context, resourceOfTarget(context, rangeOf(context, range), 'sequence'))
  readOwnedBy(context, tree)
}

export function readAlterSequence(context: Context, tree: Tree): void {
  const target = rangeOf(context, bareOf(tree, 'sequence') ?? {})
  writes(context, resourceOfTarget(context, target, 'sequence'), 'never')
  readOwnedBy(context, tree)
}

/** OWNED BY ties it to a column: it falls with the table. */
function readOwnedBy(context: Context, tree: Tree): void {
  for (const { tree: option } of childrenOf(tree, 'options')) {
    if (textOf(option, 'defname') === 'as') continue
    if (textOf(option, 'defname') === 'owned_by') reads(context, databaseOf(context))
  }
}

function typeId(context: Context, names: readonly string[]): string {
  const place = names.length > 1 ? (names.at(-2) ?? '') : context.names.creationSchema
  touchHoldpoint(context, place)
  if (isRiskySchema(place)) escalates(context, databaseOf(context))
  return qualify(place, names.at(-1) ?? '')
}

export function readCreateType(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'typevar')
  const names =
    range === null
      ? namesOf(tree, 'typeName')
      : [textOf(range, 'schemaname'), textOf(range, 'relname')].filter((one) => one !== '')
  writes(context, resourceOf(context, 'type', typeId(context, names)))
  context.changed.names.add(names.at(-1) ?? '')
}

export function readCreateDomain(context: Context, tree: Tree): void {
  const names = namesOf(tree, 'domainname')
  writes(context, resourceOf(context, 'type', typeId(context, names)))
  for (const one of childrenOf(tree, 'constraints')) readElement(context, one)
}

export function readAlterDomain(context: Context, tree: Tree): void {
  const resource = resourceOf(context, 'type', typeId(context, namesOf(tree, 'typeName')))
  const subtype = textOf(tree, 'subtype')
  // C add constraint, X drop constraint, V validate, T default, N drop and O set not null
  if (subtype === 'X' || subtype === 'N') {
    disarms(context, resource)
    return
  }
  writes(context, resource)
  const definition = childOf(tree, 'def')
  if (definition?.kind === 'Constraint') readElement(context, definition)
  else walk(context, definition)
}

export function readAlterEnum(context: Context, tree: Tree): void {
  writes(context, resourceOf(context, 'type', typeId(context, namesOf(tree, 'typeName'))))
}

/** CREATE AGGREGATE, OPERATOR, TYPE (base), COLLATION, TEXT SEARCH … */
export function readDefine(context: Context, tree: Tree): void {
  const names = namesOf(tree, 'defnames')
  const kind = textOf(tree, 'kind')
  const place = names.length > 1 ? (names.at(-2) ?? '') : context.names.creationSchema
  if (touchHoldpoint(context, place)) return
  if (isRiskySchema(place)) {
    escalates(context, databaseOf(context))
    return
  }
  if (kind === 'OBJECT_AGGREGATE') {
    context.changed.names.add(`${names.at(-1) ?? ''}()`)
    writes(context, resourceOf(context, 'function', functionId(context, names)))
    return
  }
  if (kind === 'OBJECT_TYPE') {
    escalates(context, resourceOf(context, 'type', typeId(context, names)))
  } else writes(context, databaseOf(context))
  if (kind === 'OBJECT_OPERATOR') makesAmbient(context, 'an operator')
}

/** What runs unasked may from now on be somebody's function. */
function makesAmbient(context: Context, what: string): void {
  context.changed.everything ??= `${what} made in the same text may be called anywhere`
}

export function readCreateCast(context: Context): void {
  writes(context, databaseOf(context))
  makesAmbient(context, 'a cast')
}

/** Operator classes and families: what indexes and sorting call. */
export function readOperatorClass(context: Context): void {
  escalates(context, databaseOf(context))
  makesAmbient(context, 'an operator class')
}

export function readCreateExtension(context: Context, tree: Tree): void {
  const name = textOf(tree, 'extname')
  if (isTrustedExtension(name)) writes(context, databaseOf(context))
  else escalates(context, databaseOf(context))
}

export function readAlterExtension(context: Context, tree: Tree): void {
  const name = textOf(tree, 'extname')
  if (isTrustedExtension(name)) writes(context, databaseOf(context), 'never')
  else escalates(context, databaseOf(context))
}

export function readRename(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'relation')
  const object = childOf(tree, 'object')
  const type = textOf(tree, 'renameType')
  if (isHoldpoint(textOf(tree, 'newname'))) touchHoldpoint(context, 'holdpoint')
  if (range !== null) {
    const target = rangeOf(context, range)
    context.changed.names.add(textOf(range, 'relname'))
    if (type !== 'OBJECT_COLUMN') context.changed.names.add(textOf(tree, 'newname'))
    writes(context, resourceOfTarget(context, target))
    return
  }
  if (type === 'OBJECT_SCHEMA') {
    context.changed.everything ??= 'a schema renamed in the same text decides what names mean'
    if (touchHoldpoint(context, textOf(tree, 'subname'))) return
    writes(context, resourceOf(context, 'schema', textOf(tree, 'subname')))
    return
  }
  if (type === 'OBJECT_DATABASE' || type === 'OBJECT_TABLESPACE') {
    disarms(context, serverOf(context))
    return
  }
  if (type === 'OBJECT_ROLE') {
    escalates(context, resourceOf(context, 'role', textOf(tree, 'subname')))
    return
  }
  const names = object === null ? [] : namesOf(object.tree, 'objname')
  if (names.length > 1) touchHoldpoint(context, names.at(-2) ?? '')
  context.changed.everything ??= 'something renamed in the same text decides what names mean'
  writes(context, databaseOf(context))
}

export function readSetSchema(context: Context, tree: Tree): void {
  const range = bareOf(tree, 'relation')
  touchHoldpoint(context, textOf(tree, 'newschema'))
  if (isRiskySchema(textOf(tree, 'newschema'))) escalates(context, databaseOf(context))
  if (range === null) writes(context, databaseOf(context))
  else writes(context, resourceOfTarget(context, rangeOf(context, range)))
  context.changed.everything ??= 'something moved in the same text decides what names mean'
}

export function readComment(context: Context, tree: Tree): void {
  const object = childOf(tree, 'object')
  const names = object?.kind === 'List' ? namesOf(object.tree, 'items') : []
  if (names.length > 1) touchHoldpoint(context, names[0] ?? '')
  writes(context, databaseOf(context))
}

/** VACUUM, ANALYZE, CLUSTER, REINDEX: the expressions of indexes run; no row is lost. */
export function readMaintenance(context: Context, tree: Tree, field: string | null): void {
  context.found.untried ??= 'it keeps the server in order, and changes no row'
  const ranges =
    field === null
      ? [bareOf(tree, 'relation')]
      : childrenOf(tree, field).map(({ tree: one }) => bareOf(one, 'relation'))
  const named = ranges.filter((one) => one !== null)
  for (const range of named) {
    const target = rangeOf(context, range)
    writes(context, resourceOfTarget(context, target))
    if (target.kind !== 'relation') continue
    for (const one of [target.relation, ...context.names.below(target.relation)]) {
      readExpressions(context, `expressions/${one.oid}`, one.expressions)
    }
    const table = target.relation.table
    const owner = table === null ? null : context.names.byOid(table)
    if (owner !== null) readExpressions(context, `expressions/${owner.oid}`, owner.expressions)
  }
  if (named.length > 0) return
  writes(context, databaseOf(context))
  for (const one of context.catalogue.relations) {
    readExpressions(context, `expressions/${one.oid}`, one.expressions)
  }
}

export function readStatistics(context: Context, tree: Tree): void {
  const names = namesOf(tree, 'defnames')
  if (names.length > 1) touchHoldpoint(context, names.at(-2) ?? '')
  writes(context, databaseOf(context))
}

/** Renamed and shut instead; not with FORCE, which ends sessions: nothing rolls that back. */
export function destroysDatabase(context: Context, tree: Tree): void {
  const name = textOf(tree, 'dbname')
  if (isHoldpoint(name)) return void touchHoldpoint(context, 'holdpoint')
  const forced = childrenOf(tree, 'options').length > 0
  const keeps = context.depth === 0 && !forced && context.catalogue.session.holdpoint !== null
  if (!keeps) context.found.untried ??= 'it cannot run in a transaction'
  destroys(context, resourceOf(context, 'database', name), 'whole', keeps ? 'database' : 'never')
}
