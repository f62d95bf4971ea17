// Roles, privileges, ownership.
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
import { databaseOf, destroys, escalates, resourceOf, writes } from './context.ts'
import type { Context } from './context.ts'
import { rangeOf, resourceOfTarget, touchHoldpoint } from './targets.ts'

export function roleName(context: Context, tree: Tree): string | null {
  const { session } = context.catalogue
  switch (textOf(tree, 'roletype')) {
    case 'ROLESPEC_CSTRING':
    case '':
      return textOf(tree, 'rolename')
    case 'ROLESPEC_CURRENT_USER':
    case 'ROLESPEC_CURRENT_ROLE':
      return session.user
    case 'ROLESPEC_SESSION_USER':
      return session.sessionUser
    default:
      return null
  }
}

function role(context: Context, tree: Tree): void {
  escalates(context, resourceOf(context, 'role', roleName(context, tree)))
}

export function readCreateRole(context: Context, tree: Tree): void {
  escalates(context, resourceOf(context, 'role', textOf(tree, 'role')))
}

export function readAlterRole(context: Context, tree: Tree): void {
  role(context, bareOf(tree, 'role') ?? {})
}

/** A setting of a role or database: other sessions start with it. */
export function readAlterRoleSet(context: Context, tree: Tree): void {
  const named = bareOf(tree, 'role')
  escalates(context, resourceOf(context, 'role', named === null ? null : roleName(context, named)))
}

export function readDropRole(context: Context, tree: Tree): void {
  for (const { tree: one } of childrenOf(tree, 'roles')) {
    destroys(context, resourceOf(context, 'role', roleName(context, one)), 'whole', 'never')
  }
}

/** Everything that these roles own, and every privilege given to them. */
export function readDropOwned(context: Context, tree: Tree): void {
  const owners = childrenOf(tree, 'roles').map((one) => roleName(context, one.tree))
  destroys(context, databaseOf(context), 'whole', 'never')
  for (const relation of context.catalogue.relations) {
    if (!owners.includes(relation.owner) || relation.kind === 'i' || relation.kind === 'I') continue
    destroys(context, resourceOfTarget(context, { kind: 'relation', relation }), 'whole', 'never')
  }
}

export function readReassignOwned(context: Context, tree: Tree): void {
  role(context, bareOf(tree, 'newrole') ?? {})
}

export function readGrant(context: Context, tree: Tree): void {
  const isGrant = flagOf(tree, 'is_grant')
  const names = grantedNames(context, tree)
  // Taking a privilege away stops somebody's work; it lets nobody do more.
  const act = isGrant ? escalates : writes
  if (names.length === 0) act(context, databaseOf(context))
  for (const resource of names) act(context, resource)
}

function grantedNames(context: Context, tree: Tree): readonly ReturnType<typeof resourceOf>[] {
  const objects = childrenOf(tree, 'objects')
  const type = textOf(tree, 'objtype')
  if (textOf(tree, 'targtype') === 'ACL_TARGET_ALL_IN_SCHEMA') {
    return objects.map((one) => schema(context, textOf(one.tree, 'sval')))
  }
  return objects.map(({ kind, tree: one }) => {
    if (kind === 'RangeVar') {
      return resourceOfTarget(context, rangeOf(context, one))
    }
    if (kind === 'ObjectWithArgs') {
      const names = namesOf(one, 'objname')
      const place = names.length > 1 ? (names.at(-2) ?? '') : context.names.creationSchema
      touchHoldpoint(context, place)
      return resourceOf(context, 'function', `${place}.${names.at(-1) ?? ''}`)
    }
    const name = kind === 'String' ? textOf(one, 'sval') : namesOf(one, 'items').join('.')
    return type === 'OBJECT_SCHEMA' ? schema(context, name) : databaseOf(context)
  })
}

function schema(context: Context, name: string): ReturnType<typeof resourceOf> {
  touchHoldpoint(context, name)
  return resourceOf(context, 'schema', name)
}

export function readGrantRole(context: Context, tree: Tree): void {
  const isGrant = flagOf(tree, 'is_grant')
  for (const { tree: one } of childrenOf(tree, 'granted_roles')) {
    const resource = resourceOf(context, 'role', textOf(one, 'priv_name'))
    if (isGrant) escalates(context, resource)
    else writes(context, resource)
  }
}

export function readDefaultPrivileges(context: Context, tree: Tree): void {
  const action = bareOf(tree, 'action') ?? {}
  if (flagOf(action, 'is_grant')) escalates(context, databaseOf(context))
  else writes(context, databaseOf(context))
}

export function readAlterOwner(context: Context, tree: Tree): void {
  const owner = roleName(context, bareOf(tree, 'newowner') ?? {})
  const object = childOf(tree, 'object')
  const range = bareOf(tree, 'relation')
  const names = object === null ? [] : namesOf(object.tree, 'objname')
  if (names.length > 1) touchHoldpoint(context, names[0] ?? '')
  if (object?.kind === 'String') touchHoldpoint(context, textOf(object.tree, 'sval'))
  const resource =
    range === null ? databaseOf(context) : resourceOfTarget(context, rangeOf(context, range))
  if (owner === context.catalogue.session.user) writes(context, resource)
  else escalates(context, resource)
}

export function readFunctionOptions(context: Context, tree: Tree, field: string): void {
  const names = namesOf(tree, 'funcname')
  for (const { tree: option } of childrenOf(tree, field)) {
    const name = textOf(option, 'defname')
    const value = constantOf(childOf(option, 'arg'))
    if (name === 'security' && value === true) {
      escalates(context, resourceOf(context, 'function', functionId(context, names)))
    } else if (name === 'leakproof' && value === true) {
      escalates(context, resourceOf(context, 'function', functionId(context, names)))
    } else if (name === 'support') escalates(context, databaseOf(context))
  }
}

export function functionId(context: Context, names: readonly string[]): string {
  const place = names.length > 1 ? (names.at(-2) ?? '') : context.names.creationSchema
  return `${place.replaceAll('.', '%2E')}.${names.at(-1) ?? ''}`
}
