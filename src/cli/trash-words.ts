import type { RestoredTable, TrashItem, TrashReport } from '../api/keeper.ts'
import { inert } from '../wire/inert.ts'
import { bytesWords, counted } from './amount-words.ts'
import type { Output } from './output.ts'
import { wrap } from './output.ts'

export function trashLines({ kept, faults }: TrashReport, output: Output): readonly string[] {
  const lines = kept.flatMap((item) => {
    const statement = inert(item.statement)
    const room = output.width - 2
    const cut = statement.length > room ? `${statement.slice(0, room - 1)}…` : statement
    return [titleOf(item, output), `  ${cut}`, `  ${sumOf(item)}`]
  })
  return [
    ...(lines.length === 0 && faults.length === 0 ? ['nothing is kept'] : lines),
    ...faultLines(faults, output),
  ]
}

export function faultLines(faults: TrashReport['faults'], output: Output): readonly string[] {
  return faults.flatMap(({ upstream, database, says }) =>
    wrap(
      `${output.paint('red', 'not asked')} ${upstream}/${inert(database)}: ${inert(says)}`,
      output.width,
      '    ',
    ),
  )
}

export function titleOf(item: TrashItem, output: Output): string {
  const { decision, action, at, upstream, database } = item
  const id = output.paint('bold', decision ?? inert(action))
  return `${id}  ${at.slice(0, 19)}Z  ${upstream}/${inert(database)}`
}

/** `public.users`, or what stands in no schema */
export function tableName({ schema, name }: Pick<RestoredTable, 'schema' | 'name'>): string {
  return schema === '' ? inert(name) : `${inert(schema)}.${inert(name)}`
}

function sumOf(item: TrashItem): string {
  const rows = item.tables.reduce((sum, table) => sum + (table.rows ?? 0), 0)
  const what = `${counted(item.tables.length, 'table')}, ${counted(rows, 'row')}`
  return `${what}, ${bytesWords(item.bytes)}; ${fateOf(item)}`
}

export function fateOf({ undoneAt, expiresAt }: TrashItem): string {
  if (undoneAt !== null) return `taken back ${undoneAt.slice(0, 10)}`
  return expiresAt === null ? 'kept' : `kept until ${expiresAt.slice(0, 10)}`
}
