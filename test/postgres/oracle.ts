// The oracle: what a statement really touched, told by the server itself, against what was read.
//
// Rows by pg_stat_xact_all_tables, rewriting and truncation by relfilenode, drops by an event
// trigger. The rule: each of these is in the reading, or the reading says that it is incomplete.
import type pg from 'pg'

import type { Action } from '../../src/domain/action.ts'
import type { Effect } from '../../src/domain/effect.ts'
import type { Catalogue } from '../../src/providers/postgres/index.ts'

export interface Touched {
  /** `inserted public.users`, `deleted …`, `updated …`, `rewritten …`, `dropped table …` */
  readonly what: string
  readonly action: 'insert' | 'update' | 'delete' | 'rewrite' | 'drop'
  /** ids `schema.name` under any of which it may be read: its own, or of what it is a part of */
  readonly ids: readonly string[]
}

export const oracleSetup = `
CREATE SCHEMA oracle;
CREATE TABLE oracle.dropped (kind text, names text[], temporary boolean);
CREATE FUNCTION oracle.record() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO oracle.dropped SELECT object_type, address_names, is_temporary
    FROM pg_event_trigger_dropped_objects();
END $$;
CREATE EVENT TRIGGER oracle_dropped ON sql_drop EXECUTE FUNCTION oracle.record();
GRANT USAGE ON SCHEMA oracle TO PUBLIC;
GRANT ALL ON oracle.dropped TO PUBLIC;
`

interface Counted {
  readonly id: string
  readonly parents: readonly string[]
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly node: string | null
}

export type Counts = ReadonlyMap<string, Counted>

const countsQuery = `
WITH RECURSIVE above(oid, parent) AS (
  SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits
  UNION SELECT a.oid, i.inhparent FROM above a JOIN pg_catalog.pg_inherits i ON i.inhrelid =
  a.parent)
SELECT c.oid::text, n.nspname || '.' || c.relname,
  pg_catalog.array_to_json(ARRAY(SELECT pn.nspname || '.' || p.relname FROM above a
    JOIN pg_catalog.pg_class p ON p.oid = a.parent
    JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE a.oid = c.oid))::text,
  pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)::text,
  pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)::text,
  pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)::text,
  pg_catalog.pg_relation_filenode(c.oid)::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind::text = ANY (ARRAY['r','m','p']) AND c.relpersistence::text <> 't'
  AND n.nspname <> ALL (ARRAY['pg_catalog','information_schema','pg_toast','oracle'])`

export async function count(client: pg.Client): Promise<Counts> {
  const { rows } = await client.query<(string | null)[]>({ text: countsQuery, rowMode: 'array' })
  return new Map(
    rows.map(([oid, id, parents, inserted, updated, deleted, node]) => [
      oid ?? '',
      {
        id: id ?? '',
        parents: JSON.parse(parents ?? '[]') as string[],
        inserted: Number(inserted),
        updated: Number(updated),
        deleted: Number(deleted),
        node: node ?? null,
      },
    ]),
  )
}

interface Dropped {
  readonly kind: string
  readonly names: readonly string[]
  readonly temporary: boolean
}

export async function takeDropped(client: pg.Client): Promise<readonly Dropped[]> {
  const { rows } = await client.query<Dropped>('SELECT kind, names, temporary FROM oracle.dropped')
  await client.query('TRUNCATE oracle.dropped')
  return rows
}

export function touchedBetween(
  before: Counts,
  now: Counts,
  dropped: readonly Dropped[],
  catalogue: Catalogue,
): readonly Touched[] {
  const found: Touched[] = []
  const moved = movedBetween(before, now)
  for (const [oid, one] of now) {
    const was = before.get(oid)
    const ids = [one.id, ...one.parents, ...(was === undefined ? [] : [was.id, ...was.parents])]
    const add = (action: Touched['action']): number =>
      found.push({ what: `${action} ${one.id}`, action, ids })
    if (one.inserted > (was?.inserted ?? 0)) add('insert')
    if (one.updated > (was?.updated ?? 0)) add('update')
    if (one.deleted > (was?.deleted ?? 0)) add(moved.has(oid) ? 'update' : 'delete')
    if (was !== undefined && was.node !== one.node) add('rewrite')
  }
  // What the same text made is nobody's loss.
  const ids = new Set([...before.values()].map(({ id }) => id))
  const fresh = dropped
    .filter(({ kind, names }) => kind === 'table' && !ids.has(names.join('.')))
    .map(({ names }) => names.join('.'))
  const old = dropped.filter(({ names }) => !fresh.includes(names.join('.').replace(/\[\]$/, '')))
  const owners = ownersIn(catalogue)
  return [...found, ...old.flatMap((one) => fallen(one, owners))]
}

