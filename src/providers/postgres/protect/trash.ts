// What is kept, until it expires or somebody with the admin role throws it away for good.
import type { SqlFunction } from './sql-function.ts'

export const trashFunctions: readonly SqlFunction[] = [
  {
    name: 'trash',
    takes: '',
    returns:
      'TABLE (action text, at timestamptz, kind text, statement text, tables jsonb, bytes bigint, expires_at timestamptz, undone_at timestamptz)',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT a.action, a.at, a.kind, a.statement, a.tables, coalesce((a.kept->>'bytes')::bigint, 0),
      a.expires_at, a.undone_at
  FROM holdpoint.actions a WHERE a.state <> 'trial'
  UNION ALL
  SELECT d.action, d.at, 'database', d.statement, jsonb_build_array(jsonb_build_object('database', d.name)), d.bytes,
    d.expires_at, d.undone_at FROM holdpoint.databases d
  ORDER BY 2 DESC
`,
  },
  {
    name: 'purge',
    takes: 'action text',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  a holdpoint.actions;
  space text;
BEGIN
  SELECT * INTO a FROM holdpoint.actions x WHERE x.action = $1 FOR UPDATE;
  IF a.n IS NULL THEN
    RETURN jsonb_build_object('action', $1, 'purged', false, 'bytes', 0, 'because',
      jsonb_build_array(format('nothing of an action \`%s\` is kept here', $1)));
  END IF;
  BEGIN
    IF a.state = 'kept' THEN
      FOR space IN SELECT DISTINCT m->>'trash' FROM jsonb_array_elements(CASE
          WHEN a.kind = 'drop' THEN a.plan->'moves' ELSE '[]' END) m
        WHERE EXISTS (SELECT FROM pg_namespace s WHERE s.nspname = m->>'trash') LOOP
        PERFORM holdpoint.purge_schema(space);
      END LOOP;
    END IF;
    PERFORM holdpoint.forget(a.n);
  EXCEPTION WHEN dependent_objects_still_exist THEN
    RETURN jsonb_build_object('action', $1, 'purged', false, 'bytes', 0, 'because', jsonb_build_array(SQLERRM));
  END;
  RETURN jsonb_build_object('action', $1, 'purged', true, 'bytes', coalesce((a.kept->>'bytes')::bigint, 0), 'because', '[]'::jsonb);
END
`,
  },
  {
    // Never more than the schema itself: what outside still leans on it stops the purge, by name.
    name: 'purge_schema',
    takes: 'space text',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  leaning text;
BEGIN
  SELECT i.identity INTO leaning FROM pg_depend d
    JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) t ON t.schema = space
    JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i ON NOT (i.schema IS NOT DISTINCT
        FROM space)
      AND position(quote_ident(space) || '.' IN i.identity) = 0
    WHERE d.deptype = 'n' AND d.refclassid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)
      AND d.refobjid >= 16384 LIMIT 1;
  IF leaning IS NOT NULL THEN
    RAISE dependent_objects_still_exist USING MESSAGE = format('\`%s\` still needs what is in \`%s\`', leaning, space);
  END IF;
  EXECUTE format('DROP SCHEMA %I CASCADE', space);
END
`,
  },
  {
    // Nothing goes before the time that was said when it was kept; older_than only makes it later.
    name: 'expire',
    takes: 'older_than interval',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  due text;
  done jsonb := '[]';
BEGIN
  FOR due IN SELECT a.action FROM holdpoint.actions a WHERE a.state <> 'trial'
    AND a.expires_at < now() AND (older_than IS NULL OR a.at < now() - older_than)
    ORDER BY a.n LOOP
    done := done || holdpoint.purge(due);
  END LOOP;
  DELETE FROM holdpoint.sessions s WHERE NOT EXISTS (
    SELECT FROM pg_stat_get_activity(null) a WHERE a.pid = s.pid AND a.backend_start = s.started);
  RETURN done;
END
`,
  },
]
