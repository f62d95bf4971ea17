// What rows of the languages' tables are made of.
import type { Carried } from '../../../domain/carried.ts'
import { joinPaths } from './combine.ts'
import { entry, knownText, piecesOf, text, unknown, wordOf } from './program.ts'
import type { Arguments, ProgramCall, Value } from './program.ts'

/** What a call of it means; what it gives, where that is of use. */
export type Row = (
  given: Arguments,
  put: (call: ProgramCall) => void,
  receiver: Value | null,
) => Value | undefined

export interface Table {
  /** by full name */
  readonly functions: Readonly<Record<string, Row>>
  /** by last name, of whatever object */
  readonly methods: Readonly<Record<string, Row>>
  /** names that take words without parentheses */
  readonly bare: readonly string[]
  /** names whose mention alone is not to be read */
  readonly doubtful: RegExp
}

const all = (given: Arguments): readonly (Value | undefined)[] =>
  given.values.length === 0 ? [undefined] : given.values

/** A list counts as its items. */
function spread(value: Value | undefined): readonly (Value | undefined)[] {
  return value?.kind === 'list' ? value.items.flatMap(spread) : [value]
}

function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'name'
    ? !/^(false|False|nil|None|null|undefined)$/.test(value.name)
    : value !== undefined
}

/** Each of its words is a path. */
export function deletes(recursive: boolean): Row {
  return (given, put) => {
    for (const value of all(given).flatMap(spread))
      put({ kind: 'delete', path: wordOf(value), recursive })
    return undefined
  }
}

/** The first word is a path, options say how far it goes. */
export function deletesOne(recursive: boolean): Row {
  return ({ values, named }, put) => {
    const option = entry(values[1], 'recursive') ?? named.get('recursive')
    for (const value of spread(values[0])) {
      put({ kind: 'delete', path: wordOf(value), recursive: recursive || isTrue(option) })
    }
    return undefined
  }
}

export const deletesReceiver =
  (recursive: boolean): Row =>
  (_, put, receiver) => {
    put({ kind: 'delete', path: wordOf(receiver ?? unknown), recursive })
    return undefined
  }

export const puts =
  (kind: 'truncate' | 'append' | 'read'): Row =>
  ({ values }, put) => {
    put({ kind, path: wordOf(values[0]) })
    return undefined
  }

export const putsReceiver =
  (kind: 'truncate' | 'read'): Row =>
  (_, put, receiver) => {
    put({ kind, path: wordOf(receiver ?? unknown) })
    return undefined
  }

export const carries =
  (kind: 'move' | 'copy'): Row =>
  ({ values }, put) => {
    put({ kind, from: wordOf(values[0]), to: wordOf(values[1]) })
    return undefined
  }

/** `open(path, mode)` */
export const opens: Row = ({ values, named }, put) => {
  const given = values[1] ?? named.get('mode') ?? named.get('flag') ?? entry(values[1], 'flag')
  const mode = given === undefined ? 'r' : knownText(given)
  const path = wordOf(values[0] ?? named.get('file'))
  if (mode === null || /w|>(?!>)/.test(mode)) put({ kind: 'truncate', path })
  else put({ kind: /a|x|\+|>>/.test(mode) ? 'append' : 'read', path })
  return { kind: 'name', name: '(file)', receiver: null }
}

function directoryOf({ values, named }: Arguments): ReturnType<typeof wordOf> | null {
  const given =
    named.get('cwd') ??
    named.get('chdir') ??
    values.map((value) => entry(value, 'cwd')).find((one) => one !== undefined)
  return given === undefined ? null : wordOf(given)
}

/** A text for a shell. */
export const runs: Row = (given, put) => {
  put({ kind: 'run', text: wordOf(given.values[0]), directory: directoryOf(given) })
  return undefined
}

/** `run(['a', 'b'])`, `run('text', shell=True)` */
export const runsOrText: Row = (given, put) => {
  const { values, named } = given
  const first = values[0] ?? named.get('args')
  const directory = directoryOf(given)
  if (isTrue(named.get('shell'))) {
    const items = first?.kind === 'list' ? first.items[0] : first
    put({ kind: 'run', text: wordOf(items), directory })
  } else if (first?.kind === 'list')
    put({ kind: 'argv', words: first.items.map(wordOf), directory })
  else put({ kind: 'argv', words: [wordOf(first)], directory })
  return undefined
}

/** `spawn('a', ['b', 'c'], options)` */
export const spawns: Row = (given, put) => {
  const { values } = given
  const words = [
    values[0],
    ...(values[1]?.kind === 'list'
      ? values[1].items
      : values[1]?.kind === 'object'
        ? []
        : values.slice(1, 2)),
  ]
  const directory = directoryOf(given)
  if (values.some((value) => isTrue(entry(value, 'shell')))) {
    put({
      kind: 'run',
      text: wordOf(
        text(words.flatMap((one, i) => (i === 0 ? piecesOf(one) : [' ', ...piecesOf(one)]))),
      ),
      directory,
    })
  } else put({ kind: 'argv', words: words.map(wordOf), directory })
  return undefined
}

