// Rows back as they were: by net change, as a sum of whole rows. What a row went through in
// between does not matter, nor does the order; duplicates count. Code of table owners (checks,
// domains, index expressions) runs with the owner's rights, never with ours.
import { exactSettings } from './sql-function.ts'
import type { SqlFunction } from './sql-function.ts'

export const undoRowsFunctions: readonly SqlFunction[] = [
  {
    name: 'run_as',
    takes: 'owner oid, statement text',
    returns: 'bigint',
    for: 'admin',
    body: `
DECLARE
  name text := 'as_' || owner;
  rows bigint;
BEGIN
  IF (SELECT r.rolsuper OR r.rolname = current_user FROM pg_roles r WHERE r.oid = owner) THEN
    EXECUTE statement;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN rows;
  END IF;
  IF to_regprocedure(format('holdpoint.%I(text)', name)) IS NULL THEN
    EXECUTE format('CREATE FUNCTION holdpoint.%I(statement text) RETURNS bigint LANGUAGE
      plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $as$
      DECLARE rows bigint; BEGIN EXECUTE statement; GET DIAGNOSTICS rows = ROW_COUNT; RETURN
          rows; END $as$', name);
    EXECUTE format('ALTER FUNCTION holdpoint.%I(text) OWNER TO %I', name, pg_get_userbyid(owner));
    EXECUTE format('GRANT EXECUTE ON FUNCTION holdpoint.%I(text) TO %I', name, current_user);
  END IF;
  EXECUTE format('SELECT holdpoint.%I($1)', name) INTO rows USING statement;
  RETURN rows;
END
`,
  },
  {
    name: 'end_run_as',
    takes: '',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  made oid;
BEGIN
  FOR made IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'holdpoint'::regnamespace
      AND p.proname ~ '^as_[0-9]+$' LOOP
    EXECUTE format('DROP FUNCTION %s', made::regprocedure);
  END LOOP;
END
`,
  },
  {
    // Columns that are there then and now, and are not computed: \`name\`, \`type\` as it is now.
    name: 'common_columns',
    takes: 'rel oid, shape jsonb',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT coalesce(jsonb_agg(jsonb_build_object('name', s.value->>'name', 'type', format_type(a.atttypid, a.atttypmod),
    'key', k.at, 'operator', k.operator, 'always', a.attidentity = 'a') ORDER BY s.at), '[]')
  FROM jsonb_array_elements(shape) WITH ORDINALITY s(value, at)
  JOIN pg_attribute a ON a.attrelid = rel AND a.attname = s.value->>'name' AND a.attnum > 0
      AND NOT a.attisdropped
  LEFT JOIN holdpoint.key_of(rel, shape) k ON k.number = a.attnum
  WHERE a.attgenerated = '' AND s.value->>'generated' = ''
`,
  },
  {
    // The primary key, or else a unique index over columns that are never null. No rows: no key.
    name: 'key_of',
    takes: 'rel oid, shape jsonb',
    returns: 'TABLE (number smallint, at bigint, operator text)',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  WITH best AS (
    SELECT i.indexrelid, i.indkey::smallint[] AS key, i.indnkeyatts, i.indclass::oid[] AS
        classes FROM pg_index i
    WHERE i.indrelid = rel AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
        AND i.indexprs IS NULL
      AND NOT EXISTS (SELECT FROM unnest((i.indkey::smallint[])[0:i.indnkeyatts - 1]) n
        JOIN pg_attribute a ON a.attrelid = rel AND a.attnum = n WHERE NOT a.attnotnull
            OR a.attgenerated <> ''
        OR NOT EXISTS (SELECT FROM jsonb_array_elements(shape) s WHERE s->>'name' = a.attname))
    ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1)
  SELECT best.key[n], n::bigint, (SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname) FROM pg_opclass c
      JOIN pg_amop p ON p.amopfamily = c.opcfamily AND p.amoplefttype = c.opcintype
          AND p.amoprighttype = c.opcintype
        AND p.amopstrategy = 3
      JOIN pg_operator o ON o.oid = p.amopopr JOIN pg_namespace s ON s.oid = o.oprnamespace
          WHERE c.oid = best.classes[n])
  FROM best, generate_series(0, best.indnkeyatts - 1) n
`,
  },
  {
    // \`ROW(a.x, a.y)::text\`: one text for one row, the same from the table and from what was
    // kept.
    name: 'row_of',
    takes: 'columns jsonb, prefix text, keys_only boolean',
    returns: 'text',
    for: 'admin',
    language: 'sql',
    also: 'IMMUTABLE',
    body: `
  SELECT 'ROW(' || coalesce(string_agg(format('%s.%I', prefix, c.value->>'name'), ', ' ORDER BY c.at), '') || ')::text'
  FROM jsonb_array_elements(columns) WITH ORDINALITY c(value, at) WHERE NOT keys_only
      OR c.value->>'key' IS NOT NULL
`,
  },
  {
    // Types in which kept text is read, and the net change: img, and how many of it the undo adds.
    name: 'prepare_net',
    takes: 'a holdpoint.actions, rel oid, shape jsonb, columns jsonb, owner oid',
    returns: 'void',
    for: 'admin',
    body: `
BEGIN
  EXECUTE format('CREATE TYPE holdpoint.undo_shape AS (%s)', (SELECT string_agg(format('%I %s', s.value->>'name',
    coalesce((SELECT c->>'type' FROM jsonb_array_elements(columns) c
        WHERE c->>'name' = s.value->>'name'), 'text')), ', ' ORDER BY s.at)
    FROM jsonb_array_elements(shape) WITH ORDINALITY s(value, at)));
  EXECUTE format('CREATE TYPE holdpoint.undo_row AS (%s)', (SELECT string_agg(format('%I %s', c.value->>'name',
    c.value->>'type'), ', ' ORDER BY c.at) FROM jsonb_array_elements(columns) WITH ORDINALITY c(value, at)));
  CREATE TEMPORARY TABLE holdpoint_raw AS SELECT x.img, sum(x.delta)::bigint AS delta FROM (
    SELECT c.old AS img, 1 AS delta FROM holdpoint.caught c
      WHERE c.n = a.n AND c.rel = $2 AND c.op IN ('U', 'D', 'T')
    UNION ALL SELECT c.new, -1 FROM holdpoint.caught c
      WHERE c.n = a.n AND c.rel = $2 AND c.op IN ('U', 'I')) x GROUP BY 1 HAVING sum(x.delta) <> 0;
  CREATE TEMPORARY TABLE holdpoint_net (img text, delta bigint, before bigint, after bigint);
  EXECUTE format('CREATE TEMPORARY TABLE holdpoint_pair (key text, v holdpoint.undo_row,
    expected text, past text, now text,
    verdict text, proof text)');
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON pg_temp.holdpoint_raw, pg_temp.holdpoint_net, pg_temp.holdpoint_pair TO %I', pg_get_userbyid(owner));
  PERFORM holdpoint.run_as(owner, format('INSERT INTO pg_temp.holdpoint_net (img, delta)
    SELECT x.img, sum(x.delta) FROM (SELECT %s AS img, q.delta
        FROM (SELECT r.img::holdpoint.undo_shape AS v, r.delta
      FROM pg_temp.holdpoint_raw r OFFSET 0) q) x GROUP BY 1
          HAVING sum(x.delta) <> 0', holdpoint.row_of(columns, '(q.v)', false)));
END
`,
  },
  {
    name: 'insert_rows',
    takes: 'rel oid, columns jsonb, source text',
    returns: 'text',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT CASE WHEN columns = '[]' THEN format('INSERT INTO %s DEFAULT VALUES', rel::regclass)
    ELSE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM (%s) q', rel::regclass,
      (SELECT string_agg(quote_ident(c.value->>'name'), ', ' ORDER BY c.at)
          FROM jsonb_array_elements(columns) WITH ORDINALITY c(value, at)),
      (SELECT string_agg(format('(q.v).%I', c.value->>'name'), ', ' ORDER BY c.at)
          FROM jsonb_array_elements(columns) WITH ORDINALITY c(value, at)),
      source) END
`,
  },
  {
    // Without a key a row is known by its content: as many of each are taken and given as it says.
    name: 'undo_keyless',
    takes: 'rel oid, columns jsonb, owner oid, force boolean',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  image text := holdpoint.row_of(columns, 't', false);
  counting text;
  conflicts jsonb;
BEGIN
  counting := format('UPDATE pg_temp.holdpoint_net n SET "<column>" = coalesce(y.rows, 0) FROM
    pg_temp.holdpoint_net m LEFT JOIN (
    SELECT x.img, count(*) AS rows FROM (SELECT %s AS img FROM ONLY %s t OFFSET 0) x
        GROUP BY 1) y ON y.img = m.img
    WHERE m.img = n.img', image, rel::regclass);
  PERFORM holdpoint.run_as(owner, replace(counting, '<column>', 'before'));
  SELECT coalesce(jsonb_agg(holdpoint.conflict(rel, null, format('%s of %s rows are still there', n.before, -n.delta), n.img)), '[]')
    INTO conflicts FROM (SELECT * FROM pg_temp.holdpoint_net x WHERE x.before + x.delta < 0
        LIMIT 100) n;
  IF conflicts <> '[]' AND NOT force THEN
    RETURN jsonb_build_object('rows', 0, 'conflicts', conflicts, 'past', '', 'present', '');
  END IF;
  PERFORM holdpoint.run_as(owner,
      format('DELETE FROM ONLY %1$s d USING (SELECT t.ctid AS at, %2$s AS img,
      row_number() OVER (PARTITION BY %2$s ORDER BY t.ctid) AS nth FROM ONLY %1$s t) x,
          pg_temp.holdpoint_net n
    WHERE d.ctid = x.at AND x.img = n.img AND n.delta < 0
        AND x.nth <= -n.delta', rel::regclass, image));
  PERFORM holdpoint.run_as(owner, holdpoint.insert_rows(rel, columns,
    'SELECT n.img::holdpoint.undo_row AS v FROM pg_temp.holdpoint_net n, generate_series(1, n.delta) OFFSET 0'))
    FROM generate_series(1, CASE WHEN columns = '[]' THEN (SELECT coalesce(sum(n.delta), 0)
        FROM pg_temp.holdpoint_net n) ELSE 1 END);
  PERFORM holdpoint.run_as(owner, replace(counting, '<column>', 'after'));
  RETURN (SELECT jsonb_build_object('rows', greatest(coalesce(sum(n.delta) FILTER (WHERE n.delta > 0), 0),
      coalesce(-sum(n.delta) FILTER (WHERE n.delta < 0), 0)), 'conflicts', conflicts,
    'past', holdpoint.digest(array_agg(n.img || ' ' || greatest(n.before + n.delta, 0))),
    'present', holdpoint.digest(array_agg(n.img || ' ' || n.after))) FROM pg_temp.holdpoint_net n);
END
`,
  },
  {
    name: 'digest',
    takes: 'texts text[]',
    returns: 'text',
    for: 'admin',
    language: 'sql',
    also: 'IMMUTABLE',
    body: `
  SELECT encode(sha256(coalesce(string_agg(sha256(convert_to(t, 'UTF8')), ''::bytea
      ORDER BY sha256(convert_to(t, 'UTF8'))), ''::bytea)), 'hex')
  FROM unnest(texts) t
`,
  },
  {
    name: 'conflict',
    takes: 'rel oid, key text, now_text text, then_text text',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('schema', s.nspname, 'name', c.relname, 'key', key, 'now', now_text, 'then', then_text)
  FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = rel
`,
  },
  {
    name: 'undo_keyed',
    takes: 'rel oid, columns jsonb, owner oid, force boolean',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  keys text := (SELECT string_agg(format('t.%1$I %2$s (p.v).%1$I', c->>'name', coalesce(c->>'operator', '=')), ' AND ')
    FROM jsonb_array_elements(columns) c WHERE c->>'key' IS NOT NULL);
  looking text := format('UPDATE pg_temp.holdpoint_pair u SET "<column>" = x.img FROM (SELECT
    p.key, %s AS img
    FROM pg_temp.holdpoint_pair p JOIN ONLY %s t ON %s) x
        WHERE x.key = u.key', holdpoint.row_of(columns, 't', false), rel::regclass, keys);
  taking text := format('DELETE FROM ONLY %s t USING pg_temp.holdpoint_pair p WHERE p.verdict = ''apply'' AND %s', rel::regclass, keys);
  giving text := holdpoint.insert_rows(rel, columns,
      'SELECT p.past::holdpoint.undo_row AS v FROM pg_temp.holdpoint_pair p
    WHERE p.verdict = ''apply'' AND p.past IS NOT NULL OFFSET 0');
  conflicts jsonb;
BEGIN
  PERFORM holdpoint.run_as(owner,
      format('INSERT INTO pg_temp.holdpoint_pair (key, v, expected, past)
    WITH typed AS MATERIALIZED (SELECT n.img, n.delta, n.img::holdpoint.undo_row AS v
        FROM pg_temp.holdpoint_net n),
      keyed AS MATERIALIZED (SELECT x.img, x.delta, x.v, %s AS key FROM typed x)
    SELECT coalesce(d.key, i.key), coalesce(d.v, i.v), d.img, i.img FROM (SELECT * FROM keyed
        WHERE delta < 0) d
    FULL JOIN (SELECT * FROM keyed WHERE delta > 0) i ON i.key = d.key', holdpoint.row_of(columns, '(x.v)', true)));
  ANALYZE pg_temp.holdpoint_pair;
  PERFORM holdpoint.run_as(owner, replace(looking, '<column>', 'now'));
  UPDATE pg_temp.holdpoint_pair p SET verdict = CASE WHEN p.now IS NOT DISTINCT FROM p.past THEN 'already'
    WHEN p.now IS NOT DISTINCT FROM p.expected THEN 'apply' ELSE 'conflict' END;
  SELECT coalesce(jsonb_agg(holdpoint.conflict(rel, x.key, x.now, x.past)), '[]') INTO conflicts
    FROM (SELECT * FROM pg_temp.holdpoint_pair p WHERE p.verdict = 'conflict' LIMIT 100) x;
  IF force THEN UPDATE pg_temp.holdpoint_pair p SET verdict = 'apply' WHERE p.verdict = 'conflict'; END IF;
  conflicts := conflicts || holdpoint.apply_keyed(rel, columns, owner, keys, taking, giving);
  PERFORM holdpoint.run_as(owner, replace(looking, '<column>', 'proof'));
  RETURN (SELECT jsonb_build_object('rows', count(*) FILTER (WHERE p.verdict = 'apply'), 'conflicts', conflicts,
    'past', holdpoint.digest(array_agg(p.past) FILTER (WHERE p.past IS NOT NULL)),
    'present', holdpoint.digest(array_agg(p.proof) FILTER (WHERE p.proof IS NOT NULL)))
    FROM pg_temp.holdpoint_pair p WHERE p.verdict <> 'conflict');
END
`,
  },
  {
    // All at once; where something else now holds a unique value, row by row, and that row is
    // reported.
    name: 'apply_keyed',
    takes: 'rel oid, columns jsonb, owner oid, keys text, taking text, giving text',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  one record;
  conflicts jsonb := '[]';
  whole boolean := (SELECT count(*) = jsonb_array_length(columns) FROM pg_attribute a
    WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '');
BEGIN
  IF NOT whole THEN PERFORM holdpoint.update_keyed(rel, columns, owner, keys); END IF;
  BEGIN
    PERFORM holdpoint.run_as(owner, taking);
    PERFORM holdpoint.run_as(owner, giving);
    RETURN '[]';
  EXCEPTION WHEN integrity_constraint_violation OR unique_violation OR check_violation
      OR exclusion_violation OR not_null_violation THEN
    NULL;
  END;
  FOR one IN SELECT p.key, p.past FROM pg_temp.holdpoint_pair p WHERE p.verdict = 'apply'
      ORDER BY p.past IS NOT NULL LOOP
    BEGIN
      PERFORM holdpoint.run_as(owner, taking || format(' AND p.key = %L', one.key));
      IF one.past IS NOT NULL THEN
        PERFORM holdpoint.run_as(owner, replace(giving, 'p.past IS NOT NULL', format('p.key = %L', one.key)));
      END IF;
    EXCEPTION WHEN integrity_constraint_violation OR unique_violation OR check_violation
        OR exclusion_violation OR not_null_violation THEN
      conflicts := conflicts || holdpoint.conflict(rel, one.key, SQLERRM, one.past);
      UPDATE pg_temp.holdpoint_pair p SET verdict = 'conflict' WHERE p.key = one.key;
    END;
  END LOOP;
  RETURN conflicts;
END
`,
  },
  {
    // Columns were added since: a row that is still there keeps what it has in them.
    name: 'update_keyed',
    takes: 'rel oid, columns jsonb, owner oid, keys text',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  sets text := (SELECT string_agg(format('%1$I = (p.w).%1$I', c->>'name'), ', ') FROM jsonb_array_elements(columns) c
    WHERE c->>'always' = 'false' AND c->>'key' IS NULL);
BEGIN
  IF sets IS NULL THEN RETURN; END IF;
  PERFORM holdpoint.run_as(owner,
      format('UPDATE ONLY %s t SET %s FROM (SELECT q.v, q.past::holdpoint.undo_row AS w
    FROM pg_temp.holdpoint_pair q WHERE q.verdict = ''apply'' AND q.past IS NOT NULL
        AND q.now IS NOT NULL OFFSET 0) p WHERE %s',
    rel::regclass, sets, keys));
  UPDATE pg_temp.holdpoint_pair p SET verdict = 'updated' WHERE p.verdict = 'apply'
      AND p.past IS NOT NULL AND p.now IS NOT NULL;
END
`,
  },
  {
    name: 'undo_table',
    takes: 'a holdpoint.actions, rel oid, force boolean',
    returns: 'jsonb',
    for: 'admin',
    also: exactSettings,
    body: `
DECLARE
  shape jsonb := (SELECT m.detail FROM holdpoint.marks m WHERE m.n = a.n AND m.kind = 'shape'
      AND m.rel = $2);
  columns jsonb;
  owner oid := (SELECT c.relowner FROM pg_class c WHERE c.oid = rel);
  quiet jsonb;
  trigger_name text;
  forced boolean;
  result jsonb;
BEGIN
  IF owner IS NULL THEN
    RETURN jsonb_build_object('rows', 0, 'past', '', 'present', 'gone', 'because', format('the table with number %s is gone', rel),
      'conflicts', jsonb_build_array(jsonb_build_object('schema', '', 'name', rel::text, 'key', null,
        'now', 'the table is gone', 'then', 'its rows')));
  END IF;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', rel::regclass);
  columns := holdpoint.common_columns(rel, shape);
  forced := (SELECT c.relforcerowsecurity FROM pg_class c WHERE c.oid = rel);
  IF forced THEN EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', rel::regclass); END IF;
  quiet := coalesce((SELECT jsonb_agg(jsonb_build_object('name', t.tgname, 'enabled',
      t.tgenabled)) FROM pg_trigger t
    WHERE t.tgrelid = rel AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND t.tgname !~ '^holdpoint_'), '[]');
  FOR trigger_name IN SELECT q->>'name' FROM jsonb_array_elements(quiet) q LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', rel::regclass, trigger_name);
  END LOOP;
  PERFORM holdpoint.prepare_net(a, rel, shape, columns, owner);
  IF EXISTS (SELECT FROM jsonb_array_elements(columns) c WHERE c->>'key' IS NOT NULL) THEN
    result := holdpoint.undo_keyed(rel, columns, owner, force);
  ELSE
    result := holdpoint.undo_keyless(rel, columns, owner, force);
  END IF;
  DROP TABLE pg_temp.holdpoint_raw, pg_temp.holdpoint_net, pg_temp.holdpoint_pair;
  DROP TYPE holdpoint.undo_shape, holdpoint.undo_row;
  IF forced THEN EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', rel::regclass); END IF;
  RETURN result || jsonb_build_object('quiet', quiet, 'because', (SELECT string_agg(format(
    'column \`%s\` of \`%s\` is gone, and what was in it cannot come back', s->>'name', rel::regclass), '; ')
    FROM jsonb_array_elements(shape) s WHERE s->>'generated' = '' AND NOT EXISTS (
      SELECT FROM jsonb_array_elements(columns) c WHERE c->>'name' = s->>'name')));
END
`,
  },
]
