import { Duplex } from 'node:stream'

import type { TunnelReply } from '../../domain/request.ts'

/** The bytes of a tunnel, as node's own streams want them. */
export function duplexOf({ readable, writable }: TunnelReply): Duplex {
  return Duplex.fromWeb({ readable, writable })
}
