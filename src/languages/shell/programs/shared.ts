// What the tables of several languages share.
import { hole } from '../pieces.ts'
import { knownText, piecesOf, text, unknown } from './program.ts'
import { gives, joins, queries, unreadable } from './rows.ts'
import type { Row } from './rows.ts'

export const dynamic = unreadable('code that is made while the program runs')

/** The same row under several names. */
export function each(names: string, row: Row): Readonly<Record<string, Row>> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, row]))
}

export const decoded = (decode: (given: string) => string | null): Row =>
  gives((value) => {
    const known = knownText(value)
    const made = known === null ? null : decode(known)
    return made === null ? unknown : text([made])
  })

export const same: Row = gives((value) => value ?? unknown)
export const path: Row = gives((value, { values }) => {
  const made = joins({ values, named: new Map() }, () => undefined, null)
  return made?.kind === 'path' && value !== undefined
    ? made
    : { kind: 'path', pieces: values.length === 0 ? ['.'] : hole }
})

/** Stands for the home folder, until it is known. */
export const home = '\uE001'

/** `~` at its start. */
export const expands: Row = gives((value) => {
  const [first, ...others] = value === undefined ? hole : piecesOf(value)
  const begins = typeof first === 'string' && /^~(\/|$)/.test(first)
  const head = begins ? `${home}${first.slice(1)}` : (first ?? null)
  return { kind: 'path', pieces: [head, ...others] }
})

export const characters: Row = gives((value) =>
  value?.kind === 'number' && value.number < 0x110000
    ? text([String.fromCodePoint(value.number)])
    : unknown,
)

export const joined: Row = ({ values }, _, receiver) => {
  const [items, separator] =
    receiver?.kind === 'list' ? [receiver, values[0]] : [values[0], receiver ?? undefined]
  if (items?.kind !== 'list') return unknown
  const between = separator === undefined ? [','] : piecesOf(separator)
  return text(
    items.items.flatMap((item, i) => (i === 0 ? piecesOf(item) : [...between, ...piecesOf(item)])),
  )
}

export const module: Row = gives((value) => {
  const name = knownText(value)
  return name === null
    ? unknown
    : { kind: 'name', name: name.replace(/^node:/, ''), receiver: null }
})

/** With a name that is known it is that module; otherwise anything. */
export const loads: Row = (given, put, receiver) => {
  if (knownText(given.values[0]) === null)
    put({ kind: 'unread', why: 'a module whose name is not known' })
  return module(given, put, receiver)
}

/** `getattr(os, 'remove')` */
export const attribute: Row = ({ values }, put) => {
  const [object, name] = values
  const known = knownText(name)
  if (known === null && object?.kind === 'name' && !/^(self|args|cls)$/.test(object.name)) {
    put({ kind: 'unread', why: 'a function whose name is not known' })
  }
  return known === null || object?.kind !== 'name'
    ? unknown
    : { kind: 'name', name: `${object.name}.${known}`, receiver: object.receiver }
}

export const sql = {
  ...each('execute executemany executescript executeMany', queries(true)),
  ...each(
    'query raw unsafe prepare do exec exec_query run all get each iterate select_all',
    queries(false),
  ),
  ...each('$executeRawUnsafe $queryRawUnsafe executeRaw queryRaw', queries(true)),
}
