import type { DatabaseSync } from 'node:sqlite'

import type { Decision } from '../domain/decision.ts'
import type { FactOf, SettledHow } from '../domain/fact.ts'
import { unreachable } from '../domain/fault.ts'
import type { Hold, HoldState } from '../domain/hold.ts'
import type { Instant } from '../domain/names.ts'
import type { ReleaseRule } from '../domain/verdict.ts'
import { conflict } from './fold.ts'
import type { Folds, Place } from './fold.ts'
import { checkWaiting, createHoldRows } from './hold-rows.ts'
import { createSignCounts } from './sign-counts.ts'
import type { Spending } from './spending.ts'

const peopleWanted: Readonly<Record<ReleaseRule, number>> = {
  owner: 1,
  'other-person': 1,
  'two-person': 2,
}

/** What the last step before anything passes must not take on trust from whoever asks for it. */
export function foldHolds(
  database: DatabaseSync,
  spending: Spending,
): Pick<Folds, 'held' | 'settled' | 'claimed'> {
  const rows = createHoldRows(database)
  const countSignature = createSignCounts(database)
  const open = database.prepare(
    `INSERT INTO holds(id, idx, decision, agent, request, lease, state)
     VALUES(?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING`,
  )
  const answer = database.prepare('UPDATE holds SET state = ?, answered = ? WHERE id = ?')
  const release = database.prepare("UPDATE decisions SET state = 'released' WHERE id = ?")

  function held({ hold }: FactOf<'held'>, { index }: Place): void {
    const { id, decision, agent, request, lease } = hold
    checkSame(hold, rows.held(decision))
    if (open.run(id, index, decision, agent, request, lease).changes === 0) {
      conflict(`there is a hold \`${id}\`, or one for this decision, already`, 'make a new one')
    }
    spending.countHeld(rows.held(decision))
    rows.remember(decision, index)
  }

  function settled({ hold: id, settlement }: FactOf<'settled'>, { index, at }: Place): void {
    const { hold, state } = rows.known(id)
    checkSettles(settlement, hold, state, at)
    if (settlement.kind === 'released') checkReleased(hold, settlement.by)
    if (settlement.kind === 'refused') countSignature(settlement.assertion)
    answer.run(settlement.kind, index, id)
    rows.remember(hold.decision, index)
  }

  function checkReleased({ id, release: rule, grantedBy }: Hold, by: readonly string[]): void {
    const stranger = by.find((person) => !rows.hasApproved(id, person))
    if (stranger !== undefined) conflict(`\`${stranger}\` has not approved it`, 'ask them to')
    const people = new Set(by)
    if (rule !== 'owner') people.delete(grantedBy)
    if (people.size < peopleWanted[rule]) {
      conflict(`\`${rule}\` wants more than ${by.join(' and ') || 'nobody'}`, 'ask another person')
    }
  }

  function claimed({ hold: id, decision }: FactOf<'claimed'>, { index, at }: Place): void {
    const { hold, state } = rows.known(id)
    if (state !== 'released')
      conflict(`the hold is ${state}, not released`, 'send the request again')
    if (hold.expiresAt <= at) conflict('the release has expired', 'send the request again')
    const why = rows.whyStopped(hold)
    if (why !== null) conflict(why, 'ask the owner')
    const claiming = rows.held(decision)
    checkSame(hold, claiming)
    answer.run('spent', index, id)
    spending.countReleased(claiming)
    release.run(decision)
    rows.remember(hold.decision, index)
    rows.remember(decision, index)
  }

  return { held, settled, claimed }
}

/**
 * A release that was not spent can still be withdrawn, or run out; it is never given or refused
 * twice.
 */
function checkSettles(
  settlement: SettledHow,
  hold: Hold,
  state: HoldState['kind'],
  at: Instant,
): void {
  switch (settlement.kind) {
    case 'released':
    case 'refused':
      checkWaiting(hold, state, at)
      return
    case 'expired':
      if (hold.expiresAt > at) conflict(`the hold lasts until ${hold.expiresAt}`, 'wait')
      checkOpen(state)
      return
    case 'withdrawn':
      checkOpen(state)
      return
    default:
      unreachable(settlement)
  }
}

function checkOpen(state: HoldState['kind']): void {
  if (state === 'waiting' || state === 'released') return
  conflict(`the hold is ${state} already`, 'there is nothing to do')
}

/** A hold is for one request, under one lease, judged by one set of policies. */
function checkSame(hold: Hold, decision: Decision): void {
  const same =
    decision.request.digest === hold.request &&
    decision.lease === hold.lease &&
    decision.agent === hold.agent &&
    decision.mandate === hold.mandate &&
    decision.policies === hold.policies
  if (same) return
  conflict(
    `the decision \`${decision.id}\` is not on what the hold is for`,
    'send the request again',
  )
}
