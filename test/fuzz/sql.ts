import assert from 'node:assert/strict'

import { createSqlParser, isSqlBroken, loadSql } from '../../src/languages/sql/parse.ts'
import { lightLimits } from '../../src/languages/sql/scan.ts'
import { readSqlShaped } from '../../src/providers/postgres/index.ts'
import { skeletonOf } from '../../src/reading/skeleton.ts'
import { fixtureCatalogue } from '../postgres/catalogue-fixture.ts'
import type { Dice } from './mutate.ts'
import { inTime } from './target.ts'
import type { FuzzTarget } from './target.ts'

await loadSql()
const parser = createSqlParser(lightLimits)
const catalogue = fixtureCatalogue()
const place = { upstream: 'shop-db', database: 'shop', environment: 'shop-db/shop' }

const pieces =
  `SELECT INSERT INTO UPDATE DELETE FROM MERGE USING WHEN MATCHED THEN WHERE true 1 = id AND OR
  NOT ( ) ( ) , ; * 'a' "users" users logs settings purge_logs innocent WITH x AS RECURSIVE UNION ALL
  DROP TABLE CASCADE ALTER COLUMN ADD CONSTRAINT TRUNCATE CREATE FUNCTION LANGUAGE plpgsql $$
  BEGIN END
  EXECUTE DO SET search_path role TO RESET COPY PROGRAM STDIN EXPLAIN ANALYZE PREPARE DECLARE CURSOR
  FOR GRANT ON public . holdpoint pg_authid :: int $1 -- /* */ || E'\\n' U&"\\0061" GROUP BY ORDER LIMIT
  VALUES RETURNING ON CONFLICT JOIN LEFT VIEW INDEX TRIGGER EXECUTE`
    .trim()
    .split(/\s+/)

/** Total, in time, and within the text: whatever it is. */
export const fuzzSql: FuzzTarget = {
  name: 'sql',
  seedInputs: [
    'WITH gone AS (DELETE FROM logs RETURNING *) SELECT count(*) FROM gone WHERE id = 1',
    `DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM users LOOP EXECUTE 'x' || r.id; END LOOP; END $$`,
    `MERGE INTO logs l USING users u ON u.id = l.id WHEN MATCHED THEN DELETE; SET search_path = a, 'b'`,
    "ALTER TABLE users ADD COLUMN x int DEFAULT purge_logs(1), DROP COLUMN name CASCADE; SELECT U&'\\0041'",
    'CREATE FUNCTION f(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT $1; END; SELECT f(2), é FROM "𝒳"',
    `COPY (SELECT * FROM trap) TO PROGRAM 'x'; EXPLAIN (ANALYZE, BUFFERS) UPDATE active_users SET name = 'b'`,
    "/* /* x */ */ SELECT 1 -- y\n;;; SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a int PATH '$')) j",
  ],
  generate(dice: Dice): Uint8Array {
    const words = Array.from({ length: 1 + dice(30) }, () => pieces[dice(pieces.length)] ?? '')
    return new TextEncoder().encode(words.join(dice(4) === 0 ? '' : ' '))
  },
  check(input) {
    const text = new TextDecoder().decode(input)
    inTime(() => readSqlShaped(parser.parse(text), { parser, catalogue, place }))
    const read = readSqlShaped(parser.parse(text), { parser, catalogue, place })
    assert.ok(!isSqlBroken(), 'the parser failed within its limits')
    for (const { evidence, effects } of read.actions) {
      assert.ok(effects.length > 0 && evidence.excerpt.length <= 200)
      const [start, end] = evidence.span ?? [0, 0]
      assert.ok(start >= 0 && start <= end && end <= text.length)
      assert.ok(!effects.some((one) => one.kind === 'unknown' && one.why === 'the reader failed'))
    }
    const skeleton = read.shape === null ? null : skeletonOf(text)
    if (skeleton === null) return
    const alike = readSqlShaped(parser.parse(skeleton), { parser, catalogue, place })
    assert.equal(alike.shape, read.shape, 'numbers taken out make another statement of it')
  },
}
