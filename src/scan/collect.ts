// Texts in, findings out: the same value in several places is one finding. Values are looked at
// here, to be hashed, and not kept.
import { createHmac } from 'node:crypto'

import type { Finding, Offered, Place } from './finding.ts'
import type { Found, Span } from './found.ts'
import { rankOf } from './rank.ts'
import { countLeases, findInText, foundMax } from './text.ts'

const placesMax = 20
const findingsMax = 2000

export interface Collector {
  /** Reads a text; true when something is found in it. */
  offer(offered: Offered): boolean
  /** What is reach although it has no value: a socket. */
  name(found: Omit<Found, 'span' | 'around' | 'line' | 'form'>, place: Place): void
  /** The commits of what git had, once they are known. */
  amend(change: (place: Place) => Place): void
  /** worst first */
  findings(): readonly Finding[]
  counts(): Readonly<{ leases: number; expired: number; overflow: boolean }>
}

interface Gathered {
  readonly finding: Finding
  readonly places: Place[]
  count: number
}

export function createCollector(salt: Uint8Array, nowMilliseconds: number): Collector {
  const gathered = new Map<string, Gathered>()
  let leases = 0
  let expired = 0
  let overflow = false

  function add(
    fingerprint: string,
    found: Omit<Found, 'span' | 'around' | 'line' | 'form'>,
    place: Place,
  ): void {
    const known = gathered.get(fingerprint)
    if (known === undefined && gathered.size >= findingsMax) {
      overflow = true
      return
    }
    const merged = known?.finding ?? findingOf(fingerprint, found, place)
    const entry = known ?? { finding: merged, places: [], count: 0 }
    const graver =
      known !== undefined && rankOf(findingOf(fingerprint, found, place)) < rankOf(merged)
    entry.count += 1
    if (entry.places.length < placesMax) entry.places.push(place)
    const finding = graver ? findingOf(fingerprint, found, place) : merged
    gathered.set(fingerprint, { finding, places: entry.places, count: entry.count })
  }

  return {
    offer({ place, path, text, lineless }) {
      leases += countLeases(text)
      let any = false
      const all = findInText(path, text)
      if (all.length >= foundMax) overflow = true
      for (const found of all) {
        if (found.expiresAt !== null && found.expiresAt * 1000 < nowMilliseconds) {
          expired += 1
          continue
        }
        any = true
        const line = lineless === true ? null : found.line
        add(fingerprintOf(salt, valueOf(text, found.span)), found, {
          ...place,
          line,
          key: found.key,
        })
      }
      return any
    },
    name(found, place) {
      add(fingerprintOf(salt, place.name), found, place)
    },
    amend(change) {
      for (const { places } of gathered.values()) {
        for (const [at, place] of places.entries()) places[at] = change(place)
      }
    },
    findings() {
      return [...gathered.values()]
        .map(({ finding, places, count }) => ({ ...finding, places, placesCount: count }))
        .toSorted((a, b) => compare(a, b))
    },
    counts: () => ({ leases, expired, overflow }),
  }
}

function compare(a: Finding, b: Finding): number {
  const [one, other] = [rankOf(a), rankOf(b)]
  if (one !== other) return one < other ? -1 : 1
  return b.placesCount - a.placesCount || a.fingerprint.localeCompare(b.fingerprint)
}

/** A key's line ends may be written in many ways; it is the same key. */
function valueOf(text: string, { start, end }: Span): string {
  const value = text.slice(start, end)
  if (!value.includes('PRIVATE KEY')) return value
  return value.replace(/\\+[nr]/g, '').replace(/[^A-Za-z0-9+/=]/g, '')
}

/** Half of an HMAC-SHA-256 under this machine's salt: nothing about the value without the salt. */
export function fingerprintOf(salt: Uint8Array, value: string): string {
  return createHmac('sha256', salt).update(value).digest('hex').slice(0, 32)
}

function findingOf(
  fingerprint: string,
  {
    id,
    provider,
    says,
    reach,
    destroys,
    reachOf,
    prefix,
    expiresAt,
  }: Omit<Found, 'span' | 'around' | 'line' | 'form'>,
  place: Place,
): Finding {
  return {
    fingerprint,
    ...{ kind: id, provider, says, destroys, prefix, expiresAt },
    reach: { kind: reach, of: reachOf },
    environment: environmentOf(place, reachOf),
    places: [place],
    placesCount: 1,
  }
}

/** Which environment a file or a host is called for: the only hint that there is offline. */
function environmentOf({ name, key }: Place, of: string | null): string | null {
  const text = `${name} ${key ?? ''} ${of ?? ''}`
  if (/(?:^|[^a-z])(?:prod|production|live)(?:$|[^a-z])/i.test(text)) return 'production'
  if (/(?:^|[^a-z])(?:staging|stage|preprod)(?:$|[^a-z])/i.test(text)) return 'staging'
  if (/(?:^|[^a-z])(?:dev|development|local|test)(?:$|[^a-z])/i.test(text)) return 'development'
  return null
}
