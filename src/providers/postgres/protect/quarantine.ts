// Instead of dropping: objects with content are moved to a schema of the action, whatever ties
// them to what stays is written down and cut. Ends with a look whether exactly that fell which
// DROP would take.
import { exactSettings } from './sql-function.ts'
import type { SqlFunction } from './sql-function.ts'

/** A table above this is hashed by its file's name and length: its rows would take minutes. */
const hashedBytesMax = 1_073_741_824

export const quarantineFunctions: readonly SqlFunction[] = [
  {
    name: 'drop_doubts',
    takes: 'trial bigint',
    returns: 'text[]',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT coalesce(array_agg(x.because), '{}') FROM (
    SELECT 'drops are not recorded here: the database is enrolled without event triggers' AS because
    WHERE NOT EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = 'holdpoint_drop' AND e.evtenabled = 'A')
    UNION ALL
    SELECT DISTINCT format('%s does more than drop: %s', m.detail->>'tag', m.detail->>'identity')
    FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'ddl'
    UNION ALL
    SELECT DISTINCT format('what %s takes cannot be moved away', m.detail->>'tag')
    FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'dropped'
      AND m.detail->>'tag' NOT IN ('DROP TABLE', 'DROP VIEW', 'DROP MATERIALIZED VIEW', 'DROP SEQUENCE', 'DROP INDEX',
        'DROP FUNCTION', 'DROP PROCEDURE', 'DROP ROUTINE', 'DROP AGGREGATE', 'DROP TYPE', 'DROP DOMAIN', 'DROP SCHEMA',
        'DROP TRIGGER', 'DROP POLICY', 'DROP RULE', 'DROP FOREIGN TABLE', 'DROP STATISTICS')) x
`,
  },
  {
    // In a trial, which is rolled back: old trash must not stand in the way of a drop that nobody
    // would have seen it in, had it really gone.
    name: 'clear_trash',
    takes: '',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  trash oid[] := ARRAY(SELECT s.oid FROM pg_namespace s WHERE s.nspname ~ '^holdpoint_trash_[0-9]');
  space oid;
BEGIN
  IF trash = '{}' THEN RETURN; END IF;
  PERFORM holdpoint.work(holdpoint.open_trial(), true);
  FOR space IN
    SELECT DISTINCT m.space FROM (
      SELECT 'pg_class'::regclass AS class, c.oid, c.relnamespace AS space FROM pg_class c
      UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typnamespace FROM pg_type t
      UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.pronamespace FROM pg_proc p
      UNION ALL SELECT 'pg_constraint'::regclass, k.oid, k.connamespace FROM pg_constraint k
      UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, c.relnamespace FROM pg_attrdef d
          JOIN pg_class c ON c.oid = d.adrelid
      UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, c.relnamespace FROM pg_rewrite r
          JOIN pg_class c ON c.oid = r.ev_class
      UNION ALL SELECT 'pg_trigger'::regclass, g.oid, c.relnamespace FROM pg_trigger g
          JOIN pg_class c ON c.oid = g.tgrelid
      UNION ALL SELECT 'pg_policy'::regclass, p.oid, c.relnamespace FROM pg_policy p
          JOIN pg_class c ON c.oid = p.polrelid
    ) m JOIN pg_depend d ON d.classid = m.class AND d.objid = m.oid AND d.deptype IN ('n', 'a')
      AND d.refclassid <> 'pg_namespace'::regclass
    JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) i
      ON i.schema IS DISTINCT FROM 'holdpoint' AND i.identity !~ '(^|[ ."])(holdpoint_trash_|pg_catalog[.])'
    WHERE m.space = ANY (trash)
  LOOP
    EXECUTE format('DROP SCHEMA IF EXISTS %s CASCADE', space::regnamespace);
  END LOOP;
  PERFORM holdpoint.work(holdpoint.open_trial(), false);
END
`,
  },
  {
    // What is moved: relations, types and routines. A sequence goes with the table that owns it.
    name: 'movable',
    takes: 'trial bigint',
    returns: 'TABLE (class oid, oid oid, space oid, what text, name text, kind text)',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  WITH fallen AS (SELECT (m.detail->>'class')::oid AS class, (m.detail->>'oid')::oid AS oid
      FROM holdpoint.marks m
    WHERE m.n = trial AND m.kind = 'dropped' AND m.detail->>'sub' = '0')
  SELECT f.class, f.oid, c.relnamespace, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
    WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, c.relname::text, c.relkind::text
  FROM fallen f JOIN pg_class c ON f.class = 'pg_class'::regclass AND c.oid = f.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT (c.relkind = 'S' AND EXISTS (
    SELECT FROM pg_depend d JOIN fallen o ON o.class = d.refclassid AND o.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
      AND d.deptype IN ('a', 'i')))
  UNION ALL
  SELECT f.class, f.oid, t.typnamespace, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.typname::text, 'type'
  FROM fallen f JOIN pg_type t ON f.class = 'pg_type'::regclass AND t.oid = f.oid
  LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('e', 'd', 'r', 'm', 'c') AND (t.typrelid = 0 OR c.relkind = 'c')
  UNION ALL
  SELECT f.class, f.oid, p.pronamespace, 'ROUTINE', p.proname::text, 'routine'
  FROM fallen f JOIN pg_proc p ON f.class = 'pg_proc'::regclass AND p.oid = f.oid
  UNION ALL
  SELECT f.class, f.oid, x.stxnamespace, 'STATISTICS', x.stxname::text, 'statistics'
  FROM fallen f JOIN pg_statistic_ext x ON f.class = 'pg_statistic_ext'::regclass AND x.oid = f.oid
  WHERE x.stxrelid IN (SELECT o.oid FROM fallen o WHERE o.class = 'pg_class'::regclass)
`,
  },
  {
    name: 'identity_of',
    takes: 'class oid, object oid',
    returns: 'text',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT CASE WHEN class = 'pg_proc'::regclass THEN object::regprocedure::text
    ELSE (SELECT i.identity FROM pg_identify_object(class, object, 0) i) END
`,
  },
  {
    // What ties the moved to the staying, and what falls without being movable: definition and
    // knife.
    name: 'links',
    takes: 'trial bigint',
    returns: 'SETOF jsonb',
    for: 'admin',
    body: `
DECLARE
  o record;
  made jsonb;
  moved oid[] := ARRAY(SELECT m.oid FROM holdpoint.movable(trial) m WHERE m.class = 'pg_class'::regclass);
  owned oid[] := ARRAY(SELECT m.oid FROM holdpoint.movable(trial) m);
BEGIN
  RETURN QUERY SELECT jsonb_build_object('rel', h.inhrelid::bigint, 'rank', 10, 'name', c.relname,
    'drop', format(CASE WHEN c.relispartition THEN 'ALTER TABLE %s DETACH PARTITION %s' ELSE 'ALTER TABLE %2$s NO INHERIT %1$s' END,
      h.inhparent::regclass, h.inhrelid::regclass),
    'create', jsonb_build_array(CASE WHEN c.relispartition THEN format('ALTER TABLE %s ATTACH PARTITION %s %s', h.inhparent::regclass,
      h.inhrelid::regclass, pg_get_expr(c.relpartbound, c.oid))
          ELSE format('ALTER TABLE %s INHERIT %s', h.inhrelid::regclass, h.inhparent::regclass) END))
    FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
    WHERE h.inhrelid = ANY (moved) AND NOT h.inhparent = ANY (moved) AND c.relkind IN ('r', 'p', 'f');
  RETURN QUERY SELECT jsonb_build_object('rel', d.refobjid::bigint, 'rank', 15, 'name', d.objid::regclass::text,
    'drop', format('ALTER SEQUENCE %s OWNED BY NONE', d.objid::regclass),
    'create', jsonb_build_array(format('ALTER SEQUENCE %s OWNED BY %s.%I', d.objid::regclass, d.refobjid::regclass, a.attname)))
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
      AND d.objid = ANY (moved) AND NOT d.refobjid = ANY (moved);
  FOR o IN SELECT (m.detail->>'class')::oid AS class, (m.detail->>'oid')::oid AS oid,
      (m.detail->>'sub')::integer AS sub,
      m.detail->>'identity' AS identity, m.detail->>'type' AS type, m.detail->>'schema' AS schema
    FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'dropped' ORDER BY m.seq
  LOOP
    CONTINUE WHEN o.oid = ANY (owned) OR holdpoint.goes_along(o.class, o.oid, owned);
    made := CASE WHEN o.sub = 0 THEN holdpoint.define(o.class, o.oid) END;
    IF made IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'HP001', MESSAGE = format('%s \`%s\` cannot be moved away', o.type, o.identity);
    END IF;
    CONTINUE WHEN (made->>'rel')::oid = ANY (moved) AND NOT made ? 'always'
      AND NOT (o.class = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint c
        WHERE c.oid = o.oid AND c.contype = 'f' AND NOT c.confrelid = ANY (moved)));
    RETURN NEXT made;
  END LOOP;
END
`,
  },
  {
    // Parts that no one drops by name: row and array types, internal triggers, clones, owned
    // sequences.
    name: 'goes_along',
    takes: 'class oid, object oid, moved oid[]',
    returns: 'boolean',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT CASE class
    WHEN 'pg_type'::regclass THEN true
    WHEN 'pg_trigger'::regclass THEN EXISTS (SELECT FROM pg_trigger t WHERE t.oid = object
      AND (t.tgisinternal OR coalesce((to_jsonb(t)->>'tgparentid')::bigint, 0) <> 0))
    WHEN 'pg_constraint'::regclass THEN EXISTS (SELECT FROM pg_constraint c WHERE c.oid = object
      AND (c.conparentid <> 0 OR c.coninhcount > 0 OR c.contypid = ANY (moved)))
    WHEN 'pg_rewrite'::regclass THEN EXISTS (SELECT FROM pg_rewrite r WHERE r.oid = object
        AND r.ev_class = ANY (moved))
    WHEN 'pg_attrdef'::regclass THEN EXISTS (SELECT FROM pg_attrdef d WHERE d.oid = object
        AND d.adrelid = ANY (moved))
    WHEN 'pg_class'::regclass THEN EXISTS (SELECT FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
      WHERE c.oid = object AND (c.relkind IN ('S', 't', 'c') OR i.indrelid = ANY (moved)
        OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))))
    ELSE false END
