import type { Inventory } from '../../../domain/inventory.ts'
import { strictestProtection } from '../../../domain/resource.ts'
import { mayAnswer } from '../../../holds/rules.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { StoreReads } from '../../../store/store.ts'
import type { Clock } from '../../../system/clock.ts'
import { stands } from '../../powers.ts'
import type { Powers } from '../../powers.ts'
import { createLastSeen } from './last-seen.ts'
import type { LastSeen } from './last-seen.ts'
import { createMatrices } from './matrices.ts'
import type { Matrices, MatrixParts } from './matrices.ts'
import type { ChoicesView } from './shapes.ts'

/** What the pages of agents and mandates are made of. */
export interface AgentDesk {
  readonly powers: Powers
  readonly matrices: Matrices
  readonly lastSeen: LastSeen
  readonly choices: () => ChoicesView
}

export interface AgentDeskParts extends Pick<MatrixParts, 'policy'> {
  readonly store: StoreReads
  readonly ledger: Pick<Ledger, 'subscribe'>
  readonly clock: Clock
  readonly powers: Powers
  readonly inventory: () => Inventory
  readonly providers: readonly string[]
}

export function createAgentDesk(parts: AgentDeskParts): AgentDesk {
  const { store, ledger, powers } = parts
  return {
    powers,
    matrices: createMatrices(parts),
    lastSeen: createLastSeen(ledger, store),
    choices: () => choicesOf(parts),
  }
}

const kindsMax = 100
const environmentsMax = 200

function choicesOf({ store, clock, inventory, providers }: AgentDeskParts): ChoicesView {
  const { environments, nodes } = inventory()
  const now = clock.now()
  const names = [...new Set(environments.map(({ name }) => name))].slice(0, environmentsMax)
  const kinds = nodes.flatMap(({ ref }) => /^[a-z0-9-]+:[A-Za-z0-9]+(?=\/)/.exec(ref)?.[0] ?? [])
  return {
    environments: names.map((name) => {
      const alike = environments.filter((one) => one.name === name)
      return {
        name,
        protection: strictestProtection(alike.map(({ protection }) => protection)),
        providers: [...new Set(alike.map(({ provider }) => provider))],
      }
    }),
    agents: store.agents().map(({ name }) => name),
    mandates: store
      .mandates()
      .filter((record) => stands(record, now))
      .map(({ mandate: { id, agent, task, expiresAt } }) => ({ id, agent, task, expiresAt })),
    owners: store
      .people()
      .filter(({ roles }) => mayAnswer(roles))
      .map(({ name }) => name),
    providers,
    kinds: [...new Set(kinds)].sort().slice(0, kindsMax),
  }
}
