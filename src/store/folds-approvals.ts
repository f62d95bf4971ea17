import type { DatabaseSync } from 'node:sqlite'

import type { FactOf } from '../domain/fact.ts'
import { conflict } from './fold.ts'
import type { Folds, Place } from './fold.ts'
import { checkWaiting, createHoldRows } from './hold-rows.ts'
import { textOf } from './rows.ts'
import { createSignCounts } from './sign-counts.ts'

/**
 * A person's yes to one hold, once, with a passkey that is theirs. The signature is checked before.
 */
export function foldApprovals(database: DatabaseSync): Pick<Folds, 'approved'> {
  const rows = createHoldRows(database)
  const countSignature = createSignCounts(database)
  const approve = database.prepare('INSERT INTO approvals(hold, person, idx) VALUES(?, ?, ?)')
  const owner = database.prepare(
    `SELECT roles FROM passkeys JOIN people ON people.name = passkeys.person
     WHERE passkeys.id = ? AND person = ? AND revoked IS NULL`,
  )

  function approved(fact: FactOf<'approved'>, { index, at }: Place): void {
    const { hold: id, binding, assertion } = fact
    const { hold, state } = rows.known(id)
    checkWaiting(hold, state, at)
    if (binding.hold !== id || binding.answer !== 'release') {
      conflict('what was signed is not a release of this hold', 'ask for it again')
    }
    const row = owner.get(assertion.passkey, binding.person)
    if (row === undefined)
      conflict('the passkey is not one of theirs, or revoked', 'use another one')
    const roles = JSON.parse(textOf(row, 'roles')) as readonly string[]
    if (!roles.includes('owner') && !roles.includes('approver')) {
      conflict(`\`${binding.person}\` is no owner or approver`, 'ask someone who is')
    }
    if (rows.hasApproved(id, binding.person)) {
      conflict(`\`${binding.person}\` has approved it already`, 'ask another person')
    }
    approve.run(id, binding.person, index)
    countSignature(assertion)
    rows.remember(hold.decision, index)
  }

  return { approved }
}
