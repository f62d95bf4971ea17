import type { ExportClient } from '../clients.ts'
import { ask } from '../statement.ts'
import type { Statement } from '../statement.ts'
import { readConstraints, readIndexes, readPolicies, readRules } from './attached.ts'
import { readStatistics, readTriggers } from './attached.ts'
import { readBeyond } from './beyond.ts'
import { classes, notOfExtension, ownSchema } from './collected.ts'
import type { Collected } from './collected.ts'
import { readDatabase, readDefaultPrivileges, readEventTriggers } from './database.ts'
import { readLargeObjects, readPublications } from './database.ts'
import { readCollations, readExtensions, readRoutines, readSchemas } from './foundations.ts'
import { readTypes } from './foundations.ts'
import { order } from './order.ts'
import type { Edge } from './order.ts'
import { readDefaults, readRelations, readSequences } from './relations.ts'

/** A database's schema as the statements that make it, in an order that works. */
export interface Schema {
  readonly before: readonly Statement[]
  readonly after: readonly Statement[]
  /** names of what cannot be exported */
  readonly beyond: readonly string[]
}

export async function readSchema(client: ExportClient, version: number): Promise<Schema> {
  const collected: Collected = {
    ...{ client, version, objects: [], aliases: new Map(), privileges: [] },
    ...{ refreshed: new Map(), settings: [], beyond: [] },
  }
  for (const read of readers) await read(collected)
  await readAliases(collected)
  const { before, after } = order(collected, await readEdges(client))
  return {
    before: before.flatMap(({ make }) => make),
    after: [
      ...after.flatMap(({ make }) => make),
      ...collected.privileges,
      ...refreshes(before, after, collected),
      ...collected.settings,
    ],
    beyond: [...new Set(collected.beyond)].sort(),
  }
}

const readers: readonly ((collected: Collected) => Promise<void>)[] = [
  ...[readSchemas, readExtensions, readCollations, readTypes, readRoutines, readSequences],
  ...[readRelations, readDefaults, readConstraints, readIndexes, readRules, readTriggers],
  ...[readPolicies, readStatistics, readPublications, readDefaultPrivileges, readDatabase],
  ...[readLargeObjects, readEventTriggers, readBeyond],
]

/** Views that keep rows are filled in the order in which they were made. */
function refreshes(
  before: readonly { readonly key: string }[],
  after: readonly { readonly key: string }[],
  { refreshed }: Collected,
): readonly Statement[] {
  return [...before, ...after].flatMap(({ key }) => {
    const statement = refreshed.get(key)
    return statement === undefined ? [] : [statement]
  })
}

/** What is made along with something else leans, and is leaned on, as that does. */
async function readAliases({ client, aliases }: Collected): Promise<void> {
  const found = await ask<{ from: string; to: string }>(
    client,
    `SELECT classid || ':' || objid AS from, refclassid || ':' || refobjid AS to
       FROM pg_depend WHERE deptype = 'e'
     UNION ALL SELECT '${classes.type}:' || t.oid, '${classes.relation}:' || t.typrelid
       FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind <> 'c'
     UNION ALL SELECT '${classes.relation}:' || t.typrelid, '${classes.type}:' || t.oid
       FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c'
     UNION ALL SELECT '${classes.type}:' || t.typarray, CASE WHEN c.relkind <> 'c'
         THEN '${classes.relation}:' || t.typrelid ELSE '${classes.type}:' || t.oid END
       FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.typarray <> 0
     UNION ALL SELECT classid || ':' || objid, refclassid || ':' || refobjid FROM pg_depend
       WHERE deptype = 'i' AND refclassid = ${classes.type}
         AND classid IN (${classes.routine}, ${classes.type})
     UNION ALL SELECT '${classes.rule}:' || oid, '${classes.relation}:' || ev_class
       FROM pg_rewrite WHERE rulename = '_RETURN'
     UNION ALL SELECT '${classes.constraint}:' || oid, '${classes.type}:' || contypid
       FROM pg_constraint WHERE contypid <> 0 AND convalidated
     UNION ALL SELECT '${classes.constraint}:' || oid, '${classes.relation}:' || conrelid
       FROM pg_constraint WHERE contype = 'n' AND convalidated
     UNION ALL SELECT '${classes.default}:' || d.oid, '${classes.relation}:' || d.adrelid
       FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
       WHERE a.attgenerated <> ''`,
  )
  for (const { from, to } of found) if (from !== to) aliases.set(from, to)
  for (const [from, to] of aliases) {
    const further = aliases.get(to)
    if (further !== undefined && further !== from) aliases.set(from, further)
  }
}

/** A sequence does not wait for the table that owns it: that is said to it afterwards. */
async function readEdges(client: ExportClient): Promise<readonly Edge[]> {
  return ask<Edge>(
    client,
    `SELECT DISTINCT d.classid || ':' || d.objid AS from,
       d.refclassid || ':' || d.refobjid AS to
     FROM pg_depend d WHERE d.deptype <> 'e' AND NOT (d.deptype = 'a'
       AND d.classid = ${classes.relation} AND d.refclassid = ${classes.relation}
       AND EXISTS (SELECT 1 FROM pg_class s WHERE s.oid = d.objid AND s.relkind = 'S'))
     ORDER BY 1, 2`,
  )
}

export interface Table {
  /** qualified and quoted */
  readonly name: string
  /** that are written; the others follow from them */
  readonly columns: readonly string[]
  /** that are compared */
  readonly all: readonly string[]
  /** of a table that an extension brought: which rows are people's own; `''` for all */
  readonly where: string
}

/** Tables that hold rows themselves, by name. */
export async function readTables(client: ExportClient): Promise<readonly Table[]> {
  const columns = (more: string): string => `ARRAY(SELECT quote_ident(a.attname)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ${more}
    ORDER BY a.attname COLLATE "C")`
  const fields = `format('%I.%I', n.nspname, c.relname) AS name,
    ${columns("AND a.attgenerated = ''")} AS columns, ${columns('')} AS all`
  return ask<Table>(
    client,
    `SELECT ${fields}, '' AS where FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND ${ownSchema} AND ${notOfExtension('relation', 'c.oid')}
     UNION ALL SELECT ${fields}, coalesce(condition, '') FROM pg_extension e
     CROSS JOIN LATERAL unnest(e.extconfig, e.extcondition) AS kept(relation, condition)
     JOIN pg_class c ON c.oid = kept.relation JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' ORDER BY 1`,
  )
}

/** Sequences of one's own, by name. */
export async function readSequenceNames(client: ExportClient): Promise<readonly string[]> {
  const found = await ask<{ name: string }>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND ${ownSchema}
       AND ${notOfExtension('relation', 'c.oid')} ORDER BY 1`,
  )
  return found.map(({ name }) => name)
}
