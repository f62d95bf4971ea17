// What `holdpoint postgres enroll` runs, and `unenroll`. Pure texts, each one transaction, for the
// admin role; run a second time they change what an older version made.
import { Fault } from '../../../domain/fault.ts'
import { captureFunctions } from './capture.ts'
import { databaseFunctions } from './database-functions.ts'
import { definitionFunctions } from './definitions.ts'
import { eventFunctions, eventTriggersSql } from './events.ts'
import { imageFunctions } from './image.ts'
import { quarantineFunctions } from './quarantine.ts'
import { functionSql, grantsSql } from './sql-function.ts'
import type { SqlFunction } from './sql-function.ts'
import { bytesMaxDefault, tablesSql } from './tables.ts'
import { trashFunctions } from './trash.ts'
import { trialFunctions } from './trial.ts'
import { undoImageFunctions } from './undo-image.ts'
import { undoRowsFunctions } from './undo-rows.ts'
import { undoFunctions } from './undo.ts'

/** Raised with every change of what is installed. */
export const enrolmentVersion = 1

export interface Enrolment {
  /** SHA-256 of the capture key as text (UTF-8), 64 lower-case hexadecimal digits */
  readonly keyHash: string
  readonly version?: number
  /** the roles that agents work as, so that `status()` can warn of a superuser among them */
  readonly agentRoles?: readonly string[]
  /** the most that is kept of one action, in bytes */
  readonly bytesMax?: number
  readonly retentionDays?: number
}

/** By which the catalogue of a session shows that this database is enrolled; nobody calls it. */
const versionFunction: SqlFunction = {
  ...{ name: 'version', takes: '', returns: 'integer', for: 'admin', language: 'sql' },
  body: `SELECT ${enrolmentVersion}`,
}

const functions = [
  versionFunction,
  ...captureFunctions,
  ...eventFunctions,
  ...trialFunctions,
  ...definitionFunctions,
  ...imageFunctions,
  ...quarantineFunctions,
  ...undoRowsFunctions,
  ...undoImageFunctions,
  ...undoFunctions,
  ...trashFunctions,
  ...databaseFunctions,
]

export function enrolmentSql(enrolment: Enrolment): string {
  const { keyHash, version = enrolmentVersion, agentRoles = [] } = enrolment
  const { bytesMax = bytesMaxDefault, retentionDays = 7 } = enrolment
  if (!/^[0-9a-f]{64}$/.test(keyHash)) {
    throw new Fault('capture-key-hash', 'the hash of the capture key is 64 hexadecimal digits')
  }
  const roles = `ARRAY[${agentRoles.map(literal).join(', ')}]::text[]`
  const days = Math.max(0, Math.trunc(retentionDays))
  return [
    'BEGIN;',
    "SET LOCAL standard_conforming_strings = on; SET LOCAL lock_timeout = '10s';",
    'SET LOCAL check_function_bodies = off; SET LOCAL client_min_messages = warning;',
    'SET LOCAL search_path = pg_catalog, pg_temp;',
    tablesSql,
    ...functions.map(functionSql),
    grantsSql(functions),
    `INSERT INTO holdpoint.settings (key_hash, version, bytes_max, retention, agent_roles)
     VALUES ('${keyHash}', ${version}, ${Math.trunc(bytesMax)}, interval '${days} days', ${roles})
     ON CONFLICT (one) DO UPDATE SET key_hash = excluded.key_hash, version = excluded.version,
       bytes_max = excluded.bytes_max, retention = excluded.retention,
       agent_roles = excluded.agent_roles, missing = '{}', enrolled_at = now();`,
    'SELECT holdpoint.watch_all();',
    eventTriggersSql,
    'COMMIT;',
  ].join('\n')
}

/** Refuses while something is kept that has not expired; forced, it goes with the rest. */
export function unenrolmentSql(options: Readonly<{ force?: boolean }> = {}): string {
  const { force = false } = options
  return `BEGIN;
SET LOCAL standard_conforming_strings = on;
SET LOCAL search_path = pg_catalog, pg_temp;
DO $holdpoint$
DECLARE
  one record;
BEGIN
  IF NOT ${String(force)} AND (EXISTS (SELECT FROM holdpoint.actions a
      WHERE a.state = 'kept' AND a.expires_at > now())
    OR EXISTS (SELECT FROM holdpoint.databases d
      WHERE d.undone_at IS NULL AND d.expires_at > now())) THEN
    RAISE object_in_use USING MESSAGE = 'what agents changed is still kept here, and would be lost',
      HINT = 'wait until it expires, or purge it first';
  END IF;
  DROP EVENT TRIGGER IF EXISTS holdpoint_ddl;
  DROP EVENT TRIGGER IF EXISTS holdpoint_drop;
  FOR one IN SELECT t.tgrelid::regclass AS rel, t.tgname FROM pg_trigger t
    JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.pronamespace = 'holdpoint'::regnamespace LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.rel);
  END LOOP;
  FOR one IN SELECT s.nspname FROM pg_namespace s WHERE s.nspname ~ '^holdpoint_trash_' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', one.nspname);
  END LOOP;
  DROP SCHEMA holdpoint CASCADE;
END
$holdpoint$;
COMMIT;
`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
