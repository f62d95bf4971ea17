// RailwayChangeSet, version 1, as the CLI's `src/iac/change_set.rs` writes it: resources are
// addressed by name (`service.api`), so that an effect is one on the environment that is named.
import type { Effect, Undo } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import { isValueList, isValueObject, valueMember } from '../../languages/graphql/value.ts'
import type { Value, ValueObject } from '../../languages/graphql/value.ts'
import { unknownEffect } from './call.ts'

type Changing = 'write' | 'destroy' | 'escalate'
type Judged = readonly [Changing, Undo]

const membersKnown = new Set(['version', 'changes', 'diagnostics', 'partial', 'declared'])

/** By what they are called, never by the `severity` that the sender gives them. */
const kinds: Readonly<Record<string, Judged>> = {
  'domain.create': ['write', 'trivial'],
  'resource.create': ['write', 'trivial'],
  'resource.delete': ['destroy', 'never'],
  'variable.delete': ['destroy', 'from-safeguard'],
  'variable.set': ['write', 'never'],
}

/** What a `resource.update` does, by the field that it changes. */
const fields: Readonly<Record<string, Judged>> = {
  build: ['escalate', 'never'],
  // A region or size that becomes another moves data, or cuts it.
  config: ['destroy', 'never'],
  deploy: ['escalate', 'never'],
  groupId: ['write', 'trivial'],
  name: ['write', 'trivial'],
  networking: ['escalate', 'never'],
  source: ['write', 'trivial'],
  volumeAttachments: ['destroy', 'trivial'],
}

export function readChanges(changeSet: ValueObject, within: Resource['within']): readonly Effect[] {
  const changes = valueMember(changeSet, 'changes')
  const known = Object.keys(changeSet).every((name) => membersKnown.has(name))
  if (!known || !isValueList(changes)) return [unknownEffect('a change set that cannot be read')]
  return changes.flatMap((change) => readChange(change, within))
}

function readChange(change: Value, within: Resource['within']): readonly Effect[] {
  const judged = isValueObject(change) ? judge(change) : undefined
  if (judged === undefined) return [unknownEffect('a change of a kind that is not in the table')]
  const id = within.environment ?? null
  const resource: Resource = { provider: 'railway', type: 'environment', id, within: {} }
  const effects: Effect[] = [{ kind: judged[0], resource, extent: 'some', undo: judged[1] }]
  if (bringsCommands(change)) {
    effects.push({ kind: 'escalate', resource, extent: 'some', undo: 'never' })
  }
  return effects
}

function judge(change: ValueObject): Judged | undefined {
  const kind = valueMember(change, 'kind')
  if (kind === 'resource.update') return ownRow(fields, valueMember(change, 'field'))
  return ownRow(kinds, kind)
}

function ownRow(
  table: Readonly<Record<string, Judged>>,
  name: Value | undefined,
): Judged | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined
}

/** A new service may come with commands of its own, and with a port. */
function bringsCommands(change: Value): boolean {
  if (!isValueObject(change)) return false
  const resource = valueMember(change, 'resource')
  return (
    isValueObject(resource) &&
    ['build', 'deploy', 'networking'].some((name) => Object.hasOwn(resource, name))
  )
}
