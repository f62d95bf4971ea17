// Schemas and destructive statements, made up: foreign keys with every action, triggers,
// partitions, generated and identity columns, tables without keys and with duplicates, many
// types.
import fc from 'fast-check'

import type { TrialKind } from './guarded.ts'

export interface GeneratedTable {
  readonly key: 'primary' | 'identity' | 'serial' | 'composite' | 'unique' | 'none'
  readonly columns: readonly number[]
  readonly partition: 'none' | 'list' | 'hash' | 'range'
  readonly generated: boolean
  readonly rows: number
  readonly seed: number
  /** which earlier table it refers to, modulo their number; null: none */
  readonly parent: number | null
  readonly action: string
  readonly extras: readonly string[]
}

export interface GeneratedCase {
  readonly tables: readonly GeneratedTable[]
  readonly statement: string
  readonly pick: number
  readonly where: number
}

/** A type, and an expression over \`g\` for its values; some of them NULL, some of them equal. */
export const columnTypes: readonly (readonly [type: string, value: string])[] = [
  ['integer', 'g % 5'],
  ['bigint', 'g::bigint * 1000000007'],
  ['smallint', 'CASE WHEN g % 4 <> 0 THEN g % 7 END'],
  ['numeric(12,4)', 'g / 7.0'],
  ['numeric', "CASE g % 4 WHEN 0 THEN 'NaN' WHEN 1 THEN 1.50 WHEN 2 THEN 1.5 ELSE g END"],
  ['real', 'g / 3.0'],
  [
    'double precision',
    "CASE g % 3 WHEN 0 THEN '-0'::float8 WHEN 1 THEN 'Infinity' ELSE g / 3.0 END",
  ],
  [
    'text',
    `CASE g % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'a"b\\c,(d)' WHEN 3 THEN E'x\\ny\\tz' ELSE 'é' || g END`,
  ],
  ['varchar(20)', "'v' || g % 3"],
  ['char(6)', "'c' || g % 3"],
  ['boolean', 'CASE WHEN g % 3 <> 0 THEN g % 2 = 0 END'],
  ['date', "date '2000-01-01' + g"],
  ['timestamptz', "timestamptz '2001-02-03 04:05:06.789+02' + g * interval '1 hour'"],
  ['timestamp', "timestamp '0044-03-15 BC' + g * interval '1 day'"],
  ['interval', "g * interval '1 month -2 days 3 hours'"],
  ['time with time zone', "time with time zone '10:00+05:30'"],
  ['json', `('{ "b":  ' || g || ', "a":1, "a": 2}')::json`],
  ['jsonb', `jsonb_build_object('g', g, 'n', null)`],
  ['bytea', `decode(md5(g::text), 'hex')`],
  ['uuid', `md5((g % 4)::text)::uuid`],
  [
    'integer[]',
    `CASE g % 3 WHEN 0 THEN '[0:2]={1,NULL,3}'::int[] WHEN 1 THEN '{}' ELSE ARRAY[g, 1] END`,
  ],
  ['text[]', `ARRAY['a,b', NULL, 'NULL', '"', '']`],
  ['int4range', 'int4range(g, g + 3)'],
  ['inet', `('10.0.0.' || g % 200)::inet`],
  ['point', 'point(g, g / 3.0)'],
  ['tsvector', `to_tsvector('simple', 'a b c' || g)`],
  ['bit varying', `(g % 4)::bit(3)::varbit`],
  ['xml', `('<a b="' || g || '">x</a>')::xml`],
  ['mood', `(ARRAY['sad', 'it''s ok', 'happy'])[1 + g % 3]::mood`],
  ['positive', 'g + 1'],
  ['pair', `ROW(g, 'a "b"' || g)::pair`],
  ['pg_lsn', `('0/' || to_hex(g))::pg_lsn`],
  ['text', `repeat(md5(g::text), 200)`],
]