/** A row that moves is deleted in one partition and inserted in another: no fewer come than go. */
function movedBetween(before: Counts, now: Counts): ReadonlySet<string> {
  const balance = new Map<string, number>()
  const parts = [...now].filter(([, { parents }]) => parents.length > 0)
  for (const [oid, { parents, inserted, deleted }] of parts) {
    const was = before.get(oid)
    const change = inserted - (was?.inserted ?? 0) - deleted + (was?.deleted ?? 0)
    for (const parent of parents) balance.set(parent, (balance.get(parent) ?? 0) + change)
  }
  const isMove = (parents: readonly string[]): boolean =>
    parents.some((parent) => (balance.get(parent) ?? -1) >= 0)
  return new Set(parts.flatMap(([oid, { parents }]) => (isMove(parents) ? [oid] : [])))
}

const ownKinds: ReadonlySet<string> = new Set([
  'table',
  'view',
  'materialized view',
  'sequence',
  'foreign table',
  'function',
  'procedure',
  'aggregate',
  'index',
  'type',
])
const onTable: ReadonlySet<string> = new Set([
  'table column',
  'table constraint',
  'trigger',
  'policy',
  'rule',
  'default value',
])

/** Indexes and sequences of columns: a part of their table. */
function ownersIn({ relations }: Catalogue): ReadonlyMap<string, string> {
  const ids = new Map(relations.map((one) => [one.oid, `${one.schema}.${one.name}`]))
  return new Map(
    relations.flatMap(({ schema, name, table }) =>
      table === null ? [] : [[`${schema}.${name}`, ids.get(table) ?? ''] as const],
    ),
  )
}

function fallen(
  { kind, names, temporary }: Dropped,
  owners: ReadonlyMap<string, string>,
): readonly Touched[] {
  const [first = '', second = ''] = names
  const [schema = '', name = ''] = kind === 'type' ? typeName(first) : [first, second]
  if (temporary || /^(pg_temp|pg_toast)/.test(schema)) return []
  if (kind === 'schema') return [{ what: `drop schema ${schema}`, action: 'drop', ids: [schema] }]
  if (!ownKinds.has(kind) && !onTable.has(kind)) return []
  // The other half of a foreign key, on the table that it refers to.
  if (kind === 'trigger' && names.at(-1)?.startsWith('RI_ConstraintTrigger') === true) return []
  const id = `${schema}.${name}`
  const ids = [id, ...(owners.has(id) ? [owners.get(id) ?? ''] : [])]
  return [{ what: `drop ${kind} ${names.join('.')}`, action: 'drop', ids }]
}

/** `public."A b"[]`: a table's type has its name. */
function typeName(text: string): readonly string[] {
  const [schema = '', name = ''] = text.replace(/\[\]$/, '').split('.')
  return [schema.replaceAll('"', ''), name.replaceAll('"', '')]
}

export type Verdict =
  | Readonly<{ kind: 'sound' | 'incomplete' }>
  | Readonly<{ kind: 'unsound'; missing: readonly string[] }>

/** Everything touched is in the reading, or it is incomplete, or it is wrong. */
export function judge(actions: readonly Action[], touched: readonly Touched[]): Verdict {
  const effects = actions.flatMap((action) => action.effects)
  if (effects.some(({ kind }) => kind === 'unknown')) return { kind: 'incomplete' }
  const missing = touched.filter((one) => !effects.some((effect) => covers(effect, one)))
  return missing.length === 0
    ? { kind: 'sound' }
    : { kind: 'unsound', missing: missing.map(({ what }) => what) }
}

function covers(effect: Effect, { action, ids, what }: Touched): boolean {
  if (effect.kind === 'unknown' || effect.kind === 'read' || effect.kind === 'disclose')
    return false
  const { type, id } = effect.resource
  const isWide = type === 'database' || type === 'server'
  const schemas = ids.map((one) => one.split('.', 1)[0])
  const isHere = id !== null && ids.includes(decoded(id))
  const isSchema = type === 'schema' && id !== null && schemas.includes(decoded(id))
  if (!isWide && !isHere && !isSchema) return false
  if (isWide && effect.kind === 'escalate') return true
  if (action === 'insert') return true
  if (action === 'rewrite') return effect.kind !== 'escalate'
  if (action === 'update') return effect.kind === 'write' || effect.kind === 'destroy'
  if (action === 'delete') return effect.kind === 'destroy'
  return effect.kind === 'destroy' || effect.kind === 'disarm' || isPart(what, effect)
}

/** ALTER and CREATE OR REPLACE drop parts of what they make anew. */
function isPart(what: string, effect: Effect): boolean {
  return (
    effect.kind === 'write' &&
    !/^drop (table|view|materialized view|schema) (?!column|constraint)/.test(what)
  )
}

function decoded(id: string): string {
  return id.replaceAll('%2F', '/').replaceAll('%2E', '.').replaceAll('%25', '%')
}
