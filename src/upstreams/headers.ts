export type Header = readonly [name: string, value: string]

/**
 * Written anew for each request, or never sent at all (RFC 9110 7.6.1). Ranges and charsets are not
 * asked for: a secret that is echoed in parts, or in other letters, could not be told.
 */
const notSent = new Set([
  'accept-charset',
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'cookie',
  'expect',
  'host',
  'http2-settings',
  'if-range',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Of one connection, or a way to a credential or a host that is not the gate's. */
const notReturned = new Set([
  'alt-svc',
  'connection',
  'content-encoding',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'set-cookie',
  'set-cookie2',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const writableName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const writableValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** Header lines as they are sent; null when one cannot be written as it stands. */
export function writeHeaders(
  headers: readonly Header[],
  credentialHeaders: ReadonlySet<string>,
): string | null {
  let text = ''
  for (const [name, value] of headers) {
    if (notSent.has(name) || credentialHeaders.has(name)) continue
    if (!writableName.test(name) || !writableValue.test(value)) return null
    text += `${name}: ${value}\r\n`
  }
  return text
}

/** The content-encoding, of all fields that have one; empty for none. */
export function codingOf(headers: readonly Header[]): string {
  const codings = headers.filter(([name]) => name === 'content-encoding')
  return codings.map(([, value]) => value.toLowerCase()).join(',')
}

/**
 * End-to-end headers of an answer. Its length is left to whoever writes it, but for an answer to
 * HEAD.
 */
export function returnedHeaders(headers: readonly Header[], keepLength: boolean): Header[] {
  const named = namedByConnection(headers)
  return headers.filter(
    ([name]) =>
      !notReturned.has(name) && !named.includes(name) && (keepLength || name !== 'content-length'),
  )
}

function namedByConnection(headers: readonly Header[]): readonly string[] {
  const named: string[] = []
  for (const [name, value] of headers) {
    if (name !== 'connection') continue
    for (const token of value.split(',')) named.push(token.trim().toLowerCase())
  }
  return named
}
