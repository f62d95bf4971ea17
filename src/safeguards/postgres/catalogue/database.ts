// What belongs to the database as a whole: publications, event triggers, usual privileges,
// settings.
import { quoteName, quoteText } from '../statement.ts'
import type { Part, Statement } from '../statement.ts'
import { dress, exploded, grantOf, keyOf, notOfExtension, ownerSql, ranks } from './collected.ts'
import { aclSql, rowsOf } from './collected.ts'
import type { Acl, Collected, Owned } from './collected.ts'

interface Publication extends Owned {
  readonly all: boolean
  readonly root: boolean
  readonly publish: string
  readonly generated: string | null
  readonly tables: readonly string[]
  readonly schemas: readonly string[]
  readonly tableOids: readonly number[]
}

export async function readPublications(collected: Collected): Promise<void> {
  const { version } = collected
  const newer = version >= 150000
  const columns = newer
    ? `coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')'
        FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)), '')`
    : "''"
  const where = newer ? `coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')` : "''"
  const schemas = newer
    ? `ARRAY(SELECT format('TABLES IN SCHEMA %I', sn.nspname) FROM pg_publication_namespace ps
        JOIN pg_namespace sn ON sn.oid = ps.pnnspid WHERE ps.pnpubid = p.oid ORDER BY 1)`
    : 'ARRAY[]::text[]'
  const found = await rowsOf<Publication>(
    collected,
    `SELECT p.oid, format('PUBLICATION %I', p.pubname) AS target, NULL AS acl,
       ${ownerSql('p.pubowner')}, obj_description(p.oid, 'pg_publication') AS comment,
       p.puballtables AS all, p.pubviaroot AS root, concat_ws(', ',
         CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
         CASE WHEN p.pubdelete THEN 'delete' END,
         CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish,
       ${version >= 180000 ? 'p.pubgencols::text' : 'NULL'} AS generated,
       ARRAY(SELECT format('TABLE ONLY %I.%I', tn.nspname, t.relname) || ${columns} || ${where}
         FROM pg_publication_rel r JOIN pg_class t ON t.oid = r.prrelid
         JOIN pg_namespace tn ON tn.oid = t.relnamespace WHERE r.prpubid = p.oid
         ORDER BY 1) AS tables, ${schemas} AS schemas,
       ARRAY(SELECT prrelid::bigint FROM pg_publication_rel WHERE prpubid = p.oid) AS "tableOids"
     FROM pg_publication p WHERE ${notOfExtension('publication', 'p.oid')} ORDER BY 1`,
  )
  for (const one of found) addPublication(collected, one)
}

function addPublication(collected: Collected, one: Publication): void {
  const what = [...one.tables, ...one.schemas]
  const list = one.all ? ' FOR ALL TABLES' : what.length === 0 ? '' : ` FOR ${what.join(', ')}`
  const generated =
    one.generated === null || one.generated === 'n' ? '' : ', publish_generated_columns = stored'
  const options = `publish = ${quoteText(one.publish)}${one.root ? ', publish_via_partition_root' : ''}`
  collected.objects.push({
    ...{ key: keyOf('publication', one.oid), name: one.target, rank: ranks.publication },
    side: 'after',
    make: [[`CREATE ${one.target}${list} WITH (${options}${generated})`], ...dress(collected, one)],
    needs: one.tableOids.map((oid) => keyOf('relation', oid)),
  })
}

const states: Readonly<Record<string, string>> = {
  D: 'DISABLE',
  R: 'ENABLE REPLICA',
  A: 'ENABLE ALWAYS',
}

/** They come last: until then they would act on what is being made. */
export async function readEventTriggers(collected: Collected): Promise<void> {
  const found = await rowsOf<Owned & { make: string; state: string }>(
    collected,
    `SELECT t.oid, format('EVENT TRIGGER %I', t.evtname) AS target, ${ownerSql('t.evtowner')},
       NULL AS acl, obj_description(t.oid, 'pg_event_trigger') AS comment, t.evtenabled AS state,
       format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %I.%I()', t.evtname, t.evtevent,
         coalesce((SELECT ' WHEN TAG IN (' || string_agg(quote_literal(tag), ', '
           ORDER BY tag) || ')' FROM unnest(t.evttags) tag), ''), n.nspname, p.proname) AS make
     FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid
     JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE ${notOfExtension('eventTrigger', 't.oid')} ORDER BY t.evtname`,
  )
  for (const one of found) {
    const word = states[one.state]
    collected.settings.push([one.make], ...dress(collected, one))
    if (word !== undefined) collected.settings.push([`ALTER ${one.target} ${word}`])
  }
}

