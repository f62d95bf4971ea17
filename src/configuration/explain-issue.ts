import { z } from 'zod'

import { inert } from '../wire/inert.ts'
import { didYouMean } from './nearest.ts'

/** An issue of the schema in the words of the person who wrote the file. */
export interface Explained {
  readonly code: string
  readonly path: readonly PropertyKey[]
  /** the key to point at inside the path's mapping; null to point at the path's value */
  readonly key: string | null
  readonly says: string
}

type Issue = z.core.$ZodIssue

export function explainIssue(issue: Issue, root: unknown, schema: z.ZodType): readonly Explained[] {
  const { path } = issue
  const value = valueAt(root, path)
  const wrong = (says: string): Explained => ({ code: 'config-wrong-value', path, key: null, says })
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, root, schema))
    case 'invalid_type': {
      const expected = kindNames[issue.expected] ?? issue.expected
      if (value === undefined) return [missing(path, expected)]
      return [{ ...wrong(`${show(value)} is not ${expected}`), code: 'config-wrong-type' }]
    }
    case 'invalid_value': {
      const choices = issue.values.map(String)
      if (value === undefined) return [missing(path, choices.map(tick).join(' or '))]
      return [wrong(explainChoice(choices, value))]
    }
    case 'invalid_union':
      return [explainUnion(issue, value)]
    case 'too_small':
      return [wrong(explainBound('at least', issue.minimum, issue.origin))]
    case 'too_big':
      return [wrong(explainBound('at most', issue.maximum, issue.origin))]
    case 'invalid_key':
      return [explainKey(issue)]
    default:
      // Formats, unions and our own checks carry the schema's message, which says `{value}` where
      // the value may be shown: never where a secret may have been pasted.
      return [wrong(issue.message.replace('{value}', () => show(value)))]
  }
}

/** Of kinds told apart by a key, the key's value is the mistake; of others, all of it. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, value: unknown): Explained {
  const { path, message } = issue
  const options: unknown = member(issue, 'options')
  const choices = Array.isArray(options) ? options.map(String) : null
  if (value === undefined) return missing(path, choices?.map(tick).join(' or ') ?? null)
  const says = choices === null ? message : explainChoice(choices, value)
  return { code: 'config-wrong-value', path, key: null, says }
}

function unknownKey(
  key: string,
  path: readonly PropertyKey[],
  root: unknown,
  schema: z.ZodType,
): Explained {
  const known = knownKeys(schema, path, root)
  const meant = didYouMean(key, known)
  const list = known.length === 0 ? '' : `; the keys here are ${known.map(tick).join(', ')}`
  const says = `unknown key ${tick(key)}${meant === '' ? list : meant}`
  return { code: 'config-unknown-key', path, key, says }
}

function explainKey({ path, issues }: Extract<Issue, { code: 'invalid_key' }>): Explained {
  const key = String(path.at(-1))
  const message = issues[0]?.message ?? '{value} is not a key to use here'
  const says = message.replace('{value}', () => tick(key))
  return { code: 'config-wrong-key', path: path.slice(0, -1), key, says }
}

function missing(path: readonly PropertyKey[], expected: string | null): Explained {
  const takes = expected === null ? '' : `; it takes ${expected}`
  const says = `missing key ${tick(String(path.at(-1)))}${takes}`
  return { code: 'config-missing-key', path: path.slice(0, -1), key: null, says }
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of names',
}

function explainChoice(choices: readonly string[], value: unknown): string {
  const meant = typeof value === 'string' ? didYouMean(value, choices) : ''
  return `${show(value)} is none of ${choices.map(tick).join(', ')}${meant}`
}

function explainBound(word: string, bound: number | bigint, origin: string): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' items' : ''
  return `must be ${word} ${bound}${unit}`
}

/** The keys that the schema knows at a path; empty where it takes any. */
function knownKeys(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  root: unknown,
): readonly string[] {
  let here: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  for (const [index, step] of path.entries()) {
    here = chosen(here, valueAt(root, path.slice(0, index)))
    const properties = member(here, 'properties')
    here =
      typeof step === 'number'
        ? member(here, 'items')
        : (member(properties, String(step)) ?? member(here, 'additionalProperties'))
  }
  const properties = member(chosen(here, valueAt(root, path)), 'properties')
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

/** Of kinds told apart by `provider`, the one that the value says it is. */
function chosen(here: unknown, value: unknown): unknown {
  const kinds = member(here, 'oneOf')
  if (!Array.isArray(kinds)) return here
  const said = member(value, 'provider')
  return kinds.find((kind: unknown) => {
    const provider = member(member(kind, 'properties'), 'provider')
    const names = member(provider, 'enum')
    return member(provider, 'const') === said || (Array.isArray(names) && names.includes(said))
  })
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => member(value, String(step)), root)
}

/** What the person wrote, short enough for a line and without control characters. */
function show(value: unknown): string {
  if (value === null) return 'an empty value'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return tick(value)
  return typeof value === 'object' ? 'a mapping' : tick(JSON.stringify(value))
}

function tick(text: string): string {
  const shown = inert(text)
  return shown.length > 60 ? `\`${shown.slice(0, 59)}…\`` : `\`${shown}\``
}
