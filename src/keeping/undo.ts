import { z } from 'zod'

import type { UndoAsked, UndoReport } from '../api/keeper.ts'
import { Fault } from '../domain/fault.ts'
import type { DecisionId, Digest, UpstreamName } from '../domain/names.ts'
import type { DecisionRecord } from '../store/store.ts'
import { administer, meant } from './administer.ts'
import type { KeeperOptions, Task } from './administer.ts'
import { droppedBy, restoreDropped } from './dropped.ts'
import { literal, readEnrolment } from './look.ts'
import { readUndo } from './read.ts'

/** What was let through and kept, taken back: the rows, the objects, and the proof that it is so. */
export async function undo(options: KeeperOptions, asked: UndoAsked): Promise<UndoReport> {
  const record = options.store.decision(asked.decision)
  if (record === null) {
    const says = `there is no decision \`${asked.decision}\`; \`holdpoint trash list\` shows what is kept`
    throw new Fault('not-found', says)
  }
  checkWasSent(record)
  const { upstream, database } = whereSent(options, record)
  const { settings } = meant(options, upstream, database)
  const task: Task = { settings, database, work: 'undo', by: asked.by }
  const { dryRun, force, decision, by } = asked
  const answer = await administer(options, task, async (client) => {
    if ((await readEnrolment(client)) === null) throw nothingKept(decision, database)
    const action = literal(record.decision.request.id)
    const [known] = await client.query(
      `SELECT count(*) FROM holdpoint.trash() WHERE action = ${action}`,
    )
    if (known?.[0] === '0') throw nothingKept(decision, database)
    const { id } = record.decision.request
    const dropped = await droppedBy(client, id)
    if (dropped !== null) return restoreDropped(client, options, id, dropped, dryRun)
    return readUndo(await client.query(`SELECT holdpoint.undo(${action}, ${dryRun}, ${force})`))
  })
  if (answer.done && !dryRun) {
    const { equal, conflicts, sha256After } = answer
    const counted = { equal, sha256: sha256After as Digest | null, conflicts: conflicts.length }
    await options.ledger.append({ kind: 'undone', decision, by, ...counted })
  }
  return { decision, upstream, database, dryRun, ...answer }
}

function checkWasSent({ decision, history }: DecisionRecord): void {
  const { id, verdict } = decision
  if (history.some(({ fact }) => fact.kind === 'sent')) {
    const effects = decision.impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
    if (effects.length === 0 || effects.some(({ kind }) => kind !== 'read')) return
    throw new Fault('nothing-to-undo', `\`${id}\` only read; there is nothing to take back`)
  }
  const why = {
    allow: 'was never sent',
    deny: 'was denied',
    hold: 'was held, and only the decision that spent its release could change anything',
  }[verdict.kind]
  const says = `\`${id}\` ${why}, so it changed nothing; see \`holdpoint explain ${id}\``
  throw new Fault('nothing-to-undo', says)
}

const sentSql = z.object({ kind: z.literal('sql'), upstream: z.string(), database: z.string() })

/** Where it went is in the request as it was judged, which is kept beside the ledger. */
function whereSent(
  { store }: KeeperOptions,
  { decision, index }: DecisionRecord,
): Readonly<{ upstream: UpstreamName; database: string }> {
  const kept = store.beside(index)
  if (kept === null) {
    throw new Fault('request-not-kept', `the request of \`${decision.id}\` was erased; ask its log`)
  }
  const parsed = sentSql.safeParse(JSON.parse(new TextDecoder().decode(kept.bytes)))
  if (parsed.success) {
    return { upstream: parsed.data.upstream as UpstreamName, database: parsed.data.database }
  }
  throw new Fault(
    'nothing-to-undo',
    `\`${decision.id}\` was not sent to a database; see \`holdpoint explain ${decision.id}\` ` +
      'for the backups that were made before it',
  )
}

function nothingKept(decision: DecisionId, database: string): Fault {
  return new Fault(
    'nothing-kept',
    `nothing is kept of \`${decision}\` in \`${database}\`: it had expired, or was never ` +
      'recoverable; `holdpoint explain` says which, and a backup of the server may have it',
  )
}
