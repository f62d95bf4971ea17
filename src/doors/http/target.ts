// The origin-form of a request target (RFC 9112 3.2.1) and what in it an upstream could read
// otherwise than we do. Not HTTP, so refused at once: control characters, spaces, non-ASCII, `#`,
// `\`. HTTP, but ambiguous, so unreadable: dot segments, empty segments, matrix parameters, escapes
// of characters that need none or that delimit, parameters that override the method or carry a
// credential.
// https://www.rfc-editor.org/rfc/rfc9112#section-3.2
// https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
import type { Presented } from '../../domain/request.ts'
import { leasePrefix, present } from './credential.ts'

export interface TargetReading {
  /** why it can be read in more than one way; null when it cannot */
  readonly unreadable: string | null
  readonly presented: readonly Presented[]
}

const plain: TargetReading = { unreadable: null, presented: [] }
const parametersMax = 256
const overridingParameters = new Set(['_method', 'x-http-method-override', '_http_method'])
const credentialParameters = new Set([
  'access_token',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'key',
  'auth',
  'authorization',
])

export function isOriginForm(target: string): boolean {
  return /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/.test(target)
}

/** Takes what `isOriginForm` has passed. */
export function readTarget(target: string): TargetReading {
  if (!target.includes(leasePrefix) && /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(target)) {
    return plain
  }
  const mark = target.indexOf('?')
  const unreadable = pathDefect(mark === -1 ? target : target.slice(0, mark))
  const reading = mark === -1 ? plain : readQuery(target.slice(mark + 1))
  return unreadable === null ? reading : { unreadable, presented: reading.presented }
}

function pathDefect(path: string): string | null {
  if (path.includes('//')) return 'the path has an empty segment'
  if (/\/\.{1,2}(?:\/|$)/.test(path)) return 'the path has a dot segment'
  if (path.includes(';')) return 'the path has matrix parameters'
  if (/["<>^`{|}]/.test(path)) return 'the path has characters that a URL escapes'
  if (path.includes(leasePrefix)) return 'a lease is in the URL'
  return path.includes('%') ? escapeDefect(path) : null
}

function escapeDefect(path: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return 'the path has a broken escape'
  for (const [, hex = ''] of path.matchAll(/%(..)/g)) {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    if (/[A-Za-z0-9._~/\\%;\x00-\x1f\x7f-]/.test(character)) {
      return `the path has the escape \`%${hex}\`, which servers read differently`
    }
  }
  return null
}

function readQuery(query: string): TargetReading {
  if (query === '') return plain
  const parts = query.split('&')
  if (parts.length > parametersMax) {
    return { unreadable: `the query has more than ${parametersMax} parameters`, presented: [] }
  }
  let unreadable: string | null = null
  const presented: Presented[] = []
  for (const part of parts) {
    const equals = part.indexOf('=')
    const name = decoded(equals === -1 ? part : part.slice(0, equals))
    const value = equals === -1 ? '' : decoded(part.slice(equals + 1))
    if (name === null || value === null) {
      unreadable ??= 'the query has a broken escape'
    } else if (overridingParameters.has(name.toLowerCase())) {
      unreadable ??= `the parameter \`${name}\` would override the method`
    } else if (credentialParameters.has(name.toLowerCase()) || value.includes(leasePrefix)) {
      unreadable ??= 'a credential is in the URL'
      presented.push(present('query', name, value))
    }
  }
  return { unreadable, presented }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
