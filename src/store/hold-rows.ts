import type { DatabaseSync } from 'node:sqlite'

import type { FactKind, FactOf } from '../domain/fact.ts'
import type { Decision } from '../domain/decision.ts'
import type { Hold, HoldState } from '../domain/hold.ts'
import type { DecisionId, HoldId, Instant } from '../domain/names.ts'
import { parseEntry } from '../wire/ledger-entry.ts'
import { conflict } from './fold.ts'
import { bytesOf, textOf } from './rows.ts'

/** What the folds of holds look up before they change anything. */
export interface HoldRows {
  known(id: HoldId): { readonly hold: Hold; readonly state: HoldState['kind'] }
  /** a decision whose verdict was to hold, and on which no release was spent yet */
  held(id: DecisionId): Decision
  hasApproved(hold: HoldId, person: string): boolean
  /** why nothing can pass for this hold's agent and lease any more; null when it can */
  whyStopped(hold: Hold): string | null
  /** puts an entry into the history of a decision */
  remember(decision: DecisionId, index: number): void
}

export function createHoldRows(database: DatabaseSync): HoldRows {
  const hold = database.prepare(
    'SELECT leaf, state FROM holds JOIN facts USING(idx) WHERE holds.id = ?',
  )
  const decision = database.prepare(
    'SELECT leaf, state FROM decisions JOIN facts USING(idx) WHERE decisions.id = ?',
  )
  const approval = database.prepare('SELECT person FROM approvals WHERE hold = ? AND person = ?')
  const stopped = database.prepare(
    `SELECT 'the agent is frozen' AS why FROM agents WHERE name = ?1 AND frozen IS NOT NULL
     UNION ALL SELECT 'the agent was stopped' FROM kills WHERE agent IN ('', ?1)
     UNION ALL SELECT 'the lease has ended' FROM leases WHERE id = ?2 AND ended IS NOT NULL
     LIMIT 1`,
  )
  const remember = database.prepare('INSERT OR IGNORE INTO history(decision, idx) VALUES(?, ?)')

  return {
    known(id) {
      const row = hold.get(id)
      if (row === undefined) conflict(`there is no hold \`${id}\``, 'see `holdpoint holds list`')
      const state = textOf(row, 'state') as HoldState['kind']
      return { hold: factOf(bytesOf(row, 'leaf'), 'held').hold, state }
    },
    held(id) {
      const row = decision.get(id)
      if (row === undefined) conflict(`there is no decision \`${id}\``, 'record it first')
      if (row['state'] !== 'held') {
        conflict(`the decision \`${id}\` is not to hold`, 'send the request again')
      }
      return factOf(bytesOf(row, 'leaf'), 'decided').decision
    },
    hasApproved: (id, person) => approval.get(id, person) !== undefined,
    whyStopped({ agent, lease }) {
      const row = stopped.get(agent, lease)
      return row === undefined ? null : textOf(row, 'why')
    },
    remember: (id, index) => void remember.run(id, index),
  }
}

export function checkWaiting({ expiresAt }: Hold, state: HoldState['kind'], at: Instant): void {
  if (state !== 'waiting') conflict(`the hold is ${state} already`, 'send the request again')
  if (expiresAt <= at) conflict('the hold has expired', 'send the request again')
}

/** `kind` is what the fold, that points to this fact, says of it. */
function factOf<K extends FactKind>(leaf: Uint8Array, kind: K): FactOf<K> {
  const { fact } = parseEntry(Buffer.from(leaf).toString())
  if (fact.kind !== kind)
    conflict(`a fold points to \`${fact.kind}\``, 'put back a copy of the store')
  return fact as FactOf<K>
}
