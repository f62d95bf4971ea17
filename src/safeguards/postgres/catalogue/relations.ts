// Sequences, tables with their columns, partitions and inheritance, views.
import { quoteName } from '../statement.ts'
import type { Statement } from '../statement.ts'
import { aclSql, classes, dress, exploded, grantOf, keyOf, notOfExtension } from './collected.ts'
import { ownSchema, ownerSql, ranks, rowsOf } from './collected.ts'
import type { Acl, Collected, Owned } from './collected.ts'
import { collationSql, commentOn } from './foundations.ts'

interface Sequence extends Owned {
  readonly name: string
  readonly options: string
  readonly unlogged: boolean
  readonly linked: 'a' | 'i' | null
  readonly table: number | null
  readonly column: string | null
}

const relationName = "format('%I.%I', n.nspname, c.relname)"

export async function readSequences(collected: Collected): Promise<void> {
  const found = await rowsOf<Sequence>(
    collected,
    `SELECT c.oid, ${relationName} AS name, 'SEQUENCE ' || ${relationName} AS target,
       ${ownerSql('c.relowner')}, ${aclSql('c.relacl', 's', 'c.relowner')},
       obj_description(c.oid, 'pg_class') AS comment, ${sequenceOptions} AS options,
       c.relpersistence = 'u' AS unlogged, d.deptype AS linked, d.refobjid AS table,
       (SELECT format('%I.%I.%I', tn.nspname, t.relname, a.attname) FROM pg_class t
        JOIN pg_namespace tn ON tn.oid = t.relnamespace JOIN pg_attribute a
        ON a.attrelid = t.oid AND a.attnum = d.refobjsubid WHERE t.oid = d.refobjid) AS column
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_sequence s ON s.seqrelid = c.oid
     LEFT JOIN pg_depend d ON d.classid = ${classes.relation} AND d.objid = c.oid
       AND d.refclassid = ${classes.relation} AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
     WHERE c.relkind = 'S' AND ${ownSchema} AND ${notOfExtension('relation', 'c.oid')} ORDER BY 1`,
  )
  for (const one of found) addSequence(collected, one)
}

const sequenceOptions = `format('AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
  format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
  CASE WHEN s.seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END)`

function addSequence(collected: Collected, one: Sequence): void {
  const key = keyOf('relation', one.oid)
  const owner = one.linked === 'i' ? null : one.owner
  const dressed = dress(collected, { ...one, owner })
  const made: Statement[] = [
    [`CREATE ${one.unlogged ? 'UNLOGGED ' : ''}SEQUENCE ${one.name} ${one.options}`],
  ]
  const needs = one.linked === 'i' && one.table !== null ? [keyOf('relation', one.table)] : []
  collected.objects.push({
    ...{ key, name: one.target, rank: ranks.sequence, side: 'before', needs },
    make: one.linked === 'i' ? dressed : [...made, ...dressed],
  })
  if (one.linked !== 'a' || one.table === null || one.column === null) return
  collected.objects.push({
    ...{ key: `owned:${one.oid}`, name: one.target, rank: ranks.default, side: 'before' },
    make: [[`ALTER SEQUENCE ${one.name} OWNED BY ${one.column}`]],
    needs: [key, keyOf('relation', one.table)],
  })
}

interface Relation extends Owned {
  readonly name: string
  readonly kind: 'r' | 'p' | 'v' | 'm'
  readonly unlogged: boolean
  readonly options: string | null
  readonly toast: string | null
  readonly method: string | null
  readonly partkey: string | null
  readonly bound: string | null
  readonly parents: readonly string[]
  readonly parentOids: readonly number[]
  readonly view: string | null
  readonly populated: boolean
  readonly secured: boolean
  readonly forced: boolean
  readonly identity: string
  readonly typed: boolean
}