const table: fc.Arbitrary<GeneratedTable> = fc.record({
  key: fc.constantFrom('primary', 'identity', 'serial', 'composite', 'unique', 'none', 'none'),
  columns: fc.array(fc.nat(columnTypes.length - 1), { minLength: 1, maxLength: 4 }),
  partition: fc.constantFrom('none', 'none', 'none', 'list', 'hash', 'range'),
  generated: fc.boolean(),
  rows: fc.nat(24),
  seed: fc.nat(1000),
  parent: fc.option(fc.nat(9), { freq: 2 }),
  action: fc.constantFrom('CASCADE', 'CASCADE', 'SET NULL', 'RESTRICT', 'NO ACTION', 'SET DEFAULT'),
  extras: fc.uniqueArray(
    fc.constantFrom(
      'trigger',
      'view',
      'matview',
      'policy',
      'grant',
      'index',
      'check',
      'comment',
      'rule',
      'child',
      'statistics',
      'always',
      'function',
    ),
    { maxLength: 4 },
  ),
})

const statements = [
  'delete',
  'delete',
  'update',
  'update',
  'merge',
  'truncate',
  'truncate-restart',
  'drop-table',
  'drop-table',
  'drop-schema',
  'drop-column',
  'drop-column',
  'alter-type',
  'update-key',
  'upsert',
  'delete-all',
  'drop-type',
  'drop-view',
  'cte',
  'do',
] as const

export const generatedCase: fc.Arbitrary<GeneratedCase> = fc.record({
  tables: fc.array(table, { minLength: 1, maxLength: 4 }),
  statement: fc.constantFrom(...statements),
  pick: fc.nat(9),
  where: fc.nat(6),
})

const partitioned = (one: GeneratedTable): boolean => one.partition !== 'none'
const hasKey = (one: GeneratedTable): boolean => one.key !== 'none'

/** The DDL and rows of a case, in schema \`gen\` (and \`gen_more\`, for one that looks over). */
export function schemaSql(made: GeneratedCase): string {
  const lines = [
    'CREATE SCHEMA gen; CREATE SCHEMA gen_more; SET search_path = gen;',
    `CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy'); CREATE DOMAIN positive AS integer CHECK (VALUE > 0);`,
    'CREATE TYPE pair AS (a integer, b text); CREATE TABLE audit (at serial, what text, old text);',
    `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
     'BEGIN INSERT INTO gen.audit (what, old) VALUES (TG_OP, OLD::text); RETURN NULL; END';`,
    ...made.tables.flatMap((one, at) => tableSql(made, one, at)),
    'CREATE VIEW gen_more.over AS SELECT * FROM gen.t0;',
    "COMMENT ON SCHEMA gen IS 'made up'; GRANT USAGE ON SCHEMA gen TO reader; RESET search_path;",
  ]
  return lines.join('\n')
}

function tableSql(made: GeneratedCase, one: GeneratedTable, at: number): readonly string[] {
  const name = `t${at}`
  const parent = parentOf(made, at)
  const columns = [
    `id integer ${idOf(one, at)}`,
    'part integer NOT NULL DEFAULT 0',
    ...one.columns.map((type, c) => `c${c} ${columnTypes[type]?.[0] ?? 'text'}`),
    ...(one.generated ? ['twice integer GENERATED ALWAYS AS (part * 2 + 1) STORED'] : []),
    ...(parent === null ? [] : ['parent integer']),
    ...keyOf(one),
  ]
  const by = {
    none: '',
    list: 'PARTITION BY LIST (part)',
    hash: 'PARTITION BY HASH (part)',
    range: 'PARTITION BY RANGE (part)',
  }[one.partition]
  const values = one.columns.map((type) => columnTypes[type]?.[1] ?? 'NULL')
  const into = ['id', 'part', ...one.columns.map((_, c) => `c${c}`)]
  const ids = hasKey(one) ? 'g' : `g / 2`
  return [
    ...(one.key === 'serial' ? [`CREATE SEQUENCE s${at};`] : []),
    `CREATE TABLE ${name} (${columns.join(', ')}) ${by};`,
    ...(one.key === 'serial' ? [`ALTER SEQUENCE s${at} OWNED BY ${name}.id;`] : []),
    ...partitionsOf(one, name),
    `INSERT INTO ${name} (${into.join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${[ids, 'g % 4', ...values].join(', ')} FROM generate_series(1, ${one.rows}) g;`,
    ...(parent === null
      ? []
      : [
          `UPDATE ${name} SET parent = (SELECT p.id FROM ONLY t${parent} p ORDER BY (p.id * ${one.seed + 1} + ${name}.id) % 17, p.id LIMIT 1);`,
          `ALTER TABLE ${name} ADD CONSTRAINT ${name}_parent FOREIGN KEY (parent) REFERENCES t${parent} (id) ON DELETE ${one.action} ON UPDATE CASCADE;`,
        ]),
    ...lastly('matview', one.extras).flatMap((extra) => extraSql(extra, name, one)),
  ]
}

