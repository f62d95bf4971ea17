// Schemas, extensions, collations, types and routines.
import { quoteText } from '../statement.ts'
import type { Statement } from '../statement.ts'
import { aclSql, classes, dress, keyOf, notOfExtension, ownSchema, ownerSql } from './collected.ts'
import { ranks, rowsOf } from './collected.ts'
import type { Collected, Owned } from './collected.ts'

interface Made extends Owned {
  readonly make: string
}

export async function readSchemas(collected: Collected): Promise<void> {
  const found = await rowsOf<Made>(
    collected,
    `SELECT n.oid, format('SCHEMA %I', n.nspname) AS target,
       format('CREATE SCHEMA %I', n.nspname) AS make, ${ownerSql('n.nspowner')},
       ${aclSql('n.nspacl', 'n', 'n.nspowner')}, obj_description(n.oid, 'pg_namespace') AS comment
     FROM pg_namespace n WHERE ${ownSchema} AND ${notOfExtension('schema', 'n.oid')} ORDER BY 1`,
  )
  for (const one of found) add(collected, 'schema', ranks.schema, 'before', one)
}

export async function readExtensions(collected: Collected): Promise<void> {
  const found = await rowsOf<Made>(
    collected,
    `SELECT e.oid, format('EXTENSION %I', e.extname) AS target, NULL AS owner, NULL AS acl,
       format('CREATE EXTENSION %I WITH SCHEMA %I VERSION %L',
         e.extname, n.nspname, e.extversion) AS make,
       obj_description(e.oid, 'pg_extension') AS comment
     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1`,
  )
  for (const one of found) add(collected, 'extension', ranks.extension, 'before', one)
}

export async function readCollations(collected: Collected): Promise<void> {
  const locale =
    collected.version >= 170000
      ? 'c.colllocale'
      : collected.version >= 150000
        ? 'c.colliculocale'
        : "CASE c.collprovider WHEN 'i' THEN c.collcollate END"
  const rules = collected.version >= 160000 ? 'c.collicurules' : 'NULL::text'
  const found = await rowsOf<Made>(
    collected,
    `SELECT c.oid, format('COLLATION %I.%I', n.nspname, c.collname) AS target, NULL AS acl,
       ${ownerSql('c.collowner')}, obj_description(c.oid, 'pg_collation') AS comment,
       format('CREATE COLLATION %I.%I (PROVIDER = %s, DETERMINISTIC = %s, %s%s)',
         n.nspname, c.collname,
         CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
         CASE WHEN c.collisdeterministic THEN 'true' ELSE 'false' END,
         CASE WHEN ${locale} IS NULL
           THEN format('LC_COLLATE = %L, LC_CTYPE = %L', c.collcollate, c.collctype)
           ELSE format('LOCALE = %L', ${locale}) END,
         CASE WHEN ${rules} IS NULL THEN '' ELSE format(', RULES = %L', ${rules}) END) AS make
     FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
     WHERE ${ownSchema} AND ${notOfExtension('collation', 'c.oid')} ORDER BY 1`,
  )
  for (const one of found) add(collected, 'collation', ranks.collation, 'before', one)
}

/** The collation to write, when it is not the type's own. */
export function collationSql(own: string, usual: string): string {
  return `CASE WHEN ${own} <> 0 AND ${own} <> ${usual} THEN (SELECT format(' COLLATE %I.%I',
    cn.nspname, co.collname) FROM pg_collation co
    JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = ${own}) ELSE '' END`
}

export async function readTypes(collected: Collected): Promise<void> {
  const found = await rowsOf<Made & { readonly typtype: string }>(
    collected,
    `SELECT t.oid, t.typtype, format('%s %I.%I', CASE t.typtype WHEN 'd' THEN 'DOMAIN'
         ELSE 'TYPE' END, n.nspname, t.typname) AS target, ${ownerSql('t.typowner')},
       ${aclSql('t.typacl', 'T', 't.typowner')}, obj_description(t.oid, 'pg_type') AS comment,
       CASE t.typtype WHEN 'e' THEN ${enumSql} WHEN 'c' THEN ${compositeSql}
         WHEN 'd' THEN ${domainSql} WHEN 'r' THEN ${rangeSql(collected.version)} END AS make
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     LEFT JOIN pg_class rel ON rel.oid = t.typrelid
     WHERE ${ownSchema} AND ${notOfExtension('type', 't.oid')} AND t.typisdefined
       AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND rel.relkind = 'c') ORDER BY 1`,
  )
  for (const one of found) {
    const domain = one.typtype === 'd'
    // A privilege on a domain is granted on it as on a type, which both words allow.
    add(collected, 'type', ranks.type, 'before', one, domain ? {} : { alter: one.target })
  }
  await readTypeDetails(collected)
}