export async function readRelations(collected: Collected): Promise<void> {
  const columns = await readColumns(collected)
  const found = await rowsOf<Relation>(
    collected,
    `SELECT c.oid, c.relkind AS kind, ${relationName} AS name, CASE c.relkind WHEN 'v' THEN 'VIEW '
         WHEN 'm' THEN 'MATERIALIZED VIEW ' ELSE 'TABLE ' END || ${relationName} AS target,
       ${ownerSql('c.relowner')}, ${aclSql('c.relacl', 'r', 'c.relowner')},
       obj_description(c.oid, 'pg_class') AS comment, c.relpersistence = 'u' AS unlogged,
       ${optionsSql('c.reloptions', '')} AS options,
       (SELECT ${optionsSql('t.reloptions', 'toast.')} FROM pg_class t
        WHERE t.oid = c.reltoastrelid) AS toast,
       (SELECT amname FROM pg_am WHERE oid = c.relam AND amname <> 'heap') AS method,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partkey,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       ARRAY(SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_inherits i
         JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
         WHERE i.inhrelid = c.oid ORDER BY i.inhseqno) AS parents,
       ARRAY(SELECT inhparent::bigint FROM pg_inherits WHERE inhrelid = c.oid) AS "parentOids",
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS view,
       c.relispopulated AS populated, c.relrowsecurity AS secured, c.relreplident AS identity,
       c.relforcerowsecurity AS forced, c.reloftype <> 0 AS typed
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm') AND ${ownSchema}
       AND ${notOfExtension('relation', 'c.oid')} ORDER BY 1`,
  )
  for (const one of found) {
    const own = columns.get(one.oid) ?? []
    if (one.kind === 'v' || one.kind === 'm') addView(collected, one, own)
    else addTable(collected, one, own)
  }
}

function optionsSql(options: string, prefix: string): string {
  return `(SELECT string_agg('${prefix}' || quote_ident(split_part(o, '=', 1)) || '=' ||
    quote_literal(substr(o, strpos(o, '=') + 1)), ', ' ORDER BY o) FROM unnest(${options}) o)`
}

interface Column {
  readonly relation: number
  readonly name: string
  readonly type: string
  readonly collation: string
  readonly notnull: boolean
  readonly local: boolean
  readonly generated: string | null
  readonly virtual: boolean
  readonly identity: string
  readonly sequence: string | null
  readonly storage: string | null
  readonly compression: string | null
  readonly target: number | null
  readonly options: string | null
  readonly comment: string | null
  readonly acl: Acl | null
  readonly owner: string
  /** PostgreSQL 18: the constraint that says so, when it has one of its own */
  readonly constraint: Readonly<{ name: string; local: boolean; only: boolean }> | null
  readonly late: boolean
}

async function readColumns(collected: Collected): Promise<ReadonlyMap<number, readonly Column[]>> {
  const { version } = collected
  const compression = version >= 140000 ? "nullif(a.attcompression, '')" : 'NULL::text'
  const found = await rowsOf<Column>(
    collected,
    `SELECT a.attrelid AS relation, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       ${collationSql('a.attcollation', 't.typcollation')} AS collation, a.attnotnull AS notnull,
       a.attislocal AS local, a.attgenerated = 'v' AS virtual, a.attidentity AS identity,
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generated,
       (SELECT format('SEQUENCE NAME %I.%I %s', sn.nspname, sc.relname,
          regexp_replace(${sequenceOptions}, '^AS \\w+ ', '')) FROM pg_depend sd
        JOIN pg_class sc ON sc.oid = sd.objid AND sc.relkind = 'S'
        JOIN pg_namespace sn ON sn.oid = sc.relnamespace JOIN pg_sequence s ON s.seqrelid = sc.oid
        WHERE sd.classid = ${classes.relation} AND sd.refclassid = ${classes.relation}
          AND sd.refobjid = a.attrelid AND sd.refobjsubid = a.attnum AND sd.deptype = 'i'
        LIMIT 1) AS sequence,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
       ${compression} AS compression, CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END
         AS target, ${optionsSql('a.attoptions', '')} AS options,
       col_description(a.attrelid, a.attnum) AS comment, ${exploded('a.attacl')} AS acl,
       ${ownerSql('c.relowner')}, ${notNullSql(version)}
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm')
       AND ${ownSchema} AND ${notOfExtension('relation', 'c.oid')} ORDER BY a.attrelid, a.attnum`,
  )
  const byRelation = new Map<number, Column[]>()
  for (const one of found) {
    const known = byRelation.get(one.relation)
    if (known === undefined) byRelation.set(one.relation, [one])
    else known.push(one)
  }
  return byRelation
}