const defaultKinds: Readonly<Record<string, string>> = {
  r: 'TABLES',
  S: 'SEQUENCES',
  f: 'FUNCTIONS',
  T: 'TYPES',
  n: 'SCHEMAS',
  L: 'LARGE OBJECTS',
}

export async function readDefaultPrivileges(collected: Collected): Promise<void> {
  const found = await rowsOf<{ role: string; schema: string | null; kind: string; acl: Acl }>(
    collected,
    `SELECT pg_get_userbyid(d.defaclrole) AS role, n.nspname AS schema, d.defaclobjtype AS kind,
       coalesce(${exploded('d.defaclacl')}, '[]'::jsonb) AS acl
     FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace ORDER BY 1, 2, 3`,
  )
  for (const { role, schema, kind, acl } of found) {
    const inSchema = schema === null ? ' ' : ` IN SCHEMA ${quoteName(schema)} `
    const before: Part[] = ['ALTER DEFAULT PRIVILEGES FOR ROLE ', { role }, inSchema]
    const on = ` ON ${defaultKinds[kind] ?? kind}`
    if (schema === null) {
      collected.settings.push([...before, `REVOKE ALL${on} FROM PUBLIC`])
      collected.settings.push([...before, `REVOKE ALL${on} FROM `, { role }])
    }
    for (const grant of acl) collected.settings.push(grantOf(grant, on, before))
  }
}

interface Database {
  readonly owner: string
  readonly acl: Acl | null
  readonly comment: string | null
  readonly settings: readonly (readonly [role: string, name: string, value: string])[]
}

/** Lists of names, which a setting takes as several values. */
const lists = new Set([
  ...['search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries'],
  ...['shared_preload_libraries', 'datestyle', 'unix_socket_directories'],
])

export async function readDatabase(collected: Collected): Promise<void> {
  const [found] = await rowsOf<Database>(
    collected,
    `SELECT ${ownerSql('d.datdba')}, ${aclSql('d.datacl', 'd', 'd.datdba')},
       shobj_description(d.oid, 'pg_database') AS comment,
       ARRAY(SELECT json_build_array(CASE WHEN s.setrole = 0 THEN '' ELSE
           pg_get_userbyid(s.setrole) END, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1))
         FROM pg_db_role_setting s, unnest(s.setconfig) c
         WHERE s.setdatabase = d.oid ORDER BY s.setrole, c) AS settings
     FROM pg_database d WHERE d.datname = current_database()`,
  )
  if (found === undefined) return
  const database = { database: true } as const
  const { settings } = collected
  settings.push(['ALTER DATABASE ', database, ' OWNER TO ', { role: found.owner }])
  if (found.comment !== null) {
    settings.push(['COMMENT ON DATABASE ', database, ` IS ${quoteText(found.comment)}`])
  }
  if (found.acl !== null) {
    settings.push(['REVOKE ALL ON DATABASE ', database, ' FROM PUBLIC, ', { role: found.owner }])
    for (const [grantee, privilege, grantable] of found.acl) {
      const to: Part = grantee === '' ? 'PUBLIC' : { role: grantee }
      const option = grantable ? ' WITH GRANT OPTION' : ''
      settings.push([`GRANT ${privilege} ON DATABASE `, database, ' TO ', to, option])
    }
  }
  for (const [role, name, value] of found.settings) {
    const whose: Statement =
      role === ''
        ? ['ALTER DATABASE ', database]
        : ['ALTER ROLE ', { role }, ' IN DATABASE ', database]
    const text = lists.has(name.toLowerCase()) ? value : quoteText(value)
    settings.push([...whose, ` SET ${settingName(name)} TO ${text === '' ? "''" : text}`])
  }
}

function settingName(name: string): string {
  return name.split('.').map(quoteName).join('.')
}

const largeObjectsMax = 100_000

export async function readLargeObjects(collected: Collected): Promise<void> {
  const found = await rowsOf<Owned>(
    collected,
    `SELECT m.oid, 'LARGE OBJECT ' || m.oid AS target, ${ownerSql('m.lomowner')},
       ${aclSql('m.lomacl', 'L', 'm.lomowner')},
       obj_description(m.oid, 'pg_largeobject') AS comment
     FROM pg_largeobject_metadata m ORDER BY 1 LIMIT ${largeObjectsMax + 1}`,
  )
  if (found.length > largeObjectsMax) collected.beyond.push(`over ${largeObjectsMax} large objects`)
  for (const one of found) collected.settings.push(...dress(collected, one))
}
