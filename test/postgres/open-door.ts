// The door before a real server, with a gate that lets everything through but what a test refuses.
import { Concealed } from '../../src/domain/concealed.ts'
import type { DecisionId, SessionId, UpstreamName } from '../../src/domain/names.ts'
import type { Arrival, Gate, Presented, Refusal, SqlPayload } from '../../src/domain/request.ts'
import type { PostgresDoor, PostgresDoorOptions } from '../../src/doors/postgres/door.ts'
import { createPostgresDoor } from '../../src/doors/postgres/door.ts'
import { createClock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import { scramProves, scramServerSignature, scramVerifier } from '../../src/system/scram.ts'
import { openRaw } from './raw-channel.ts'
import type { RawSession } from './raw-channel.ts'
import type { PostgresServer } from './server.ts'

export const lease = 'hpl_the-lease-of-these-tests'
export const upstream = 'shop-db'

const proved: Presented = { place: 'session', value: new Concealed('lease', 'handle') }

export interface OpenDoor {
  readonly port: number
  readonly door: PostgresDoor
  /** what came to the gate, in order */
  readonly arrivals: Arrival[]
  /** the texts that came, but for `open` */
  readonly texts: () => readonly string[]
  readonly url: string
  stop(): Promise<void>
}

type Refuse = (payload: SqlPayload) => Partial<Refusal> | null

export async function openDoor(
  server: PostgresServer,
  refuse: Refuse = () => null,
  options: Partial<PostgresDoorOptions> = {},
): Promise<OpenDoor> {
  const arrivals: Arrival[] = []
  const sessions = new Map<SessionId, RawSession>()
  const gate: Gate = {
    async pass(arrival) {
      arrivals.push(arrival)
      const { payload, session, presented } = arrival
      if (payload.kind !== 'sql') throw new Error('not SQL')
      if (presented[0] !== proved) return refusal({ code: 'unknown-lease' })
      const refused = refuse(payload)
      if (refused !== null) return refusal(refused)
      if (payload.form !== 'open') {
        const raw = sessions.get(session.id)
        if (raw === undefined) throw new Error('no session')
        return raw.run(payload.messages)
      }
      const own = [['user', 'postgres'] as const, ['database', payload.database] as const]
      const raw = await openRaw(server, [...own, ...payload.settings])
      sessions.set(session.id, raw)
      session.onClose(() => sessions.delete(session.id))
      return { kind: 'sql-opened', parameters: raw.parameters, channel: raw.channel }
    },
  }
  const door = createPostgresDoor({ ...usual(), ...options })
  const stopping = new AbortController()
  const served = door.serve(gate, stopping.signal)
  const { port } = await door.ready()
  return {
    ...{ port, door, arrivals },
    texts: () =>
      arrivals.flatMap(({ payload }) =>
        payload.kind === 'sql' && payload.form !== 'open' ? [payload.text] : [],
      ),
    url: `postgres://${upstream}:${lease}@127.0.0.1:${port}/postgres`,
    stop: () => {
      stopping.abort()
      return served
    },
  }
}

function usual(): PostgresDoorOptions {
  const salt = { salt: Buffer.alloc(16, 1), iterations: 4096 }
  const verifier = scramVerifier(lease, salt)
  let count = 0
  return {
    listen: { host: '127.0.0.1', port: 0 },
    upstreams: [{ name: upstream as UpstreamName, database: 'postgres' }],
    tls: null,
    leases: {
      salt,
      prove: ({ authMessage, proof }) =>
        scramProves(verifier, authMessage, proof)
          ? {
              presented: proved,
              serverSignature: scramServerSignature(verifier, authMessage),
              end: () => undefined,
            }
          : null,
    },
    clock: createClock(null),
    random: systemRandom,
    newId: () => `session_${(count += 1)}` as SessionId,
  }
}

function refusal(given: Partial<Refusal>): Refusal {
  return {
    kind: 'refusal',
    code: 'held',
    says: 'held: this would delete every row of `users`. Nothing was sent. A person must say yes',
    instead: 'ask the person you work for',
    hold: null,
    decision: 'decision_1' as DecisionId,
    answer: { status: 403, headers: [], body: '' },
    ...given,
  }
}
