// RFC 8785, JSON Canonicalization Scheme: members sorted by UTF-16 code units, numbers and strings
// as ECMAScript writes them, no white space. Refused: what I-JSON cannot hold (NaN, Infinity, lone
// surrogates, undefined inside an array). Members whose value is undefined are left out.
// https://www.rfc-editor.org/rfc/rfc8785
import { Fault } from '../domain/fault.ts'

export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      if (!Number.isFinite(value))
        throw new Fault('not-canonical', `\`${value}\` is not a JSON number`)
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

// Every fact passes here before its request may go on, so this is written for speed: no list of
// entries, and a sort that costs nothing where the members are in order already.
function canonicalObject(value: object): string {
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return canonicalJson((toJSON as () => unknown).call(value))
  }
  const members = value as Readonly<Record<string, unknown>>
  let text = '{'
  for (const name of sortByCodeUnit(Object.keys(members))) {
    const member = members[name]
    if (member === undefined) continue
    text += (text.length === 1 ? '' : ',') + quote(name) + ':' + canonicalJson(member)
  }
  return text + '}'
}

const shortListMax = 16

/**
 * In place. Insertion for the short lists that facts are made of; the default sort is by code unit.
 */
function sortByCodeUnit(names: string[]): readonly string[] {
  if (names.length > shortListMax) return names.sort()
  for (let i = 1; i < names.length; i++) {
    const name = names[i] ?? ''
    let j = i
    for (; j > 0; j--) {
      const before = names[j - 1] ?? ''
      if (before <= name) break
      names[j] = before
    }
    names[j] = name
  }
  return names
}

const plain = /^[ !#-[\]-~]*$/

/** ASCII that needs no escape is its own JSON; the rest is checked and left to the engine. */
function quote(text: string): string {
  if (plain.test(text)) return '"' + text + '"'
  if (!text.isWellFormed()) throw new Fault('not-canonical', 'a string holds half a surrogate pair')
  return JSON.stringify(text)
}
