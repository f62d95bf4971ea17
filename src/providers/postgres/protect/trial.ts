// A trial: from begin_trial to end_trial, inside the agent's own transaction.
import type { SqlFunction } from './sql-function.ts'

/** Tables above these are not counted: the figure would cost more than it tells. */
const countedRowsMax = 5_000_000
const countedBytesMax = 536_870_912

export const trialFunctions: readonly SqlFunction[] = [
  {
    // What this session has written so far, by table, catalogues included. TOAST goes with its
    // table.
    name: 'counters',
    takes: '',
    returns: 'TABLE (rel oid, inserted bigint, updated bigint, deleted bigint)',
    for: 'admin',
    language: 'sql',
    planned: true,
    body: `
  SELECT x.oid, x.i, x.u, x.d FROM (
    SELECT c.oid, pg_stat_get_xact_tuples_inserted(c.oid) AS i,
      pg_stat_get_xact_tuples_updated(c.oid) AS u, pg_stat_get_xact_tuples_deleted(c.oid) AS d
    FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND s.nspname <> 'holdpoint'
  ) x WHERE x.i <> 0 OR x.u <> 0 OR x.d <> 0
`,
  },
  {
    name: 'begin_trial',
    takes: 'key text, action text, kind text, subjects jsonb, statement text DEFAULT null',
    returns: 'void',
    for: 'gate',
    body: `
DECLARE
  trial bigint;
  subject record;
BEGIN
  PERFORM holdpoint.check_key(key);
  IF kind IS NULL OR kind NOT IN ('rows', 'drop', 'image') THEN
    RAISE invalid_parameter_value USING MESSAGE = 'a trial is of rows, drop or image';
  END IF;
  IF holdpoint.open_trial() IS NOT NULL THEN
    RAISE object_in_use USING MESSAGE = 'a trial is open in this transaction already';
  END IF;
  INSERT INTO holdpoint.actions (action, kind, statement, role, size_before, first_seq)
  VALUES ($2, $3, left($5, 10000), session_user, pg_relation_size('holdpoint.captured'),
    nextval('holdpoint.captured_seq_seq'))
  RETURNING n INTO trial;
  IF (SELECT pg_relation_size('holdpoint.captured') > s.total_bytes_max FROM holdpoint.settings s) THEN
    PERFORM holdpoint.mark(trial, 'full', null, '{}');
  END IF;
  IF kind = 'drop' THEN PERFORM holdpoint.clear_trash(); END IF;
  FOR subject IN SELECT c.oid, c.relkind FROM jsonb_to_recordset(subjects) AS j(schema text,
      name text)
    JOIN pg_namespace s ON s.nspname = j.schema JOIN pg_class c ON c.relnamespace = s.oid
        AND c.relname = j.name
  LOOP
    IF subject.relkind = 'f' THEN
      PERFORM holdpoint.mark(trial, 'because', subject.oid, jsonb_build_object('because',
        format('\`%s\` is a table of another server, whose rows are not kept', subject.oid::regclass)));
    ELSIF kind = 'image' AND subject.relkind IN ('r', 'p') THEN
      PERFORM holdpoint.image(trial, subject.oid);
    END IF;
  END LOOP;
  UPDATE holdpoint.actions a SET
    baseline = coalesce((SELECT jsonb_object_agg(c.rel, jsonb_build_array(c.inserted, c.updated,
        c.deleted))
      FROM holdpoint.counters() c), '{}') WHERE a.n = trial;
  PERFORM set_config('holdpoint.trial', trial::text, true);
END
`,
  },
  {
    // Changes since begin_trial by the server's own counters, and what the triggers caught.
    name: 'changes',
    takes: 'trial bigint',
    returns:
      'TABLE (rel oid, inserted bigint, updated bigint, deleted bigint, caught_i bigint, caught_u bigint, caught_d bigint, caught_t bigint, caught_c bigint)',
    for: 'admin',
    language: 'sql',
    planned: true,
    body: `
  SELECT coalesce(now.rel, caught.rel, base.rel),
    coalesce(now.inserted, 0) - coalesce(base.i, 0), coalesce(now.updated, 0) - coalesce(base.u, 0),
    coalesce(now.deleted, 0) - coalesce(base.d, 0), coalesce(caught.i, 0), coalesce(caught.u, 0),
    coalesce(caught.d, 0), coalesce(caught.t, 0), coalesce(caught.c, 0)
  FROM holdpoint.counters() now
  FULL JOIN (SELECT b.key::oid AS rel, (b.value->>0)::bigint AS i, (b.value->>1)::bigint AS u,
      (b.value->>2)::bigint AS d FROM holdpoint.actions a, jsonb_each(a.baseline) b
          WHERE a.n = trial) base
    ON base.rel = now.rel
  FULL JOIN (SELECT c.rel, count(*) FILTER (WHERE c.op = 'I') AS i, count(*) FILTER (WHERE c.op
      = 'U') AS u,
      count(*) FILTER (WHERE c.op = 'D') AS d, count(*) FILTER (WHERE c.op = 'T') AS t,
      count(*) FILTER (WHERE c.op = 'C') AS c
      FROM holdpoint.caught c WHERE c.n = trial GROUP BY c.rel) caught
    ON caught.rel = coalesce(now.rel, base.rel)
`,
  },
  {
    // Every reason why the figures, or what was kept, are not the whole truth. Grave: the figures.
    name: 'doubts',
    takes: 'trial bigint',
    returns: 'TABLE (grave boolean, because text)',
    for: 'admin',
    body: `
DECLARE
  of_kind text := (SELECT a.kind FROM holdpoint.actions a WHERE a.n = trial);
  full_up boolean := EXISTS (SELECT FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'full');
BEGIN
  IF full_up THEN
    RETURN QUERY SELECT false, format('it is more than %s, the most that is kept of one action, or than is left of %s for all',
      pg_size_pretty(s.bytes_max), pg_size_pretty(s.total_bytes_max)) FROM holdpoint.settings s;
  ELSIF current_setting('holdpoint.trial', true) IS DISTINCT FROM trial::text THEN
    RETURN QUERY SELECT true, 'the statement switched the capture off';
  END IF;
  IF current_setting('track_counts')::boolean IS NOT TRUE THEN
    RETURN QUERY SELECT true, 'the server does not count rows (track_counts is off)';
  END IF;
  RETURN QUERY SELECT true, format('\`%s\` has no capture trigger, or a switched-off one', u::regclass)
    FROM holdpoint.unwatched() u LIMIT 5;
  RETURN QUERY SELECT true, m.detail->>'because' FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'because';
  IF of_kind = 'rows' THEN
    RETURN QUERY SELECT true, format('it also changes definitions: %s %s', m.detail->>'tag', m.detail->>'identity')
      FROM holdpoint.marks m WHERE m.n = trial AND m.kind IN ('ddl', 'dropped') ORDER BY m.seq LIMIT 5;
  END IF;
  RETURN QUERY SELECT true, format('%s: %s inserted, %s updated, %s deleted, of which %s, %s and %s were caught',
      c.rel::regclass, c.inserted, c.updated, c.deleted, c.caught_i, c.caught_u, c.caught_d)
    FROM holdpoint.changes(trial) c JOIN pg_class k ON k.oid = c.rel JOIN pg_namespace s
        ON s.oid = k.relnamespace
    WHERE s.nspname <> 'pg_catalog' AND s.nspname !~ '^(pg_toast|holdpoint)' AND NOT full_up
      AND CASE WHEN EXISTS (SELECT FROM holdpoint.marks m WHERE m.n = trial
          AND m.kind = 'truncated' AND m.rel = c.rel)
        THEN c.caught_i + c.caught_u + c.caught_d > 0
        ELSE (c.inserted, c.updated, c.deleted) IS DISTINCT FROM (c.caught_i, c.caught_u,
            c.caught_d)
          AND (of_kind = 'rows' OR c.rel NOT IN (SELECT m.rel FROM holdpoint.marks m
            WHERE m.n = trial AND m.kind IN ('ddl', 'imaged') AND m.rel IS NOT NULL)) END LIMIT 5;
  IF of_kind = 'rows' THEN
    RETURN QUERY SELECT true, format('it writes %s directly', c.rel::regclass) FROM holdpoint.changes(trial) c
      JOIN pg_class k ON k.oid = c.rel WHERE k.relnamespace = 'pg_catalog'::regnamespace
        AND (k.relisshared AND k.relname <> 'pg_shdepend' OR k.relname ~ '^pg_largeobject'
            OR NOT EXISTS (SELECT FROM holdpoint.marks m
          WHERE m.n = trial AND m.kind = 'temporary'))
        AND (c.inserted, c.updated, c.deleted) IS DISTINCT FROM (0::bigint, 0::bigint,
            0::bigint) LIMIT 5;
  END IF;
  RETURN QUERY SELECT true, format('trigger \`%s\` of \`%s\` runs at commit, when nobody looks', t.tgname, t.tgrelid::regclass)
    FROM pg_trigger t WHERE t.tgdeferrable AND NOT t.tgisinternal AND t.tgenabled <> 'D'
      AND t.tgrelid IN (SELECT c.rel FROM holdpoint.changes(trial) c) LIMIT 5;
END
`,
  },
  {
    name: 'count_rows',
    takes: 'rel oid',
    returns: 'bigint',
    for: 'admin',
    body: `
DECLARE
  rows bigint;
BEGIN
  IF (SELECT c.reltuples FROM pg_class c WHERE c.oid = rel) > ${countedRowsMax}
    OR pg_relation_size(rel) > ${countedBytesMax} THEN RETURN NULL; END IF;
  EXECUTE format('SELECT count(*) FROM ONLY %s', rel::regclass) INTO rows;
  RETURN rows;
END
`,
  },
  {
    name: 'touched_tables',
    takes: 'trial bigint',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    planned: true,
    body: `
  SELECT coalesce(jsonb_agg(jsonb_build_object('schema', s.nspname, 'name', k.relname, 'oid', c.rel::bigint,
    'inserted', greatest(c.inserted, c.caught_i), 'updated', greatest(c.updated, c.caught_u) + c.caught_c,
    'deleted', greatest(c.deleted, c.caught_d) + c.caught_t,
    'total', CASE WHEN c.caught_t + c.caught_c > 0 THEN c.caught_t + c.caught_c
      ELSE greatest(holdpoint.count_rows(c.rel) + c.deleted - c.inserted, 0) END,
    'captured', c.caught_i + c.caught_u + c.caught_d + c.caught_t + c.caught_c)
        ORDER BY s.nspname, k.relname), '[]')
  FROM holdpoint.changes(trial) c JOIN pg_class k ON k.oid = c.rel JOIN pg_namespace s
      ON s.oid = k.relnamespace
  WHERE s.nspname <> 'pg_catalog' AND s.nspname !~ '^(pg_toast|holdpoint)'
    AND (c.inserted > 0 OR c.updated > 0 OR c.deleted > 0
      OR c.caught_i + c.caught_u + c.caught_d + c.caught_t + c.caught_c > 0)
`,
  },
  {
    // A row's text taken apart without its types: a domain's check is somebody's code, and would
    // run here with all our rights. No backslash stands in a literal, for a session may read it
    // twice.
    name: 'fields',
    takes: 'row_text text',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'IMMUTABLE',
    body: `
  SELECT coalesce(jsonb_agg(CASE WHEN f.m[1] = '' THEN null WHEN left(f.m[1], 1) = '"' THEN
    replace(replace(substr(f.m[1], 2, length(f.m[1]) - 2), '""', '"'), repeat(chr(92), 2), chr(92))
    ELSE f.m[1] END ORDER BY f.at), '[]')
  FROM regexp_matches(',' || substr(row_text, 2, length(row_text) - 2), ',("(?:[^"]|"")*"|[^,"]*)', 'g')
    WITH ORDINALITY f(m, at)
`,
  },
  {
    name: 'samples',
    takes: 'trial bigint',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  r record;
  found jsonb := '[]';
BEGIN
  FOR r IN SELECT t.rel, coalesce((SELECT x->'shape' FROM holdpoint.actions a,
      jsonb_array_elements(a.plan->'tables') x
      WHERE a.n = trial AND x->>'rel' = t.rel::text), holdpoint.shape(t.rel)) AS shape
    FROM (SELECT DISTINCT c.rel FROM holdpoint.caught c WHERE c.n = trial AND c.op IN ('U', 'D', 'T', 'C')) t
    JOIN pg_class k ON k.oid = t.rel LIMIT 20
  LOOP
    CONTINUE WHEN r.shape = '[]';
    found := found || jsonb_build_object('table', r.rel::regclass::text,
      'columns', (SELECT coalesce(jsonb_agg(a->'name'), '[]') FROM jsonb_array_elements(r.shape) a),
      'rows', (SELECT coalesce(jsonb_agg((SELECT coalesce(jsonb_agg(left(f.value, 200) ORDER BY f.at), '[]')
        FROM jsonb_array_elements_text(holdpoint.fields(x.old)) WITH ORDINALITY f(value, at))),
            '[]') FROM (SELECT c.old FROM holdpoint.caught c
        WHERE c.n = trial AND c.rel = r.rel AND c.op IN ('U', 'D', 'T', 'C') AND octet_length(c.old) < 100000
        ORDER BY c.seq LIMIT 5) x));
  END LOOP;
  RETURN found;
END
`,
  },
  {
    // The shape of a row at the end of the trial: with it its text can be read in any later year.
    name: 'shape',
    takes: 'rel oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    planned: true,
    also: 'STABLE',
    body: `
  SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'number', a.attnum, 'identity', a.attidentity, 'generated', a.attgenerated) ORDER BY a.attnum), '[]')
  FROM pg_attribute a WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped
