// A text that two hits share only when Cedar would be asked the same of both. Each piece from
// outside is preceded by its length, so that no id can pass for the end of another piece.
import type { Action } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import type { Backups, Hit, Reach, Rows } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'

/** `mandates` tells the chain of mandates apart from every other. */
export function keyOf(mandates: string, standing: Standing, action: Action, hit: Hit): string {
  return (
    `${mandates} ${piece(standing.agent)}${piece(standing.owner)}` +
    `${piece(action.verb)}${piece(action.evidence.reader)}` +
    `${effectKey(hit.effect)} ${reachKey(hit.environments)} ` +
    `${backupsKey(hit.backups)} ${rowsKey(hit.rows)}`
  )
}

function effectKey(effect: Effect): string {
  if (effect.kind === 'unknown') return effect.legible ? 'legible' : 'illegible'
  const { kind, resource, extent } = effect
  const { provider, type, id } = resource
  const undo = 'undo' in effect ? effect.undo : ''
  const what = `${piece(provider)}${piece(type)}${id === null ? '-' : piece(id)}`
  return `${kind} ${extent} ${undo} ${what}`
}

function reachKey(reach: Reach): string {
  if (reach.kind === 'unknown') return '?'
  let key = ''
  for (const { name, protection } of reach.environments) key += piece(name) + protection
  return key
}

function backupsKey(backups: Backups): string {
  return backups.kind === 'exact' ? `${backups.inside.length}+${backups.surviving.length}` : '?'
}

function rowsKey(rows: Rows): string {
  return rows.kind === 'exact' ? `${rows.count}/${rows.share ?? ''}` : '?'
}

function piece(text: string): string {
  return `${text.length}:${text}`
}
