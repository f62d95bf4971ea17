// What the event triggers do, and whose sessions they watch. They need a superuser (or what a
// managed cloud gives for one); where they cannot be made, status() says so, and nothing that
// drops is kept.
import type { SqlFunction } from './sql-function.ts'

export const eventFunctions: readonly SqlFunction[] = [
  {
    // An error here would break everybody's definitions: then the tables stay unwatched, and a
    // trial says that it is not complete.
    name: 'on_ddl',
    takes: '',
    returns: 'event_trigger',
    for: 'admin',
    body: `
DECLARE
  o record;
  trial bigint := holdpoint.open_trial();
BEGIN
  FOR o IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    IF left(o.schema_name, 7) = 'pg_temp' THEN
      PERFORM holdpoint.mark(trial, 'temporary', null, '{}');
      CONTINUE;
    END IF;
    IF trial IS NOT NULL THEN
      PERFORM holdpoint.mark(trial, 'ddl', CASE WHEN o.classid = 'pg_class'::regclass THEN o.objid END,
        jsonb_build_object('tag', o.command_tag, 'type', o.object_type,
          'identity', o.object_identity, 'oid', o.objid::bigint, 'class', o.classid::bigint));
    END IF;
    BEGIN
      IF o.classid = 'pg_class'::regclass THEN PERFORM holdpoint.watch(o.objid); END IF;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'holdpoint does not watch %: %', o.object_identity, SQLERRM;
    END;
  END LOOP;
END
`,
  },
  {
    name: 'on_drop',
    takes: '',
    returns: 'event_trigger',
    for: 'admin',
    body: `
DECLARE
  o record;
  trial bigint := holdpoint.open_trial();
  refuse boolean := trial IS NULL AND holdpoint.session_is_watched();
  above boolean := (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user)
    AND current_setting('role') IN ('none', session_user);
BEGIN
  FOR o IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP
    IF holdpoint.is_working(trial) THEN
      PERFORM holdpoint.mark(trial, 'really', null, jsonb_build_object('identity', o.object_identity,
        'class', o.classid::bigint, 'oid', o.objid::bigint, 'sub', o.objsubid));
      CONTINUE;
    END IF;
    IF NOT above AND (o.original AND o.object_identity ~ '^holdpoint_(capture|truncate|foreign) on '
      OR o.schema_name ~ '^holdpoint(_trash_|$)') THEN
      RAISE insufficient_privilege USING MESSAGE = format(
        'this would drop %s \`%s\`, with which Holdpoint keeps what agents change',
        o.object_type, o.object_identity),
        HINT = 'ask whoever runs Holdpoint: \`holdpoint postgres unenroll\`, \`holdpoint trash purge\`';
    END IF;
    IF o.is_temporary OR o.schema_name = 'pg_toast' THEN
      PERFORM holdpoint.mark(trial, 'temporary', null, '{}') WHERE o.is_temporary;
      CONTINUE;
    END IF;
    IF refuse AND o.object_type <> 'default value' THEN
      RAISE insufficient_privilege USING MESSAGE = format(
        'this would drop %s \`%s\`, which nobody saw coming', o.object_type, o.object_identity),
        HINT = 'say DROP as a statement of its own, so that Holdpoint can judge it, and keep the object';
    END IF;
    PERFORM holdpoint.mark(trial, 'dropped', null, jsonb_build_object('type', o.object_type,
      'schema', o.schema_name, 'name', coalesce(o.object_name, o.address_names[array_upper(o.address_names, 1)]),
      'identity', o.object_identity, 'original', o.original, 'normal', o.normal, 'tag', TG_TAG,
      'class', o.classid::bigint, 'oid', o.objid::bigint, 'sub', o.objsubid));
  END LOOP;
END
`,
  },
  {
    // Holdpoint's own hand: while it moves and drops what a person agreed to.
    name: 'is_working',
    takes: 'trial bigint',
    returns: 'boolean',
    for: 'admin',
    language: 'sql',
    planned: true,
    also: 'STABLE',
    body: `
  SELECT EXISTS (SELECT FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'working')
`,
  },
  {
    name: 'work',
    takes: 'trial bigint, working boolean',
    returns: 'void',
    for: 'admin',
    language: 'sql',
    body: `
  DELETE FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'working';
  INSERT INTO holdpoint.marks (n, kind) SELECT trial, 'working' WHERE working;
`,
  },
  {
    name: 'session_started',
    takes: '',
    returns: 'timestamptz',
    for: 'admin',
    language: 'sql',
    planned: true,
    also: 'STABLE',
    body: `SELECT a.backend_start FROM pg_stat_get_activity(pg_backend_pid()) a`,
  },
  {
    name: 'session_is_watched',
    takes: '',
    returns: 'boolean',
    for: 'admin',
    language: 'sql',
    planned: true,
    also: 'STABLE',
    body: `
  SELECT EXISTS (SELECT FROM holdpoint.sessions s WHERE s.pid = pg_backend_pid()
    AND s.started = holdpoint.session_started() AND s.permit IS NULL)
`,
  },
  {
    name: 'mark_session',
    takes: 'key text',
    returns: 'void',
    for: 'gate',
    body: `
BEGIN
  PERFORM holdpoint.check_key(key);
  DELETE FROM holdpoint.sessions s WHERE s.pid = pg_backend_pid() OR NOT EXISTS (
    SELECT FROM pg_stat_get_activity(null) a WHERE a.pid = s.pid AND a.backend_start = s.started);
  INSERT INTO holdpoint.sessions (pid, started) VALUES (pg_backend_pid(),
      holdpoint.session_started());
END
`,
  },
  {
    name: 'permit',
    takes: 'key text, action text',
    returns: 'void',
    for: 'gate',
    body: `
BEGIN
  PERFORM holdpoint.check_key(key);
  UPDATE holdpoint.sessions s SET permit = $2
  WHERE s.pid = pg_backend_pid() AND s.started = holdpoint.session_started();
END
`,
  },
  {
    name: 'forbid',
    takes: 'key text',
    returns: 'void',
    for: 'gate',
    body: `
BEGIN
  PERFORM holdpoint.check_key(key);
  UPDATE holdpoint.sessions s SET permit = null
  WHERE s.pid = pg_backend_pid() AND s.started = holdpoint.session_started();
END
`,
  },
  {
    name: 'status',
    takes: '',
    returns: 'jsonb',
    for: 'gate',
    also: 'STABLE',
    body: `
BEGIN
  RETURN (SELECT jsonb_build_object('version', s.version, 'enrolled_at', s.enrolled_at,
    'bytes_max', s.bytes_max, 'retention_days', extract(epoch FROM s.retention) / 86400,
    'superuser', (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user),
    'missing', to_jsonb(s.missing), 'event_triggers', (SELECT count(*) FROM pg_event_trigger e
      WHERE e.evtname IN ('holdpoint_ddl', 'holdpoint_drop') AND e.evtenabled = 'A') = 2,
    'watched', (SELECT count(*) FROM holdpoint.watched()),
    'unwatched', (SELECT coalesce(jsonb_agg(u::regclass::text), '[]') FROM holdpoint.unwatched() u),
    'strong_roles', (SELECT coalesce(jsonb_agg(r.rolname), '[]') FROM pg_roles r
      WHERE r.rolname = ANY (s.agent_roles) AND r.rolsuper))
    FROM holdpoint.settings s);
END
`,
  },
]

