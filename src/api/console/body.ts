import type { IncomingMessage } from 'node:http'

import { Fault } from '../../domain/fault.ts'
import { parseStrictJson } from '../../languages/json/strict.ts'
import type { JsonValue } from '../../languages/json/value.ts'
import { leaseObjection, mentionsLease } from './guard.ts'

export const bodyBytesMax = 65_536
const limits = { bytesMax: bodyBytesMax, depthMax: 16, nodesMax: 2000 }

/** The body as strict JSON. A lease anywhere in it, under whatever escape, is refused. */
export async function readJson(request: IncomingMessage): Promise<JsonValue> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyBytesMax) {
      throw new Fault('body-too-large', `a body has at most ${bodyBytesMax} bytes`)
    }
    chunks.push(chunk)
  }
  const parsed = parseStrictJson(Buffer.concat(chunks), limits)
  if (parsed.kind === 'refused')
    throw new Fault('body-malformed', `the body was not read: ${parsed.why}`)
  if (mentionsLease(parsed.text) || holdsLease(parsed.value)) {
    throw new Fault(leaseObjection.code, leaseObjection.says)
  }
  return parsed.value
}

function holdsLease(value: JsonValue): boolean {
  if (typeof value === 'string') return mentionsLease(value)
  if (value === null || typeof value !== 'object') return false
  return Object.entries(value).some(([name, member]) => mentionsLease(name) || holdsLease(member))
}
