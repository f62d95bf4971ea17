// Schema `holdpoint`: the tables in which it remembers what agents changed. Nobody but the role
// that enrolled the database can read or write them; everything goes through functions that take
// a key.

/** Two gigabytes an action; what is larger is not kept, and so counts as irreversible. */
export const bytesMaxDefault = 2_147_483_648

/** Twenty for all rows kept at a time: no agent fills the disk by changing the same row for ever. */
export const totalBytesMaxDefault = 21_474_836_480

export const tablesSql = `
DO $holdpoint$
BEGIN
  IF EXISTS (SELECT FROM pg_namespace s WHERE s.nspname = 'holdpoint'
      AND pg_get_userbyid(s.nspowner) <> current_user)
    OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE s.nspname = 'holdpoint' AND pg_get_userbyid(c.relowner) <> current_user) THEN
    RAISE insufficient_privilege USING MESSAGE = 'a schema holdpoint is here that is not ours',
      HINT = 'somebody made it, or another role enrolled: drop it, or unenroll as that role';
  END IF;
END
$holdpoint$;
CREATE SCHEMA IF NOT EXISTS holdpoint;
COMMENT ON SCHEMA holdpoint IS 'Holdpoint: what agents changed, so that it can be taken back';

CREATE TABLE IF NOT EXISTS holdpoint.settings (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  key_hash text NOT NULL CHECK (key_hash ~ '^[0-9a-f]{64}$'),
  version integer NOT NULL,
  bytes_max bigint NOT NULL DEFAULT ${bytesMaxDefault},
  total_bytes_max bigint NOT NULL DEFAULT ${totalBytesMaxDefault},
  retention interval NOT NULL DEFAULT '7 days',
  agent_roles text[] NOT NULL DEFAULT '{}',
  missing text[] NOT NULL DEFAULT '{}',
  enrolled_at timestamptz NOT NULL DEFAULT now()
);

-- state: trial (open, in the transaction xact), kept, undone
CREATE TABLE IF NOT EXISTS holdpoint.actions (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action text NOT NULL UNIQUE CHECK (action ~ '^[a-z0-9_]{1,80}$'),
  kind text NOT NULL CHECK (kind IN ('rows', 'drop', 'image')),
  state text NOT NULL DEFAULT 'trial' CHECK (state IN ('trial', 'kept', 'undone')),
  statement text,
  role text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
  baseline jsonb NOT NULL DEFAULT '{}',
  first_seq bigint NOT NULL DEFAULT 0,
  last_seq bigint,
  size_before bigint NOT NULL DEFAULT 0,
  tables jsonb NOT NULL DEFAULT '[]',
  plan jsonb NOT NULL DEFAULT '[]',
  kept jsonb,
  expires_at timestamptz,
  undone_at timestamptz
);
CREATE INDEX IF NOT EXISTS actions_open ON holdpoint.actions (xact) WHERE state = 'trial';

-- op: I, U, D by row; T a row that TRUNCATE took; C a row before its columns changed.
-- old and new: the row as text, exact when read back
CREATE TABLE IF NOT EXISTS holdpoint.captured (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  n bigint NOT NULL,
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
  rel oid NOT NULL,
  op "char" NOT NULL,
  old text,
  new text
);
CREATE INDEX IF NOT EXISTS captured_n ON holdpoint.captured (n);

-- What really belongs to a trial. The switch is a setting, which an agent could turn on
-- elsewhere: what is written then comes from another transaction, or from before or after, and
-- belongs to nothing.
CREATE OR REPLACE VIEW holdpoint.caught AS
  SELECT c.* FROM holdpoint.captured c JOIN holdpoint.actions a ON a.n = c.n AND a.xact = c.xact
    AND c.seq > a.first_seq AND (a.last_seq IS NULL OR c.seq <= a.last_seq);

-- what else happened: because, ddl, dropped, truncated, shape, definition
CREATE TABLE IF NOT EXISTS holdpoint.marks (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  n bigint NOT NULL,
  kind text NOT NULL,
  rel oid,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS marks_n ON holdpoint.marks (n);

-- sessions that agents speak on; a process number alone comes round again
CREATE UNLOGGED TABLE IF NOT EXISTS holdpoint.sessions (
  pid integer NOT NULL,
  started timestamptz NOT NULL,
  permit text,
  PRIMARY KEY (pid, started)
);

-- databases that were dropped: renamed, without connections, until they expire
CREATE TABLE IF NOT EXISTS holdpoint.databases (
  action text PRIMARY KEY,
  name text NOT NULL,
  trash text NOT NULL UNIQUE,
  statement text,
  at timestamptz NOT NULL DEFAULT now(),
  bytes bigint NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  undone_at timestamptz
);
REVOKE ALL ON ALL TABLES IN SCHEMA holdpoint FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA holdpoint FROM PUBLIC;
`
