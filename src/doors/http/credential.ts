// What a client puts where credentials go, without its wrapping: `Bearer x` is x, `Basic` is
// decoded.
// https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2
// https://www.rfc-editor.org/rfc/rfc7617
import { Concealed } from '../../domain/concealed.ts'
import type { Presented } from '../../domain/request.ts'

export const leasePrefix = 'hpl_'

/**
 * Basic carries a lease as user or as password; the other half is then a user's name or a place
 * holder, unless the lease is the user and a password stands beside it. Without a lease the pair is
 * one credential.
 */
export function presentedIn(place: Presented['place'], name: string, value: string): Presented[] {
  const trimmed = value.trim()
  if (trimmed === '') return []
  const pair = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(trimmed)?.[1]
  if (pair !== undefined) return basicParts(pair).map((part) => present(place, name, part))
  const token = /^(?:bearer|token) +(.+)$/i.exec(trimmed)?.[1]
  return [present(place, name, token ?? trimmed)]
}

export function present(place: Presented['place'], name: string, value: string): Presented {
  return { place, value: new Concealed(name, value) }
}

function basicParts(encoded: string): readonly string[] {
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  const user = colon === -1 ? decoded : decoded.slice(0, colon)
  const password = colon === -1 ? '' : decoded.slice(colon + 1)
  if (password.startsWith(leasePrefix) && !user.startsWith(leasePrefix)) return [password]
  if (user.startsWith(leasePrefix)) return password === '' ? [user] : [user, password]
  return decoded === ':' ? [] : [decoded]
}

/** Whether a lease shows in a text that would leave for a host that is not governed. */
export function holdsLease(text: string): boolean {
  if (text.includes(leasePrefix)) return true
  if (text.includes('%') && unescaped(text).includes(leasePrefix)) return true
  const pair = /^ *basic +([A-Za-z0-9+/=_-]+)/i.exec(text)?.[1]
  return pair !== undefined && Buffer.from(pair, 'base64').toString('latin1').includes(leasePrefix)
}

function unescaped(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
