// Traffic that was judged and recorded, in a real store and ledger without a gate.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readBaseline, readSchema } from '../policies/shipped.ts'
import { impactOf, standingOf } from '../policies/situations.ts'
import type { Situation } from '../policies/situations.ts'
import type { Decision } from '../src/domain/decision.ts'
import { later } from '../src/domain/instant.ts'
import type { Mandate } from '../src/domain/mandate.ts'
import type { AgentName, DecisionId, LeaseId, PersonName, RequestId } from '../src/domain/names.ts'
import { openLedgerKey } from '../src/ledger/key.ts'
import { createLedger } from '../src/ledger/ledger.ts'
import type { Ledger } from '../src/ledger/ledger.ts'
import { createPolicy } from '../src/policy/policy.ts'
import { createReplay } from '../src/replay/replay.ts'
import type { Replay, ReplayOptions } from '../src/replay/replay.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import { createFakeClock } from '../src/system/clock.ts'
import type { FakeClock } from '../src/system/clock.ts'
import { sha256 } from '../src/system/hash.ts'
import { newId, systemRandom } from '../src/system/random.ts'

const schema = readSchema()
export const baseline = readBaseline()
/** the set by which traffic is recorded here, for as long as the process lives */
export const inForce = createPolicy({ sources: baseline, schema, digest: sha256 })
const start = '2026-11-26T12:00:00.000Z'
export const agent = 'coder' as AgentName
const owner = 'jer' as PersonName

/** each verdict at least once, under the mandate `granted` */
export const situations: readonly Situation[] = [
  row('read', 'railway:volume/v1', 'pocketos/staging=standard', '-', 'some'),
  row('write', 'railway:service/s1', 'pocketos/staging=standard', 'trivial', 'some'),
  row('write', 'railway:service/s1', 'pocketos/production=critical', 'trivial', 'some'),
  row('destroy', 'railway:volume/v1', 'pocketos/staging=standard', 'never', 'whole'),
  row('destroy', 'railway:service/s2', 'pocketos/staging=standard', 'from-safeguard', 'some'),
  row('legible', 'railway:unknown/*', '?', '-', '-'),
]
export const granted = 'read+write+destroy in pocketos/staging on railway:*'

function row(
  effect: string,
  resource: string,
  environments: string,
  undo: string,
  extent: string,
): Situation {
  return { mandate: '', effect, resource, environments, undo, extent, backups: '?' }
}

export interface Recorded {
  readonly replay: Replay
  readonly ledger: Ledger
  readonly store: Store
  readonly mandate: Mandate
  readonly clock: FakeClock
  readonly decide: (situation: Situation, changes?: Partial<Decision>) => Promise<Decision>
  readonly again: (changes: Partial<ReplayOptions>) => Replay
  readonly close: () => Promise<void>
}

export async function recordTraffic(grant = granted): Promise<Recorded> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-replay-'))
  const clock = createFakeClock(start)
  const random = systemRandom
  const store = openSqliteStore(join(folder, 'state.sqlite'))
  const signer = openLedgerKey({ file: join(folder, 'ledger.key'), random })
  const files = join(folder, 'ledger')
  const ledger = await createLedger({ store, signer, folder: files, clock, random })
  const lease = 'lease_1' as LeaseId
  const expiresAt = later(clock.now(), 86_400)
  const mandate = { ...standingOf(grant).mandate, agent, grantedAt: clock.now(), expiresAt }
  await ledger.append({ kind: 'agent-added', agent, owner })
  await ledger.append({ kind: 'mandate-granted', mandate })
  const issued = { id: lease, agent, mandate: mandate.id, issuedAt: clock.now(), expiresAt }
  await ledger.append({
    kind: 'lease-issued',
    lease: { ...issued, tokenHash: sha256('one') },
    by: owner,
  })
  const options: ReplayOptions = {
    ...{ store, clock, schema },
    inForce: () => ({ digest: inForce.digest, sources: baseline }),
  }
  return {
    ...{ replay: createReplay(options), ledger, store, mandate, clock },
    again: (changes) => createReplay({ ...options, ...changes }),
    decide: async (situation, changes = {}) => {
      const impacts = [impactOf(situation)] as const
      const standing = { agent, owner, lease: { id: lease, expiresAt }, mandate, ancestors: [] }
      const decision: Decision = {
        id: newId<DecisionId>(random, 'dec'),
        request: {
          ...{
            id: newId<RequestId>(random, 'req'),
            door: 'http',
            digest: sha256(JSON.stringify(situation)),
          },
          ...{ line: 'POST railway /graphql/v2', foreignCredential: null },
        },
        ...{ agent, lease, mandate: mandate.id, impacts },
        verdict: inForce.judge(standing, impacts),
        ...{ policies: inForce.digest, inventory: sha256('inventory'), at: clock.now() },
        ...changes,
      }
      await ledger.append({ kind: 'decided', decision })
      return decision
    },
    close: async () => {
      await ledger.close()
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
