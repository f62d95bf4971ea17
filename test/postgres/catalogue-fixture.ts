// The catalogue of test/corpus/postgres/schema.sql, as the server itself says it.
import { readFileSync, writeFileSync } from 'node:fs'

import type pg from 'pg'

import type { Catalogue } from '../../src/providers/postgres/catalogue.ts'
import { catalogueOf, catalogueQuery } from '../../src/providers/postgres/catalogue-query.ts'

import { sha256 } from '../../src/system/hash.ts'

export const schemaSql = readFileSync(
  new URL('../corpus/postgres/schema.sql', import.meta.url),
  'utf8',
)
/** Prepared in the session whose catalogue it is. */
export const preparedSql: readonly string[] = [
  'PREPARE purge (int) AS DELETE FROM logs WHERE id = $1',
  'PREPARE look (int) AS SELECT * FROM users WHERE id = $1',
]
const fixture = new URL('../corpus/postgres/catalogue.json', import.meta.url)

export function fixtureCatalogue(): Catalogue {
  return JSON.parse(readFileSync(fixture, 'utf8')) as Catalogue
}

export function writeFixture(catalogue: Catalogue): void {
  writeFileSync(fixture, `${JSON.stringify({ ...catalogue, version: 'fixture' }, null, 1)}\n`)
}

export async function readCatalogue(client: pg.Client): Promise<Catalogue> {
  const answer = await client.query<(string | null)[]>({ text: catalogueQuery, rowMode: 'array' })
  const catalogue = catalogueOf(answer.rows, sha256)
  if (catalogue === null) throw new Error('the catalogue did not come whole')
  return catalogue
}
