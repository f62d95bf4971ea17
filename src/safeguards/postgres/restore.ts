// One database out of an export, into one that is empty; and whether it is then the same.
import { Fault } from '../../domain/fault.ts'
import { readSchema, readSequenceNames } from './catalogue/read.ts'
import type { Table } from './catalogue/read.ts'
import type { ExportClient } from './clients.ts'
import { contentOf, largeObjectContent, sequenceValues } from './content.ts'
import type { Content, SequenceValue } from './content.ts'
import { firstDifference } from './canonical.ts'
import type { Head } from './export.ts'
import type { FrameKind, Frames } from './frames.ts'
import { quoteText, render, settle } from './statement.ts'
import type { Naming, Statement } from './statement.ts'
import type { Watch } from './watch.ts'

export interface Totals {
  readonly tables: number
  readonly rows: bigint
}

/** What a file says is in a database. */
export interface Expected {
  readonly head: Head
  readonly statements: readonly Statement[]
  readonly tables: readonly (Readonly<{ table: Table }> & Content)[]
  readonly sequences: readonly SequenceValue[]
  readonly largeObjects: Content | null
}

/** What becomes of the parts of an export as they are read. */
interface Taker {
  statement(statement: Statement): Promise<void>
  rows(table: Table, data: AsyncIterable<Uint8Array>): Promise<void>
  sequence(value: SequenceValue): Promise<void>
  largeObjects(data: AsyncIterable<Uint8Array>): Promise<void>
}

/** Reads one database's frames after its head, each part handed on as it comes. */
export async function takeDatabase(
  frames: Frames,
  head: Head,
  taker: Taker,
  watch: Watch,
): Promise<Expected> {
  const statements: Statement[] = []
  async function take(kind: FrameKind): Promise<void> {
    while ((await frames.peek()) === kind) {
      for (const statement of await frames.json<readonly Statement[]>(kind)) {
        watch.check()
        statements.push(statement)
        await taker.statement(statement)
      }
    }
  }
  await take('S')
  const tables: (Readonly<{ table: Table }> & Content)[] = []
  while ((await frames.peek()) === 'T') {
    const table = await frames.json<Table>('T')
    await taker.rows(table, watched(frames.data(), watch))
    tables.push({ table, ...(await frames.json<Content>('E')) })
  }
  const sequences = await frames.json<readonly SequenceValue[]>('Q')
  for (const value of sequences) await taker.sequence(value)
  let largeObjects: Content | null = null
  if ((await frames.peek()) === 'L') {
    await frames.take()
    await taker.largeObjects(watched(frames.data(), watch))
    largeObjects = await frames.json<Content>('E')
  }
  await take('A')
  const { tables: said } = await frames.json<{ tables: number }>('Z')
  if (said !== tables.length) throw new Fault('export-malformed', 'the export lacks a table')
  return { head, statements, tables, sequences, largeObjects }
}

async function* watched(
  source: AsyncIterable<Uint8Array>,
  watch: Watch,
): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    watch.check()
    yield piece
  }
}

/** For reading only: everything is looked at and nothing is kept. */
export const readingOnly: Taker = {
  statement: () => Promise.resolve(),
  rows: (_table, data) => drain(data),
  sequence: () => Promise.resolve(),
  largeObjects: drain,
}

async function drain(data: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = data[Symbol.asyncIterator]()
  while ((await pieces.next()).done !== true);
}

/** Makes everything in a database that was made from template0 and that nobody uses. */
export async function restoreDatabase(
  client: ExportClient,
  frames: Frames,
  head: Head,
  naming: Naming,
  watch: Watch,
): Promise<Expected> {
  await settle(client, watch.left())
  await client.query("SELECT pg_catalog.set_config('synchronous_commit', 'off', false)")
  await client.query('DROP SCHEMA IF EXISTS public')
  await client.query('DROP EXTENSION IF EXISTS plpgsql')
  const taker: Taker = {
    async statement(statement) {
      await client.query(render(statement, naming))
    },
    rows: ({ name, columns }, data) => {
      const list = columns.length === 0 ? '' : ` (${columns.join(', ')})`
      return client.copyIn(`COPY ${name}${list} FROM STDIN`, data)
    },
    sequence: async ({ name, value, called }) => {
      const what = `${quoteText(name)}::regclass, ${quoteText(value)}::bigint, ${called}`
      await client.query(`SELECT pg_catalog.setval(${what})`)
    },
    largeObjects: (data) => putLargeObjects(client, data),
  }
  return takeDatabase(frames, head, taker, watch)
}

async function putLargeObjects(
  client: ExportClient,
  data: AsyncIterable<Uint8Array>,
): Promise<void> {
  const pages = 'pg_temp.holdpoint_pages'
  await client.query(`CREATE TEMP TABLE holdpoint_pages (loid oid, pageno int, data bytea)`)
  await client.copyIn(`COPY ${pages} FROM STDIN`, data)
  await client.query(
    `SELECT count(pg_catalog.lo_create(loid)) FROM (SELECT DISTINCT loid FROM ${pages}) made`,
  )
  await client.query(
    `SELECT count(*) FROM (SELECT pg_catalog.lo_put(loid,
       pageno::bigint * (current_setting('block_size')::int / 4), data)
     FROM ${pages} WHERE data IS NOT NULL ORDER BY loid, pageno OFFSET 0) put`,
  )
  await client.query(`DROP TABLE ${pages}`)
}

/** Throws at the first thing that is not as the file says. */
export async function compareDatabase(
  client: ExportClient,
  expected: Expected,
  originalRole: (name: string) => string,
  watch: Watch,
): Promise<Totals> {
  await settle(client, watch.left())
  const { head, tables, sequences } = expected
  const { before, after } = await readSchema(client, head.version)
  const differs = firstDifference(expected.statements, [...before, ...after], originalRole)
  if (differs !== null) throw unequal(head, differs)
  let rows = 0n
  for (const { table, ...content } of tables) {
    const found = await contentOf(client, table)
    if (found.rows !== content.rows || found.hash !== content.hash) {
      throw unequal(head, `\`${table.name}\` has ${found.rows} rows, and other content`)
    }
    rows += BigInt(found.rows)
  }
  const values = await sequenceValues(client, await readSequenceNames(client))
  const stray = sequences.find((one) => !values.some((other) => same(one, other)))
  if (stray !== undefined || values.length !== sequences.length) {
    throw unequal(head, `the sequence \`${stray?.name ?? ''}\` stands elsewhere`)
  }
  const objects = await largeObjectContent(client)
  if (
    expected.largeObjects === null ? objects.rows !== '0' : !same(expected.largeObjects, objects)
  ) {
    throw unequal(head, 'its large objects are others')
  }
  return { tables: tables.length, rows }
}

function same(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function unequal({ name }: Head, why: string): Fault {
  return new Fault('export-unequal', `what was restored of \`${name}\` is not the same: ${why}`)
}
