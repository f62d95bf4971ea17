// GraphQL requests as they come over HTTP (GraphQL-over-HTTP, working draft): GET with parameters
// `query`, `variables`, `operationName`, `extensions`; POST with the same members in a JSON object,
// or in a list of them (a batch). Content types are not believed: a JSON body is read as JSON
// whatever it is called, and refused where another reading of the bytes could find another request.
// Refused: persisted queries (a hash instead of a text), multipart, unknown members, parameters.
// https://graphql.github.io/graphql-over-http/draft/
import { parseStrictJson, parseStrictJsonText } from '../json/strict.ts'
import { isList, isObject, member } from '../json/value.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

export interface GraphqlRequest {
  readonly query: string
  readonly operationName: string | null
  readonly variables: JsonObject
}

export interface HttpCarrier {
  /** upper case */
  readonly method: string
  /** what follows the `?`; null where there is none */
  readonly search: string | null
  /** every value of the content-type header */
  readonly contentTypes: readonly string[]
  readonly body: Uint8Array
}

export type CarriedRequests =
  | Readonly<{ kind: 'requests'; requests: readonly [GraphqlRequest, ...GraphqlRequest[]] }>
  | Readonly<{ kind: 'refused'; why: string }>

const batchMax = 64
const membersKnown = new Set(['query', 'variables', 'operationName', 'extensions'])
/** Members in which some servers take a stored query's hash or name instead of its text. */
const persisted = ['persistedQuery', 'documentId', 'doc_id', 'id', 'queryId', 'hash', 'sha256Hash']

/** Why a request is refused; never leaves this file. */
class Flaw extends Error {}

export function readCarriedRequests(carrier: HttpCarrier): CarriedRequests {
  try {
    return { kind: 'requests', requests: requestsOf(carrier) }
  } catch (fault) {
    if (fault instanceof Flaw) return { kind: 'refused', why: fault.message }
    throw fault
  }
}

function requestsOf(carrier: HttpCarrier): readonly [GraphqlRequest, ...GraphqlRequest[]] {
  switch (carrier.method) {
    case 'GET':
      return [requestOfGet(carrier)]
    case 'POST':
      return requestsOfPost(carrier)
    default:
      throw new Flaw('GraphQL comes with GET or POST')
  }
}

function requestOfGet({ search, body }: HttpCarrier): GraphqlRequest {
  if (body.length > 0) throw new Flaw('a GET with a body: two requests in one')
  const parameters = new Map<string, string>()
  for (const part of search === null || search === '' ? [] : search.split('&')) {
    const equals = part.indexOf('=')
    const name = decode(equals === -1 ? part : part.slice(0, equals))
    if (parameters.has(name)) throw new Flaw('a query parameter comes twice')
    parameters.set(name, equals === -1 ? '' : decode(part.slice(equals + 1)))
  }
  const members: Record<string, JsonValue> = {}
  for (const [name, text] of parameters) {
    if (name === 'variables' || name === 'extensions') members[name] = jsonParameter(name, text)
    else if (membersKnown.has(name)) members[name] = text
    else throw unreadMember(name, 'a query parameter')
  }
  return requestOf(members)
}

function jsonParameter(name: string, text: string): JsonValue {
  if (text === '') return null
  const parsed = parseStrictJsonText(text)
  if (parsed.kind === 'refused') throw new Flaw(`\`${name}\`: ${parsed.why}`)
  return parsed.value
}

/** application/x-www-form-urlencoded (WHATWG URL); a broken escape is refused, not mended. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Flaw('a query parameter that is not percent-encoded UTF-8')
  }
}

function requestsOfPost(carrier: HttpCarrier): readonly [GraphqlRequest, ...GraphqlRequest[]] {
  if (carrier.search !== null) throw new Flaw('a POST with query parameters: two requests in one')
  const form = checkContentType(carrier.contentTypes)
  const parsed = parseStrictJson(carrier.body)
  if (parsed.kind === 'refused') throw new Flaw(`the body: ${parsed.why}`)
  if (form && isFormToo(parsed.text)) throw new Flaw('the body reads as JSON and as a form')
  if (!isList(parsed.value)) return [requestOf(parsed.value)]
  const [first, ...rest] = parsed.value
  if (first === undefined) throw new Flaw('an empty batch')
  if (rest.length >= batchMax) throw new Flaw(`a batch of more than ${batchMax} requests`)
  return [requestOf(first), ...rest.map(requestOf)]
}

/** True where a server that believes the content type would read a form. */
function checkContentType(contentTypes: readonly string[]): boolean {
  if (contentTypes.length > 1) throw new Flaw('more than one content type')
  const contentType = (contentTypes[0] ?? '').toLowerCase()
  if (contentType.includes('multipart')) throw new Flaw('multipart bodies are not read')
  // In UTF-7 or UTF-16 the same bytes would be another text.
  if (contentType.includes('charset')) checkCharsets(contentType)
  return contentType.includes('form')
}

function checkCharsets(contentType: string): void {
  for (const [, charset] of contentType.matchAll(/charset\s*=\s*"?([^\s";,]*)/g)) {
    if (charset !== 'utf-8' && charset !== 'utf8') throw new Flaw('a charset other than UTF-8')
  }
}

/**
 * curl calls every body a form, and Railway reads it as JSON. A server that did read the form must
 * find no request there: `{"query":"{me}#&query=mutation{…}"}` holds one in each reading.
 */
function isFormToo(text: string): boolean {
  if (!text.includes('&') && !text.includes(';')) return false
  const plain = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return formMember.test(plain)
}

const formMember =
  /[&;][\s+]*(?:query|variables|operationName|extensions|_method)[\s+]*(?:[=[&;]|$)/

function requestOf(value: JsonValue): GraphqlRequest {
  if (!isObject(value)) throw new Flaw('not a GraphQL request, which is an object with a `query`')
  for (const name of Object.keys(value)) {
    if (!membersKnown.has(name)) throw unreadMember(name, 'a member')
  }
  checkExtensions(member(value, 'extensions'))
  const query = member(value, 'query')
  if (typeof query !== 'string' || query === '') throw new Flaw('no `query` text')
  const operationName = member(value, 'operationName') ?? null
  if (operationName !== null && typeof operationName !== 'string') {
    throw new Flaw('`operationName` is not text')
  }
  const variables = member(value, 'variables') ?? {}
  if (!isObject(variables)) throw new Flaw('`variables` is not an object')
  return { query, operationName, variables }
}

/** Extensions are what a server makes of them; only those known to change nothing are let by. */
function checkExtensions(extensions: JsonValue | undefined): void {
  if (extensions === undefined || extensions === null) return
  if (!isObject(extensions)) throw new Flaw('`extensions` is not an object')
  for (const name of Object.keys(extensions)) {
    if (name !== 'clientLibrary') throw unreadMember(name, 'an extension')
  }
}

function unreadMember(name: string, what: string): Flaw {
  if (persisted.includes(name)) return new Flaw('a persisted query: its text is not in the request')
  return new Flaw(`${what} of the request that is not read`)
}
