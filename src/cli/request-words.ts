import { z } from 'zod'

import { inert, inertBlock } from '../wire/inert.ts'

const recordedHttp = z.object({
  kind: z.literal('http'),
  method: z.string(),
  host: z.string(),
  target: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.union([z.object({ text: z.string() }), z.object({ base64: z.string() })]),
})

const recordedBytes = z.union([z.object({ text: z.string() }), z.object({ base64: z.string() })])

const recordedSql = z.object({
  kind: z.literal('sql'),
  upstream: z.string(),
  database: z.string(),
  form: z.string(),
  text: z.string(),
  settings: z.array(z.tuple([z.string(), z.string()])),
  parameters: z.array(z.object({ value: recordedBytes.nullable() })),
})

const formWords: Readonly<Record<string, string>> = {
  open: 'the beginning of a session',
  simple: 'a query as text',
  extended: 'one statement with parameters',
}

/** A request as it was judged, whole: nothing is cut, and nothing in it moves the cursor. */
export function requestLines(recorded: string | null): readonly string[] {
  if (recorded === null) return ['  the request was not kept']
  const value = parseJson(recorded)
  const sql = recordedSql.safeParse(value)
  if (sql.success) return sqlLines(sql.data)
  const parsed = recordedHttp.safeParse(value)
  if (!parsed.success) return [`  ${inert(recorded)}`]
  const { method, host, target, headers, body } = parsed.data
  const text = 'text' in body ? body.text : `(not text) ${body.base64}`
  return [
    `  ${inert(method)} https://${inert(host)}${inert(target)}`,
    ...headers.map(([name, value]) => `  ${inert(name)}: ${inert(value)}`),
    ...(text === '' ? [] : ['', ...blockLines(text)]),
  ]
}

function sqlLines(sql: z.output<typeof recordedSql>): readonly string[] {
  const { upstream, database, form, text, settings, parameters } = sql
  return [
    `  ${inert(upstream)}/${inert(database)}, ${formWords[form] ?? inert(form)}`,
    ...settings.map(([name, value]) => `  ${inert(name)}: ${inert(value)}`),
    ...(text === '' ? [] : ['', ...blockLines(text)]),
    ...(parameters.length === 0 ? [] : ['']),
    ...parameters.map(({ value }, at) => `  $${at + 1} ${boundWords(value)}`),
  ]
}

function boundWords(value: z.output<typeof recordedBytes> | null): string {
  if (value === null) return 'NULL'
  return 'text' in value ? inert(value.text) : `(binary) ${value.base64}`
}

function blockLines(text: string): readonly string[] {
  return inertBlock(text)
    .split('\n')
    .map((line) => `  ${line}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
