// What of a request's `params` counts as its meaning. Clients give each sending a progress token
// and traces of their own; a call that is sent again after its release differs in nothing else.
import { isObject } from '../../languages/json/value.ts'
import type { JsonObject } from '../../languages/json/value.ts'
import { canonicalJson } from '../canonical-json.ts'
import { membersOf } from './members.ts'

/** Members of `_meta` that name one sending, and nothing that is done. */
const ofOneSending: ReadonlySet<string> = new Set([
  'progressToken',
  'traceparent',
  'tracestate',
  'baggage',
  'claudecode/toolUseId',
  'io.modelcontextprotocol/logLevel',
])

/** Equal for what a server would do the same with; the text is known to be a JSON object, or ''. */
export function meaningOf(paramsText: string): string {
  if (paramsText === '') return ''
  const params = JSON.parse(paramsText) as JsonObject
  const { _meta: meta, ...rest } = params
  const kept = isObject(meta)
    ? Object.fromEntries(Object.entries(meta).filter(([name]) => !ofOneSending.has(name)))
    : meta
  const empty = kept === undefined || (isObject(kept) && Object.keys(kept).length === 0)
  const meaning = empty ? rest : { ...rest, _meta: kept }
  // Numbers that ECMAScript would round are told apart by how they are written.
  return hasRounded(withoutMeta(paramsText)) ? paramsText : canonicalJson(meaning)
}

function withoutMeta(text: string): string {
  const span = membersOf(text).get('_meta')
  return span === undefined ? text : text.slice(0, span[0]) + 'null' + text.slice(span[1])
}

function hasRounded(text: string): boolean {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  for (const [number] of plain.matchAll(/-?\d[\d.eE+-]*/g)) {
    if (number.length > 15 || /[eE]/.test(number)) return true
  }
  return false
}
