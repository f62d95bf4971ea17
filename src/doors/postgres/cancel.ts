// The keys by which a client may ask, on another connection, to give up what it is doing. They are
// the door's own: the server's never leave the gate.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
import { timingSafeEqual } from 'node:crypto'

import { readInt32 } from '../../wire/postgres/bytes.ts'
import type { CancelKey } from '../../wire/postgres/backend.ts'
import type { Random } from '../../system/random.ts'

export interface CancelKeys {
  /** A key that nobody else has; `cancel` is called by whoever shows it, until `forget`. */
  give(minor: number, cancel: () => void): CancelKey
  forget(key: CancelKey): void
  /** Whoever has the key is not told whether it was right. */
  use(key: CancelKey): void
}

interface Given {
  readonly secret: Uint8Array
  readonly cancel: () => void
}

export function createCancelKeys(random: Random): CancelKeys {
  const given = new Map<number, Given>()

  return {
    give(minor, cancel) {
      let process = 0
      while (process === 0 || given.has(process)) {
        process = readInt32(random.bytes(4), 0) & 0x7fff_ffff
      }
      // Clients of 3.0 have room for 4 bytes; the process number, as random, is 31 bits more.
      const secret = random.bytes(minor >= 2 ? 32 : 4)
      given.set(process, { secret, cancel })
      return { process, secret }
    },
    forget: ({ process }) => void given.delete(process),
    use({ process, secret }) {
      const found = given.get(process)
      if (found === undefined || found.secret.length !== secret.length) return
      if (timingSafeEqual(found.secret, secret)) found.cancel()
    },
  }
}