const enumSql = `format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
  (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
   FROM pg_enum WHERE enumtypid = t.oid))`

const compositeSql = `format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
  (SELECT string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
     ${collationSql('a.attcollation', '(SELECT typcollation FROM pg_type WHERE oid = a.atttypid)')}),
     ', ' ORDER BY a.attnum) FROM pg_attribute a
   WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))`

const domainSql = `format('CREATE DOMAIN %I.%I AS %s%s%s%s%s', n.nspname, t.typname,
  format_type(t.typbasetype, t.typtypmod),
  ${collationSql('t.typcollation', '(SELECT typcollation FROM pg_type WHERE oid = t.typbasetype)')},
  CASE WHEN t.typdefaultbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0)
    WHEN t.typdefault IS NOT NULL THEN ' DEFAULT ' || quote_literal(t.typdefault) ELSE '' END,
  CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END,
  coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), ''
    ORDER BY conname) FROM pg_constraint
    WHERE contypid = t.oid AND contype = 'c' AND convalidated), ''))`

function rangeSql(version: number): string {
  const many =
    version >= 140000
      ? `(SELECT format(', MULTIRANGE_TYPE_NAME = %I.%I', mn.nspname, mt.typname) FROM pg_type mt
          JOIN pg_namespace mn ON mn.oid = mt.typnamespace WHERE mt.oid = r.rngmultitypid)`
      : "''"
  return `(SELECT CASE WHEN r.rngcanonical <> 0 THEN NULL ELSE
    format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s, SUBTYPE_OPCLASS = %s%s%s%s)',
    n.nspname, t.typname, format_type(r.rngsubtype, NULL),
    (SELECT format('%I.%I', ocn.nspname, opcname) FROM pg_opclass oc
     JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace WHERE oc.oid = r.rngsubopc),
    (SELECT format(', COLLATION = %I.%I', cn.nspname, co.collname) FROM pg_collation co
     JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = r.rngcollation),
    (SELECT format(', SUBTYPE_DIFF = %I.%I', pn.nspname, p.proname) FROM pg_proc p
     JOIN pg_namespace pn ON pn.oid = p.pronamespace WHERE p.oid = r.rngsubdiff::oid),
    ${many}) END FROM pg_range r WHERE r.rngtypid = t.oid)`
}

/** Checks of domains that hold for new values only, comments of checks and of parts of types. */
async function readTypeDetails(collected: Collected): Promise<void> {
  const late = await rowsOf<{ oid: number; type: number; name: string; make: string }>(
    collected,
    `SELECT c.oid, c.contypid AS type, format('%I ON DOMAIN %I.%I', c.conname, n.nspname,
       t.typname) AS name, format('ALTER DOMAIN %I.%I ADD CONSTRAINT %I %s', n.nspname,
       t.typname, c.conname, pg_get_constraintdef(c.oid)) AS make
     FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid
     JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE c.contype = 'c' AND NOT c.convalidated AND ${ownSchema}
       AND ${notOfExtension('type', 't.oid')}`,
  )
  for (const { oid, type, name, make } of late) {
    const key = keyOf('constraint', oid)
    const needs = [keyOf('type', type)]
    const rank = ranks.constraint
    collected.objects.push({ key, name, rank, side: 'after', make: [[make]], needs })
  }
  const comments = await rowsOf<{ make: string }>(
    collected,
    `SELECT format('COMMENT ON COLUMN %I.%I.%I IS %L', n.nspname, rel.relname, a.attname,
       d.description) AS make FROM pg_description d JOIN pg_class rel ON rel.oid = d.objoid
     JOIN pg_namespace n ON n.oid = rel.relnamespace
     JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum = d.objsubid
     WHERE d.classoid = ${classes.relation} AND d.objsubid > 0 AND rel.relkind = 'c'
       AND ${ownSchema} AND ${notOfExtension('type', 'rel.reltype')}
     UNION ALL
     SELECT format('COMMENT ON CONSTRAINT %I ON DOMAIN %I.%I IS %L', c.conname, n.nspname,
       t.typname, obj_description(c.oid, 'pg_constraint'))
     FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid
     JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE obj_description(c.oid, 'pg_constraint') IS NOT NULL AND ${ownSchema}
       AND ${notOfExtension('type', 't.oid')}`,
  )
  collected.settings.push(...comments.map(({ make }): Statement => [make]))
}

