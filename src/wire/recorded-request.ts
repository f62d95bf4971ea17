// A request as judged, as kept beside the ledger: canonical JSON, the body as text where it is
// UTF-8 and as base64 where it is not. Credentials were taken out by the door. Beside it, under
// `preview`, what a trial found.
import { unreachable } from '../domain/fault.ts'
import type { Payload, SqlPayload } from '../domain/request.ts'
import type { Measured } from '../domain/trial.ts'
import { canonicalJson } from './canonical-json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes to keep; the same payload and preview always give the same bytes. */
export function recordRequest(payload: Payload, preview: Preview | null): Uint8Array {
  const kept = preview === null ? recordable(payload) : { ...recordable(payload), preview }
  return new TextEncoder().encode(canonicalJson(kept))
}

/** For a person to look at: what would be touched, and some of it. */
export type Preview = Pick<Measured, 'tables' | 'dropped' | 'because' | 'samples'>

function recordable(payload: Payload): object {
  switch (payload.kind) {
    case 'tunnel':
      return payload
    case 'sql':
      return recordableSql(payload)
    case 'tool':
      return { ...payload, params: payload.params.toWellFormed() }
    case 'http': {
      const { body, headers, ...rest } = payload
      const kept = headers.map(([name, value]) => [name, value.toWellFormed()])
      return { ...rest, headers: kept, body: recordBody(body) }
    }
    default:
      return unreachable(payload)
  }
}

/** The protocol's messages say nothing more, and name what only that session knew. */
function recordableSql(payload: SqlPayload): object {
  const { kind, upstream, database, form, text, settings, types, unreadable } = payload
  const values = payload.parameters.map(({ format, value }) => ({
    format,
    value: value === null ? null : recordBody(value),
  }))
  const begun = settings.map(([name, value]) => [name, value.toWellFormed()])
  return {
    ...{ kind, upstream, database, form, text: text.toWellFormed(), types, unreadable },
    ...{ settings: begun, parameters: values },
  }
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
