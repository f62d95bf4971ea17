// The headers that a request of the newer revisions is sent with over HTTP: they repeat its method,
// its name, and the arguments that the tool's schema marks with `x-mcp-header`.
import { isList, isObject, member } from '../../languages/json/value.ts'
import type { JsonObject, JsonValue } from '../../languages/json/value.ts'
import type { Message } from './message.ts'
import { versionKey } from './methods.ts'

/** Where in the arguments a header's value is. */
export interface MarkedArgument {
  readonly header: string
  readonly path: readonly string[]
}

const depthMax = 8
const tokenPattern = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/

/** By the tool's name. */
export function markedArguments(
  result: JsonValue | null,
): ReadonlyMap<string, readonly MarkedArgument[]> {
  const tools = isObject(result ?? undefined) ? member(result as JsonObject, 'tools') : undefined
  const found = new Map<string, readonly MarkedArgument[]>()
  for (const tool of isList(tools) ? tools : []) {
    if (!isObject(tool)) continue
    const name = member(tool, 'name')
    const marked = markedIn(member(tool, 'inputSchema'), [])
    if (typeof name === 'string' && marked.length > 0) found.set(name, marked)
  }
  return found
}

function markedIn(
  schema: JsonValue | undefined,
  path: readonly string[],
): readonly MarkedArgument[] {
  const properties = isObject(schema) ? member(schema, 'properties') : undefined
  if (!isObject(properties) || path.length > depthMax) return []
  return Object.entries(properties).flatMap(([name, one]) => {
    const header = isObject(one) ? member(one, 'x-mcp-header') : undefined
    const here = [...path, name]
    const own =
      typeof header === 'string' && tokenPattern.test(header) ? [{ header, path: here }] : []
    return [...own, ...markedIn(one, here)]
  })
}

/** version: of the session, where the message says none itself */
export function requestHeaders(
  message: Message,
  version: string | null,
  marked: readonly MarkedArgument[],
): Readonly<Record<string, string>> {
  const meta = message.kind === 'response' ? undefined : member(message.params, '_meta')
  const said = isObject(meta) ? member(meta, versionKey) : undefined
  const spoken = typeof said === 'string' ? said : version
  const base: Record<string, string> = spoken === null ? {} : { 'mcp-protocol-version': spoken }
  if (message.kind === 'response' || typeof said !== 'string') return base
  const headers: Record<string, string> = { ...base, 'mcp-method': message.method }
  const name = message.params['name'] ?? message.params['uri']
  if (typeof name === 'string') headers['mcp-name'] = encoded(name)
  for (const { header, path } of marked) {
    const value = path.reduce<JsonValue | undefined>(
      (at, step) => (isObject(at) ? member(at, step) : undefined),
      member(message.params, 'arguments'),
    )
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      headers[`mcp-param-${header.toLowerCase()}`] = encoded(String(value))
    }
  }
  return headers
}

/** As it is, where a header can carry it; else in base64, between marks. */
export function encoded(value: string): string {
  const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)
  if (plain && !/^=\?base64\?.*\?=$/.test(value)) return value
  let binary = ''
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte)
  return `=?base64?${btoa(binary)}?=`
}
