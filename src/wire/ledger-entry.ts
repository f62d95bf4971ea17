// A ledger entry: canonical JSON (RFC 8785) of exactly
//   {"at":instant,"beside":digest|null,"fact":{"kind":…},"index":number,"v":1}
// in UTF-8, at most 65,535 bytes, which is what an entry bundle's length prefix can say.
// docs/formats/ledger.md
import type { LedgerEntry } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { Digest, Instant } from '../domain/names.ts'
import { canonicalJson } from './canonical-json.ts'

export const entryBytesMax = 65_535

/** `fact` is canonical already: it is made once, when it is appended, and its place comes later. */
export function entryText(index: number, at: Instant, fact: string, beside: Digest | null): string {
  const besideText = beside === null ? 'null' : `"${beside}"`
  return `{"at":"${at}","beside":${besideText},"fact":${fact},"index":${index},"v":1}`
}

/** For entries that this Holdpoint wrote and keeps: shape is checked, canonical form is not. */
export function parseEntry(text: string): LedgerEntry {
  const { v, index, at, fact, beside } = JSON.parse(text) as Partial<Record<string, unknown>>
  if (v !== 1 || typeof index !== 'number' || typeof at !== 'string' || !isFact(fact)) {
    throw malformed('it is not `{at, beside, fact, index, v: 1}`')
  }
  return { index, at: at as Instant, fact, beside: beside as Digest | null }
}

const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const digestPattern = /^[0-9a-f]{64}$/

/** For entries from anywhere: every byte is accounted for, or this throws `ledger-malformed`. */
export function parseStrictEntry(bytes: Uint8Array): LedgerEntry {
  const text = decodeUtf8(bytes)
  const value = parseJson(text)
  if (canonicalOf(value) !== text) throw malformed('it is not canonical JSON')
  const entry = parseEntry(text)
  if (Object.keys(value).length !== 5) throw malformed('it has members that no version 1 entry has')
  if (!Number.isSafeInteger(entry.index) || entry.index < 0)
    throw malformed('its index is no index')
  if (!instantPattern.test(entry.at)) throw malformed('its time is not RFC 3339 with milliseconds')
  const beside: unknown = entry.beside
  if (beside !== null && !(typeof beside === 'string' && digestPattern.test(beside))) {
    throw malformed('what it says is beside it is no digest')
  }
  return entry
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('it is not UTF-8')
  }
}

function parseJson(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed('it is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw malformed('it is not an object')
  return value
}

function canonicalOf(value: object): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}

function isFact(value: unknown): value is LedgerEntry['fact'] {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
  )
}

function malformed(why: string): Fault {
  return new Fault('ledger-malformed', `an entry cannot be read: ${why}`)
}
