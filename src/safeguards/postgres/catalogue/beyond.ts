// What this export has no words for. Each is named, and makes the proof fail.
import { classes, notOfExtension, ownSchema, rowsOf } from './collected.ts'
import type { Collected } from './collected.ts'

/** The lowest number that the system gives to what people make. */
const firstOwn = 16384

function ofClass(catalog: string, word: string, name: string, more = ''): string {
  return `SELECT '${word} ' || x.${name}::text AS name FROM ${catalog} x
    WHERE x.oid >= ${firstOwn} AND NOT EXISTS (SELECT 1 FROM pg_depend brought
      WHERE brought.classid = '${catalog}'::regclass AND brought.objid = x.oid
        AND brought.deptype IN ('e', 'i')) ${more}`
}

const questions: readonly string[] = [
  ofClass('pg_foreign_data_wrapper', 'foreign-data wrapper', 'fdwname'),
  ofClass('pg_foreign_server', 'foreign server', 'srvname'),
  "SELECT 'user mapping on ' || srvname AS name FROM pg_user_mappings",
  ofClass('pg_am', 'access method', 'amname'),
  ofClass('pg_language', 'language', 'lanname'),
  ofClass('pg_cast', 'cast', 'oid'),
  ofClass('pg_operator', 'operator', 'oprname'),
  ofClass('pg_opclass', 'operator class', 'opcname'),
  ofClass('pg_opfamily', 'operator family', 'opfname'),
  ofClass('pg_conversion', 'conversion', 'conname'),
  ofClass('pg_transform', 'transform', 'oid'),
  ofClass('pg_ts_config', 'text search configuration', 'cfgname'),
  ofClass('pg_ts_dict', 'text search dictionary', 'dictname'),
  ofClass('pg_ts_parser', 'text search parser', 'prsname'),
  ofClass('pg_ts_template', 'text search template', 'tmplname'),
  "SELECT 'security label by ' || provider AS name FROM pg_seclabel",
  `SELECT 'subscription ' || s.subname AS name FROM pg_stat_subscription s`,
  `SELECT format('foreign table %I.%I', n.nspname, c.relname) AS name FROM pg_class c
   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f'
     AND ${notOfExtension('relation', 'c.oid')}`,
  `SELECT format('base type %I.%I', n.nspname, t.typname) AS name FROM pg_type t
   JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${ownSchema}
     AND (t.typtype IN ('b', 'p') AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid)
       OR NOT t.typisdefined) AND ${notOfExtension('type', 't.oid')}`,
  `SELECT format('%s %I.%I', w.word, n.nspname, w.name) AS name FROM (
     SELECT 'relation' AS word, relname AS name, relnamespace AS schema FROM pg_class c
       WHERE oid >= ${firstOwn} AND relkind <> 't' AND ${notOfExtension('relation', 'c.oid')}
     UNION ALL SELECT 'routine', proname, pronamespace FROM pg_proc p
       WHERE oid >= ${firstOwn} AND ${notOfExtension('routine', 'p.oid')}
     UNION ALL SELECT 'type', typname, typnamespace FROM pg_type t
       WHERE oid >= ${firstOwn} AND ${notOfExtension('type', 't.oid')}) w
   JOIN pg_namespace n ON n.oid = w.schema
   WHERE n.nspname IN ('pg_catalog', 'information_schema')`,
  `SELECT format('switched-off foreign key %I on %I.%I', o.conname, n.nspname, c.relname) AS name
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_constraint o ON o.oid = t.tgconstraint
   WHERE t.tgisinternal AND t.tgenabled <> 'O' AND ${ownSchema}`,
  `SELECT format('invalid index %I.%I', n.nspname, c.relname) AS name FROM pg_index i
   JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT i.indisvalid AND c.relkind = 'i' AND ${ownSchema}`,
]

export async function readBeyond(collected: Collected): Promise<void> {
  for (const question of questions) {
    const found = await rowsOf<{ name: string }>(collected, `${question} ORDER BY 1 LIMIT 100`)
    collected.beyond.push(...found.map(({ name }) => name))
  }
  const access = `SELECT format('%s %I.%I changed privileges', 'system', n.nspname, w.name) AS name
    FROM (SELECT ${classes.relation} AS class, oid, relname AS name, relnamespace AS schema,
        relacl AS acl FROM pg_class
      UNION ALL SELECT ${classes.routine}, oid, proname, pronamespace, proacl FROM pg_proc) w
    JOIN pg_namespace n ON n.oid = w.schema
    LEFT JOIN pg_init_privs i ON i.classoid = w.class AND i.objoid = w.oid AND i.objsubid = 0
    WHERE n.nspname = 'pg_catalog'
      AND w.acl IS DISTINCT FROM i.initprivs`
  const changed = await rowsOf<{ name: string }>(collected, `${access} ORDER BY 1 LIMIT 100`)
  collected.beyond.push(...changed.map(({ name }) => name))
}
