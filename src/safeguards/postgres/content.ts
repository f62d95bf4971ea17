// What is in a database, in figures that are the same wherever the same is.
import type { Digest } from '../../domain/names.ts'
import { sha256 } from '../../system/hash.ts'
import type { Table } from './catalogue/read.ts'
import type { ExportClient } from './clients.ts'

export interface Content {
  readonly rows: string
  readonly hash: Digest
}

export interface SequenceValue {
  readonly name: string
  readonly value: string
  readonly called: boolean
}

/**
 * How many rows, and a hash over all of them in whatever order: four sums over the parts of each
 * row's SHA-256, so that two rows that are the same count twice.
 */
export function contentOf(client: ExportClient, table: Table): Promise<Content> {
  const row = `ROW(${table.all.join(', ')})::text`
  return hashed(client, row, `ONLY ${table.name} ${table.where}`)
}

export const largeObjectPages = `SELECT m.oid AS loid, l.pageno, l.data
  FROM pg_largeobject_metadata m LEFT JOIN pg_largeobject l ON l.loid = m.oid`

export function largeObjectContent(client: ExportClient): Promise<Content> {
  return hashed(client, 'ROW(p.loid, p.pageno, p.data)::text', `(${largeObjectPages}) p`)
}

async function hashed(client: ExportClient, row: string, from: string): Promise<Content> {
  const parts = [1, 17, 33, 49].map(
    (at) => `coalesce(sum(('x' || substr(h, ${at}, 16))::bit(64)::bigint), 0)::text`,
  )
  const { rows } = await client.query(
    `SELECT count(*)::text, ${parts.join(', ')} FROM (SELECT encode(sha256(
       convert_to(${row}, getdatabaseencoding())), 'hex') AS h FROM ${from} OFFSET 0) hashed`,
  )
  const [count, ...sums] = rows[0] ?? []
  return { rows: count ?? '0', hash: sha256([count, ...sums].join(':')) }
}

export async function sequenceValues(
  client: ExportClient,
  names: readonly string[],
): Promise<readonly SequenceValue[]> {
  const values: SequenceValue[] = []
  for (const name of names) {
    const { rows } = await client.query(`SELECT last_value::text, is_called::text FROM ${name}`)
    const [value, called] = rows[0] ?? []
    values.push({ name, value: value ?? '', called: called === 'true' })
  }
  return values
}
