// What a statement is about: the relation that a name stands for, and names nobody may touch.
import type { Resource } from '../../domain/resource.ts'
import { textOf } from '../../languages/sql/tree.ts'
import type { Tree } from '../../languages/sql/tree.ts'
import { escalates, qualify, relationResource, resourceOf, unknown } from './context.ts'
import type { Context, ResourceType } from './context.ts'
import type { Resolved } from './names.ts'

/** Holdpoint's own schema and databases: nothing of an agent's has any business there. */
export function isHoldpoint(name: string): boolean {
  return name.startsWith('holdpoint')
}

/** True, and said, when the schema is Holdpoint's own. */
export function touchHoldpoint(context: Context, schema: string): boolean {
  if (!isHoldpoint(schema)) return false
  escalates(context, resourceOf(context, 'schema', schema))
  return true
}

/** What is made there hides what PostgreSQL brings. */
export function isRiskySchema(schema: string): boolean {
  return schema === 'pg_catalog' || schema === 'information_schema' || schema === 'pg_toast'
}

/** The relation as the server would find it. */
export function resolve(context: Context, schema: string, name: string): Resolved {
  const { changed, names } = context
  const isOwn = schema === '' || schema === 'pg_temp'
  if (isOwn && changed.made.has(qualify('pg_temp', name))) {
    return { kind: 'missing', schema: 'pg_temp', name }
  }
  const target = names.relation(schema, name)
  touchHoldpoint(context, target.kind === 'relation' ? target.relation.schema : target.schema)
  if (changed.everything !== null) unknown(context, changed.everything)
  return target
}

/**
 * The same, where it is about to be used: says so when an earlier statement of the same text may
 * have changed what happens then.
 */
export function resolveUsed(context: Context, schema: string, name: string): Resolved {
  if (context.changed.names.has(name)) {
    unknown(context, `an earlier statement of the same text changes what \`${name}\` does`)
  }
  return resolve(context, schema, name)
}

/** A relation named in a statement of definition. */
export function rangeOf(context: Context, tree: Tree): Resolved {
  return resolve(context, textOf(tree, 'schemaname'), textOf(tree, 'relname'))
}

/** A relation named by a list of words: `DROP TABLE a.b`. */
export function namedRelation(context: Context, names: readonly string[]): Resolved {
  return resolve(context, names.length > 1 ? (names.at(-2) ?? '') : '', names.at(-1) ?? '')
}

/** As what it is, or as what is dropped again without a loss. */
export function resourceOfTarget(
  context: Context,
  target: Resolved,
  type: ResourceType = 'table',
): Resource {
  if (target.kind === 'relation') return relationResource(context, target.relation)
  return resourceOf(context, type, qualify(target.schema, target.name))
}

/** It was made by an earlier statement of the same text, or is this session's own. */
export function isScratch(context: Context, target: Resolved): boolean {
  if (target.kind === 'relation') return target.relation.persistence === 't'
  return context.changed.made.has(qualify(target.schema, target.name))
}
