// A browser's push subscription, as it gives it (W3C Push API, `PushSubscription.toJSON`). Its
// endpoint is a capability: whoever knows it can try to write there, so it is never shown, and only
// the services of browsers are ever written to. https://www.w3.org/TR/push-api/
import { createECDH } from 'node:crypto'

import { Fault } from '../domain/fault.ts'
import type { Digest } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { isThisMachine } from './post.ts'

export interface PushSubscription {
  readonly endpoint: string
  /** uncompressed point on P-256, and 16 bytes, in base64url */
  readonly keys: Readonly<{ p256dh: string; auth: string }>
}

const services = [/^fcm\.googleapis\.com$/, /^(?:[a-z0-9-]+\.)+push\.apple\.com$/]
const families = [
  /^(?:[a-z0-9-]+\.)+push\.services\.mozilla\.com$/,
  /^(?:[a-z0-9-]+\.)+notify\.windows\.com$/,
]
const endpointMax = 2048

/** Throws Fault('push-refused') for what could not be, or should not be, written to. */
export function readSubscription(value: unknown, hosts: readonly string[]): PushSubscription {
  const { endpoint, keys } = (value ?? {}) as Partial<Record<string, unknown>>
  const { p256dh, auth } = (keys ?? {}) as Partial<Record<string, unknown>>
  if (typeof endpoint !== 'string' || endpoint.length > endpointMax) throw refused()
  if (typeof p256dh !== 'string' || !isPoint(p256dh)) throw refused()
  if (typeof auth !== 'string' || !/^[A-Za-z0-9_-]{22}={0,2}$/.test(auth)) throw refused()
  if (!isKnownEndpoint(endpoint, hosts)) {
    const says = 'this browser uses a push service that is not known here; name it under `hosts`'
    throw new Fault('push-refused', says)
  }
  return { endpoint, keys: { p256dh, auth } }
}

/** https at a known service; another origin only where the configuration names it. */
export function isKnownEndpoint(endpoint: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false
  const url = new URL(endpoint)
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false
  if (url.protocol === 'https:' && url.port === '') {
    const known = [...services, ...families].some((pattern) => pattern.test(url.hostname))
    return known || hosts.includes(url.hostname)
  }
  const isLocal = isThisMachine(url.hostname) && hosts.includes(url.host)
  return isLocal && (url.protocol === 'http:' || url.protocol === 'https:')
}

/** What stands in the ledger for it, and what the browser itself can work out. */
export function subscriptionDigest({ endpoint }: Pick<PushSubscription, 'endpoint'>): Digest {
  return sha256(endpoint)
}

export function writeSubscription(subscription: PushSubscription): Uint8Array {
  return Buffer.from(canonicalJson(subscription))
}

function isPoint(text: string): boolean {
  if (!/^[A-Za-z0-9_-]{87}=?$/.test(text)) return false
  try {
    const own = createECDH('prime256v1')
    own.generateKeys()
    own.computeSecret(text, 'base64url')
    return true
  } catch {
    return false
  }
}

function refused(): Fault {
  return new Fault('push-refused', 'this is no push subscription of a browser; try again')
}