export async function readRoutines(collected: Collected): Promise<void> {
  const found = await rowsOf<Made>(
    collected,
    `SELECT p.oid, format('%s %I.%I(%s)', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a'
         THEN 'AGGREGATE' ELSE 'FUNCTION' END, n.nspname, p.proname,
         CASE WHEN p.prokind = 'a' AND pg_get_function_identity_arguments(p.oid) = '' THEN '*'
           ELSE pg_get_function_identity_arguments(p.oid) END) AS target,
       ${ownerSql('p.proowner')}, ${aclSql('p.proacl', 'f', 'p.proowner')},
       obj_description(p.oid, 'pg_proc') AS comment,
       CASE WHEN p.prokind = 'a' THEN ${aggregateSql} ELSE pg_get_functiondef(p.oid) END AS make
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
     WHERE ${ownSchema} AND ${notOfExtension('routine', 'p.oid')}
       AND NOT EXISTS (SELECT 1 FROM pg_depend made WHERE made.classid = ${classes.routine}
         AND made.objid = p.oid AND made.refclassid = ${classes.type} AND made.deptype = 'i')
     ORDER BY 1`,
  )
  for (const one of found) {
    const grant = one.target.replace(/^AGGREGATE/, 'FUNCTION').replace('(*)', '()')
    add(collected, 'routine', ranks.routine, 'either', one, { grant })
  }
}

/** Plain aggregates. Ordered-set, moving and sorted ones give none, which is found and said. */
const aggregateSql = `CASE WHEN g.aggkind = 'n' AND g.aggmtransfn::oid = 0 AND g.aggsortop = 0
  THEN format('CREATE AGGREGATE %I.%I(%s) (SFUNC = %s, STYPE = %s%s%s%s%s%s%s)', n.nspname,
  p.proname,
  CASE WHEN pg_get_function_arguments(p.oid) = '' THEN '*'
    ELSE pg_get_function_arguments(p.oid) END,
  g.aggtransfn::regproc, format_type(g.aggtranstype, NULL),
  CASE WHEN g.aggtransspace <> 0 THEN ', SSPACE = ' || g.aggtransspace ELSE '' END,
  CASE WHEN g.aggfinalfn::oid <> 0 THEN ', FINALFUNC = ' || g.aggfinalfn::regproc ||
    CASE WHEN g.aggfinalextra THEN ', FINALFUNC_EXTRA' ELSE '' END ||
    ', FINALFUNC_MODIFY = ' || CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY'
      WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END ELSE '' END,
  CASE WHEN g.aggcombinefn::oid <> 0 THEN ', COMBINEFUNC = ' || g.aggcombinefn::regproc ELSE '' END,
  CASE WHEN g.aggserialfn::oid <> 0 THEN ', SERIALFUNC = ' || g.aggserialfn::regproc ||
    ', DESERIALFUNC = ' || g.aggdeserialfn::regproc ELSE '' END,
  CASE WHEN g.agginitval IS NOT NULL THEN ', INITCOND = ' || quote_literal(g.agginitval)
    ELSE '' END,
  ', PARALLEL = ' || CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED'
    ELSE 'UNSAFE' END) END`

/** Adds an object that one text makes. */
export function add(
  collected: Collected,
  kind: keyof typeof classes,
  rank: number,
  side: 'before' | 'after' | 'either',
  one: Made,
  words: Parameters<typeof dress>[2] = {},
): void {
  if (typeof one.make !== 'string') {
    collected.beyond.push(one.target)
    return
  }
  collected.objects.push({
    ...{ key: keyOf(kind, one.oid), name: one.target, rank, side, needs: [] },
    make: [[one.make], ...dress(collected, one, words)],
  })
}

export function commentOn(target: string, comment: string | null): readonly Statement[] {
  return comment === null ? [] : [[`COMMENT ON ${target} IS ${quoteText(comment)}`]]
}
