// What a trial found, as it is kept beside a decision under `preview`: counted rows, what would fall,
// and some of the rows. All of it came from a database: nothing in it moves the cursor.
import { z } from 'zod'

import { inert } from '../wire/inert.ts'
import { counted } from './amount-words.ts'
import { columns, wrap } from './output.ts'

const table = z.object({
  schema: z.string(),
  name: z.string(),
  inserted: z.number(),
  updated: z.number(),
  deleted: z.number(),
  total: z.number().nullable(),
})

const sample = z.object({
  table: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
})

const previewed = z.object({
  preview: z.object({
    tables: z.array(table),
    dropped: z
      .array(z.object({ type: z.string(), identity: z.string(), original: z.boolean() }))
      .default([]),
    because: z.array(z.string()).default([]),
    samples: z.array(sample).default([]),
  }),
})

type Table = z.output<typeof table>
type Sample = z.output<typeof sample>

/** Under a heading of its own; empty where nothing was tried. */
export function previewLines(recorded: string | null, width: number): readonly string[] {
  const parsed = previewed.safeParse(parseJson(recorded))
  if (!parsed.success) return []
  const { tables, dropped, because, samples } = parsed.data.preview
  const fit = (line: string): readonly string[] => wrap(`  ${line}`, width, '    ')
  return [
    '',
    'what a trial of it touched (nothing was committed)',
    ...tables.flatMap((one) => fit(tableWords(one))),
    ...dropped.flatMap(({ type, identity, original }) =>
      fit(`${original ? 'drops' : 'takes along'} ${inert(type)} ${inert(identity)}`),
    ),
    ...because.flatMap((why) => fit(`not known or not kept: ${inert(why)}`)),
    ...(tables.length + dropped.length + because.length === 0 ? ['  no row, and no object'] : []),
    ...samples.flatMap((one) => sampleLines(one, width)),
  ]
}

/** `public.users: deletes 9 of 12 rows, changes 1` */
function tableWords({ schema, name, inserted, updated, deleted, total }: Table): string {
  const deeds = [
    ...(deleted > 0 ? [`deletes ${ofAll(deleted, total)}`] : []),
    ...(updated > 0 ? [`changes ${ofAll(updated, total)}`] : []),
    ...(inserted > 0 ? [`adds ${counted(inserted, 'row')}`] : []),
  ]
  const deed = deeds.length === 0 ? 'no row' : deeds.join(', ')
  return `${inert(schema)}.${inert(name)}: ${deed}`
}

function ofAll(count: number, total: number | null): string {
  if (total === null) return counted(count, 'row')
  if (count === total) return `all ${counted(count, 'row')}`
  return `${count.toLocaleString('en')} of ${counted(total, 'row')}`
}

const cellMax = 24

/** A row a line, each cell cut: the whole is in --json. */
function sampleLines({ table: name, columns: names, rows }: Sample, width: number): string[] {
  const cells = [names, ...rows.map((row) => row.map((cell) => cell ?? 'NULL'))].map((row) =>
    row.map((cell) => cut(inert(cell), cellMax)),
  )
  return [
    '',
    `  some of ${inert(name)}`,
    ...columns(cells).map((line) => cut(`    ${line}`, width)),
  ]
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