function idOf(one: GeneratedTable, at: number): string {
  if (one.key === 'identity') return 'GENERATED ALWAYS AS IDENTITY'
  if (one.key === 'serial') return `DEFAULT nextval('gen.s${at}')`
  return one.key === 'unique' ? 'NOT NULL' : 'DEFAULT 7'
}

/** Only a table whose id is unique by itself can be referred to. */
function parentOf(made: GeneratedCase, at: number): number | null {
  const wanted = made.tables[at]?.parent ?? null
  if (wanted === null || at === 0) return null
  const parent = wanted % at
  const one = made.tables[parent]
  return one !== undefined && hasKey(one) && one.key !== 'composite' && !partitioned(one)
    ? parent
    : null
}

function keyOf(one: GeneratedTable): readonly string[] {
  if (one.key === 'none') return []
  const columns = partitioned(one) || one.key === 'composite' ? 'id, part' : 'id'
  return [one.key === 'unique' ? `UNIQUE (${columns})` : `PRIMARY KEY (${columns})`]
}

function partitionsOf(one: GeneratedTable, name: string): readonly string[] {
  switch (one.partition) {
    case 'none':
      return []
    case 'list':
      return [
        `CREATE TABLE ${name}_a PARTITION OF ${name} FOR VALUES IN (0, 1); CREATE TABLE ${name}_b PARTITION OF ${name} DEFAULT;`,
      ]
    case 'hash':
      return [0, 1].map(
        (rest) =>
          `CREATE TABLE ${name}_h${rest} PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER ${rest});`,
      )
    case 'range':
      return [
        `CREATE TABLE ${name}_a PARTITION OF ${name} FOR VALUES FROM (0) TO (2); CREATE TABLE ${name}_b PARTITION OF ${name} FOR VALUES FROM (2) TO (100);`,
      ]
  }
}

/** A view that is kept is as fresh as its table: one that was stale comes back fresh (docs/limits.md). */
function lastly(one: string, all: readonly string[]): readonly string[] {
  return all.includes(one) ? [...all.filter((each) => each !== one), one] : all
}

function extraSql(extra: string, name: string, one: GeneratedTable): readonly string[] {
  const rows: Readonly<Record<string, string>> = {
    trigger: `CREATE TRIGGER note AFTER DELETE OR UPDATE ON ${name} FOR EACH ROW EXECUTE FUNCTION note();`,
    always: `CREATE TRIGGER note_always AFTER DELETE ON ${name} FOR EACH ROW EXECUTE FUNCTION note();
      ALTER TABLE ${name} ENABLE ALWAYS TRIGGER note_always;`,
    view: `CREATE VIEW ${name}_view AS SELECT id, c0 FROM ${name}; CREATE VIEW ${name}_view_view AS SELECT id FROM ${name}_view; GRANT SELECT ON ${name}_view TO reader;`,
    matview: `CREATE MATERIALIZED VIEW ${name}_mat AS SELECT id, count(*) AS n FROM ${name} GROUP BY id; CREATE INDEX ON ${name}_mat (n);`,
    policy: `CREATE POLICY a_policy ON ${name} FOR SELECT TO reader USING (id > 3); ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`,
    grant: `GRANT SELECT, UPDATE (part) ON ${name} TO reader; GRANT INSERT ON ${name} TO reader WITH GRANT OPTION;`,
    index: `CREATE INDEX ${name}_part ON ${name} (part, id) WHERE part > 1; CREATE INDEX ON ${name} ((part + 1));`,
    check: `ALTER TABLE ${name} ADD CONSTRAINT ${name}_check CHECK (part < 1000 AND c0 IS DISTINCT FROM NULL OR c0 IS NULL);`,
    comment: `COMMENT ON TABLE ${name} IS 'it''s ${name}'; COMMENT ON COLUMN ${name}.c0 IS 'first';`,
    rule: partitioned(one)
      ? ''
      : `CREATE RULE nothing AS ON INSERT TO ${name} WHERE NEW.part > 900 DO INSTEAD NOTHING;`,
    child: partitioned(one)
      ? ''
      : `CREATE TABLE ${name}_child (extra text) INHERITS (${name}); INSERT INTO ${name}_child (id, part, extra) OVERRIDING SYSTEM VALUE VALUES (5000, 3, 'c');`,
    statistics: `CREATE STATISTICS ${name}_stats ON id, part FROM ${name};`,
    function: `CREATE FUNCTION ${name}_count(${name}) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';`,
  }
  return [rows[extra] ?? '']
}

