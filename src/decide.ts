import type { Decision, RequestSummary } from './domain/decision.ts'
import { unreachable } from './domain/fault.ts'
import type { DecisionId, Digest } from './domain/names.ts'
import type { Request } from './domain/request.ts'
import type { Judged } from './parts.ts'
import type { Clock } from './system/clock.ts'
import { sha256 } from './system/hash.ts'
import type { Random } from './system/random.ts'
import { newOrderedId } from './system/random.ts'

export interface DecideOptions {
  readonly clock: Clock
  readonly random: Random
  /** the policy set in force */
  policies(): Digest
  /** 16 bytes or more that only this gate knows: found credentials are told apart, never told */
  readonly salt: Uint8Array
}

/** Makes the ruling: the verdict with everything that it was made of. */
export function createDecide(options: DecideOptions): (judged: Judged) => Decision {
  const { clock, random, salt } = options

  function foreignDigest({ foreign }: Judged): Digest | null {
    if (foreign === null) return null
    return sha256(Buffer.concat([salt, Buffer.from(foreign.reveal())]))
  }

  return (judged) => {
    const { request, standing, impacts, verdict } = judged
    return {
      // Ids that sort by time are kept side by side: the store finds its place at once.
      id: newOrderedId<DecisionId>(random, 'dec', clock.milliseconds()),
      request: summarise(request, foreignDigest(judged)),
      agent: standing?.agent ?? null,
      lease: standing?.lease.id ?? null,
      mandate: standing?.mandate.id ?? null,
      impacts,
      verdict,
      policies: options.policies(),
      inventory: judged.inventory,
      at: clock.now(),
    }
  }
}

function summarise(
  { id, door, digest, payload }: Request,
  foreignCredential: Digest | null,
): RequestSummary {
  return { id, door, digest, line: lineOf(payload), foreignCredential }
}

/** Query strings and bodies may hold secrets; they stay beside the ledger. */
function lineOf(payload: Request['payload']): string {
  switch (payload.kind) {
    case 'tunnel':
      return `CONNECT ${payload.host}:${payload.port}`
    case 'sql':
      return `SQL ${payload.upstream} ${payload.database} ${payload.form}`
    case 'tool': {
      const { upstream, form, method, name } = payload
      return form === 'open' ? `MCP ${upstream}` : `${method} ${upstream} ${name.slice(0, 200)}`
    }
    case 'http': {
      const [path = ''] = payload.target.split('?', 1)
      return `${payload.method} ${payload.upstream} ${path.slice(0, 200)}`
    }
    default:
      return unreachable(payload)
  }
}
