// DROP DATABASE as it is tried: the database is renamed and shut, in a transaction that the gate
// commits or rolls back. Whoever could not have dropped it gets PostgreSQL's own errors.
import type { SqlFunction } from './sql-function.ts'

export const databaseFunctions: readonly SqlFunction[] = [
  {
    name: 'may_drop_database',
    takes: 'name text, missing_ok boolean',
    returns: 'boolean',
    for: 'admin',
    body: `
DECLARE
  base record;
BEGIN
  SELECT d.datdba, d.datistemplate INTO base FROM pg_database d WHERE d.datname = $1;
  IF NOT FOUND THEN
    IF missing_ok THEN
      RAISE NOTICE USING MESSAGE = format('database "%s" does not exist, skipping', name);
      RETURN false;
    END IF;
    RAISE invalid_catalog_name USING MESSAGE = format('database "%s" does not exist', name);
  END IF;
  IF NOT pg_has_role(session_user, base.datdba, 'MEMBER') THEN
    RAISE insufficient_privilege USING MESSAGE = format('must be owner of database %s', name);
  END IF;
  IF base.datistemplate THEN
    RAISE wrong_object_type USING MESSAGE = 'cannot drop a template database';
  END IF;
  IF name = current_database() THEN
    RAISE object_in_use USING MESSAGE = 'cannot drop the currently open database';
  END IF;
  IF EXISTS (SELECT FROM pg_stat_get_activity(null) a JOIN pg_database d ON d.oid = a.datid
      WHERE d.datname = name) THEN
    RAISE object_in_use USING MESSAGE = format('database "%s" is being accessed by other users', name);
  END IF;
  RETURN true;
END
`,
  },
  {
    name: 'quarantine_database',
    takes: 'key text, action text, name text, missing_ok boolean, statement text',
    returns: 'jsonb',
    for: 'gate',
    body: `
DECLARE
  trash text := left('holdpoint_trash_' || action, 63);
  size bigint := 0;
  was oid;
  kept jsonb;
BEGIN
  PERFORM holdpoint.check_key(key);
  IF holdpoint.may_drop_database(name, missing_ok) THEN
    SELECT d.oid INTO was FROM pg_database d WHERE d.datname = name;
    EXECUTE format('ALTER DATABASE %I RENAME TO %I', name, trash);
    EXECUTE format('ALTER DATABASE %I WITH ALLOW_CONNECTIONS false', trash);
    size := pg_database_size(was);
    INSERT INTO holdpoint.databases (action, name, trash, statement, bytes, expires_at)
      SELECT $2, $3, trash, $5, size, now() + s.retention FROM holdpoint.settings s;
    kept := jsonb_build_object('says', format('database %s is kept as %s', name, trash),
      'bytes', size, 'sha256', encode(sha256(convert_to(format('%s %s', was, name), 'UTF8')), 'hex'));
  END IF;
  RETURN jsonb_build_object('tables', '[]'::jsonb, 'dropped', '[]'::jsonb,
    'because', '[]'::jsonb, 'complete', true, 'samples', '[]'::jsonb,
    'kept', kept);
END
`,
  },
]
