// How the names of many servers stand side by side at one entry. A server's name has no `_` and no
// `+`, so each splits in one way only.
import type { Id } from '../../wire/mcp/message.ts'

interface Split {
  readonly server: string
  readonly name: string
}

/** `github__create_issue` */
export function splitName(given: string): Split | null {
  const at = given.indexOf('__')
  return at < 1 ? null : { server: given.slice(0, at), name: given.slice(at + 2) }
}

/** `hp-github+file:///x` */
export function prefixedUri(server: string, uri: string): string {
  return `hp-${server}+${uri}`
}

export function splitUri(given: string): Split | null {
  const at = given.indexOf('+')
  return given.startsWith('hp-') && at > 3
    ? { server: given.slice(3, at), name: given.slice(at + 1) }
    : null
}

/** What a server asks has an id of its own; numbers and texts are told apart. */
export function prefixedId(server: string, id: Id): string {
  return `${server}+${JSON.stringify(id)}`
}

export function plainId(given: string): { server: string; id: Id } | null {
  const at = given.indexOf('+')
  if (at < 1) return null
  try {
    const id: unknown = JSON.parse(given.slice(at + 1))
    if (typeof id !== 'string' && !Number.isSafeInteger(id)) return null
    return { server: given.slice(0, at), id: id as Id }
  } catch {
    return null
  }
}
