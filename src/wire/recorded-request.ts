// A request as judged, as kept beside the ledger: canonical JSON, the body as text where it is
// UTF-8 and as base64 where it is not. Credentials were taken out by the door.
import type { Payload } from '../domain/request.ts'
import { canonicalJson } from './canonical-json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes to keep; the same payload always gives the same bytes. */
export function recordRequest(payload: Payload): Uint8Array {
  return new TextEncoder().encode(canonicalJson(recordable(payload)))
}

function recordable(payload: Payload): object {
  if (payload.kind === 'tunnel') return payload
  const { body, headers, ...rest } = payload
  const kept = headers.map(([name, value]) => [name, value.toWellFormed()])
  return { ...rest, headers: kept, body: recordBody(body) }
}

function recordBody(body: Uint8Array): object {
  try {
    return { text: utf8.decode(body) }
  } catch {
    return { base64: toBase64(body) }
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
