import { Duplex } from 'node:stream'

import type { Outcome } from '../domain/outcome.ts'
import type { TunnelPayload } from '../domain/request.ts'
import type { Sent } from './answer.ts'
import { dial } from './dial.ts'
import type { DialParts } from './dial.ts'

export interface TunnelParts extends DialParts {
  /** governed names, lower case: they are reached as upstreams, and in no other way */
  readonly governed: ReadonlySet<string>
  /** names that may be on private addresses, lower case */
  readonly privateNames: ReadonlySet<string>
}

/** Bytes to a host that is not governed, to a public address only. Never inspected. */
export async function openTunnel(
  parts: TunnelParts,
  { host, port }: TunnelPayload,
  signal: AbortSignal,
): Promise<Sent> {
  const name = plainName(host)
  if (parts.governed.has(name)) return failed('governed-host')
  const allowPrivate = parts.privateNames.has(name)
  const dialled = await dial(parts, { host, port, tls: false, allowPrivate }, null)
  if (dialled.kind !== 'connected') {
    return failed(dialled.kind === 'refused' ? 'address-refused' : 'upstream-unreachable')
  }
  const { socket } = dialled
  if (signal.aborted) {
    socket.destroy()
    return failed('withdrawn')
  }
  const sever = (): void => void socket.destroy()
  signal.addEventListener('abort', sever)
  const ended = new Promise<Outcome>((resolve) => {
    socket.once('close', () => {
      signal.removeEventListener('abort', sever)
      resolve({ kind: 'succeeded', status: 200 })
    })
  })
  // What ends a tunnel is its peers' affair; it is `close` that counts.
  socket.on('error', () => undefined)
  const { readable, writable } = Duplex.toWeb(socket)
  return { kind: 'replied', reply: { kind: 'tunnel', readable, writable }, ended }
}

/** `Example.COM.` is `example.com`. */
function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

function failed(code: string): Sent {
  return { kind: 'not-replied', outcome: { kind: 'failed', code, status: null } }
}
