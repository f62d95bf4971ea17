// The one command: everything of an action back, or a report why not. One transaction; a dry run
// is the same work, rolled back.
import type { SqlFunction } from './sql-function.ts'

export const undoFunctions: readonly SqlFunction[] = [
  {
    name: 'undo_rows',
    takes: 'a holdpoint.actions, force boolean',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  touched record;
  one jsonb;
  restored jsonb := '[]';
  conflicts jsonb := '[]';
  because jsonb := '[]';
  past text[] := '{}';
  present text[] := '{}';
  quiet jsonb := '{}';
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR touched IN SELECT DISTINCT m.rel, s.nspname, c.relname FROM holdpoint.marks m LEFT
      JOIN pg_class c ON c.oid = m.rel
      LEFT JOIN pg_namespace s ON s.oid = c.relnamespace WHERE m.n = a.n AND m.kind = 'shape'
          ORDER BY m.rel LOOP
    one := holdpoint.undo_table(a, touched.rel, force);
    restored := restored || jsonb_build_object('schema', touched.nspname, 'name', touched.relname, 'rows', one->'rows', 'objects', 0);
    conflicts := conflicts || (one->'conflicts');
    past := past || (one->>'past');
    present := present || (one->>'present');
    quiet := quiet || jsonb_build_object(touched.rel::text, coalesce(one->'quiet', '[]'));
    IF one->>'because' IS NOT NULL THEN because := because || jsonb_build_array(one->>'because'); END IF;
  END LOOP;
  PERFORM holdpoint.undo_sequences(a);
  PERFORM holdpoint.end_run_as();
  PERFORM set_config('session_replication_role', 'origin', true);
  PERFORM holdpoint.wake_triggers(a, quiet);
  because := because || holdpoint.orphans(ARRAY(SELECT m.rel FROM holdpoint.marks m
      WHERE m.n = a.n AND m.kind = 'shape'));
  PERFORM holdpoint.end_run_as();
  RETURN jsonb_build_object('restored', restored, 'conflicts', conflicts, 'because', because,
    'sha256_before', holdpoint.digest(past), 'sha256_after', holdpoint.digest(present), 'equal', past = present,
    'done', past = present AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(because) b WHERE b ~ 'refer to'));
END
`,
  },
  {
    // Triggers that fire ALWAYS or in a REPLICA were put to sleep: as they were, read from before.
    name: 'wake_triggers',
    takes: 'a holdpoint.actions, quiet jsonb',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  t record;
BEGIN
  FOR t IN SELECT q.key::oid AS rel, n.value AS name FROM jsonb_each(quiet) q,
      jsonb_array_elements(q.value) n LOOP
    EXECUTE format('ALTER TABLE %s ENABLE %s TRIGGER %I', t.rel::regclass,
      CASE t.name->>'enabled' WHEN 'R' THEN 'REPLICA' ELSE 'ALWAYS' END, t.name->>'name');
  END LOOP;
END
`,
  },
  {
    // A sequence that TRUNCATE … RESTART IDENTITY set back goes on where it was; never back itself.
    name: 'undo_sequences',
    takes: 'a holdpoint.actions',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  s jsonb;
  value bigint;
  step bigint;
BEGIN
  FOR s IN SELECT x FROM holdpoint.marks m, jsonb_array_elements(m.detail->'sequences') x
      WHERE m.n = a.n AND m.kind = 'truncated' LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_sequence q WHERE q.seqrelid = (s->>'oid')::oid);
    EXECUTE format('SELECT last_value FROM %s', (s->>'oid')::oid::regclass) INTO value;
    SELECT q.seqincrement INTO step FROM pg_sequence q WHERE q.seqrelid = (s->>'oid')::oid;
    IF sign(step) * value <= sign(step) * (s->>'value')::bigint THEN
      PERFORM setval((s->>'oid')::oid::regclass, (s->>'value')::bigint, (s->>'called')::boolean
        OR value = (s->>'value')::bigint AND (s->>'called')::boolean);
    END IF;
  END LOOP;
