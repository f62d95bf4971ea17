// The control protocol: HTTP/1.1 over a Unix socket. `POST /v1/<operation>` takes the operation's
// input as JSON and answers 200 `{"value": …}` or 4xx/5xx `{"fault": {"code", "message"}}`;
// `GET /v1/follow?from=N` answers JSON Lines, one ledger entry each, until either side ends it.
import { z } from 'zod'

import { Fault } from '../domain/fault.ts'

export const controlPrefix = '/v1/'
export const requestBytesMax = 262_144
/** A client that does not say this is not ours, whatever carried it here. */
export const controlHost = 'control.holdpoint.internal'

const faultSchema = z.object({ fault: z.object({ code: z.string(), message: z.string() }) })

export function faultBody(fault: unknown): string {
  const known = fault instanceof Fault
  const code = known ? fault.code : 'internal-fault'
  const message = known ? fault.message : 'the gate could not do this; see what it prints'
  return JSON.stringify({ fault: { code, message } })
}

export function faultFrom(body: unknown): Fault {
  const parsed = faultSchema.safeParse(body)
  if (parsed.success) return new Fault(parsed.data.fault.code, parsed.data.fault.message)
  return new Fault('control-protocol', 'the gate answered something that is not its protocol')
}

/** Where the socket of a state folder is. macOS takes 103 bytes of path, Linux 107. */
export function controlSocketPath(stateFolder: string): string {
  const path = `${stateFolder}/control.sock`
  const bytesMax = 103
  if (Buffer.byteLength(path) > bytesMax) {
    throw new Fault(
      'state-path-too-long',
      `\`${path}\` is too long for a socket (${bytesMax} bytes); set \`state\` to a shorter path`,
    )
  }
  return path
}
