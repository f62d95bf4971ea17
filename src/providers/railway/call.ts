import type { Effect, Extent, Undo } from '../../domain/effect.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { Resource } from '../../domain/resource.ts'
import { isUnresolved, isValueObject, valueMember } from '../../languages/graphql/value.ts'
import type { Value, ValueObject } from '../../languages/graphql/value.ts'

/** One operation as called: what a row of the table reads. */
export interface Call {
  readonly verb: string
  readonly arguments: ValueObject
}

/** What a call does; it may not be told for lack of a value, and is `unknown` then. */
export type Reading = (call: Call) => NonEmpty<Effect>

/** `input.environmentId`; with a `?` at the end it may be left out or null. */
export type Path = string

/** Where a call says that it acts. */
export type Within = Readonly<Partial<Record<keyof Resource['within'], Path>>>

type Changing = 'write' | 'destroy' | 'disarm' | 'escalate'
type Looking = 'read' | 'disclose'

/** The value at a path; undefined where nothing is there. */
export function valueAt(call: Call, path: Path): Value | undefined {
  let value: Value | undefined = call.arguments
  for (const name of stepsOf(path)) {
    if (value === undefined || value === null || isUnresolved(value)) return value
    if (!isValueObject(value)) return undefined
    value = valueMember(value, name)
  }
  return value
}

const steps = new Map<Path, readonly string[]>()

/** Paths are those of the table: few, and asked for at every request. */
function stepsOf(path: Path): readonly string[] {
  let known = steps.get(path)
  if (known === undefined) {
    known = path.replace('?', '').split('.')
    steps.set(path, known)
  }
  return known
}

type Found =
  | Readonly<{ kind: 'text'; text: string }>
  | Readonly<{ kind: 'absent' }>
  | Readonly<{ kind: 'unread'; why: string }>

/** An id, or why there is none. Only text is one: what a server makes of a number is not known. */
function textAt(call: Call, path: Path): Found {
  const value = valueAt(call, path)
  if (typeof value === 'string' && value !== '') return { kind: 'text', text: value }
  const absent = value === undefined || value === null
  if (absent && path.endsWith('?')) return { kind: 'absent' }
  const name = `\`${path.replace('?', '')}\` of \`${call.verb}\``
  if (absent) return { kind: 'unread', why: `${name} is missing` }
  if (isUnresolved(value)) return { kind: 'unread', why: `${name} is a variable without a value` }
  return { kind: 'unread', why: value === '' ? `${name} is empty` : `${name} is not text` }
}

export function unknownEffect(why: string): Effect {
  return { kind: 'unknown', why, legible: true }
}

/** The resource that a call names; without a path for the id, one of the type that is not named. */
export function resourceOf(
  call: Call,
  type: string,
  id: Path | null,
  within: Within,
): Resource | string {
  const found: Found = id === null ? { kind: 'absent' } : textAt(call, id)
  if (found.kind === 'unread') return found.why
  const places: Partial<Record<keyof Within, string>> = {}
  for (const place of ['environment', 'project', 'workspace'] as const) {
    const path = within[place]
    if (path === undefined) continue
    const named = textAt(call, path)
    if (named.kind === 'unread') return named.why
    if (named.kind === 'text') places[place] = named.text
  }
  const name = found.kind === 'text' ? found.text : null
  return { provider: 'railway', type, id: name, within: places }
}

export function looking(kind: Looking, type: string, id: Path | null, within: Within): Reading {
  return (call) => {
    const resource = resourceOf(call, type, id, within)
    if (typeof resource === 'string') return [unknownEffect(resource)]
    return [{ kind, resource, extent: 'some' }]
  }
}

export function changing(
  kind: Changing,
  type: string,
  id: Path | null,
  undo: Undo,
  within: Within,
  extent: Extent,
): Reading {
  return (call) => {
    const resource = resourceOf(call, type, id, within)
    if (typeof resource === 'string') return [unknownEffect(resource)]
    return [{ kind, resource, extent, undo }]
  }
}
