// One element into an array of a settings file, or out of it; every byte that is not about it
// stays.
import { Fault } from '../domain/fault.ts'
import { memberOf, plain, readJsonText } from './json-text.ts'
import type { ArrayNode, JsonNode, ObjectNode } from './json-text.ts'

/** `['hooks', 'PreToolUse']`, and which of the array's elements are ours. */
export interface JsonSpot {
  readonly path: readonly string[]
  readonly isOurs: (element: unknown) => boolean
}

export interface JsonHookEdit {
  readonly spot: JsonSpot
  readonly element: unknown
}

/** The text with these elements in it, in place of older ones of ours. */
export function withElements(text: string, edits: readonly JsonHookEdit[]): string {
  return edits.reduce((so, { spot, element }) => withElement(so, spot, element), text)
}

function withElement(text: string, spot: JsonSpot, element: unknown): string {
  const root = readJsonText(text)
  const found = arrayAt(root, spot.path)
  if (found.array === null)
    return inserted(text, found.above, missing(found.rest, element), found.rest[0])
  const ours = found.array.items.filter((item) => spot.isOurs(plain(item)))
  const [first, ...others] = ours
  if (first === undefined) return inserted(text, found.array, element)
  if (others.length > 0) return withElement(without(text, spot), spot, element)
  if (JSON.stringify(plain(first)) === JSON.stringify(element)) return text
  const lead = leadOf(text, first.start)
  return text.slice(0, first.start) + written(text, element, lead) + text.slice(first.end)
}

/** The text without elements of ours, and without what held nothing else. */
export function without(text: string, spot: JsonSpot): string {
  const found = arrayAt(readJsonText(text), spot.path)
  if (found.array === null) return text
  const at = found.array.items.findIndex((item) => spot.isOurs(plain(item)))
  if (at < 0) return text
  if (found.array.items.length === 1) return withoutMember(text, spot.path)
  return without(cut(text, found.array.items, at), spot)
}

/** Whether one of ours is in it, as it stands there; null for none. */
export function ourElement(text: string, spot: JsonSpot): unknown {
  const found = arrayAt(readJsonText(text), spot.path)
  const ours = found.array?.items.map(plain).find((item) => spot.isOurs(item))
  return ours ?? null
}

/** A member goes, and so does the object around it when nothing else is in it. */
function withoutMember(text: string, path: readonly string[]): string {
  let at = readJsonText(text)
  let cutAt: { object: ObjectNode; index: number } | null = null
  for (const key of path) {
    const index = at.members.findIndex((member) => member.key === key)
    const value = at.members[index]?.value
    if (value === undefined) return text
    if (cutAt === null || at.members.length > 1) cutAt = { object: at, index }
    if (value.kind !== 'object') break
    at = value
  }
  if (cutAt === null) return text
  const { object, index } = cutAt
  const spans = object.members.map(({ start, value }) => ({ start, end: value.end }))
  if (spans.length > 1) return cut(text, spans, index)
  return `${text.slice(0, object.start)}{}${text.slice(object.end)}`
}

type Span = Readonly<{ start: number; end: number }>

/** With one comma; what is said behind its neighbour on the same line stays there. */
function cut(text: string, spans: readonly Span[], at: number): string {
  const [span, before, after] = [spans[at], spans[at - 1], spans[at + 1]]
  if (span === undefined) return text
  if (before === undefined) return text.slice(0, span.start) + text.slice(after?.start ?? span.end)
  const comma = commaAfter(text, before.end) ?? before.end
  const kept = lineEnd(text, comma)
  const own = commaAfter(text, span.end)
  if (own !== null) return text.slice(0, kept) + text.slice(own)
  return text.slice(0, comma - 1) + text.slice(comma, kept) + text.slice(span.end)
}

type Found = Readonly<
  { array: ArrayNode } | { array: null; above: ObjectNode; rest: readonly string[] }
>

function arrayAt(root: ObjectNode, path: readonly string[]): Found {
  let above = root
  for (const [index, key] of path.entries()) {
    const value = memberOf(above, key)?.value
    if (value === undefined) return { array: null, above, rest: path.slice(index) }
    const last = index === path.length - 1
    if (last && value.kind === 'array') return { array: value }
    if (last || value.kind !== 'object') {
      const meant = last ? 'a list' : 'an object'
      throw new Fault('hook-settings', `\`${path.slice(0, index + 1).join('.')}\` is not ${meant}`)
    }
    above = value
  }
  throw new Fault('bug', 'a spot has a path')
}

/** What is put below the first missing name. */
function missing(rest: readonly string[], element: unknown): unknown {
  return rest
    .slice(1)
    .reverse()
    .reduce<unknown>((inner, key) => ({ [key]: inner }), [element])
}

/** At the end of an array or an object, in the way in which the file is written. */
function inserted(
  text: string,
  into: ArrayNode | ObjectNode,
  value: unknown,
  key?: string,
): string {
  const children: readonly Span[] =
    into.kind === 'array'
      ? into.items
      : into.members.map((member) => ({ start: member.start, end: member.value.end }))
  const last = children.at(-1)
  const name = key === undefined ? '' : `${JSON.stringify(key)}: `
  if (last === undefined) {
    const lead = leadOf(text, into.start)
    const inner = lead + unitOf(text)
    const open = text.slice(0, into.start + 1)
    const kept = text.slice(into.start + 1, into.end - 1).trimEnd()
    const newline = newlineOf(text)
    const child = `${newline}${inner}${name}${written(text, value, inner)}`
    return `${open}${kept}${child}${newline}${lead}${text.slice(into.end - 1)}`
  }
  const oneLine = !text.slice(into.start, into.end).includes('\n')
  const lead = leadOf(text, last.start)
  const gap = oneLine ? ' ' : newlineOf(text) + lead
  const child = name + (oneLine ? JSON.stringify(value) : written(text, value, lead))
  const comma = commaAfter(text, last.end)
  const end = oneLine ? (comma ?? last.end) : lineEnd(text, comma ?? last.end)
  const trailing = comma === null ? '' : ','
  const before =
    comma === null ? `${text.slice(0, last.end)},${text.slice(last.end, end)}` : text.slice(0, end)
  return `${before}${gap}${child}${trailing}${text.slice(end)}`
}

/** Past a comment that stands behind something on its line. */
function lineEnd(text: string, from: number): number {
  const comment = /^[ \t]*(?:\/\/[^\r\n]*|\/\*(?:[^*\r\n]|\*(?!\/))*\*\/(?=[ \t]*\r?\n))/.exec(
    text.slice(from),
  )
  return from + (comment?.[0].length ?? 0)
}

/** Past a trailing comma, where there is one; null where there is none. */
function commaAfter(text: string, from: number): number | null {
  const blank = /^(?:[ \t\r\n]|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*,/.exec(text.slice(from))
  return blank === null ? null : from + blank[0].length
}

function written(text: string, value: unknown, lead: string): string {
  return JSON.stringify(value, null, unitOf(text)).replaceAll('\n', newlineOf(text) + lead)
}

/** The blanks that the line of a place begins with. */
function leadOf(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

function unitOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '  '
}

function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

export type { JsonNode }