END
`,
  },
  {
    // Foreign keys were not asked while rows came back: now they are, those of and to these tables.
    name: 'orphans',
    takes: 'rels oid[]',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  k record;
  asked text;
  me oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
  rows bigint;
  found jsonb := '[]';
BEGIN
  FOR k IN SELECT c.oid, c.conname, c.conrelid, c.confrelid, c.conkey, c.confkey, c.conpfeqop,
      r.relowner,
      EXISTS (SELECT FROM pg_operator o WHERE o.oid = ANY (c.conpfeqop)
          AND o.oprnamespace <> 'pg_catalog'::regnamespace) AS foreign_code FROM pg_constraint c
    LEFT JOIN pg_constraint p ON p.oid = c.conparentid JOIN pg_class r ON r.oid = c.conrelid
    WHERE c.contype = 'f' AND c.convalidated AND r.relkind = 'r' AND (p.oid IS NULL
        OR p.confrelid = c.confrelid)
      AND (c.conrelid = ANY (rels) OR c.confrelid IN (SELECT x FROM unnest(rels) x
        UNION SELECT u.relid FROM unnest(rels) x, pg_partition_ancestors(x) u(relid)))
  LOOP
    asked := (SELECT format('SELECT FROM ONLY %s f WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s)', k.conrelid::regclass,
      string_agg(format('f.%I IS NOT NULL', a.attname), ' AND '), k.confrelid::regclass,
      string_agg(format('p.%I OPERATOR(%I.%s) f.%I', b.attname, s.nspname, o.oprname, a.attname), ' AND '))
      FROM unnest(k.conkey, k.confkey, k.conpfeqop) u(here, there, operator)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.here
      JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.there
      JOIN pg_operator o ON o.oid = u.operator JOIN pg_namespace s ON s.oid = o.oprnamespace);
    rows := holdpoint.run_as(CASE WHEN k.foreign_code THEN k.relowner ELSE me END, asked);
    IF rows > 0 THEN
      found := found || jsonb_build_array(format('%s rows of %s would refer to rows of %s that are not there (%s)', rows,
        k.conrelid::regclass, k.confrelid::regclass, k.conname));
    END IF;
  END LOOP;
  RETURN found;
END
`,
  },
  {
    name: 'undo_moves',
    takes: 'a holdpoint.actions, force boolean',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  m jsonb;
  conflicts jsonb := '[]';
  because jsonb := '[]';
  taken text;
  sha text;
BEGIN
  PERFORM holdpoint.undo_schemas(a.plan);
  FOR m IN SELECT x.value FROM jsonb_array_elements(a.plan->'moves') WITH ORDINALITY x(value,
      at) ORDER BY x.at DESC LOOP
    taken := holdpoint.in_its_place(m);
    IF taken IS NOT NULL THEN
      conflicts := conflicts || jsonb_build_object('schema', m->>'schema', 'name', m->>'name', 'key', null,
        'now', format('%s of that name is there', lower(taken)), 'then', lower(m->>'what'));
      IF NOT force THEN CONTINUE; END IF;
      PERFORM holdpoint.put_aside(a.n, m, taken);
    END IF;
    EXECUTE format('ALTER %s %s SET SCHEMA %I', m->>'what', holdpoint.identity_of((m->>'class')::oid, (m->>'oid')::oid), m->>'schema');
  END LOOP;
  IF conflicts <> '[]' AND NOT force THEN
    RETURN jsonb_build_object('restored', '[]'::jsonb, 'conflicts', conflicts, 'because',
      jsonb_build_array('names are taken; force puts aside what has them now'), 'sha256_before', a.kept->>'sha256',
      'sha256_after', '', 'equal', false, 'done', false);
  END IF;
  because := holdpoint.leans_on_trash(a.plan);
  conflicts := conflicts || holdpoint.undo_links(a.plan->'links', force);
  PERFORM holdpoint.end_run_as();
  FOR taken IN SELECT DISTINCT x->>'trash' FROM jsonb_array_elements(a.plan->'moves') x LOOP
    EXECUTE format('DROP SCHEMA %I', taken);
  END LOOP;
  sha := holdpoint.sha256_of_moves(a.plan);
  RETURN jsonb_build_object('restored', holdpoint.restored_moves(a), 'conflicts', conflicts, 'because', because, 'sha256_before',
    a.kept->>'sha256', 'sha256_after', sha, 'equal', sha = a.kept->>'sha256', 'done', sha = a.kept->>'sha256' AND because = '[]'
      AND (force OR conflicts = '[]'));
END
`,
  },
  {
    name: 'restored_moves',
    takes: 'a holdpoint.actions',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT coalesce(jsonb_agg(jsonb_build_object('schema', m->>'schema', 'name', m->>'name', 'rows',
    coalesce((SELECT (t->>'total')::bigint FROM jsonb_array_elements(a.tables) t WHERE t->>'schema' = m->>'schema'
      AND t->>'name' = m->>'name' LIMIT 1), 0), 'objects', 1)), '[]')
  FROM (SELECT x AS m FROM jsonb_array_elements(a.plan->'moves') x
    UNION ALL SELECT jsonb_build_object('schema', '', 'name', l->>'name') FROM jsonb_array_elements(a.plan->'links') l) y
`,
  },
  {
    name: 'undo_schemas',
    takes: 'plan jsonb',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  link jsonb;
  ddl text;
BEGIN
  FOR link IN SELECT l FROM jsonb_array_elements(plan->'links') l WHERE l->>'rank' = '1' LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_namespace s WHERE s.nspname = link->>'name');
    FOR ddl IN SELECT jsonb_array_elements_text(link->'create') LOOP EXECUTE ddl; END LOOP;
  END LOOP;
