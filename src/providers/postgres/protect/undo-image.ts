// Columns back: first which row is which, then the columns, then what was in them, then what
// leaned on them. A column comes back as the last one of its table.
import { exactSettings } from './sql-function.ts'
import type { SqlFunction } from './sql-function.ts'

export const undoImageFunctions: readonly SqlFunction[] = [
  {
    name: 'add_columns',
    takes: 't jsonb',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  c jsonb;
  rel regclass := (t->>'rel')::oid::regclass;
  owner oid := (SELECT x.relowner FROM pg_class x WHERE x.oid = (t->>'rel')::oid);
  typed text;
BEGIN
  FOR c IN SELECT x FROM jsonb_array_elements(t->'lost') x LOOP
    typed := format('%s%s', c->>'type', ' COLLATE ' || (c->>'collation'));
    IF (c->>'gone')::boolean THEN
      PERFORM holdpoint.run_as(owner, format('ALTER TABLE %s ADD COLUMN %I %s%s', rel, c->>'name', typed, CASE c->>'generated'
        WHEN 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', c->>'expression')
        WHEN 'v' THEN format(' GENERATED ALWAYS AS (%s) VIRTUAL', c->>'expression') ELSE '' END));
      CONTINUE;
    END IF;
    CONTINUE WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = rel
        AND a.attname = c->>'name' AND format_type(a.atttypid, a.atttypmod) = c->>'type');
    IF c->>'generated' = '' AND c->>'identity' = '' THEN
      PERFORM holdpoint.run_as(owner, format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', rel, c->>'name'));
    END IF;
    BEGIN
      PERFORM holdpoint.run_as(owner, format('ALTER TABLE %s ALTER COLUMN %I TYPE %s%s', rel, c->>'name', typed,
        CASE WHEN c->>'generated' = '' THEN format(' USING %I::text::%s', c->>'name', c->>'type') ELSE '' END));
    EXCEPTION WHEN OTHERS THEN
      PERFORM holdpoint.run_as(owner, format('ALTER TABLE %1$s ALTER COLUMN %2$I DROP NOT NULL, ALTER COLUMN %2$I TYPE %3$s USING NULL', rel, c->>'name', typed));
    END;
  END LOOP;
END
`,
  },
  {
    name: 'finish_columns',
    takes: 't jsonb',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  c jsonb;
  ddl text;
  rel regclass := (t->>'rel')::oid::regclass;
  owner oid := (SELECT x.relowner FROM pg_class x WHERE x.oid = (t->>'rel')::oid);
  col text;
BEGIN
  FOR c IN SELECT x FROM jsonb_array_elements(t->'lost') x LOOP
    col := format('ALTER TABLE %s ALTER COLUMN %I', rel, c->>'name');
    FOR ddl IN SELECT x FROM unnest(ARRAY[
      CASE WHEN (c->>'notnull')::boolean THEN col || ' SET NOT NULL' END,
      CASE WHEN c->>'generated' = '' AND c->>'identity' = '' THEN col || ' SET DEFAULT ' || (c->>'expression') END,
      CASE WHEN c->>'identity' <> '' AND (c->>'gone')::boolean THEN format('%s ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %s %s)', col,
        CASE c->>'identity' WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, c->'sequence'->>'name', c->'sequence'->>'options') END,
      CASE WHEN c->>'identity' <> '' AND (c->>'gone')::boolean THEN format('SELECT setval(%L, %s, %s)', c->'sequence'->>'name', c->'sequence'->>'value',
        c->'sequence'->>'called') END,
      col || ' SET STORAGE ' || (c->>'storage'), col || ' SET STATISTICS ' || (c->>'statistics'),
      CASE WHEN (c->>'gone')::boolean THEN format('COMMENT ON COLUMN %s.%I IS %L', rel, c->>'name', c->>'comment') END]) x WHERE x IS NOT NULL LOOP
      PERFORM holdpoint.run_as(owner, ddl);
    END LOOP;
    IF (c->>'gone')::boolean THEN
      FOR ddl IN SELECT x FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(c->'grants') =
          'array' THEN c->'grants' ELSE '[]' END) x LOOP
        EXECUTE ddl;
      END LOOP;
    END IF;
  END LOOP;
END
`,
  },
  {
    // Which present row is which kept one: by a key that did not change, or else by all that did
    // not.
    name: 'match_image',
    takes: 'a holdpoint.actions, t jsonb, force boolean',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  rel oid := (t->>'rel')::oid;
  owner oid := (SELECT c.relowner FROM pg_class c WHERE c.oid = rel);
  changed jsonb := (SELECT coalesce(jsonb_agg(x), '[]') FROM jsonb_array_elements(t->'lost') x
      WHERE NOT (x->>'gone')::boolean AND x->>'generated' = '');
  same jsonb := (SELECT coalesce(jsonb_agg(c), '[]')
      FROM jsonb_array_elements(holdpoint.common_columns(rel, t->'after')) c
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(changed) x WHERE x->>'name' = c->>'name'));
  keyed boolean := EXISTS (SELECT FROM jsonb_array_elements(same) c WHERE c->>'key' IS NOT NULL)
    AND NOT EXISTS (SELECT FROM holdpoint.key_of(rel, t->'after') k JOIN pg_attribute p
        ON p.attrelid = rel AND p.attnum = k.number
      WHERE p.attname IN (SELECT x->>'name' FROM jsonb_array_elements(changed) x));
  conflicts jsonb;
BEGIN
  IF same = '[]' THEN same := holdpoint.common_columns(rel, t->'after'); END IF;
  EXECUTE format('CREATE TYPE holdpoint.undo_after AS (%s)', (SELECT string_agg(format('%I %s', s.value->>'name',
    coalesce((SELECT c->>'type' FROM jsonb_array_elements(holdpoint.common_columns(rel,
        t->'after')) c WHERE c->>'name' = s.value->>'name'), 'text')), ', ' ORDER BY s.at)
    FROM jsonb_array_elements(t->'after') WITH ORDINALITY s(value, at)));
  EXECUTE format('CREATE TEMPORARY TABLE %I AS SELECT c.seq, c.old, c.new, null::bigint AS
    ordinal, null::text AS verdict, null::text AS key, null::text AS present
    FROM holdpoint.caught c WHERE c.n = $1 AND c.rel = $2
        AND c.op = ''C''', 'holdpoint_map_' || rel) USING a.n, rel;
  EXECUTE format('GRANT SELECT, UPDATE ON pg_temp.%I TO %I', 'holdpoint_map_' || rel, pg_get_userbyid(owner));
  PERFORM holdpoint.run_as(owner,
      format('UPDATE pg_temp.%1$I u SET ordinal = x.ordinal, verdict = x.verdict, key = x.img,
        present = x.present FROM (
    SELECT k.seq, c.ordinal, k.img, c.changed AS present, CASE WHEN c.changed = k.changed
        THEN ''apply'' ELSE ''conflict'' END AS verdict
    FROM (SELECT %2$s AS img, %3$s AS changed, row_number() OVER (ORDER BY t.ctid) AS ordinal,
        row_number() OVER (PARTITION BY %2$s ORDER BY t.ctid) AS nth FROM ONLY %4$s t) c
    JOIN (SELECT q.seq, %5$s AS img, %6$s AS changed, row_number() OVER (PARTITION BY %5$s
        ORDER BY q.seq) AS nth
      FROM (SELECT m.seq, m.new::holdpoint.undo_after AS v FROM pg_temp.%1$I m OFFSET 0) q) k
          ON k.img = c.img AND k.nth = c.nth) x WHERE x.seq = u.seq',
    'holdpoint_map_' || rel, holdpoint.row_of(same, 't', keyed), holdpoint.row_of(changed, 't', false), rel::regclass,
    holdpoint.row_of(same, '(q.v)', keyed), holdpoint.row_of(changed, '(q.v)', false)));
  DROP TYPE holdpoint.undo_after;
  EXECUTE format('SELECT coalesce(jsonb_agg(holdpoint.conflict($1, coalesce(m.key, m.new), m.present, m.old)), ''[]'') FROM (
    SELECT * FROM pg_temp.%I x WHERE x.verdict IS DISTINCT FROM ''apply'' LIMIT 100)
        m', 'holdpoint_map_' || rel) INTO conflicts USING rel;
  IF force THEN EXECUTE format('UPDATE pg_temp.%I SET verdict = ''apply'' WHERE verdict = ''conflict''', 'holdpoint_map_' || rel); END IF;
  RETURN conflicts;
END
`,
  },
  {
    name: 'fill_image',
    takes: 't jsonb',
    returns: 'jsonb',
    for: 'admin',
    also: exactSettings,
    body: `
DECLARE
  rel oid := (t->>'rel')::oid;
  owner oid := (SELECT c.relowner FROM pg_class c WHERE c.oid = rel);
  map text := 'holdpoint_map_' || rel;
  sets text := (SELECT string_agg(format('%1$I = (x.v).%1$I', c->>'name'), ', ') FROM jsonb_array_elements(t->'lost') c WHERE c->>'generated' = '');
  lost jsonb := (SELECT coalesce(jsonb_agg(c), '[]') FROM jsonb_array_elements(t->'lost') c WHERE c->>'generated' = '');
  result jsonb;
BEGIN
  EXECUTE format('CREATE TYPE holdpoint.undo_shape AS (%s)', (SELECT string_agg(format('%I %s', s.value->>'name',
    coalesce((SELECT c->>'type' FROM jsonb_array_elements(lost) c
        WHERE c->>'name' = s.value->>'name'), 'text')), ', ' ORDER BY s.at)
    FROM jsonb_array_elements(t->'shape') WITH ORDINALITY s(value, at)));
  IF sets IS NOT NULL THEN
    PERFORM holdpoint.run_as(owner,
        format('UPDATE ONLY %1$s d SET %2$s FROM (SELECT t.ctid AS at, row_number() OVER (ORDER
          BY t.ctid) AS ordinal FROM ONLY %1$s t) n
      JOIN (SELECT m.ordinal, m.old::holdpoint.undo_shape AS v FROM pg_temp.%3$I m
          WHERE m.verdict = ''apply'' OFFSET 0) x ON x.ordinal = n.ordinal
      WHERE d.ctid = n.at', rel::regclass, sets, map));
  END IF;
  EXECUTE format('CREATE TEMPORARY TABLE holdpoint_proof (past text[], present text[]); GRANT INSERT ON pg_temp.holdpoint_proof TO %I', pg_get_userbyid(owner));
  PERFORM holdpoint.run_as(owner,
      format('INSERT INTO pg_temp.holdpoint_proof SELECT (SELECT array_agg(%1$s) FROM (SELECT
        m.old::holdpoint.undo_shape AS v
      FROM pg_temp.%2$I m WHERE m.verdict = ''apply'' OFFSET 0) q),
    (SELECT array_agg(%3$s) FROM ONLY %4$s t)', holdpoint.row_of(lost, '(q.v)', false), map, holdpoint.row_of(lost, 't', false), rel::regclass));
  SELECT jsonb_build_object('past', holdpoint.digest(p.past), 'rows', coalesce(cardinality(p.past), 0), 'equal',
    NOT EXISTS (SELECT x FROM unnest(p.past) x EXCEPT ALL SELECT y FROM unnest(p.present) y),
    'present', holdpoint.digest(CASE WHEN cardinality(p.past) = cardinality(p.present) THEN p.present
      WHEN NOT EXISTS (SELECT x FROM unnest(p.past) x EXCEPT ALL SELECT y
          FROM unnest(p.present) y) THEN p.past END))
    INTO result FROM pg_temp.holdpoint_proof p;
  DROP TABLE pg_temp.holdpoint_proof;
  EXECUTE format('DROP TABLE pg_temp.%I', map);
  DROP TYPE holdpoint.undo_shape;
  RETURN result;
END
`,
  },
  {
    name: 'undo_image',
    takes: 'a holdpoint.actions, force boolean',
    returns: 'jsonb',
    for: 'admin',
    also: exactSettings,
    body: `
DECLARE
  t jsonb;
  link text;
  one jsonb;
  one_rel oid;
  forced oid[] := '{}';
  restored jsonb := '[]';
  conflicts jsonb := '[]';
  past text[] := '{}';
  present text[] := '{}';
BEGIN
  IF a.plan = '[]' THEN RETURN holdpoint.undo_rows(a, force); END IF;
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR t IN SELECT x FROM jsonb_array_elements(a.plan->'tables') x LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', (t->>'rel')::oid::regclass);
    IF (SELECT c.relforcerowsecurity FROM pg_class c WHERE c.oid = (t->>'rel')::oid) THEN
      EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', (t->>'rel')::oid::regclass);
      forced := forced || (t->>'rel')::oid;
    END IF;
    IF t->>'kind' = 'r' THEN conflicts := conflicts || holdpoint.match_image(a, t, force); END IF;
  END LOOP;
  FOR link IN SELECT e FROM jsonb_array_elements(a.plan->'links') l,
      jsonb_array_elements_text(coalesce(l->'early', '[]')) e LOOP EXECUTE link; END LOOP;
  FOR t IN SELECT x FROM jsonb_array_elements(a.plan->'tables') x WHERE (x->>'root')::boolean
      LOOP PERFORM holdpoint.add_columns(t); END LOOP;
  FOR t IN SELECT x FROM jsonb_array_elements(a.plan->'tables') x WHERE x->>'kind' = 'r' LOOP
    one := holdpoint.fill_image(t);
    past := past || (one->>'past');
    present := present || (one->>'present');
    restored := restored || (SELECT jsonb_build_object('schema', s.nspname, 'name', c.relname,
        'rows', one->'rows', 'objects', jsonb_array_length(t->'lost'))
      FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = (t->>'rel')::oid);
  END LOOP;
  PERFORM set_config('session_replication_role', 'origin', true);
  conflicts := conflicts || holdpoint.undo_links((SELECT coalesce(jsonb_agg(l
      ORDER BY (l->>'rank')::integer), '[]') FROM jsonb_array_elements(a.plan->'links') l
    WHERE (l->>'rank')::integer < 29), force);
  FOR t IN SELECT x FROM jsonb_array_elements(a.plan->'tables') x LOOP PERFORM
      holdpoint.finish_columns(t || jsonb_build_object('lost',
    CASE WHEN (t->>'root')::boolean THEN t->'lost' ELSE '[]' END)); END LOOP;
  conflicts := conflicts || holdpoint.undo_links((SELECT coalesce(jsonb_agg(l), '[]')
      FROM jsonb_array_elements(a.plan->'links') l
    WHERE (l->>'rank')::integer >= 29), force);
  PERFORM holdpoint.end_run_as();
  FOREACH one_rel IN ARRAY forced LOOP EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', one_rel::regclass); END LOOP;
  IF EXISTS (SELECT FROM holdpoint.marks m WHERE m.n = a.n AND m.kind = 'shape') THEN
    one := holdpoint.undo_rows(a, force);
    past := past || (one->>'sha256_before');
    present := present || (one->>'sha256_after');
    restored := restored || (one->'restored');
    conflicts := conflicts || (one->'conflicts');
  END IF;
  RETURN jsonb_build_object('restored', restored, 'conflicts', conflicts, 'because', '[]'::jsonb, 'sha256_before', holdpoint.digest(past),
    'sha256_after', holdpoint.digest(present), 'equal', past = present, 'done', past = present);
END
`,
  },
]
