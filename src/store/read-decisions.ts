import type { DatabaseSync } from 'node:sqlite'

import type { LedgerEntry } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { HoldState } from '../domain/hold.ts'
import type { DecisionId, HoldId, PersonName } from '../domain/names.ts'
import { kindOf, orNull } from './read-agents.ts'
import { entryOf } from './read-facts.ts'
import { numberOf, textOf } from './rows.ts'
import type { Row } from './rows.ts'
import type { DecisionRecord, HoldRecord, StoreReads } from './store.ts'

type DecisionReads = Pick<
  StoreReads,
  'holds' | 'hold' | 'holdFor' | 'decision' | 'decisionsWithoutOutcome'
>

export function readDecisions(database: DatabaseSync): DecisionReads {
  const holdColumns = `SELECT holds.id AS id, opened.leaf AS leaf, decided.leaf AS decided,
    answered.leaf AS answered FROM holds
    JOIN facts AS opened ON opened.idx = holds.idx
    JOIN decisions ON decisions.id = holds.decision
    JOIN facts AS decided ON decided.idx = decisions.idx
    LEFT JOIN facts AS answered ON answered.idx = holds.answered`
  const holds = database.prepare(
    `${holdColumns} WHERE (?1 IS NULL OR holds.agent = ?1) ORDER BY holds.idx`,
  )
  const holdsInState = database.prepare(
    `${holdColumns} WHERE holds.state = ?2 AND (?1 IS NULL OR holds.agent = ?1) ORDER BY holds.idx`,
  )
  const hold = database.prepare(`${holdColumns} WHERE holds.id = ?`)
  const holdFor = database.prepare(
    `${holdColumns} WHERE holds.request = ? AND holds.lease = ? ORDER BY holds.idx DESC LIMIT 1`,
  )
  const approvals = database.prepare('SELECT person FROM approvals WHERE hold = ? ORDER BY idx')
  const decision = database.prepare(
    'SELECT leaf, idx FROM decisions JOIN facts USING(idx) WHERE decisions.id = ?',
  )
  const history = database.prepare(
    `SELECT leaf FROM facts WHERE idx IN (
      SELECT idx FROM history WHERE decision = ?1
      UNION SELECT idx FROM decisions WHERE id = ?1
      UNION SELECT sent FROM decisions WHERE id = ?1
      UNION SELECT ended FROM decisions WHERE id = ?1) ORDER BY idx`,
  )
  const underWay = database.prepare(
    'SELECT id FROM decisions WHERE sent IS NOT NULL AND ended IS NULL ORDER BY sent',
  )

  function recordOf(row: Row): HoldRecord {
    const answered = row['answered'] ?? null
    const by = approvals.all(textOf(row, 'id')).map((each) => textOf(each, 'person') as PersonName)
    return {
      hold: kindOf(row, 'held').fact.hold,
      state:
        answered === null
          ? { kind: 'waiting', approvals: by }
          : stateOf(entryOf({ leaf: answered })),
      decision: kindOf({ leaf: row['decided'] ?? null }, 'decided').fact.decision,
    }
  }

  function decisionOf(row: Row): DecisionRecord {
    const { fact } = kindOf(row, 'decided')
    return {
      decision: fact.decision,
      index: numberOf(row, 'idx'),
      history: history.all(fact.decision.id).map(entryOf),
    }
  }

  return {
    holds({ state, agent } = {}) {
      const rows =
        state === undefined ? holds.all(agent ?? null) : holdsInState.all(agent ?? null, state)
      return rows.map(recordOf)
    },
    hold: (id: HoldId) => orNull(hold.get(id), recordOf),
    holdFor: (request, lease) => orNull(holdFor.get(request, lease), recordOf),
    decision: (id) => orNull(decision.get(id), decisionOf),
    decisionsWithoutOutcome: () => underWay.all().map((row) => textOf(row, 'id') as DecisionId),
  }
}

/** What the entry that answered a hold, or spent its release, made of it. */
function stateOf({ fact, index }: LedgerEntry): HoldState {
  if (fact.kind === 'claimed') return { kind: 'spent', decision: fact.decision }
  if (fact.kind !== 'settled') {
    throw new Fault('bug', `this should hold and does not: entry ${index} answers a hold`)
  }
  const { settlement } = fact
  return settlement.kind === 'refused'
    ? { kind: 'refused', by: settlement.by, note: settlement.note }
    : settlement
}