`,
  },
  {
    name: 'move_away',
    takes: 'trial bigint',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  m jsonb;
  link jsonb;
  objects jsonb;
  spaces jsonb := '{}';
  target text;
  source text;
  moves jsonb := '[]';
  ties jsonb := to_jsonb(ARRAY(SELECT l FROM holdpoint.links(trial) l));
  identity text;
BEGIN
  objects := coalesce((SELECT jsonb_agg(jsonb_build_object('class', x.class::bigint, 'oid', x.oid::bigint,
    'what', x.what, 'name', x.name, 'kind', x.kind, 'schema', s.nspname)
    ORDER BY x.what = 'ROUTINE', x.what IN ('TYPE', 'DOMAIN'), x.oid)
    FROM holdpoint.movable(trial) x JOIN pg_namespace s ON s.oid = x.space), '[]');
  FOR link IN SELECT t.value FROM jsonb_array_elements(ties) WITH ORDINALITY t(value, at)
    WHERE t.value->>'rank' <> '1' ORDER BY (t.value->>'rank')::integer DESC, t.at LOOP
    CONTINUE WHEN link->>'parent' IS NOT NULL;
    EXECUTE link->>'drop';
  END LOOP;
  FOR m IN SELECT o.value FROM jsonb_array_elements(objects) WITH ORDINALITY o(value, at)
      ORDER BY o.at LOOP
    source := m->>'schema';
    IF NOT spaces ? source THEN
      target := 'holdpoint_trash_' || trial || CASE WHEN spaces = '{}' THEN ''
          ELSE '_' || (SELECT count(*) FROM jsonb_object_keys(spaces)) END;
      EXECUTE format('CREATE SCHEMA %I', target);
      spaces := spaces || jsonb_build_object(source, target);
    END IF;
    target := spaces->>source;
    identity := holdpoint.identity_of((m->>'class')::oid, (m->>'oid')::oid);
    moves := moves || (m || jsonb_build_object('identity', identity, 'trash', target));
    EXECUTE format('ALTER %s %s SET SCHEMA %I', m->>'what', identity, target);
  END LOOP;
  FOR link IN SELECT t.value FROM jsonb_array_elements(ties) t WHERE t.value->>'rank' = '1' LOOP
    EXECUTE link->>'drop';
  END LOOP;
  RETURN jsonb_build_object('moves', moves, 'links', ties);
END
`,
  },
  {
    name: 'check_moved',
    takes: 'trial bigint',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  o record;
BEGIN
  SELECT m.detail->>'identity' AS identity INTO o FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'dropped'
    AND EXISTS (SELECT FROM pg_identify_object((m.detail->>'class')::oid,
        (m.detail->>'oid')::oid, (m.detail->>'sub')::integer) i
      WHERE i.identity = m.detail->>'identity') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'HP001', MESSAGE = format('\`%s\` would still be in its place', o.identity);
  END IF;
  SELECT r.detail->>'identity' AS identity INTO o FROM holdpoint.marks r WHERE r.n = trial AND r.kind = 'really'
    AND r.detail->>'identity' !~ 'pg_temp' AND NOT EXISTS (SELECT FROM holdpoint.marks m
        WHERE m.n = trial AND m.kind = 'dropped'
      AND m.detail->'class' = r.detail->'class' AND m.detail->'oid' = r.detail->'oid' AND m.detail->'sub' = r.detail->'sub') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'HP001', MESSAGE = format('\`%s\` would fall as well, which DROP leaves', o.identity);
  END IF;
  SELECT i.identity INTO o FROM holdpoint.movable(trial) x JOIN pg_depend d ON d.refclassid =
  x.class
      AND d.refobjid = x.oid AND d.deptype IN ('n', 'a')
    JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
      ON i.identity !~ '(holdpoint_trash_|pg_toast)' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'HP001', MESSAGE = format('\`%s\` would lean on the trash', o.identity);
  END IF;
END
`,
  },
  {
    name: 'quarantine',
    takes: 'key text, action text, statement text, ended jsonb',
    returns: 'jsonb',
    for: 'gate',
    body: `
DECLARE
  trial bigint;
  plan jsonb;
  tables jsonb;
  kept jsonb;
  because jsonb := coalesce(ended->'because', '["the trial says nothing"]');
BEGIN
  PERFORM holdpoint.check_key(key);
  IF because <> '[]' OR ended->>'complete' IS DISTINCT FROM 'true' THEN
    RETURN ended || jsonb_build_object('kept', null);
  END IF;
  BEGIN
    INSERT INTO holdpoint.actions (action, kind, statement, role) VALUES ($2, 'drop', left($3,
        10000), session_user)
      RETURNING n INTO trial;
    INSERT INTO holdpoint.marks (n, kind, detail) SELECT trial, 'dropped', d
        FROM jsonb_array_elements(ended->'dropped') d;
    PERFORM holdpoint.work(trial, true);
    tables := holdpoint.tables_fallen(trial);
    plan := holdpoint.move_away(trial);
    PERFORM holdpoint.check_moved(trial);
    PERFORM holdpoint.work(trial, false);
    DELETE FROM holdpoint.marks m WHERE m.n = trial;
    kept := holdpoint.kept_of_moves(plan, tables);
    IF plan->'moves' = '[]' AND plan->'links' = '[]' THEN PERFORM holdpoint.forget(trial);
    ELSE
      UPDATE holdpoint.actions a SET plan = moved.plan FROM (SELECT plan) moved WHERE a.n = trial;
      PERFORM holdpoint.keep(trial, tables, kept);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    RETURN ended || jsonb_build_object('kept', null, 'because', jsonb_build_array(SQLERRM));
  END;
  RETURN ended || jsonb_build_object('tables', tables, 'kept', kept);
END
`,
  },
  {
    // A relation's content where it lies: by row, or by file where that would take minutes.
    name: 'sha256_of_relation',
    takes: 'rel oid',
    returns: 'text',
    for: 'admin',
    also: exactSettings,
    body: `
DECLARE
  sha text;
BEGIN
  IF pg_table_size(rel) > ${hashedBytesMax} OR (SELECT NOT c.relispopulated FROM pg_class c
      WHERE c.oid = rel) THEN
    RETURN (SELECT encode(sha256(convert_to(concat_ws(' ', 'file', c.oid, c.relfilenode,
        pg_relation_size(rel)), 'UTF8')), 'hex')
      FROM pg_class c WHERE c.oid = rel);
  END IF;
  EXECUTE format('SELECT encode(sha256(coalesce(string_agg(b.digest, '''' ORDER BY b.bucket), '''')), ''hex'') FROM (
    SELECT substr(d.digest, 1, 2) AS bucket, sha256(string_agg(d.digest, ''''
        ORDER BY d.digest)) AS digest FROM (
      SELECT sha256(convert_to(textin(record_out(r)), ''UTF8'')) AS digest FROM ONLY %s r) d
          GROUP BY 1) b', rel::regclass) INTO sha;
  RETURN sha;
END
`,
  },
  {
    name: 'sha256_of_moves',
    takes: 'plan jsonb',
    returns: 'text',
    for: 'admin',
    language: 'sql',
    body: `
  SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws(' ', m->>'schema', m->>'name', m->>'kind',
    CASE WHEN m->>'kind' IN ('r', 'm') THEN holdpoint.sha256_of_relation((m->>'oid')::oid) END), ','
    ORDER BY m->>'schema', m->>'name', m->>'kind', m->>'oid'), ''), 'UTF8')), 'hex') FROM jsonb_array_elements(plan->'moves') m
`,
  },
  {
    name: 'kept_of_moves',
    takes: 'plan jsonb, tables jsonb',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    body: `
  SELECT jsonb_build_object('bytes', coalesce((SELECT sum(pg_total_relation_size((m->>'oid')::oid))
      FROM jsonb_array_elements(plan->'moves') m WHERE m->>'kind' IN ('r', 'm', 'S')), 0),
    'sha256', holdpoint.sha256_of_moves(plan), 'says', format('%s objects moved away with %s rows, %s definitions written down',
      jsonb_array_length(plan->'moves'), coalesce((SELECT sum((t->>'total')::bigint)
          FROM jsonb_array_elements(tables) t), 0),
      jsonb_array_length(plan->'links')))
`,
  },
  {
    name: 'tables_fallen',
    takes: 'trial bigint',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    body: `
  SELECT coalesce(jsonb_agg(jsonb_build_object('schema', x.space::regnamespace::text, 'name', x.name, 'inserted', 0, 'updated', 0,
    'deleted', x.rows, 'total', x.rows, 'captured', x.rows) ORDER BY x.name), '[]')
  FROM (SELECT m.space, m.name, holdpoint.count_exactly(m.oid) AS rows
      FROM holdpoint.movable(trial) m WHERE m.kind IN ('r', 'm')) x
`,
  },
  {
    name: 'count_exactly',
    takes: 'rel oid',
    returns: 'bigint',
    for: 'admin',
    body: `
DECLARE
  rows bigint;
BEGIN
  IF (SELECT c.relkind = 'm' AND NOT c.relispopulated FROM pg_class c WHERE c.oid = rel)
      THEN RETURN 0; END IF;
  EXECUTE format('SELECT count(*) FROM ONLY %s', rel::regclass) INTO rows;
  RETURN rows;
END
`,
  },
]