/** Made where the enrolling role may; otherwise what is missing is written into the settings. */
export const eventTriggersSql = `
DO $holdpoint$
BEGIN
  DROP EVENT TRIGGER IF EXISTS holdpoint_ddl;
  DROP EVENT TRIGGER IF EXISTS holdpoint_drop;
  CREATE EVENT TRIGGER holdpoint_ddl ON ddl_command_end EXECUTE FUNCTION holdpoint.on_ddl();
  CREATE EVENT TRIGGER holdpoint_drop ON sql_drop EXECUTE FUNCTION holdpoint.on_drop();
  ALTER EVENT TRIGGER holdpoint_ddl ENABLE ALWAYS;
  ALTER EVENT TRIGGER holdpoint_drop ENABLE ALWAYS;
EXCEPTION WHEN insufficient_privilege THEN
  UPDATE holdpoint.settings SET missing = missing || ARRAY['event triggers: '
    || 'the admin role is no superuser, so no dropped object is kept, and new tables are not watched'];
END
$holdpoint$;
DO $holdpoint$
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  PERFORM set_config('session_replication_role', 'origin', true);
EXCEPTION WHEN insufficient_privilege THEN
  UPDATE holdpoint.settings SET missing = missing || ARRAY['undo: '
    || 'the admin role may not set session_replication_role, so nothing can be put back by command'];
END
$holdpoint$;
`
