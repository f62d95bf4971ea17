// The host and port of an authority (RFC 3986 3.2, without userinfo). Taken: LDH names with `_`, in
// any case, with or without the root's dot, and addresses. Refused: userinfo, percent-encoding,
// non-ASCII (a name is written in punycode), empty ports. Whatever a resolver could take for an
// IPv4 address (its last label is a number: `127.1`, `0x7f000001`, `017700000001`) is an address,
// as in the WHATWG URL standard.
// https://www.rfc-editor.org/rfc/rfc3986#section-3.2
// https://url.spec.whatwg.org/#ends-in-a-number-checker
import { isIP } from 'node:net'

export type Authority =
  | Readonly<{ kind: 'name'; host: string; port: number | null }>
  /** `host` is as it was written, without brackets */
  | Readonly<{ kind: 'address'; host: string; port: number | null }>
  | Readonly<{ kind: 'refused'; why: string }>

const hostBytesMax = 253

export function readAuthority(text: string): Authority {
  if (text.includes('@')) return { kind: 'refused', why: 'it holds user information before `@`' }
  const match = /^(\[[^\]]*\]|[^:]*)(?::([1-9][0-9]{0,4}))?$/.exec(text)
  const [, host = '', digits] = match ?? []
  if (host === '') return { kind: 'refused', why: 'it is not a host with an optional port' }
  const port = digits === undefined ? null : Number(digits)
  if (port !== null && port > 65_535) return { kind: 'refused', why: 'its port is past 65535' }
  if (host.startsWith('[')) return readBracketed(host.slice(1, -1), port)
  return readName(host.toLowerCase(), port)
}

function readBracketed(host: string, port: number | null): Authority {
  if (isIP(host) !== 6 || host.includes('%'))
    return { kind: 'refused', why: 'what is in brackets is no IPv6 address' }
  return { kind: 'address', host: host.toLowerCase(), port }
}

function readName(written: string, port: number | null): Authority {
  const host = written.endsWith('.') ? written.slice(0, -1) : written
  if (host.length > hostBytesMax) return { kind: 'refused', why: 'its name is past 253 characters' }
  const labels = host.split('.')
  if (!labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) {
    return { kind: 'refused', why: 'its name holds more than letters, digits, `-`, `_` and dots' }
  }
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return { kind: 'address', host, port }
  return { kind: 'name', host, port }
}

/** Suffixes that are never the public internet: private use, metadata services, cluster names. */
const privateSuffixes = new Set([
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'svc',
  'cluster',
  'arpa',
])
const metadataNames = new Set(['metadata.goog', 'metadata.tencentyun.com', 'metadata.azure.com'])

/** By name only; where a public name leads is checked again when it is connected to. */
export function isPrivateName(host: string): boolean {
  const dot = host.lastIndexOf('.')
  return dot === -1 || privateSuffixes.has(host.slice(dot + 1)) || metadataNames.has(host)
}