`,
  },
  {
    // Independent of the order: buckets by the first two bytes, each in the order of its digests.
    name: 'sha256_of_captured',
    takes: 'trial bigint',
    returns: 'text',
    for: 'admin',
    language: 'sql',
    planned: true,
    body: `
  SELECT encode(sha256(coalesce(string_agg(b.digest, ''::bytea ORDER BY b.bucket), ''::bytea)), 'hex') FROM (
    SELECT substr(d.digest, 1, 2) AS bucket, sha256(string_agg(d.digest, ''::bytea
        ORDER BY d.digest)) AS digest FROM (
      SELECT sha256(convert_to(concat(c.rel, c.op, coalesce(octet_length(c.old), -1), ' ',
          c.old, coalesce(octet_length(c.new), -1), ' ',
        c.new), 'UTF8')) AS digest
      FROM holdpoint.caught c WHERE c.n = trial) d GROUP BY 1) b
`,
  },
  {
    name: 'end_trial',
    takes: 'key text, action text',
    returns: 'jsonb',
    for: 'gate',
    body: `
DECLARE
  a holdpoint.actions;
  tables jsonb;
  grave boolean;
  because text[];
  dropped jsonb;
  bytes bigint;
  kept jsonb;
  samples jsonb;
BEGIN
  PERFORM holdpoint.check_key(key);
  SELECT * INTO a FROM holdpoint.actions x WHERE x.action = $2
      AND x.xact = pg_current_xact_id_if_assigned()
    AND x.state = 'trial';
  IF a.n IS NULL THEN
    RAISE invalid_parameter_value USING MESSAGE = format('no trial of \`%s\` is open here', action);
  END IF;
  IF a.kind = 'image' THEN
    PERFORM holdpoint.finish_image(a.n);
    SELECT * INTO a FROM holdpoint.actions x WHERE x.n = a.n;
  END IF;
  SELECT coalesce(bool_or(d.grave), false), coalesce(array_agg(d.because), '{}') INTO grave, because
    FROM holdpoint.doubts(a.n) d;
  PERFORM set_config('holdpoint.trial', '', true);
  tables := holdpoint.touched_tables(a.n);
  samples := holdpoint.samples(a.n);
  SELECT coalesce(jsonb_agg(m.detail ORDER BY m.seq), '[]') INTO dropped FROM holdpoint.marks m
    WHERE m.n = a.n AND m.kind = 'dropped';
  IF a.kind = 'drop' THEN
    because := because || holdpoint.drop_doubts(a.n);
  ELSIF because = '{}' THEN
    SELECT coalesce(sum(octet_length(c.old)), 0) + coalesce(sum(octet_length(c.new)), 0) INTO bytes
      FROM holdpoint.caught c WHERE c.n = a.n;
    kept := jsonb_build_object('bytes', bytes, 'sha256', holdpoint.sha256_of_captured(a.n), 'says',
      CASE WHEN tables = '[]' AND a.plan = '[]' AND bytes = 0 THEN 'nothing was changed'
        ELSE (SELECT coalesce(string_agg(format('%s rows of %s', t->>'captured', t->>'name'), ', '), 'definitions')
          FROM jsonb_array_elements(tables) t WHERE t->>'captured' <> '0') || ', as they were before' END);
  END IF;
  IF kept IS NULL OR kept->>'says' = 'nothing was changed' THEN
    PERFORM holdpoint.forget(a.n);
  ELSE
    PERFORM holdpoint.keep(a.n, tables, kept);
  END IF;
  RETURN jsonb_build_object('tables', tables, 'dropped', dropped, 'kept', kept, 'because', to_jsonb(because),
    'complete', NOT grave, 'samples', samples);
END
`,
  },
  {
    name: 'forget',
    takes: 'trial bigint',
    returns: 'void',
    for: 'admin',
    language: 'sql',
    body: `
  DELETE FROM holdpoint.captured c WHERE c.n = trial;
  DELETE FROM holdpoint.marks m WHERE m.n = trial;
  DELETE FROM holdpoint.actions a WHERE a.n = trial;
`,
  },
  {
    name: 'keep',
    takes: 'trial bigint, tables jsonb, kept jsonb',
    returns: 'void',
    for: 'admin',
    body: `
BEGIN
  INSERT INTO holdpoint.marks (n, kind, rel, detail)
  SELECT trial, 'shape', x.rel, holdpoint.shape(x.rel)
  FROM (SELECT DISTINCT c.rel FROM holdpoint.caught c WHERE c.n = trial AND c.op <> 'C') x;
  UPDATE holdpoint.actions a SET state = 'kept', tables = $2, kept = $3,
    last_seq = (SELECT max(c.seq) FROM holdpoint.caught c WHERE c.n = trial),
    expires_at = a.at + (SELECT s.retention FROM holdpoint.settings s) WHERE a.n = trial;
END
`,
  },
]