export interface GeneratedStatement {
  readonly kind: TrialKind
  readonly sql: string
  readonly subjects: readonly string[]
}

export function statementOf(made: GeneratedCase): GeneratedStatement {
  const at = made.pick % made.tables.length
  const one = made.tables[at]
  const table = `gen.t${at}`
  const where =
    ['id > 5', 'part = 1', 'id % 2 = 0', 'true', 'c0 IS NOT NULL', 'id IN (1, 2, 3)', 'id = 1'][
      made.where
    ] ?? 'true'
  const both = one !== undefined && (partitioned(one) || one.key === 'composite')
  const target = both ? 'id, part' : 'id'
  const column = `c${made.where % (one?.columns.length ?? 1)}`
  const rows = (sql: string): GeneratedStatement => ({ kind: 'rows', sql, subjects: [table] })
  const image = (sql: string): GeneratedStatement => ({ kind: 'image', sql, subjects: [table] })
  const drop = (sql: string): GeneratedStatement => ({ kind: 'drop', sql, subjects: [] })
  const all: Readonly<Record<string, GeneratedStatement>> = {
    delete: rows(`DELETE FROM ${table} WHERE ${where}`),
    'delete-all': rows(`DELETE FROM ${table}`),
    update: rows(`UPDATE ${table} SET part = (part + 1) % 4, ${column} = NULL WHERE ${where}`),
    'update-key': rows(
      one?.key === 'identity'
        ? `UPDATE ${table} SET part = 2`
        : `UPDATE ${table} SET id = 1000 - id WHERE ${where}`,
    ),
    merge:
      rows(`MERGE INTO ${table} t USING (SELECT generate_series(1, 9) AS g) s ON t.id = s.g AND t.part = s.g % 4
      WHEN MATCHED AND s.g % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET ${column} = NULL`),
    upsert: rows(
      one !== undefined && hasKey(one)
        ? `INSERT INTO ${table} (id, part) OVERRIDING SYSTEM VALUE SELECT g, g % 4 FROM generate_series(1, 40) g
         ON CONFLICT (${target}) DO UPDATE SET ${column} = NULL`
        : `DELETE FROM ${table}`,
    ),
    cte: rows(
      `WITH gone AS (DELETE FROM ${table} WHERE ${where} RETURNING *), more AS (INSERT INTO ${table} (id, part) OVERRIDING SYSTEM VALUE VALUES (777, 3)) SELECT count(*) FROM gone`,
    ),
    do: rows(
      `DO $$ BEGIN UPDATE ${table} SET part = 3 WHERE ${where}; DELETE FROM ${table} WHERE ${where}; END $$`,
    ),
    truncate: image(`TRUNCATE ${table} CASCADE`),
    'truncate-restart': image(`TRUNCATE ${table} RESTART IDENTITY CASCADE`),
    'drop-column': image(
      `ALTER TABLE ${table} DROP COLUMN ${made.where % 2 === 0 ? column : 'id'} CASCADE`,
    ),
    'alter-type': image(
      `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE text USING left(${column}::text, 3)`,
    ),
    'drop-table': drop(`DROP TABLE ${table} CASCADE`),
    'drop-schema': drop('DROP SCHEMA gen CASCADE'),
    'drop-type': drop(
      made.where % 2 === 0 ? 'DROP FUNCTION gen.note() CASCADE' : 'DROP TYPE gen.mood CASCADE',
    ),
    'drop-view': drop('DROP VIEW gen_more.over'),
  }
  return all[made.statement] ?? rows(`DELETE FROM ${table}`)
}
