// What is turned away before anything is read: other hosts (DNS rebinding), other sites (CSRF),
// leases.
// https://www.w3.org/TR/fetch-metadata/ https://www.rfc-editor.org/rfc/rfc6454
import type { IncomingHttpHeaders } from 'node:http'

export interface Objection {
  readonly status: 400 | 403 | 405 | 415 | 421
  readonly code: string
  readonly says: string
}

export interface Envelope {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

export interface ConsoleSite {
  readonly origin: string
  readonly hosts: readonly string[]
}

/** Not inside a longer word: base64 holds any four letters now and then. */
const lease = /(?<![A-Za-z0-9])hpl_/
const decodingRoundsMax = 3

export function findObjection(envelope: Envelope, site: ConsoleSite): Objection | null {
  const { method, url, headers } = envelope
  if (!site.hosts.includes(headers.host?.toLowerCase() ?? '')) {
    return object(421, 'wrong-host', `this is the console of ${site.origin}; open it there`)
  }
  if (bearsLease(envelope)) return leaseObjection
  if (headers.authorization !== undefined || headers['proxy-authorization'] !== undefined) {
    return object(
      403,
      'no-credentials-here',
      'people sign in with a passkey; nothing else is taken',
    )
  }
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
    return object(405, 'method', 'only GET, HEAD and POST are answered')
  }
  if (!url.startsWith('/')) return object(400, 'target', 'the target is a path')
  return method === 'POST' ? objectToPost(headers, site) : objectToGet(url, headers)
}

export const leaseObjection: Objection = {
  status: 403,
  code: 'lease-not-accepted',
  says: 'no lease is accepted here: this is where people decide, and agents do not',
}

/** A lease in any place of the envelope, however it is spelled. */
function bearsLease({ url, headers }: Envelope): boolean {
  const values = Object.values(headers).flatMap((value) => value ?? [])
  return [url, ...values].some((text) => mentionsLease(text))
}

/** Also percent-encoded, and inside base64 as Basic credentials are. */
export function mentionsLease(text: string): boolean {
  let plain = text
  for (let round = 0; round < decodingRoundsMax; round++) {
    if (lease.test(plain)) return true
    const decoded = decodeOnce(plain)
    if (decoded === plain) break
    plain = decoded
  }
  const words = text.match(/[A-Za-z0-9+/_-]{8,}/g) ?? []
  return words.some((word) => lease.test(Buffer.from(word, 'base64').toString('latin1')))
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function objectToPost(headers: IncomingHttpHeaders, site: ConsoleSite): Objection | null {
  if (headers.origin !== site.origin || !isSameOrigin(headers)) {
    return object(403, 'cross-site', 'this may only be asked for by the console itself')
  }
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  return type === 'application/json'
    ? null
    : object(415, 'content-type', 'the body is application/json')
}

function objectToGet(url: string, headers: IncomingHttpHeaders): Objection | null {
  if (!url.startsWith('/api/') || isSameOrigin(headers)) return null
  return object(403, 'cross-site', 'this may only be asked for by the console itself')
}

/** Browsers always send it; what is no browser has no cookies that could be abused. */
function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin'
}

function object(status: Objection['status'], code: string, says: string): Objection {
  return { status, code, says }
}