function notNullSql(version: number): string {
  if (version < 180000) return 'NULL AS constraint, false AS late'
  const from = `FROM pg_constraint nn WHERE nn.conrelid = a.attrelid AND nn.contype = 'n'
    AND nn.conkey[1] = a.attnum`
  return `(SELECT json_build_object('name', nn.conname, 'local', nn.conislocal,
    'only', nn.connoinherit) ${from}) AS constraint,
    coalesce((SELECT NOT nn.convalidated ${from}), false) AS late`
}

function addTable(collected: Collected, one: Relation, columns: readonly Column[]): void {
  const key = keyOf('relation', one.oid)
  if (one.typed) collected.beyond.push(`${one.target} (a table of a type)`)
  const partition = one.bound !== null
  const listed = partition ? columns : columns.filter(({ local }) => local)
  const inherits =
    partition || one.parents.length === 0 ? '' : ` INHERITS (${one.parents.join(', ')})`
  const options = [one.options, one.toast].filter((text) => text !== null).join(', ')
  const make =
    `CREATE ${one.unlogged ? 'UNLOGGED ' : ''}TABLE ${one.name} (` +
    `${listed.map(columnText).join(', ')})${inherits}` +
    (one.partkey === null ? '' : ` PARTITION BY ${one.partkey}`) +
    (one.method === null ? '' : ` USING ${quoteName(one.method)}`) +
    (options === '' ? '' : ` WITH (${options})`)
  collected.objects.push({
    ...{ key, name: one.target, rank: ranks.table, side: 'before', needs: [] },
    make: [
      [make],
      ...columns.flatMap((column) => columnDetails(one.name, column, listed.includes(column))),
      ...dress(collected, one, { grant: `TABLE ${one.name}` }),
      ...columnComments(collected, one, columns),
      ...securityOf(one),
    ],
  })
  if (!partition) return
  const make2 = `ALTER TABLE ONLY ${one.parents[0] ?? ''} ATTACH PARTITION ${one.name} ${one.bound}`
  const needs = [key, ...one.parentOids.map((oid) => keyOf('relation', oid))]
  collected.objects.push({
    ...{ key: `attach:${one.oid}`, name: one.target, rank: ranks.attach, side: 'before' },
    ...{ make: [[make2]], needs },
  })
}

function columnText(column: Column): string {
  const { name, type, collation, generated, virtual, identity, sequence, notnull } = column
  const text = [`${quoteName(name)} ${type}${collation}`]
  if (generated !== null) {
    text.push(`GENERATED ALWAYS AS (${generated}) ${virtual ? 'VIRTUAL' : 'STORED'}`)
  } else if (identity !== '' && sequence !== null) {
    text.push(`GENERATED ${identity === 'a' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (${sequence})`)
  }
  if (notnull && !column.late) text.push(notNullText(column))
  return text.join(' ')
}

function notNullText({ constraint }: Column): string {
  if (constraint === null) return 'NOT NULL'
  return `CONSTRAINT ${quoteName(constraint.name)} NOT NULL${constraint.only ? ' NO INHERIT' : ''}`
}

const storages: Readonly<Record<string, string>> = {
  p: 'PLAIN',
  e: 'EXTERNAL',
  m: 'MAIN',
  x: 'EXTENDED',
}