END
`,
  },
  {
    // What stands now where this object stood: its kind as ALTER says it, or null.
    name: 'in_its_place',
    takes: 'm jsonb',
    returns: 'text',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT CASE WHEN m->>'kind' = 'routine' THEN (SELECT 'ROUTINE' FROM pg_proc p
      JOIN pg_namespace s ON s.oid = p.pronamespace
      JOIN pg_proc o ON o.oid = (m->>'oid')::oid
      WHERE s.nspname = m->>'schema' AND p.proname = m->>'name' AND p.proargtypes = o.proargtypes)
    WHEN m->>'kind' = 'type' THEN (SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END FROM pg_type t
      JOIN pg_namespace s ON s.oid = t.typnamespace WHERE s.nspname = m->>'schema' AND t.typname = m->>'name')
    WHEN m->>'kind' = 'statistics' THEN (SELECT 'STATISTICS' FROM pg_statistic_ext x JOIN pg_namespace s ON s.oid = x.stxnamespace
      WHERE s.nspname = m->>'schema' AND x.stxname = m->>'name')
    ELSE (SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
      WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END FROM pg_class c
          JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE s.nspname = m->>'schema' AND c.relname = m->>'name') END
`,
  },
  {
    name: 'put_aside',
    takes: 'n bigint, m jsonb, what text',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  aside text := 'holdpoint_aside_' || n;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_namespace s WHERE s.nspname = aside)
      THEN EXECUTE format('CREATE SCHEMA %I', aside); END IF;
  EXECUTE format('ALTER %s %I.%s SET SCHEMA %I', what, m->>'schema', CASE WHEN m->>'kind' = 'routine'
    THEN format('%I(%s)', m->>'name', pg_get_function_identity_arguments((m->>'oid')::oid))
        ELSE quote_ident(m->>'name') END, aside);
