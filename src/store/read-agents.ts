import type { DatabaseSync } from 'node:sqlite'

import type { FactKind } from '../domain/fact.ts'
import type { Instant } from '../domain/names.ts'
import { entryOf } from './read-facts.ts'
import { bytesOf, numberOf, textOf, textOrNull } from './rows.ts'
import type { Row } from './rows.ts'
import type {
  AgentRecord,
  EntryOf,
  Freeze,
  LeaseRecord,
  MandateRecord,
  StoreReads,
} from './store.ts'

type AgentReads = Pick<
  StoreReads,
  | 'agents'
  | 'agent'
  | 'mandates'
  | 'mandate'
  | 'besideLease'
  | 'leases'
  | 'lease'
  | 'leaseByTokenHash'
  | 'frozen'
  | 'killed'
  | 'spent'
>

export function readAgents(database: DatabaseSync): AgentReads {
  const agentColumns = `SELECT facts.leaf AS leaf, trip.leaf AS trip,
    EXISTS(SELECT 1 FROM kills WHERE kills.agent = agents.name) AS killed
    FROM agents JOIN facts USING(idx) LEFT JOIN facts AS trip ON trip.idx = agents.frozen`
  const agents = database.prepare(`${agentColumns} ORDER BY agents.idx`)
  const agent = database.prepare(`${agentColumns} WHERE name = ?`)
  const frozen = database.prepare(
    'SELECT leaf FROM agents JOIN facts ON facts.idx = agents.frozen ORDER BY facts.idx',
  )
  const killed = database.prepare(
    'SELECT agent, leaf FROM kills JOIN facts USING(idx) ORDER BY idx',
  )
  const mandateColumns = 'SELECT leaf, ended FROM mandates JOIN facts USING(idx)'
  const mandates = database.prepare(`${mandateColumns} ORDER BY idx`)
  const mandate = database.prepare(`${mandateColumns} WHERE id = ?`)
  const leaseColumns = 'SELECT leaf, ended FROM leases JOIN facts USING(idx)'
  const leases = database.prepare(`${leaseColumns} ORDER BY idx`)
  const lease = database.prepare(`${leaseColumns} WHERE id = ?`)
  const leaseByTokenHash = database.prepare(`${leaseColumns} WHERE token_hash = ?`)
  const besideLease = database.prepare(
    'SELECT salt, beside FROM leases JOIN facts USING(idx) WHERE id = ? AND salt IS NOT NULL',
  )
  const spent = database.prepare('SELECT * FROM spent WHERE mandate = ?')
  const touched = database.prepare('SELECT resource FROM touched WHERE mandate = ?')

  return {
    agents: () => agents.all().map(agentOf),
    agent: (name) => orNull(agent.get(name), agentOf),
    mandates: () => mandates.all().map(mandateOf),
    mandate: (id) => orNull(mandate.get(id), mandateOf),
    leases: () => leases.all().map(leaseOf),
    lease: (id) => orNull(lease.get(id), leaseOf),
    leaseByTokenHash: (tokenHash) => orNull(leaseByTokenHash.get(tokenHash), leaseOf),
    besideLease: (id) =>
      orNull(besideLease.get(id), (row) => ({
        salt: bytesOf(row, 'salt'),
        bytes: bytesOf(row, 'beside'),
      })),
    frozen: () => frozen.all().map((row) => freezeOf(kindOf(row, 'tripped'))),
    killed: () =>
      killed.all().map((row) => {
        const { fact, at } = kindOf(row, 'killed')
        return { agent: fact.agent, by: fact.by, at }
      }),
    spent(id) {
      const row = spent.get(id)
      const count = (column: string): number => (row === undefined ? 0 : numberOf(row, column))
      return {
        requests: count('requests'),
        writes: count('writes'),
        destroys: count('destroys'),
        denials: count('denials'),
        // Read only by those who ask: there can be many.
        get resources() {
          return touched.all(id).map((each) => textOf(each, 'resource'))
        },
      }
    },
  }
}

export function orNull<T>(row: Row | undefined, read: (row: Row) => T): T | null {
  return row === undefined ? null : read(row)
}

/** The fact that a fold points to; the fold says of what kind it is. */
export function kindOf<K extends FactKind>(row: Row, kind: K): EntryOf<K> {
  const entry = entryOf(row)
  if (entry.fact.kind !== kind) throw new Error(`entry ${entry.index} should be \`${kind}\``)
  return entry as EntryOf<K>
}

function agentOf(row: Row): AgentRecord {
  const { fact, at } = kindOf(row, 'agent-added')
  const trip = row['trip'] ?? null
  return {
    name: fact.agent,
    owner: fact.owner,
    addedAt: at,
    frozen: trip === null ? null : freezeOf(kindOf({ leaf: trip }, 'tripped')),
    killed: numberOf(row, 'killed') === 1,
  }
}

function freezeOf({ fact, at }: EntryOf<'tripped'>): Freeze {
  return { agent: fact.agent, reason: fact.reason, says: fact.says, at }
}

const rowsUnsaid = { rows: 0 }

function mandateOf(row: Row): MandateRecord {
  const { mandate } = kindOf(row, 'mandate-granted').fact
  return {
    // Granted before there was this limit: then it says nothing of rows, and a person is asked.
    mandate: { ...mandate, budget: { ...rowsUnsaid, ...mandate.budget } },
    endedAt: textOrNull(row, 'ended') as Instant | null,
  }
}

function leaseOf(row: Row): LeaseRecord {
  return {
    lease: kindOf(row, 'lease-issued').fact.lease,
    endedAt: textOrNull(row, 'ended') as Instant | null,
  }
}
