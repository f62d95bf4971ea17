// The triggers that keep rows before they change, and the event triggers that watch definitions.
import { exactSettings } from './sql-function.ts'
import type { SqlFunction } from './sql-function.ts'

export const captureFunctions: readonly SqlFunction[] = [
  {
    name: 'check_key',
    takes: 'key text',
    returns: 'void',
    for: 'admin',
    body: `
BEGIN
  IF key IS NULL OR encode(sha256(convert_to(key, 'UTF8')), 'hex') IS DISTINCT FROM
    (SELECT s.key_hash FROM holdpoint.settings s) THEN
    RAISE insufficient_privilege USING MESSAGE = 'not a call of the gate';
  END IF;
END
`,
  },
  {
    name: 'exact_text',
    takes: 'value anyelement',
    returns: 'text',
    for: 'admin',
    also: exactSettings,
    body: `
BEGIN
  RETURN textin(record_out(value));
END
`,
  },
  {
    // The trial that is open in this very transaction; a setting could be forged, this cannot.
    name: 'open_trial',
    takes: '',
    returns: 'bigint',
    for: 'admin',
    language: 'sql',
    planned: true,
    also: 'STABLE',
    body: `
  SELECT a.n FROM holdpoint.actions a
  WHERE a.xact = pg_current_xact_id_if_assigned() AND a.state = 'trial' ORDER BY a.n DESC LIMIT 1
`,
  },
  {
    // Settings in which text is exact are the usual ones: then the quick way. Every 4096 rows a
    // look at the size: an action that would fill the disk is not kept, and so not recoverable.
    // Every name is qualified instead of a search path, which would cost as much as the rest; and
    // a row becomes text by its output function, never by a cast, which may be somebody's own.
    name: 'capture',
    takes: '',
    returns: 'trigger',
    for: 'admin',
    path: 'none',
    body: `
DECLARE
  at bigint;
  trial pg_catalog.text := pg_catalog.current_setting('holdpoint.trial');
BEGIN
  -- Switched off while this row was waiting for its trigger.
  IF trial OPERATOR(pg_catalog.=) '' THEN RETURN NULL; END IF;
  IF pg_catalog.left(pg_catalog.current_setting('DateStyle'), 3) OPERATOR(pg_catalog.=) 'ISO'
    AND pg_catalog.current_setting('extra_float_digits') OPERATOR(pg_catalog.=) ANY (ARRAY['1', '2', '3'])
    AND pg_catalog.current_setting('IntervalStyle') OPERATOR(pg_catalog.=) 'postgres' THEN
    INSERT INTO holdpoint.captured (n, rel, op, old, new) VALUES (
      pg_catalog.int8(trial), TG_RELID,
      pg_catalog."char"(TG_OP), pg_catalog.textin(pg_catalog.record_out(OLD)),
      pg_catalog.textin(pg_catalog.record_out(NEW)))
    RETURNING seq INTO at;
  ELSE
    at := holdpoint.capture_exactly(TG_RELID, TG_OP,
      CASE WHEN TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN holdpoint.exact_text(OLD) END,
      CASE WHEN TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN holdpoint.exact_text(NEW) END);
  END IF;
  IF at OPERATOR(pg_catalog.%) 4096 OPERATOR(pg_catalog.=) 0 THEN
    PERFORM holdpoint.stop_when_full();
  END IF;
  RETURN NULL;
END
`,
  },
  {
    name: 'capture_exactly',
    takes: 'rel oid, operation text, old text, new text',
    returns: 'bigint',
    for: 'admin',
    body: `
DECLARE
  at bigint;
BEGIN
  INSERT INTO holdpoint.captured (n, rel, op, old, new)
  VALUES (current_setting('holdpoint.trial')::bigint, $1, left($2, 1)::"char", $3, $4) RETURNING seq INTO at;
  RETURN at;
END
`,
  },
  {
    name: 'stop_when_full',
    takes: '',
    returns: 'void',
    for: 'admin',
    body: `
BEGIN
  IF EXISTS (
    SELECT FROM holdpoint.actions a, holdpoint.settings s
    WHERE a.n = current_setting('holdpoint.trial')::bigint
      AND (pg_relation_size('holdpoint.captured') - a.size_before > s.bytes_max
        OR pg_relation_size('holdpoint.captured') > s.total_bytes_max)
  ) THEN
    PERFORM holdpoint.mark(holdpoint.open_trial(), 'full', null, '{}');
    PERFORM set_config('holdpoint.trial', '', true);
  END IF;
END
`,
  },
  {
    name: 'mark',
    takes: 'n bigint, kind text, rel oid, detail jsonb',
    returns: 'void',
    for: 'admin',
    language: 'sql',
    body: `
  INSERT INTO holdpoint.marks (n, kind, rel, detail) SELECT $1, $2, $3, $4 WHERE $1 IS NOT NULL
`,
  },
  {
    // BEFORE TRUNCATE, for every table that TRUNCATE reaches, those by CASCADE included. It asks
    // the table of trials and not the setting: there are no counters by which a missing row would
    // show.
    name: 'capture_truncate',
    takes: '',
    returns: 'trigger',
    for: 'admin',
    body: `
DECLARE
  trial bigint := holdpoint.open_trial();
BEGIN
  IF trial IS NULL THEN RETURN NULL; END IF;
  PERFORM holdpoint.mark(trial, 'truncated', TG_RELID, jsonb_build_object(
    'sequences', holdpoint.sequences_of(TG_RELID)));
  IF NOT EXISTS (SELECT FROM holdpoint.marks m
    WHERE m.n = trial AND m.kind = 'imaged' AND m.rel = TG_RELID) THEN
    PERFORM holdpoint.image_rows(trial, TG_RELID, 'T');
  END IF;
  RETURN NULL;
END
`,
  },
  {
    name: 'image_rows',
    takes: 'n bigint, rel oid, op "char"',
    returns: 'void',
    for: 'admin',
    also: exactSettings,
    body: `
BEGIN
  PERFORM holdpoint.mark(n, 'imaged', rel, '{}');
  IF (SELECT pg_table_size(rel) > s.bytes_max OR pg_relation_size('holdpoint.captured') > s.total_bytes_max
    FROM holdpoint.settings s) THEN
    PERFORM holdpoint.mark(n, 'full', rel, '{}');
    RETURN;
  END IF;
  EXECUTE format('INSERT INTO holdpoint.captured (n, rel, op, old)
    SELECT $1, $2, $3, textin(record_out(r)) FROM ONLY %s r
        ORDER BY r.ctid', rel::regclass) USING n, rel, op;
END
`,
  },
  {
    name: 'sequences_of',
    takes: 'rel oid',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  sequence oid;
  one jsonb;
  found jsonb := '[]';
BEGIN
  FOR sequence IN SELECT d.objid FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = rel AND d.deptype IN ('a', 'i') AND c.relkind = 'S' ORDER BY 1
  LOOP
    EXECUTE format('SELECT jsonb_build_object(''sequence'', $1::regclass::text, ''oid'', $1::bigint,
      ''value'', last_value, ''called'', is_called) FROM %s', sequence::regclass)
      INTO one USING sequence;
    found := found || one;
  END LOOP;
  RETURN found;
END
`,
  },
  {
    name: 'capture_foreign',
    takes: '',
    returns: 'trigger',
    for: 'admin',
    body: `
BEGIN
  PERFORM holdpoint.mark(holdpoint.open_trial(), 'because', TG_RELID, jsonb_build_object('because',
    format('\`%s\` is a table of another server, whose rows are not kept', TG_RELID::regclass)));
  RETURN NULL;
END
`,
  },
  {
    name: 'watched',
    takes: '',
    returns: 'TABLE (rel oid, kind "char")',
    for: 'admin',
    language: 'sql',
    planned: true,
    also: 'STABLE',
    body: `
  SELECT c.oid, c.relkind FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'f') AND c.relpersistence <> 't'
    AND s.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'holdpoint')
    AND s.nspname !~ '^(holdpoint_trash_|pg_temp_|pg_toast_temp_)'