END
`,
  },
  {
    name: 'leans_on_trash',
    takes: 'plan jsonb',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT coalesce(jsonb_agg(DISTINCT format('\`%s\` needs \`%s\`: undo that action first', m->>'name', i.identity)), '[]')
  FROM jsonb_array_elements(plan->'moves') m
  JOIN pg_depend d ON d.deptype IN ('n', 'a') AND (d.classid = (m->>'class')::oid AND d.objid = (m->>'oid')::oid
    OR d.classid = 'pg_rewrite'::regclass AND d.objid IN (SELECT r.oid FROM pg_rewrite r
        WHERE r.ev_class = (m->>'oid')::oid)
    OR d.classid = 'pg_trigger'::regclass AND d.objid IN (SELECT r.oid FROM pg_trigger r
        WHERE r.tgrelid = (m->>'oid')::oid)
    OR d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT r.oid FROM pg_attrdef r
        WHERE r.adrelid = (m->>'oid')::oid))
  JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) i ON i.schema ~ '^holdpoint_trash_'
    AND i.schema NOT IN (SELECT x->>'trash' FROM jsonb_array_elements(plan->'moves') x)
`,
  },
  {
    name: 'undo_links',
    takes: 'links jsonb, force boolean',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  link jsonb;
  ddl text;
  owner oid;
  conflicts jsonb := '[]';
BEGIN
  FOR link IN SELECT l.value FROM jsonb_array_elements(links) WITH ORDINALITY l(value, at)
      WHERE l.value->>'rank' <> '1'
    ORDER BY (l.value->>'rank')::integer, l.at LOOP
    SELECT c.relowner INTO owner FROM pg_class c WHERE c.oid = (link->>'rel')::oid;
    BEGIN
      FOR ddl IN SELECT jsonb_array_elements_text(link->'create') LOOP
        PERFORM holdpoint.run_ddl(coalesce(owner, 10), link, ddl);
      END LOOP;
    EXCEPTION WHEN OTHERS THEN
      conflicts := conflicts || jsonb_build_object('schema', '', 'name', link->>'name', 'key', null, 'now', SQLERRM, 'then', link->'create'->>0);
      IF force AND link->>'rank' = '40' THEN EXECUTE (link->'create'->>0) || ' NOT VALID'; END IF;
    END;
  END LOOP;
  RETURN conflicts;
END
`,
  },
  {
    // With the rights of the table's owner, for a check or an index runs its code; what needs
    // more rights than that (a publication, a foreign key to somebody else's table) runs no code
    // of theirs.
    name: 'run_ddl',
    takes: 'owner oid, link jsonb, ddl text',
    returns: 'void',
    for: 'admin',
    body: `
BEGIN
  IF (link->>'rank')::integer = 15 OR (link->>'rank')::integer >= 40 THEN EXECUTE ddl;
  ELSE PERFORM holdpoint.run_as(owner, ddl); END IF;
END
`,
  },
  {
    name: 'undo',
    takes: 'action text, dry_run boolean, force boolean',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  a holdpoint.actions;
  report jsonb;
  refused jsonb := jsonb_build_object('restored', '[]'::jsonb, 'conflicts', '[]'::jsonb, 'sha256_before', '', 'sha256_after', '',
    'equal', false, 'done', false);
  late text;
BEGIN
  SELECT * INTO a FROM holdpoint.actions x WHERE x.action = $1 FOR UPDATE;
  IF a.n IS NULL OR a.state <> 'kept' THEN
    RETURN refused || jsonb_build_object('action', $1, 'dry_run', dry_run, 'because', jsonb_build_array(CASE a.state
      WHEN 'undone' THEN format('action \`%s\` was undone already, at %s', $1, a.undone_at)
      ELSE format('nothing of an action \`%s\` is kept here', $1) END));
  END IF;
  late := CASE WHEN a.expires_at < now() THEN format('it had expired at %s, and was not purged yet', a.expires_at) END;
  BEGIN
    report := CASE a.kind WHEN 'drop' THEN holdpoint.undo_moves(a, force) WHEN 'image'
        THEN holdpoint.undo_image(a, force)
      ELSE holdpoint.undo_rows(a, force) END;
    IF dry_run OR NOT (report->>'done')::boolean THEN RAISE EXCEPTION USING ERRCODE = 'HP000'; END IF;
    UPDATE holdpoint.actions x SET state = 'undone', undone_at = clock_timestamp() WHERE x.n = a.n;
    DELETE FROM holdpoint.captured c WHERE c.n = a.n AND report->'conflicts' = '[]';
  EXCEPTION WHEN SQLSTATE 'HP000' THEN NULL;
    WHEN OTHERS THEN report := refused || jsonb_build_object('because', jsonb_build_array(SQLERRM));
  END;
  IF late IS NOT NULL THEN report := jsonb_set(report, '{because}', report->'because'
      || jsonb_build_array(late)); END IF;
  RETURN report || jsonb_build_object('action', $1, 'dry_run', dry_run);
END
`,
  },
]
