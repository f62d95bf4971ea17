// What the page of policies stands on in a test: the shipped policies and a folder of one's own, an
// inventory that is told, and traffic that was judged by the set in force.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readSchema } from '../../policies/shipped.ts'
import { impactOf } from '../../policies/situations.ts'
import type { Situation } from '../../policies/situations.ts'
import type { ConsoleParts } from '../../src/api/console/parts.ts'
import type { Decision } from '../../src/domain/decision.ts'
import type { DecisionId, RequestId, UpstreamName } from '../../src/domain/names.ts'
import { place } from '../../src/inventory/place.ts'
import { openPolicies } from '../../src/main/policies.ts'
import type { Policies } from '../../src/main/policies.ts'
import { createPolicyDesk } from '../../src/main/policy-desk.ts'
import { railway } from '../../src/providers/railway/index.ts'
import type { SqlReading } from '../../src/reading/reading.ts'
import { createReplay } from '../../src/replay/replay.ts'
import type { Clock } from '../../src/system/clock.ts'
import { sha256 } from '../../src/system/hash.ts'
import { newId, systemRandom } from '../../src/system/random.ts'
import { testInventory } from './desks.ts'
import type { World } from './world.ts'

export interface PolicyScene {
  readonly policies: Policies
  readonly parts: Pick<ConsoleParts, 'policies' | 'replay'>
  /** Judges by the set in force and records it, as the gateway would. */
  readonly record: (situation: Omit<Situation, 'mandate'>, line?: string) => Promise<Decision>
  close(): void
}

export const ownText = `// What hides here: \u202e}
@id("own-careful")
@says("services are changed with care")
@verdict("hold")
forbid (principal, action == Action::"write", resource)
when { resource.kind == "database" };
`

/** `folder` gets a policy of one's own, with its table of examples. */
export function openScene(
  { ledger, store, standing }: World,
  clock: Clock,
  reading: SqlReading,
  folder: string,
): PolicyScene {
  writeFileSync(join(folder, 'careful.cedar'), ownText)
  writeFileSync(join(folder, 'careful.examples.tsv'), 'not\ta table\n')
  const settings = { folder, optional: [] }
  const now = () => clock.now()
  const policies = openPolicies({ policies: settings }, (fact) => ledger.append(fact), now)
  const inventory = testInventory()
  const desk = createPolicyDesk({
    configuration: {
      ...{ policies: settings, file: '/etc/holdpoint.yaml', databases: [] },
      upstreams: [{ name: 'railway' as UpstreamName, provider: 'railway', hosts: railway.hosts }],
    },
    ...{ policies, reading },
    placeKnown: (actions) => ({ impacts: place(actions, inventory), inventory: inventory.digest }),
  })
  const inForce = () => ({ digest: policies.current().digest, sources: policies.files() })
  const replay = createReplay({ store, clock, inForce, schema: readSchema() })
  return {
    ...{ policies, parts: { policies: desk, replay } },
    record: async (situation, line = 'POST railway /graphql/v2') => {
      const impacts = [impactOf({ ...situation, mandate: '' })] as const
      const decision: Decision = {
        id: newId<DecisionId>(systemRandom, 'dec'),
        request: {
          ...{ id: newId<RequestId>(systemRandom, 'req'), door: 'http', line },
          ...{ digest: sha256(JSON.stringify(situation)), foreignCredential: null },
        },
        ...{ agent: standing.agent, lease: standing.lease.id, mandate: standing.mandate.id },
        ...{ impacts, verdict: policies.current().judge(standing, impacts) },
        ...{ policies: policies.current().digest, inventory: inventory.digest, at: clock.now() },
      }
      await ledger.append({ kind: 'decided', decision })
      return decision
    },
    close: () => policies.close(),
  }
}
