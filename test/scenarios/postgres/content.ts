// What is in a database, looked at directly: every row of every table, and how it is built.
// Where sequences stand is left out: PostgreSQL does not take that back either.
import { createHash } from 'node:crypto'

import type pg from 'pg'

/** By name: a table's hash over its rows in whatever order, or an object's over its definition. */
export type Content = ReadonlyMap<string, string>

const ours = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE 'holdpoint%'`

const builtSql = `
SELECT format('relation %s.%s', n.nspname, c.relname), concat_ws(' ', c.relkind, c.relowner::regrole,
    c.relacl, c.relrowsecurity, CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
    pg_get_expr(c.relpartbound, c.oid), obj_description(c.oid))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND ${ours}
UNION ALL
SELECT format('columns of %s.%s', n.nspname, c.relname), string_agg(concat_ws(' ', a.attname,
    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
    pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attname)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid =
  c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND ${ours}
  GROUP BY n.nspname, c.relname
UNION ALL
SELECT format('constraint %s of %s', k.conname, k.conrelid::regclass), pg_get_constraintdef(k.oid)
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.conrelid <> 0 AND
  ${ours}
UNION ALL
SELECT format('index %s', c.relname), pg_get_indexdef(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'I') AND ${ours}
UNION ALL
SELECT format('trigger %s of %s', t.tgname, t.tgrelid::regclass), pg_get_triggerdef(t.oid) || t.tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid =
  c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgname NOT LIKE 'holdpoint%' AND t.tgname NOT LIKE 'zz\\_holdpoint%'
    AND ${ours}
UNION ALL
SELECT format('function %s', p.oid::regprocedure), pg_get_functiondef(p.oid)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind = 'f' AND ${ours}
UNION ALL
SELECT format('type %s.%s', n.nspname, t.typname),
    (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE
    e.enumtypid = t.oid)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND ${ours}
`

/** Columns by name: one that was dropped comes back as the last. */
const tablesSql = `
SELECT n.nspname, c.relname, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND ${ours} ORDER BY 1, 2`

export async function contentOf(client: pg.Client): Promise<Content> {
  await client.query(`SET search_path = public; SET timezone = 'UTC'; SET extra_float_digits = 3`)
  const content = new Map<string, string>()
  const built = await client.query<[string, string | null]>({ text: builtSql, rowMode: 'array' })
  for (const [name, definition] of built.rows) content.set(name, definition ?? '')
  const tables = await client.query<[string, string, string | null]>({
    text: tablesSql,
    rowMode: 'array',
  })
  for (const [schema, name, columns] of tables.rows) {
    const { rows } = await client.query<[string]>({
      text:
        `SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(h, '' ORDER BY h)), '') ` +
        `FROM (SELECT md5(ROW(${columns ?? ''})::text) AS h FROM ONLY ${quoted(schema)}.${quoted(name)}) x`,
      rowMode: 'array',
    })
    content.set(`rows of ${schema}.${name}`, rows[0]?.[0] ?? '')
  }
  return content
}

export function hashOf(content: Content): string {
  const lines = [...content].map(([name, what]) => `${name}: ${what}`).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** One line for each that is different; empty when the same. */
export function differences(before: Content, now: Content): readonly string[] {
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name), now.get(name)]
    if (was === is) return []
    return [`${name}: was ${was ?? 'not there'}; is ${is ?? 'gone'}`]
  })
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
