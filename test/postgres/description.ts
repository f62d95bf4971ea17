// What a schema is, as lines of text: to compare before an action with after its undo.
import type pg from 'pg'

/** Every column but its place in the table: one that came back is the last. */
const descriptions: readonly string[] = [
  `SELECT format('column %s.%s %s notnull=%s default=%s identity=%s generated=%s acl=%s comment=%s collation=%s', c.oid::regclass, a.attname,
    format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
        a.attidentity, a.attgenerated, a.attacl,
    col_description(c.oid, a.attnum), a.attcollation::regcollation)
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace s
       ON s.oid = c.relnamespace
   LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE s.nspname ~ $1 AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped`,
  `SELECT format('%s %s owner=%s acl=%s rls=%s options=%s bound=%s comment=%s replica=%s def=%s', c.relkind, c.oid::regclass, c.relowner::regrole, c.relacl,
    c.relrowsecurity, c.reloptions, pg_get_expr(c.relpartbound, c.oid), obj_description(c.oid,
        'pg_class'), c.relreplident, CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
   FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname ~ $1 AND
     c.relkind IN ('r', 'p', 'v', 'm', 'S')`,
  `SELECT format('constraint %s on %s %s %s', k.conname, coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text), pg_get_constraintdef(k.oid), k.convalidated)
   FROM pg_constraint k JOIN pg_namespace s ON s.oid = k.connamespace WHERE s.nspname ~ $1`,
  `SELECT format('index %s', pg_get_indexdef(i.indexrelid)) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
   JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname ~ $1 AND c.relkind <> 't'`,
  `SELECT format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname ~ $1 AND NOT t.tgisinternal`,
  `SELECT format('policy %s on %s %s %s %s', p.polname, p.polrelid::regclass, pg_get_expr(p.polqual, p.polrelid), p.polcmd, p.polroles::regrole[])
   FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace s ON s.oid =
     c.relnamespace WHERE s.nspname ~ $1`,
  `SELECT format('routine %s %s %s %s', p.oid::regprocedure, p.proacl, p.proowner::regrole, p.prosrc) FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace
   WHERE s.nspname ~ $1`,
  `SELECT format('type %s %s %s', t.oid::regtype, t.typtype, (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
   FROM pg_type t JOIN pg_namespace s ON s.oid = t.typnamespace WHERE s.nspname ~ $1`,
  `SELECT format('schema %s %s %s %s', s.nspname, s.nspowner::regrole, s.nspacl, obj_description(s.oid, 'pg_namespace')) FROM pg_namespace s WHERE s.nspname ~ $1`,
  `SELECT format('inherits %s %s', h.inhrelid::regclass, h.inhparent::regclass) FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
   JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname ~ $1`,
  `SELECT format('rule %s', pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace s ON s.oid = c.relnamespace
   WHERE s.nspname ~ $1 AND c.relkind <> 'v' AND c.relkind <> 'm'`,
]

/** `schemas` is a regular expression of names. */
export async function describeSchemas(
  client: pg.Client,
  schemas: string,
): Promise<readonly string[]> {
  const lines: string[] = []
  for (const sql of descriptions) {
    const { rows } = await client.query<[string]>({
      text: sql,
      values: [schemas],
      rowMode: 'array',
    })
    lines.push(...rows.map((row) => row[0]))
  }
  return lines.sort()
}

/** Every table and materialized view that holds rows, with its rows sorted, columns by name. */
export async function contentOf(client: pg.Client, schemas: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; columns: string | null }>(
    `SELECT c.oid::regclass::text AS name, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
       FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS
           columns
     FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
     WHERE s.nspname ~ $1 AND c.relkind IN ('r', 'm', 'p') ORDER BY 1`,
    [schemas],
  )
  if (rows.length === 0) return []
  const parts = rows.map(
    ({
      name,
      columns,
    }) => `SELECT '${name.replaceAll("'", "''")}' AS name, coalesce(string_agg(x.t, ';' ORDER BY x.t), '') AS rows
      FROM (SELECT ROW(${columns ?? ''})::text COLLATE "C" AS t FROM ${name}) x`,
  )
  const found = await client.query<{ name: string; rows: string }>(parts.join('\nUNION ALL\n'))
  return found.rows.map((row) => `${row.name}: ${row.rows}`)
}
