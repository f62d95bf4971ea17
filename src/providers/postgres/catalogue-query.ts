// The catalogue in one query, on the agent's own session. The agent decides what its search path
// is and may own functions and operators: every name here says its schema, operators too.
import type { Catalogue } from './catalogue.ts'

/** Written plainly, and qualified by `qualified`: `=` becomes `OPERATOR(pg_catalog.=)`. */
function qualified(sql: string): string {
  return sql
    .replace(/ (=|<>|>=|<|~~|!~~|\|\||-) /g, ' OPERATOR(pg_catalog.$1) ')
    .replace(/::("?\w+"?)/g, '::pg_catalog.$1')
    .replace(/\b(FROM|JOIN) (pg_\w+)/g, '$1 pg_catalog.$2')
    .replace(
      /(?<![.\w])(json_\w+|pg_\w+|current_\w+|array_\w+|unnest|generate_\w+)\(/g,
      'pg_catalog.$1(',
    )
}

const systemSchema = `n.nspname = ANY (ARRAY['pg_catalog'::name, 'information_schema'::name, 'pg_toast'::name])`
const foreignTemporary = `(n.nspname::text ~~ 'pg_temp%' OR n.nspname::text ~~ 'pg_toast_temp%') AND n.oid <> pg_my_temp_schema()`
const mine = `NOT (${systemSchema}) AND NOT (${foreignTemporary})`
/** Oids below this one came with the server. */
const own = `'16384'::oid`

/**
 * pg_get_viewdef and pg_get_ruledef ask the catalogue in SQL of their own, whose `=` is looked up on
 * the search path: where something stands before pg_catalog there, they are not called.
 */
const trusted = `(SELECT array_position(array_remove(current_schemas(true), (SELECT n.nspname
  FROM pg_namespace n WHERE n.oid = pg_my_temp_schema())), 'pg_catalog'::name) = 1)`

function list(expression: string, from: string): string {
  return `COALESCE((SELECT json_agg(${expression}) ${from}), '[]'::json)`
}

const session = `json_build_object(
  'user', current_user::text, 'sessionUser', session_user::text,
  'superuser', current_setting('is_superuser') = 'on',
  'searchPath', current_schemas(true), 'searchPathText', current_setting('search_path'),
  'temporary', COALESCE((SELECT n.nspname::text FROM pg_namespace n WHERE n.oid = pg_my_temp_schema()), ''),
  'replicationRole', current_setting('session_replication_role'),
  'conformingStrings', current_setting('standard_conforming_strings') = 'on',
  'encoding', current_setting('client_encoding'))`

const schemas = list(
  `json_build_object('name', n.nspname, 'owner', pg_get_userbyid(n.nspowner))`,
  `FROM pg_namespace n WHERE ${mine}`,
)

const columns = list(
  `json_build_object('name', a.attname, 'identity', a.attidentity, 'generated', a.attgenerated)`,
  `FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum >= 1::int2 AND NOT a.attisdropped
   AND c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'v'::"char", 'm'::"char", 'f'::"char"])`,
)

/** Only what calls something can do something: the rest (`0`, `'new'::text`) is not fetched. */
const expressions = list(
  `x.e`,
  `FROM (SELECT pg_get_expr(d.adbin, d.adrelid) e FROM pg_attrdef d WHERE d.adrelid = c.oid
    UNION ALL SELECT pg_get_expr(k.conbin, k.conrelid) FROM pg_constraint k
      WHERE k.conrelid = c.oid AND k.contype = 'c'
    UNION ALL SELECT pg_get_expr(i.indexprs, i.indrelid) FROM pg_index i
      WHERE i.indrelid = c.oid AND i.indexprs IS NOT NULL
    UNION ALL SELECT pg_get_expr(i.indpred, i.indrelid) FROM pg_index i
      WHERE i.indrelid = c.oid AND i.indpred IS NOT NULL
    UNION ALL SELECT pg_get_expr(p.partexprs, p.partrelid) FROM pg_partitioned_table p
      WHERE p.partrelid = c.oid AND p.partexprs IS NOT NULL) x
   WHERE x.e ~~ '%(%' OR x.e ~~ '%OPERATOR%'`,
)

const policies = list(
  `x.e`,
  `FROM (SELECT pg_get_expr(p.polqual, p.polrelid) e FROM pg_policy p WHERE p.polrelid = c.oid
    UNION ALL SELECT pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p
      WHERE p.polrelid = c.oid) x WHERE x.e IS NOT NULL`,
)

const triggers = list(
  `json_build_object('name', t.tgname, 'type', t.tgtype, 'enabled', t.tgenabled, 'routine', t.tgfoid,
     'definition', CASE WHEN t.tgqual IS NULL THEN NULL ELSE pg_get_triggerdef(t.oid) END)`,
  `FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal`,
)

const rules = list(
  `CASE WHEN ${trusted} THEN pg_get_ruledef(r.oid) ELSE '' END`,
  `FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'::name`,
)

const relations = list(
  `json_build_object('oid', c.oid, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind,
     'persistence', c.relpersistence, 'owner', pg_get_userbyid(c.relowner),
     'columns', ${columns},
     'parents', ${list('h.inhparent', 'FROM pg_inherits h WHERE h.inhrelid = c.oid')},
     'table', CASE WHEN c.relkind = ANY (ARRAY['i'::"char", 'I'::"char"])
       THEN (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = c.oid)
       WHEN c.relkind = 'S'
       THEN (SELECT d.refobjid FROM pg_depend d WHERE d.classid = 1259::oid AND d.objid = c.oid
         AND d.refclassid = 1259::oid AND d.refobjsubid <> 0
         AND d.deptype = ANY (ARRAY['a'::"char", 'i'::"char"]) LIMIT 1)
       ELSE NULL END,
     'definition', CASE WHEN c.relkind = ANY (ARRAY['v'::"char", 'm'::"char"]) AND ${trusted}
       THEN pg_get_viewdef(c.oid) ELSE NULL END,
     'rowSecurity', c.relrowsecurity, 'expressions', ${expressions}, 'policies', ${policies},
     'triggers', CASE WHEN c.relhastriggers THEN ${triggers} ELSE '[]'::json END,
     'rules', CASE WHEN c.relhasrules THEN ${rules} ELSE '[]'::json END)`,
  `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${mine} AND c.relkind <> 't'`,
)

const keyColumns = (table: string, keys: string): string =>
  list(
    'a.attname',
    `FROM unnest(${keys}) WITH ORDINALITY u(k, o)
     JOIN pg_attribute a ON a.attnum = u.k AND a.attrelid = ${table}`,
  )

const foreignKeys = list(
  `json_build_object('name', k.conname, 'from', k.conrelid, 'to', k.confrelid,
     'columns', ${keyColumns('k.conrelid', 'k.conkey')},
     'keys', ${keyColumns('k.confrelid', 'k.confkey')},
     'onDelete', k.confdeltype, 'onUpdate', k.confupdtype,
     'inherited', k.conparentid <> 0::oid)`,
  `FROM pg_constraint k WHERE k.contype = 'f'`,
)

const extensionOf = `(SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
   WHERE d.classid = 1255::oid AND d.objid = p.oid AND d.refclassid = 3079::oid
   AND d.deptype = 'e' LIMIT 1)`

const routines = list(
  `json_build_object('oid', p.oid, 'schema', n.nspname, 'name', p.proname, 'kind', p.prokind,
     'language', l.lanname, 'volatility', p.provolatile, 'owner', pg_get_userbyid(p.proowner),
     'securityDefiner', p.prosecdef,
     'arguments', ARRAY[p.pronargs - p.pronargdefaults,
       CASE WHEN p.provariadic = 0::oid THEN COALESCE(array_length(p.proallargtypes, 1),
       p.pronargs::int4)
       ELSE -1 END],
     'ofRow', (p.pronargs - p.pronargdefaults)::int4 < 2 AND EXISTS (SELECT FROM pg_type t
       WHERE t.oid = p.proargtypes[0] AND (t.typtype = 'c' OR t.typtype = 'p' OR t.typtype = 'd')),
     'settings', COALESCE(p.proconfig, ARRAY[]::text[]),
     'definition', CASE WHEN p.prokind = 'a' OR l.lanname = ANY (ARRAY['c'::name, 'internal'::name])
       THEN NULL ELSE pg_get_functiondef(p.oid) END,
     'extension', x.extension, 'signature', pg_get_function_identity_arguments(p.oid))`,
  `FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   JOIN pg_language l ON l.oid = p.prolang
   CROSS JOIN LATERAL (SELECT ${extensionOf} extension) x
   WHERE (p.oid >= ${own} OR NOT (${systemSchema})) AND NOT (${foreignTemporary})`,
)

const domains = list(
  `json_build_object('schema', n.nspname, 'name', t.typname, 'checks',
     ${list('pg_get_expr(k.conbin, 0::oid)', `FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'`)})`,
  `FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND ${mine}`,
)

/** Arrays of a type are of that type, too. */
const typed = list(
  `json_build_object('table', x.attrelid, 'type', n.nspname::text || '.' || y.typname::text)`,
  `FROM (SELECT DISTINCT a.attrelid, CASE WHEN t.typelem = 0::oid THEN t.oid ELSE t.typelem END typed
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.atttypid >= ${own} AND NOT a.attisdropped) x
   JOIN pg_type y ON y.oid = x.typed JOIN pg_namespace n ON n.oid = y.typnamespace
   JOIN pg_class c ON c.oid = x.attrelid
   WHERE c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'm'::"char", 'v'::"char", 'f'::"char"])`,
)

/** Those of extensions are left out: whoever installed one trusts its types. */
const ambient = list(
  `x.f`,
  `FROM (SELECT k.castfunc f FROM pg_cast k UNION SELECT o.oprcode FROM pg_operator o
    UNION SELECT m.amproc FROM pg_amproc m UNION SELECT g.aggtransfn FROM pg_aggregate g
    UNION SELECT g.aggfinalfn FROM pg_aggregate g UNION SELECT g.aggcombinefn FROM pg_aggregate g
    UNION SELECT g.aggmtransfn FROM pg_aggregate g UNION SELECT g.aggmfinalfn FROM pg_aggregate g
    UNION SELECT y.typinput FROM pg_type y UNION SELECT y.typoutput FROM pg_type y
    UNION SELECT r.rngsubdiff FROM pg_range r UNION SELECT r.rngcanonical FROM pg_range r) x
   JOIN pg_proc p ON p.oid = x.f::oid
   WHERE p.oid >= ${own} AND ${extensionOf} IS NULL`,
)

const eventTriggers = list(
  `json_build_object('name', t.evtname, 'event', t.evtevent, 'enabled', t.evtenabled,
     'routine', t.evtfoid)`,
  `FROM pg_event_trigger t`,
)

const extensions = list(
  `json_build_object('name', e.extname, 'version', e.extversion)`,
  `FROM pg_extension e`,
)

const prepared = list(
  `json_build_object('name', s.name, 'statement', s.statement)`,
  `FROM pg_prepared_statements s WHERE s.from_sql`,
)

const cursors = list(
  `json_build_object('name', s.name, 'statement', s.statement)`,
  `FROM pg_cursors s WHERE s.name <> ''`,
)

const sections: Readonly<Record<string, string>> = {
  session,
  schemas,
  relations,
  foreignKeys,
  routines,
  domains,
  typed,
  ambient,
  eventTriggers,
  extensions,
  prepared,
  cursors,
}

/** One row a section: its name, and its content as JSON. */
export const catalogueQuery: string = [
  `SELECT 'server'::text, current_setting('server_version_num')`,
  ...Object.entries(sections).map(([name, sql]) => `SELECT '${name}'::text, (${sql})::text`),
]
  .map(qualified)
  .join('\nUNION ALL\n')

/** The one routine of schema `holdpoint` that says its version; see `protect/`. */
const versionRoutine = 'version'

/**
 * Rows of `catalogueQuery` to a catalogue; null when they are not what was asked for. `digest`
 * makes the version of it: the same for the same rows.
 */
export function catalogueOf(
  rows: readonly (readonly (string | null)[])[],
  digest: (text: string) => string,
): Catalogue | null {
  const found: Record<string, unknown> = {}
  try {
    for (const [name, body] of rows) {
      if (typeof name !== 'string' || typeof body !== 'string') return null
      found[name] = JSON.parse(body)
    }
  } catch {
    return null
  }
  if (!isWhole(found)) return null
  return {
    ...found,
    session: { ...found.session, holdpoint: holdpointIn(found) },
    assumed: false,
    version: digest(rows.map(([name, body]) => `${name ?? ''}\n${body ?? ''}`).join('\n')),
  }
}

/** The query is ours, and so is the shape of its answer; whether it is all there is looked at. */
function isWhole(found: object): found is Omit<Catalogue, 'assumed' | 'version'> {
  return ['server', ...Object.keys(sections)].every((name) => Object.hasOwn(found, name))
}

function holdpointIn({ routines }: Pick<Catalogue, 'routines'>): number | null {
  const mark = routines.find(
    ({ schema, name }) => schema === 'holdpoint' && name === versionRoutine,
  )
  return mark === undefined ? null : Number(/SELECT\s+(\d+)/i.exec(mark.definition ?? '')?.[1] ?? 1)
}