/** `execl(path, name, words…)`, `execv(path, [name, words…])` */
export const replaces: Row = ({ values }, put) => {
  const [path, second, ...others] = values
  const words = second?.kind === 'list' ? second.items.slice(1) : others
  put({ kind: 'argv', words: [path, ...words].map(wordOf), directory: null })
  return undefined
}

/** One word is text for a shell, several are a program with its words. */
export const runsWords: Row = (given, put) => {
  const options = given.values.at(-1)?.kind === 'object' ? 1 : 0
  const values = given.values
    .slice(0, given.values.length - options)
    .filter((one) => one.kind !== 'object')
  const [first] = values
  const directory = directoryOf(given)
  if (first?.kind === 'list') put({ kind: 'argv', words: first.items.map(wordOf), directory })
  else if (values.length <= 1) put({ kind: 'run', text: wordOf(first), directory })
  else put({ kind: 'argv', words: values.map(wordOf), directory })
  return undefined
}

export const unreadable =
  (why: string): Row =>
  (_, put) => {
    put({ kind: 'unread', why })
    return undefined
  }

export const joins: Row = ({ values }) => ({
  kind: 'path',
  pieces: joinPaths(values.map(piecesOf)),
})
export const gives =
  (change: (value: Value | undefined, given: Arguments) => Value): Row =>
  (given) =>
    change(given.values[0], given)

function headersOf(value: Value | undefined): Extract<Carried, { kind: 'http' }>['headers'] {
  if (value?.kind !== 'object') return []
  return [...value.entries].map(([name, one]) => [name, knownText(one) ?? ''] as const)
}

function bodyOf(value: Value | undefined): Extract<Carried, { kind: 'http' }>['body'] {
  if (value === undefined) return null
  return knownText(value) ?? { unknown: 'made by the program' }
}

function request(
  put: (call: ProgramCall) => void,
  method: string | null,
  url: Value | undefined,
  options: { headers?: Value | undefined; body?: Value | undefined },
): undefined {
  const address = knownText(url)
  const verb = method?.toUpperCase() ?? null
  if (address !== null && verb !== null) {
    const headers = headersOf(options.headers)
    put({
      kind: 'carried',
      carried: { kind: 'http', method: verb, url: address, headers, body: bodyOf(options.body) },
    })
  } else if (verb === null || !/^(GET|HEAD|OPTIONS)$/.test(verb)) {
    put({ kind: 'unread', why: 'a request of which not all is known' })
  }
  return undefined
}

/** `requests.post(url, json=…)`, `axios.delete(url)` */
export const requests =
  (method: string): Row =>
  ({ values, named }, put) =>
    request(put, method, values[0] ?? named.get('url'), {
      headers: named.get('headers') ?? entry(values.at(-1), 'headers'),
      body:
        named.get('json') ??
        named.get('data') ??
        named.get('content') ??
        (/^(post|put|patch)$/i.test(method) ? values[1] : undefined),
    })

/** `requests.request(method, url)` */
export const requestsAny: Row = ({ values, named }, put) => {
  const method = values[0] ?? named.get('method')
  request(put, knownText(method), values[1] ?? named.get('url'), {
    headers: named.get('headers'),
    body: named.get('json') ?? named.get('data'),
  })
}

/** `axios({ url, method, data })`, and with the address before the options */
export const fetches: Row = ({ values, named }, put) => {
  const options = values[1] ?? (values[0]?.kind === 'object' ? values[0] : undefined)
  const url =
    values[0]?.kind === 'object' ? (entry(values[0], 'url') ?? entry(values[0], 'uri')) : values[0]
  const given = entry(options, 'method') ?? named.get('method')
  const body = entry(options, 'body') ?? entry(options, 'data') ?? named.get('data')
  const method = given === undefined ? (body === undefined ? 'GET' : 'POST') : knownText(given)
  const odd = options !== undefined && options.kind !== 'object'
  request(put, odd ? null : method, url, {
    headers: entry(options, 'headers') ?? named.get('headers'),
    body,
  })
}

const statement =
  /^\s*(?:\/\*.*?\*\/\s*|--[^\n]*\n\s*)*(select|insert|update|delete|drop|alter|create|truncate|with|grant|revoke|merge|vacuum|replace|call|do|copy|set|begin|pragma|attach|exec|comment|reindex|lock|rename|explain|use|optimize|load|detach)\b/i

/** `execute(sql)`: `sure` where nothing but a database has such a method. */
export const queries =
  (sure: boolean, engine: Extract<Carried, { kind: 'sql' }>['engine'] | null = null): Row =>
  ({ values }, put) => {
    const value = values.find((one) => one.kind === 'text') ?? values[0]
    const given = entry(value, 'text') ?? entry(value, 'sql') ?? value
    const whole = knownText(given)
    if (whole !== null) {
      if (statement.test(whole))
        put({
          kind: 'carried',
          carried: { kind: 'sql', engine: engine ?? 'other', text: whole, target: null },
        })
      return undefined
    }
    const [first] = piecesOf(given)
    const shaped = typeof first === 'string' && statement.test(`${first} `)
    if (shaped || (sure && value !== undefined))
      put({ kind: 'unread', why: 'an SQL statement of which not all is known' })
    return undefined
  }
