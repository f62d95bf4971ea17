import type { DatabaseSync } from 'node:sqlite'

import type { AgentName, Instant, MandateId } from '../domain/names.ts'
import { conflict } from './fold.ts'
import { createAskRows } from './folds-asks.ts'
import type { Folds } from './fold.ts'
import { textOf, textOrNull } from './rows.ts'

type MandateFolds = Pick<
  Folds,
  'mandate-granted' | 'mandate-revoked' | 'lease-issued' | 'lease-revoked'
>

/** A mandate and all that were narrowed from it. */
const withDescendants = `WITH RECURSIVE below(id) AS (
  SELECT ?1 UNION SELECT mandates.id FROM mandates JOIN below ON mandates.parent = below.id)`

export function foldMandates(database: DatabaseSync): MandateFolds {
  const { mandate, checkAgent, checkUnder } = createChecks(database)
  const addMandate = database.prepare(
    'INSERT INTO mandates(id, idx, agent, parent, expires) VALUES(?, ?, ?, ?, ?)',
  )
  const endMandates = database.prepare(
    `${withDescendants} UPDATE mandates SET ended = ?2 WHERE ended IS NULL AND id IN below`,
  )
  const endLeasesBelow = database.prepare(
    `${withDescendants} UPDATE leases SET ended = ?2 WHERE ended IS NULL AND mandate IN below`,
  )
  const lease = database.prepare('SELECT id FROM leases WHERE id = ? OR token_hash = ?')
  const addLease = database.prepare(
    'INSERT INTO leases(id, idx, agent, mandate, token_hash) VALUES(?, ?, ?, ?, ?)',
  )
  const asks = createAskRows(database)
  const endLease = database.prepare('UPDATE leases SET ended = coalesce(ended, ?) WHERE id = ?')

  return {
    'mandate-granted'({ mandate: granted }, { index, at }) {
      const { id, agent: name, parent, expiresAt } = granted
      checkAgent(name)
      if (mandate.get(id) !== undefined)
        conflict(`there is a mandate \`${id}\` already`, 'use a new id')
      if (parent !== null) checkUnder(parent, expiresAt, at)
      const { widens } = granted
      if (widens === undefined) {
        addMandate.run(id, index, name, parent, expiresAt)
        return
      }
      const ask = asks.waiting(widens.ask, at)
      const same = ask.agent === name && ask.mandate === widens.mandate
      if (!same) conflict(`\`${widens.ask}\` asks for something else`, 'load the page again')
      checkUnder(widens.mandate, expiresAt, at)
      // It ends with what it widens, as those do that were narrowed from it.
      addMandate.run(id, index, name, widens.mandate, expiresAt)
      asks.answer(widens.ask, 'granted', index)
    },
    'mandate-revoked'({ mandate: id }, { at }) {
      if (mandate.get(id) === undefined) {
        conflict(`there is no mandate \`${id}\``, 'see `holdpoint mandate list`')
      }
      endMandates.run(id, at)
      endLeasesBelow.run(id, at)
    },
    'lease-issued'(
      { lease: { id, agent: name, mandate: under, tokenHash, expiresAt } },
      { index, at },
    ) {
      checkAgent(name)
      if (checkUnder(under, expiresAt, at).agent !== name) {
        conflict(`the mandate \`${under}\` is not one of \`${name}\``, 'grant it one')
      }
      if (asks.isWidening(under)) {
        conflict(`the mandate \`${under}\` only widens another`, 'issue a lease for that one')
      }
      if (lease.get(id, tokenHash) !== undefined) {
        conflict(`there is a lease \`${id}\`, or its token, already`, 'make a new one')
      }
      addLease.run(id, index, name, under, tokenHash)
    },
    // Twice is no mistake: two people may revoke the same lease, or it fell with its mandate
    // before.
    'lease-revoked'({ lease: id }, { at }) {
      if (endLease.run(at, id).changes !== 0) return
      conflict(`there is no lease \`${id}\``, 'see `holdpoint lease list`')
    },
  }
}

/** What is looked up before anything is changed; each throws a conflict. */
function createChecks(database: DatabaseSync) {
  const agent = database.prepare('SELECT name FROM agents WHERE name = ?')
  const mandate = database.prepare('SELECT agent, expires, ended FROM mandates WHERE id = ?')

  function checkAgent(name: AgentName): void {
    if (agent.get(name) !== undefined) return
    conflict(`there is no agent \`${name}\``, 'add it with `holdpoint agent add`')
  }

  /** Only what has not ended can be narrowed, or stood under, and by nothing that lasts longer. */
  function checkUnder(id: MandateId, expiresAt: Instant, at: Instant): { agent: string } {
    const row = mandate.get(id)
    if (row === undefined) conflict(`there is no mandate \`${id}\``, 'see `holdpoint mandate list`')
    const expires = textOf(row, 'expires')
    if (textOrNull(row, 'ended') !== null || expires <= at) {
      conflict(`the mandate \`${id}\` has ended`, 'grant a new one')
    }
    if (expiresAt > expires)
      conflict(`the mandate \`${id}\` ends at ${expires}`, 'ask for less time')
    return { agent: textOf(row, 'agent') }
  }

  return { mandate, checkAgent, checkUnder }
}
