// Hand-written checks for untrusted JSON: each gives a type or throws, and says where.
import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'

export type Members = Readonly<Record<string, unknown>>

const idPattern = /^[\x21-\x7e]{1,200}$/
const nameLengthMax = 100

export function members(value: unknown, where: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) odd(where, 'an object')
  return value as Members
}

export function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) odd(where, 'a list')
  return value
}

export function text(value: unknown, where: string): string {
  if (typeof value !== 'string') odd(where, 'a text')
  return value
}

export function flag(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') odd(where, 'true or false')
  return value
}

export function id(value: unknown, where: string): string {
  const found = text(value, where)
  if (!idPattern.test(found)) odd(where, 'an id')
  return found
}

export function idOrNull(value: unknown, where: string): string | null {
  return value === null ? null : id(value, where)
}

/**
 * A name that someone else chose: made harmless to look at, and without the `/` that parts project
 * and environment, so that no name can pass for another one's.
 */
export function name(value: unknown, where: string): string {
  const found = text(value, where)
  if (found === '') odd(where, 'a name')
  const shown = inert(found).replaceAll('/', '⟨U+002F⟩')
  return shown.length <= nameLengthMax ? shown : `${shown.slice(0, nameLengthMax - 1)}…`
}

/** Where a thing may have no name of its own. */
export function nameOr(value: unknown, otherwise: string, where: string): string {
  return value === null || value === '' ? otherwise : name(value, where)
}

function odd(where: string, wanted: string): never {
  throw new Fault('discover-malformed', `railway answered without ${wanted} at \`${where}\``)
}
