// One database as the frames of an export, from one snapshot.
import { Fault } from '../../domain/fault.ts'
import { readSchema, readSequenceNames, readTables } from './catalogue/read.ts'
import type { Schema, Table } from './catalogue/read.ts'
import type { ExportClient } from './clients.ts'
import { contentOf, largeObjectContent, largeObjectPages, sequenceValues } from './content.ts'
import { dataFrames, jsonFrame } from './frames.ts'
import type { FrameKind } from './frames.ts'
import { readRoles } from './server.ts'
import type { DatabaseHead, Role } from './server.ts'
import { settle } from './statement.ts'
import type { Statement } from './statement.ts'
import type { Watch } from './watch.ts'

export interface Head extends DatabaseHead {
  readonly version: number
  readonly roles: readonly Role[]
}

const triesMax = 3
const statementsAtOnce = 200
const locksAtOnce = 200

/** Ends the transaction itself; on a failure the connection is of no more use. */
export async function* exportDatabase(
  client: ExportClient,
  database: DatabaseHead,
  version: number,
  watch: Watch,
): AsyncGenerator<Buffer> {
  await settle(client, watch.left())
  const tables = await openSnapshot(client)
  const schema = await readSchema(client, version)
  refuseBeyond(schema, database.name)
  const roles = await readRoles(client, [...schema.before, ...schema.after])
  yield jsonFrame('H', { ...database, version, roles } satisfies Head)
  yield* statementFrames('S', schema.before)
  for (const table of tables) yield* tableFrames(client, table, watch)
  yield jsonFrame('Q', await sequenceValues(client, await readSequenceNames(client)))
  yield* largeObjectFrames(client)
  yield* statementFrames('A', schema.after)
  // Rows are those of the snapshot, but definitions are those of the moment.
  const then = await readSchema(client, version)
  if (JSON.stringify(then) !== JSON.stringify(schema)) {
    throw new Fault('export-changed', `the schema of \`${database.name}\` changed meanwhile`)
  }
  await client.query('COMMIT')
  yield jsonFrame('Z', { tables: tables.length })
}

/**
 * One snapshot, and locks under which no table is dropped, changed or emptied. What was rewritten
 * between the two would look empty in the snapshot: then it is taken again.
 */
async function openSnapshot(client: ExportClient): Promise<readonly Table[]> {
  for (let tries = 0; tries < triesMax; tries++) {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const tables = await readTables(client)
    for (let at = 0; at < tables.length; at += locksAtOnce) {
      const names = tables.slice(at, at + locksAtOnce).map(({ name }) => `ONLY ${name}`)
      await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`)
    }
    const { rows } = await client.query(
      `SELECT count(*)::text FROM pg_class c WHERE c.relkind = 'r' AND c.relfilenode <> 0
         AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid)`,
    )
    if (rows[0]?.[0] === '0') return tables
    await client.query('ROLLBACK')
  }
  throw new Fault('export-changed', 'tables are being rewritten all the time; try again later')
}

function refuseBeyond({ beyond }: Schema, name: string): void {
  if (beyond.length === 0) return
  const shown = beyond.slice(0, 5).map((one) => `\`${one}\``)
  const more = beyond.length > shown.length ? ` and ${beyond.length - shown.length} more` : ''
  throw new Fault(
    'export-beyond',
    `${beyond.length} in \`${name}\` cannot be exported: ${shown.join(', ')}${more}`,
  )
}

function* statementFrames(kind: FrameKind, statements: readonly Statement[]): Generator<Buffer> {
  for (let at = 0; at < statements.length; at += statementsAtOnce) {
    yield jsonFrame(kind, statements.slice(at, at + statementsAtOnce))
  }
}

async function* tableFrames(
  client: ExportClient,
  table: Table,
  watch: Watch,
): AsyncGenerator<Buffer> {
  yield jsonFrame('T', table)
  for await (const piece of dataFrames(client.copyOut(copyOutOf(table)))) {
    watch.check()
    yield piece
  }
  yield jsonFrame('E', await contentOf(client, table))
}

function copyOutOf({ name, columns, where }: Table): string {
  const list = columns.join(', ')
  if (where !== '') return `COPY (SELECT ${list} FROM ONLY ${name} ${where}) TO STDOUT`
  return `COPY ${name}${list === '' ? '' : ` (${list})`} TO STDOUT`
}

async function* largeObjectFrames(client: ExportClient): AsyncGenerator<Buffer> {
  const { rows } = await client.query('SELECT count(*)::text FROM pg_largeobject_metadata')
  if (rows[0]?.[0] === '0') return
  yield jsonFrame('L', {})
  yield* dataFrames(client.copyOut(`COPY (${largeObjectPages} ORDER BY 1, 2) TO STDOUT`))
  yield jsonFrame('E', await largeObjectContent(client))
}