`,
  },
  {
    // Only on tables that hold rows themselves: a trigger on a partitioned table would be cloned,
    // and stand in the way of ATTACH PARTITION.
    name: 'watch',
    takes: 'table_oid oid',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  name text := table_oid::regclass::text;
  kind "char" := (SELECT w.kind FROM holdpoint.watched() w WHERE w.rel = table_oid);
  missing boolean;
  wanted text;
BEGIN
  IF kind IS NULL THEN RETURN; END IF;
  FOREACH wanted IN ARRAY CASE WHEN kind = 'r'
    THEN ARRAY['holdpoint_capture', 'holdpoint_truncate'] ELSE ARRAY['holdpoint_foreign'] END
  LOOP
    missing := NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = table_oid
        AND t.tgname = wanted);
    IF missing AND wanted = 'holdpoint_capture' THEN
      EXECUTE format('CREATE TRIGGER holdpoint_capture AFTER INSERT OR UPDATE OR DELETE ON %s
        FOR EACH ROW WHEN (current_setting(''holdpoint.trial'', true) <> '''')
        EXECUTE FUNCTION holdpoint.capture()', name);
    ELSIF missing AND wanted = 'holdpoint_truncate' THEN
      EXECUTE format('CREATE TRIGGER holdpoint_truncate BEFORE TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION holdpoint.capture_truncate()', name);
    ELSIF missing THEN
      EXECUTE format('CREATE TRIGGER holdpoint_foreign BEFORE INSERT OR UPDATE OR DELETE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION holdpoint.capture_foreign()', name);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_trigger t
      WHERE t.tgrelid = table_oid AND t.tgname = wanted AND t.tgenabled = 'A') THEN
      EXECUTE format('ALTER %s %s ENABLE ALWAYS TRIGGER %I',
        CASE kind WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, name, wanted);
    END IF;
  END LOOP;
END
`,
  },
  {
    name: 'watch_all',
    takes: '',
    returns: 'integer',
    for: 'admin',
    language: 'sql',
    body: `SELECT count(holdpoint.watch(w.rel))::integer FROM holdpoint.watched() w`,
  },
  {
    name: 'unwatched',
    takes: '',
    returns: 'SETOF oid',
    for: 'admin',
    language: 'sql',
    planned: true,
    also: 'STABLE',
    body: `
  SELECT w.rel FROM holdpoint.watched() w LEFT JOIN pg_trigger t ON t.tgrelid = w.rel
    AND t.tgenabled = 'A' AND t.tgfoid IN ('holdpoint.capture'::regproc,
      'holdpoint.capture_truncate'::regproc, 'holdpoint.capture_foreign'::regproc)
  GROUP BY w.rel, w.kind HAVING count(t.oid) < CASE w.kind WHEN 'r' THEN 2 ELSE 1 END
`,
  },
]
