import type { DatabaseSync } from 'node:sqlite'

import type { AskId, Instant } from '../domain/names.ts'
import { conflict } from './fold.ts'
import type { Folds } from './fold.ts'
import { textOf } from './rows.ts'

/** more of one agent at once would tire whoever reads them */
export const asksWaitingMax = 5

export function foldAsks(database: DatabaseSync): Pick<Folds, 'asked' | 'ask-answered'> {
  const waiting = database.prepare(
    "SELECT count(*) AS asks FROM asks WHERE state = 'waiting' AND agent = ? AND expires > ?",
  )
  const lease = database.prepare(
    'SELECT 1 FROM leases WHERE id = ? AND agent = ? AND mandate = ? AND ended IS NULL',
  )
  const add = database.prepare(
    `INSERT INTO asks(id, idx, agent, mandate, expires, state)
     VALUES(?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING`,
  )
  const rows = createAskRows(database)
  return {
    asked({ ask: { id, agent, lease: by, mandate, expiresAt } }, { index, at }) {
      if (lease.get(by, agent, mandate) === undefined) {
        conflict(`there is no lease \`${by}\` of it that stands`, 'ask the owner for one')
      }
      if (Number(waiting.get(agent, at)?.['asks']) >= asksWaitingMax) {
        conflict(`${asksWaitingMax} questions of yours wait already`, 'wait for an answer')
      }
      if (add.run(id, index, agent, mandate, expiresAt).changes === 0) {
        conflict(`there is a question \`${id}\` already`, 'use a new id')
      }
    },
    'ask-answered'({ ask, answer }, { index, at }) {
      rows.waiting(ask, at)
      rows.answer(ask, answer, index)
    },
  }
}

export interface AskRows {
  /** Throws a conflict unless it waits just now. */
  waiting(id: AskId, at: Instant): { readonly agent: string; readonly mandate: string }
  answer(id: AskId, state: 'granted' | 'refused' | 'told', index: number): void
  /** Whether this mandate only widens another. */
  isWidening(mandate: string): boolean
}

export function createAskRows(database: DatabaseSync): AskRows {
  const known = database.prepare('SELECT agent, mandate, expires, state FROM asks WHERE id = ?')
  const answer = database.prepare('UPDATE asks SET state = ?, answered = ? WHERE id = ?')
  const widening = database.prepare(
    'SELECT 1 FROM asks JOIN mandates ON mandates.idx = asks.answered WHERE mandates.id = ?',
  )
  return {
    waiting(id, at) {
      const row = known.get(id)
      if (row === undefined) conflict(`there is no question \`${id}\``, 'see `holdpoint ask list`')
      const state = textOf(row, 'state')
      if (state !== 'waiting') conflict(`it is ${state} already`, 'there is nothing to do')
      if (textOf(row, 'expires') <= at) conflict('it has expired', 'have the agent ask again')
      return { agent: textOf(row, 'agent'), mandate: textOf(row, 'mandate') }
    },
    answer: (id, state, index) => void answer.run(state, index, id),
    isWidening: (mandate) => widening.get(mandate) !== undefined,
  }
}
