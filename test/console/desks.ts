// What the pages of agents stand on in a test: the shipped policies, and an inventory that is told.
import { readBaseline, readSchema } from '../../policies/shipped.ts'
import { createAgentDesk } from '../../src/api/console/agents/desk.ts'
import type { AgentDesk } from '../../src/api/console/agents/desk.ts'
import type { ConsoleOptions } from '../../src/api/console/server.ts'
import { createControl } from '../../src/api/create-control.ts'
import type { GateReport } from '../../src/api/control.ts'
import { Fault } from '../../src/domain/fault.ts'
import type { Inventory } from '../../src/domain/inventory.ts'
import type { Environment } from '../../src/domain/resource.ts'
import { createPolicy } from '../../src/policy/policy.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { createReplay } from '../../src/replay/replay.ts'
import type { Clock } from '../../src/system/clock.ts'
import { sha256 } from '../../src/system/hash.ts'
import { systemRandom } from '../../src/system/random.ts'
import type { World } from './world.ts'

let loaded: Policy | null = null

/** The shipped set, read once. */
export function shippedPolicy(): Policy {
  loaded ??= createPolicy({ sources: readBaseline(), schema: readSchema(), digest: sha256 })
  return loaded
}

export const testEnvironments: readonly Environment[] = [
  { provider: 'railway', id: 'e1', name: 'pocketos/staging', protection: 'standard' },
  { provider: 'railway', id: 'e2', name: 'pocketos/production', protection: 'critical' },
  { provider: 'railway', id: 'e3', name: 'pocketos/preview', protection: 'open' },
]

export function testInventory(environments = testEnvironments): Inventory {
  const nodes = ['volume/v1', 'customDomain/d1', 'service/s1'].map((name) => ({
    ...{ ref: `railway:${name}`, label: name, environments: ['e1'] },
  }))
  return { digest: sha256('inventory'), environments, nodes, edges: [], discoveredAt: {} }
}

export function agentDeskFor(world: World, clock: Clock, inventory = testInventory()): AgentDesk {
  const { store, ledger, powers } = world
  return createAgentDesk({
    ...{ store, ledger, powers, clock, providers: ['railway'] },
    ...{ policy: shippedPolicy, inventory: () => inventory },
  })
}

/** A gate's own word of where it listens, and its recorded traffic judged again. */
export function gateFor(world: World, clock: Clock): Partial<ConsoleOptions> {
  const { store, ledger, leases, people } = world
  const report: GateReport = {
    ...{ pid: 1, startedAt: clock.now(), agents: '127.0.0.1:7400', console: '', connections: 0 },
    policies: shippedPolicy().digest,
    upstreams: [
      {
        ...{ name: 'railway', hosts: ['backboard.railway.com'], credential: true },
        ...{ discoveredAt: null, discoveryFault: null },
      },
    ],
    postgres: '127.0.0.1:7432',
    databases: [
      { name: 'shop-db', database: 'shop', environment: 'shop/staging', credential: true },
    ],
  }
  const never = (): never => {
    throw new Fault('bug', 'a test has no vault, and no policies to load again')
  }
  const control = createControl({
    ...{ version: '0.0.0', ledger, store, leases, people, clock, random: systemRandom },
    ...{ secrets: never, providers: ['railway'], asks: world.asks },
    gate: { report: () => report, reloadPolicies: never },
  })
  const inForce = () => ({ digest: shippedPolicy().digest, sources: readBaseline() })
  return { control, replay: createReplay({ store, clock, inForce, schema: readSchema() }) }
}
