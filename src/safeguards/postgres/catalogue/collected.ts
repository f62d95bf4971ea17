import type { ExportClient } from '../clients.ts'
import { ask, quoteText } from '../statement.ts'
import type { Part, Statement } from '../statement.ts'

/** Fixed numbers of the system's own tables, by which objects are named in `pg_depend`. */
export const classes = {
  relation: 1259,
  type: 1247,
  routine: 1255,
  schema: 2615,
  extension: 3079,
  constraint: 2606,
  default: 2604,
  rule: 2618,
  trigger: 2620,
  policy: 3256,
  collation: 3456,
  statistics: 3381,
  publication: 6104,
  eventTrigger: 3466,
} as const

export type Key = string

export function keyOf(kind: keyof typeof classes, oid: number): Key {
  return `${classes[kind]}:${oid}`
}

/** What comes first when nothing else says so. */
export const ranks = {
  schema: 0,
  extension: 1,
  collation: 2,
  type: 3,
  sequence: 4,
  table: 5,
  routine: 6,
  view: 7,
  default: 8,
  attach: 9,
  index: 20,
  constraint: 21,
  attachIndex: 22,
  foreignKey: 23,
  rule: 24,
  trigger: 25,
  policy: 26,
  statistics: 27,
  publication: 28,
} as const

export interface SchemaObject {
  readonly key: Key
  /** what people call it: `TABLE public.users` */
  readonly name: string
  readonly rank: number
  /** whether it must be there before data comes in, or must not */
  readonly side: 'before' | 'after' | 'either'
  readonly make: readonly Statement[]
  readonly needs: readonly Key[]
}

/** What a schema is made of, as it is being read. */
export interface Collected {
  readonly client: ExportClient
  /** as in 180004 */
  readonly version: number
  readonly objects: SchemaObject[]
  /** what has no statement of its own, and the object that makes it */
  readonly aliases: Map<Key, Key>
  /** after everything is there, in this order */
  readonly privileges: Statement[]
  readonly refreshed: Map<Key, Statement>
  readonly settings: Statement[]
  /** what is there and cannot be exported */
  readonly beyond: string[]
}

/** What every object may have. */
export interface Owned {
  readonly oid: number
  readonly target: string
  readonly owner: string | null
  readonly acl: Acl | null
  readonly comment: string | null
}

export type Acl = readonly (readonly [grantee: string, privilege: string, grantable: boolean])[]

export function rowsOf<T>(collected: Collected, sql: string): Promise<readonly T[]> {
  return ask<T>(collected.client, sql)
}

/** Schemas that are people's own. */
export const ownSchema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

/** Not brought by an extension. */
export function notOfExtension(kind: keyof typeof classes, oid: string): string {
  return `NOT EXISTS (SELECT 1 FROM pg_depend brought WHERE brought.classid = ${classes[kind]}
    AND brought.objid = ${oid} AND brought.deptype = 'e')`
}

/** The privileges, when they are not the usual ones; null when they are. */
export function aclSql(acl: string, type: string, owner: string): string {
  const usual = `acldefault('${type}', ${owner})`
  return `CASE WHEN ${acl} IS NULL OR
    ${exploded(acl)} IS NOT DISTINCT FROM ${exploded(usual)}
    THEN NULL ELSE coalesce(${exploded(acl)}, '[]'::jsonb) END AS acl`
}

/** Privileges that are there or not: where the usual is none. */
export function exploded(acl: string): string {
  return `(SELECT jsonb_agg(jsonb_build_array(coalesce(r.rolname, ''), x.privilege_type,
    x.is_grantable) ORDER BY r.rolname NULLS FIRST, x.privilege_type, x.is_grantable)
    FROM (SELECT DISTINCT grantee, privilege_type, is_grantable FROM aclexplode(${acl})) x
    LEFT JOIN pg_roles r ON r.oid = x.grantee WHERE x.grantee = 0 OR r.rolname IS NOT NULL)`
}

export function ownerSql(owner: string): string {
  return `pg_get_userbyid(${owner}) AS owner`
}

/** Owner and comment, to follow what makes it; its privileges come at the very end. */
export function dress(
  collected: Collected,
  one: Owned,
  words: Readonly<{ alter?: string; grant?: string }> = {},
): readonly Statement[] {
  const made: Statement[] = []
  const { target, owner, acl, comment } = one
  if (owner !== null) made.push([`ALTER ${words.alter ?? target} OWNER TO `, { role: owner }])
  if (comment !== null) made.push([`COMMENT ON ${target} IS ${quoteText(comment)}`])
  if (acl !== null) collected.privileges.push(...grants(words.grant ?? target, owner, acl))
  return made
}

function grants(target: string, owner: string | null, acl: Acl): readonly Statement[] {
  const everyone: Statement = [`REVOKE ALL ON ${target} FROM PUBLIC`]
  const own: Statement[] = owner === null ? [] : [[everyoneBut(target), { role: owner }]]
  return [everyone, ...own, ...acl.map((grant) => grantOf(grant, ` ON ${target}`))]
}

function everyoneBut(target: string): string {
  return `REVOKE ALL ON ${target} FROM `
}

export function grantOf(
  [grantee, privilege, grantable]: Acl[number],
  on: string,
  before: Statement = [],
): Statement {
  const to: Part = grantee === '' ? 'PUBLIC' : { role: grantee }
  return [...before, `GRANT ${privilege}${on} TO `, to, grantable ? ' WITH GRANT OPTION' : '']
}
