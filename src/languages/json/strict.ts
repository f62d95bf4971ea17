// JSON (RFC 8259) that every parser reads alike, the subset of I-JSON (RFC 7493) that guards need:
// UTF-8 without a byte order mark, no member twice in one object (compared after unescaping), no
// half of a surrogate pair, bounded in bytes, depth and number of values. The rest is refused.
// Numbers are taken as ECMAScript reads them: no reader here draws a conclusion from a number.
// https://www.rfc-editor.org/rfc/rfc8259 https://www.rfc-editor.org/rfc/rfc7493
import type { JsonValue } from './value.ts'

export interface JsonLimits {
  readonly bytesMax: number
  readonly depthMax: number
  /** brackets, strings and commas: never fewer than there are values */
  readonly nodesMax: number
}

export const jsonLimits: JsonLimits = { bytesMax: 1_048_576, depthMax: 64, nodesMax: 100_000 }
/** Nobody needs escapes in a name, and each costs time. */
const escapedNamesMax = 1000

export type ParsedJson =
  | Readonly<{ kind: 'parsed'; value: JsonValue; text: string }>
  | Readonly<{ kind: 'refused'; why: string }>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits = jsonLimits): ParsedJson {
  if (bytes.length > limits.bytesMax) return refused(`more than ${limits.bytesMax} bytes of JSON`)
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return refused('the JSON is not UTF-8')
  }
  return parseStrictJsonText(text, limits)
}

/** The same for text that was decoded already: a query parameter, a document inside a string. */
export function parseStrictJsonText(text: string, limits: JsonLimits = jsonLimits): ParsedJson {
  if (text.length > limits.bytesMax) return refused(`more than ${limits.bytesMax} bytes of JSON`)
  if (text.startsWith('\ufeff')) return refused('the JSON starts with a byte order mark')
  const flaw = findFlaw(text, limits)
  if (flaw !== null) return refused(flaw)
  try {
    return { kind: 'parsed', value: JSON.parse(text) as JsonValue, text }
  } catch {
    return refused('not JSON')
  }
}

/** An object or list that is open; the names seen so far where it is an object. */
interface Open {
  readonly names: Set<string> | null
  /** in an object: the next string is a name */
  nameNext: boolean
}

const quote = 0x22
const comma = 0x2c
const openList = 0x5b
const backslash = 0x5c
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

/**
 * What JSON.parse does not tell: depth, count, names twice. One pass, each character once. Whether
 * the text is JSON at all is left to JSON.parse; where it is, brackets, commas and strings stand
 * exactly where this sees them.
 */
function findFlaw(text: string, limits: JsonLimits): string | null {
  const stack: Open[] = []
  let top: Open | null = null
  let nodes = 0
  let escapedNames = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at)
        if (end === -1) return 'not JSON'
        const raw = text.slice(at + 1, end)
        if (top?.names != null && top.nameNext) {
          if (raw.includes('\\') && ++escapedNames > escapedNamesMax) {
            return `more than ${escapedNamesMax} escaped names in JSON`
          }
          top.nameNext = false
          const flaw = flawOfName(raw, top.names)
          if (flaw !== null) return flaw
        } else if (surrogateEscape.test(raw)) {
          const flaw = flawOf(unescape(raw))
          if (flaw !== null) return flaw
        }
        nodes++
        at = end
        break
      }
      case openObject:
      case openList: {
        const isObject = text.charCodeAt(at) === openObject
        top = { names: isObject ? new Set() : null, nameNext: isObject }
        if (stack.push(top) > limits.depthMax) return `JSON deeper than ${limits.depthMax} levels`
        nodes++
        break
      }
      case closeObject:
      case closeList:
        stack.pop()
        top = stack.at(-1) ?? null
        break
      case comma:
        if (top?.names != null) top.nameNext = true
        nodes++
        break
    }
    if (nodes > limits.nodesMax) return `more than ${limits.nodesMax} values of JSON`
  }
  return null
}

/** Where the closing quote is; -1 for nowhere. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at
    if (code === backslash) at++
  }
  return -1
}

const surrogateEscape = /\\u[dD][89abcdefABCDEF]/

function flawOfName(raw: string, names: Set<string>): string | null {
  const name = raw.includes('\\') ? unescape(raw) : raw
  if (name === null) return 'not JSON'
  if (names.has(name)) return 'a JSON object names a member twice'
  names.add(name)
  return flawOf(name)
}

function flawOf(value: string | null): string | null {
  if (value === null) return 'not JSON'
  return value.isWellFormed() ? null : 'a JSON string holds half of a surrogate pair'
}

function unescape(raw: string): string | null {
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return null
  }
}

function refused(why: string): ParsedJson {
  return { kind: 'refused', why }
}
