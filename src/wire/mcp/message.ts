// JSON-RPC 2.0 as MCP uses it: one object a message, requests and notifications with `params` as an
// object, ids that are strings or integers. Batches, which one revision allowed, are refused.
// https://www.jsonrpc.org/specification https://modelcontextprotocol.io/specification/2025-11-25
import { parseStrictJsonText } from '../../languages/json/strict.ts'
import { isObject, member } from '../../languages/json/value.ts'
import type { JsonObject, JsonValue } from '../../languages/json/value.ts'
import { membersOf } from './members.ts'

export type Id = string | number

/** The text is the whole message as it came; spans are in it. */
export type Message =
  | Readonly<{
      kind: 'request'
      id: Id
      method: string
      params: JsonObject
      /** the JSON text of params; `{}` where there are none */
      paramsText: string
      text: string
    }>
  | Readonly<{
      kind: 'notification'
      method: string
      params: JsonObject
      paramsText: string
      text: string
    }>
  | Readonly<{
      kind: 'response'
      /** null: an error about a request whose id could not be read */
      id: Id | null
      result: JsonValue | null
      error: JsonObject | null
      text: string
    }>

export type ReadMessage =
  | Message
  /** with the code that JSON-RPC has for it, and the id where it could be read */
  | Readonly<{ kind: 'refused'; code: number; why: string; id: Id | null }>

export const errorCodes = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  internal: -32_603,
  /** of MCP: headers and body do not say the same */
  headers: -32_020,
  /** the gate's own no */
  refused: -32_050,
} as const

export interface MessageLimits {
  readonly bytesMax: number
  readonly depthMax: number
  readonly nodesMax: number
}

const idCharactersMax = 256
const methodPattern = /^[A-Za-z][A-Za-z0-9_/.$-]{0,127}$/

export function readMessage(text: string, limits: MessageLimits): ReadMessage {
  const parsed = parseStrictJsonText(text, limits)
  if (parsed.kind === 'refused') return refused(errorCodes.parse, parsed.why)
  const { value } = parsed
  if (Array.isArray(value)) return refused(errorCodes.request, 'batches are not taken here')
  if (!isObject(value)) return refused(errorCodes.request, 'no JSON-RPC message')
  const id = idOf(value)
  if (id === undefined) return refused(errorCodes.request, 'the id is no string and no integer')
  if (member(value, 'jsonrpc') !== '2.0') {
    return refused(errorCodes.request, 'the message is not of JSON-RPC 2.0', id)
  }
  const method = member(value, 'method')
  return method === undefined ? readResponse(value, id, text) : readAsked(value, method, id, text)
}

function readAsked(value: JsonObject, method: JsonValue, id: Id | null, text: string): ReadMessage {
  const both = member(value, 'result') !== undefined || member(value, 'error') !== undefined
  if (both) return refused(errorCodes.request, 'the message asks and answers at once', id)
  if (typeof method !== 'string' || !methodPattern.test(method)) {
    return refused(errorCodes.request, 'the method is no name', id)
  }
  const params = member(value, 'params') ?? {}
  if (!isObject(params)) return refused(errorCodes.params, '`params` is no object', id)
  const span = membersOf(text).get('params')
  const given = member(value, 'params') !== undefined
  const paramsText = span === undefined || !given ? '{}' : text.slice(...span)
  const asked = { method, params, paramsText, text }
  if (Object.hasOwn(value, 'id')) {
    if (id === null) return refused(errorCodes.request, 'a request has an id that is not null')
    return { kind: 'request', id, ...asked }
  }
  return { kind: 'notification', ...asked }
}

function readResponse(value: JsonObject, id: Id | null, text: string): ReadMessage {
  const result = member(value, 'result')
  const error = member(value, 'error')
  if ((result === undefined) === (error === undefined)) {
    return refused(errorCodes.request, 'a response has either a result or an error', id)
  }
  if (error !== undefined && !isObject(error)) {
    return refused(errorCodes.request, 'the error of a response is no object', id)
  }
  if (id === null && result !== undefined) {
    return refused(errorCodes.request, 'a result says what it answers')
  }
  return { kind: 'response', id, result: result ?? null, error: error ?? null, text }
}

/** undefined for what is no id; null for none. */
function idOf(value: JsonObject): Id | null | undefined {
  const id = member(value, 'id')
  if (id === undefined || id === null) return null
  if (typeof id === 'string') return id.length <= idCharactersMax ? id : undefined
  return Number.isSafeInteger(id) ? (id as number) : undefined
}

function refused(code: number, why: string, id: Id | null = null): ReadMessage {
  return { kind: 'refused', code, why, id }
}

export function requestText(id: Id, method: string, paramsText: string): string {
  return (
    `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)},` +
    `"params":${paramsText}}`
  )
}

export function resultText(id: Id, result: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}

export function errorText(id: Id | null, code: number, message: string, data?: object): string {
  const error = data === undefined ? { code, message } : { code, message, data }
  return JSON.stringify({ jsonrpc: '2.0', id, error })
}

/**
 * One line for whoever reads lines: JSON has line ends between its parts alone, and those that
 * some readers of lines know besides are escaped where they stand, in its strings.
 */
export function asLine(json: string): string {
  const plain = json.replace(/[\r\n]+/g, ' ')
  return plain.replace(/[\u2028\u2029\u0085]/g, (mark) => {
    return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
