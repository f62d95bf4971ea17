// RFC 8785, JSON Canonicalization Scheme: members sorted by UTF-16 code units, numbers and strings as
// ECMAScript writes them, no white space. Refused: what I-JSON cannot hold (NaN, Infinity, lone
// surrogates, undefined inside an array). Members whose value is undefined are left out.
// https://www.rfc-editor.org/rfc/rfc8785
import { Fault } from '../domain/fault.ts'

export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      if (!Number.isFinite(value)) throw new Fault('not-canonical', `\`${value}\` is not a JSON number`)
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value)
    default:
      throw new Fault('not-canonical', `a ${typeof value} is not a JSON value`)
  }
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < items.length; i++) text += (i === 0 ? '' : ',') + canonicalJson(items[i])
  return text + ']'
}

function canonicalObject(value: object): string {
  if ('toJSON' in value) return canonicalJson((value.toJSON as () => unknown)())
  let text = '{'
  for (const [name, member] of Object.entries(value).sort(byCodeUnit)) {
    if (member === undefined) continue
    text += (text.length === 1 ? '' : ',') + quote(name) + ':' + canonicalJson(member)
  }
  return text + '}'
}

function byCodeUnit(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new Fault('not-canonical', 'a string holds half a surrogate pair')
  return JSON.stringify(text)
}
