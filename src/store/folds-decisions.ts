import type { DatabaseSync } from 'node:sqlite'

import type { Decision } from '../domain/decision.ts'
import { assert } from '../domain/fault.ts'
import type { DecisionId } from '../domain/names.ts'
import { conflict } from './fold.ts'
import type { Folds } from './fold.ts'
import { numberOrNull, textOf, textOrNull } from './rows.ts'
import type { Spending } from './spending.ts'

type DecisionFolds = Pick<Folds, 'decided' | 'guarded' | 'sent' | 'ended' | 'repeated' | 'undone'>

/** In how many words a decision permits; only `allowed` and `released` may be sent. */
const stateOf = { allow: 'allowed', hold: 'held', deny: 'denied' } as const

/**
 * Three facts for every request pass here, so each is one statement: it changes its row only when
 * the fact can be true, and why it could not is asked only then.
 */
export function foldDecisions(database: DatabaseSync, spending: Spending): DecisionFolds {
  const decide = database.prepare(
    `INSERT INTO decisions(id, idx, request, state, unguarded) VALUES(?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const send = database.prepare(
    `UPDATE decisions SET sent = ? WHERE id = ? AND request = ? AND sent IS NULL
     AND state IN ('allowed', 'released') AND unguarded IS NULL`,
  )
  const end = database.prepare(
    'UPDATE decisions SET ended = ? WHERE id = ? AND sent IS NOT NULL AND ended IS NULL',
  )
  const decision = database.prepare('SELECT * FROM decisions WHERE id = ?')
  const guard = database.prepare('UPDATE decisions SET unguarded = ? WHERE id = ?')
  const remember = database.prepare('INSERT INTO history(decision, idx) VALUES(?, ?)')

  function known(
    id: DecisionId,
  ): Readonly<{ state: string; unguarded: readonly string[]; sent: boolean }> {
    const row = decision.get(id)
    if (row === undefined) conflict(`there is no decision \`${id}\``, 'record it first')
    const unguarded = JSON.parse(textOrNull(row, 'unguarded') ?? '[]') as readonly string[]
    return { state: textOf(row, 'state'), unguarded, sent: numberOrNull(row, 'sent') !== null }
  }

  function explainUnsent(id: DecisionId): never {
    const { state, unguarded, sent } = known(id)
    if (sent) conflict(`what \`${id}\` decided was sent already`, 'send the request again')
    if (state === 'held')
      conflict(`\`${id}\` is held and no release was spent on it`, 'wait for one')
    if (state === 'denied') conflict(`\`${id}\` is a denial`, 'do not send it')
    if (unguarded.length > 0) conflict(`\`${id}\` lacks ${unguarded.join(', ')}`, 'guard it first')
    return conflict(`\`${id}\` decided on another request`, 'send the one that was judged')
  }

  /** What was never sent was neither repeated nor can it be taken back. */
  function rememberSent(id: DecisionId, index: number): void {
    if (!known(id).sent) conflict(`what \`${id}\` decided was never sent`, 'record that first')
    remember.run(id, index)
  }

  return {
    decided({ decision: made }, { index }) {
      spending.check(made)
      const state = stateOf[made.verdict.kind]
      const { changes } = decide.run(made.id, index, made.request.digest, state, safeguardsOf(made))
      if (changes === 0) conflict(`there is a decision \`${made.id}\` already`, 'make a new one')
      spending.count(made)
    },
    guarded({ decision: id, safeguard, proof }, { index }) {
      const { unguarded, state, sent } = known(id)
      if (sent) conflict(`what \`${id}\` decided was sent already`, 'guard before sending')
      if (state === 'denied') conflict(`\`${id}\` is a denial`, 'guard nothing')
      if (proof.kind === 'proven') {
        const left = unguarded.filter((name) => name !== safeguard)
        guard.run(left.length === 0 ? null : JSON.stringify(left), id)
      }
      remember.run(id, index)
    },
    sent({ decision: id, request }, { index }) {
      if (send.run(index, id, request).changes === 0) explainUnsent(id)
    },
    ended({ decision: id }, { index }) {
      if (end.run(index, id).changes !== 0) return
      if (!known(id).sent) conflict(`what \`${id}\` decided was never sent`, 'record that first')
      conflict(`\`${id}\` has its outcome already`, 'there is nothing to do')
    },
    repeated: ({ decision: id }, { index }) => rememberSent(id, index),
    undone: ({ decision: id }, { index }) => rememberSent(id, index),
  }
}

function safeguardsOf({ verdict }: Decision): string | null {
  if (verdict.kind === 'deny' || verdict.safeguards.length === 0) return null
  const text = JSON.stringify(verdict.safeguards)
  assert(text.length < 65_536, 'a verdict asks for few safeguards')
  return text
}
