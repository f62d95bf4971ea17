import type { DatabaseSync } from 'node:sqlite'

import type { AskState, AskWords } from '../domain/ask.ts'
import { kindOf, orNull } from './read-agents.ts'
import type { Row } from './rows.ts'
import { bytesOf, textOf } from './rows.ts'
import type { AskRecord, StoreReads } from './store.ts'

export function readAsks(database: DatabaseSync): Pick<StoreReads, 'asks' | 'ask'> {
  const columns = `SELECT facts.leaf AS leaf, facts.beside AS beside, asks.state AS state, answer.leaf AS answer
    FROM asks JOIN facts USING(idx) LEFT JOIN facts AS answer ON answer.idx = asks.answered`
  const all = database.prepare(`${columns} ORDER BY facts.idx DESC LIMIT ?`)
  const one = database.prepare(`${columns} WHERE asks.id = ?`)
  return {
    asks: (count) => all.all(count).map(askOf),
    ask: (id) => orNull(one.get(id), askOf),
  }
}

function askOf(row: Row): AskRecord {
  const words = JSON.parse(Buffer.from(bytesOf(row, 'beside')).toString()) as AskWords
  return { ask: kindOf(row, 'asked').fact.ask, words, state: stateOf(row) }
}

function stateOf(row: Row): AskState {
  const state = textOf(row, 'state')
  if (state === 'waiting') return { kind: 'waiting' }
  const answer = { leaf: row['answer'] ?? null }
  if (state === 'granted') {
    const { id, grantedBy, expiresAt } = kindOf(answer, 'mandate-granted').fact.mandate
    return { kind: 'granted', by: grantedBy, mandate: id, until: expiresAt }
  }
  const { answer: kind, by, note } = kindOf(answer, 'ask-answered').fact
  return { kind, by, note }
}