function columnDetails(table: string, column: Column, listed: boolean): readonly Statement[] {
  const alter = `ALTER TABLE ONLY ${table} ALTER COLUMN ${quoteName(column.name)}`
  const made: Statement[] = []
  const { storage, compression, target, options, constraint } = column
  if (storage !== null) made.push([`${alter} SET STORAGE ${storages[storage] ?? storage}`])
  if (compression !== null) {
    made.push([`${alter} SET COMPRESSION ${compression === 'l' ? 'lz4' : 'pglz'}`])
  }
  if (target !== null) made.push([`${alter} SET STATISTICS ${target}`])
  if (options !== null) made.push([`${alter} SET (${options})`])
  if (!listed && column.notnull && !column.late) {
    if (constraint === null) made.push([`${alter} SET NOT NULL`])
    else if (constraint.local) {
      const name = `ADD CONSTRAINT ${quoteName(constraint.name)}`
      made.push([`ALTER TABLE ONLY ${table} ${name} NOT NULL ${quoteName(column.name)}`])
    }
  }
  return made
}

function columnComments(
  collected: Collected,
  one: Relation,
  columns: readonly Column[],
): readonly Statement[] {
  for (const { name, acl } of columns) {
    for (const [grantee, privilege, grantable] of acl ?? []) {
      const onColumn = `${privilege} (${quoteName(name)})`
      const grant = grantOf([grantee, onColumn, grantable], ` ON TABLE ${one.name}`)
      collected.privileges.push(grant)
    }
  }
  return columns.flatMap(({ name, comment }) =>
    commentOn(`COLUMN ${one.name}.${quoteName(name)}`, comment),
  )
}

function securityOf(one: Relation): readonly Statement[] {
  const alter = `ALTER TABLE ONLY ${one.name}`
  const made: Statement[] = []
  if (one.secured) made.push([`${alter} ENABLE ROW LEVEL SECURITY`])
  if (one.forced) made.push([`${alter} FORCE ROW LEVEL SECURITY`])
  if (one.identity === 'f') made.push([`${alter} REPLICA IDENTITY FULL`])
  if (one.identity === 'n') made.push([`${alter} REPLICA IDENTITY NOTHING`])
  return made
}

function addView(collected: Collected, one: Relation, columns: readonly Column[]): void {
  const key = keyOf('relation', one.oid)
  const material = one.kind === 'm'
  const options = one.options === null ? '' : ` WITH (${one.options})`
  const method = material && one.method !== null ? ` USING ${quoteName(one.method)}` : ''
  const text = (one.view ?? '').replace(/;\s*$/, '')
  const make =
    `CREATE ${one.target}${method}${options} AS\n${text}` + (material ? '\nWITH NO DATA' : '')
  collected.objects.push({
    ...{ key, name: one.target, rank: ranks.view, side: 'either', needs: [] },
    make: [
      [make],
      ...(material ? columns.flatMap((column) => columnDetails(one.name, column, true)) : []),
      ...dress(collected, one, { grant: `TABLE ${one.name}` }),
      ...columnComments(collected, one, columns),
    ],
  })
  if (material && one.populated) {
    collected.refreshed.set(key, [`REFRESH MATERIALIZED VIEW ${one.name}`])
  }
}

/** Defaults stand alone: what they call may lean on the table. */
export async function readDefaults(collected: Collected): Promise<void> {
  const found = await rowsOf<{ oid: number; name: string; make: string }>(
    collected,
    `SELECT d.oid, ${relationName} AS name,
       format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I SET DEFAULT %s', n.nspname, c.relname,
         a.attname, pg_get_expr(d.adbin, d.adrelid)) AS make
     FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
     WHERE a.attgenerated = '' AND ${ownSchema} AND ${notOfExtension('relation', 'c.oid')}
     ORDER BY 1`,
  )
  for (const { oid, name, make } of found) {
    const key = keyOf('default', oid)
    const rank = ranks.default
    collected.objects.push({ key, name, rank, side: 'either', make: [[make]], needs: [] })
  }
}
