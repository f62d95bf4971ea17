// A request's name: SHA-256 over one line of JSON, a line feed, and the body as it is judged and
// sent. JSON holds no raw line feed, so no two requests share these bytes.
//   ["holdpoint/request/1", "http", upstream, method, target, [[name, value], …], unreadable]
//   ["holdpoint/request/1", "tunnel", host, port]
//   ["holdpoint/request/1", "sql", upstream, database, form, text, [[name, value], …], [type, …],
//    [[format, base64 or null], …], unreadable]
//   ["holdpoint/request/1", "tool", upstream, form, method, name, [[name, value], …], definition,
//    params, claims, unreadable]
// The host is left out of the first: all names of an upstream are one upstream, which decides where
// it goes. Of SQL, what names the client gave its statements and portals is left out: what they
// stand for is in. Of an MCP request, its id and what only follows it about (a progress token) are.
import { hash } from 'node:crypto'

import { unreachable } from '../domain/fault.ts'
import type { Digest, UpstreamName } from '../domain/names.ts'
import type { HttpPayload, Payload, SqlPayload, ToolPayload } from '../domain/request.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { meaningOf } from '../wire/mcp/meaning.ts'
import { sha256 } from './hash.ts'

const profile = 'holdpoint/request/1'

/** Over everything that is sent on and can change what the request does; over no credential. */
export function digestOf(payload: Payload): Digest {
  switch (payload.kind) {
    case 'http':
      return digestOfHttp(payload)
    case 'tunnel':
      return sha256(`${JSON.stringify([profile, 'tunnel', payload.host, payload.port])}\n`)
    case 'sql':
      return sha256(`${JSON.stringify(sqlTerms(payload))}\n`)
    case 'tool':
      return sha256(`${JSON.stringify(toolTerms(payload))}\n`)
    default:
      return unreachable(payload)
  }
}

function sqlTerms(payload: SqlPayload): readonly unknown[] {
  const { upstream, database, form, text, settings, types, unreadable } = payload
  const values = payload.parameters.map(({ format, value }) => [
    format,
    value === null ? null : Buffer.from(value).toString('base64'),
  ])
  return [profile, 'sql', upstream, database, form, text, settings, types, values, unreadable]
}

function toolTerms(payload: ToolPayload): readonly unknown[] {
  const { upstream, form, method, name, headers, definition, params, claims, unreadable } = payload
  const terms = [upstream, form, method, name, headers, definition, meaningOf(params)]
  return [profile, 'tool', ...terms, claims, unreadable]
}

function digestOfHttp(payload: HttpPayload): Digest {
  const { upstream, method, target, headers, body, unreadable } = payload
  const meaning = headers.filter(([name]) => !isWithoutMeaning(name))
  const line = JSON.stringify([profile, 'http', upstream, method, target, meaning, unreadable])
  const lineBytes = Buffer.byteLength(line)
  const bytes = Buffer.allocUnsafe(lineBytes + 1 + body.length)
  bytes.write(line, 0, 'utf8')
  bytes[lineBytes] = 0x0a
  bytes.set(body, lineBytes + 1)
  return hash('sha256', bytes, 'hex') as Digest
}

/** A client may change these when it sends the same request again. */
const withoutMeaning = new Set([
  'accept',
  'accept-language',
  'baggage',
  'cache-control',
  'dnt',
  'pragma',
  'priority',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-correlation-id',
  'x-request-id',
])

function isWithoutMeaning(name: string): boolean {
  return withoutMeaning.has(name) || name.startsWith('sec-')
}

/** The name of a question that Holdpoint itself asks a provider. */
export function digestOfAsk(upstream: UpstreamName, ask: object): Digest {
  return sha256(canonicalJson({ upstream, ...ask }))
}
