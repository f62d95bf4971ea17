// Requests that are nearly always valid, and say a dangerous thing in one of the many ways that
// GraphQL and JSON have for it: variables, defaults, fragments, aliases, directives, batches.
import type { Dice } from './mutate.ts'

interface Draft {
  readonly dice: Dice
  readonly definitions: string[]
  readonly fragments: string[]
  readonly variables: Record<string, unknown>
}

export function generateRequest(dice: Dice): Uint8Array {
  const count = dice(6) === 0 ? 2 : 1
  const requests = Array.from({ length: count }, () => requestText(dice))
  const body = count === 1 && dice(8) > 0 ? (requests[0] ?? '') : `[${requests.join(',')}]`
  return new TextEncoder().encode(body)
}

function requestText(dice: Dice): string {
  const draft: Draft = { dice, definitions: [], fragments: [], variables: {} }
  const kind = dice(4) === 0 ? 'query' : 'mutation'
  const selection = selectionSet(draft, kind, 0)
  const given = draft.definitions.length === 0 ? '' : `(${draft.definitions.join(' ')})`
  const parts = [`${kind} Main${given} ${selection}`, ...draft.fragments]
  if (dice(4) === 0) parts.push('query Other { me { id } }')
  const query = shuffle(parts, dice).join(dice(2) === 0 ? '\n' : ' #x\r')
  const members = [
    `${name('query', dice)}:${JSON.stringify(query)}`,
    `"variables":${JSON.stringify(draft.variables)}`,
  ]
  if (dice(3) > 0) members.push(`"operationName":${dice(12) === 0 ? '"Other"' : '"Main"'}`)
  if (dice(40) === 0) members.push('"query":"{ me { id } }"')
  return `{${shuffle(members, dice).join(',')}}`
}

function name(text: string, dice: Dice): string {
  return dice(10) === 0 ? `"\\u00${text.charCodeAt(0).toString(16)}${text.slice(1)}"` : `"${text}"`
}

function selectionSet(draft: Draft, kind: string, depth: number): string {
  const { dice } = draft
  const type = kind === 'query' ? 'Query' : 'Mutation'
  const selections = Array.from({ length: 1 + dice(3) }, () => {
    const condition = directive(draft)
    if (depth < 3 && dice(4) === 0) {
      const on = dice(2) === 0 ? `on ${type}` : ''
      return `... ${on} ${condition} ${selectionSet(draft, kind, depth + 1)}`
    }
    if (depth < 3 && dice(4) === 0) {
      const at = draft.fragments.push('') - 1
      const inner = selectionSet(draft, kind, depth + 1)
      draft.fragments[at] = `fragment F${at} on ${type} ${inner}`
      return `...F${at} ${condition}`
    }
    const [field, below] = kind === 'query' ? look(draft) : [deed(draft), '']
    return `a${dice(1_000_000)}: ${field} ${condition} ${below}`
  })
  return `{ ${selections.join(' ')} }`
}

function directive(draft: Draft): string {
  const { dice } = draft
  if (dice(3) > 0) return ''
  const which = dice(2) === 0 ? 'skip' : 'include'
  const literal = dice(2) === 0
  if (literal) return `@${which}(if: ${dice(2) === 0})`
  return `@${which}(if: ${variable(draft, 'Boolean', dice(2) === 0)})`
}

/** A variable given, or left to its default, or (rarely) of the wrong kind. */
function variable(draft: Draft, type: string, value: unknown): string {
  const { dice, definitions, variables } = draft
  const id = `v${definitions.length}`
  const other = typeof value === 'boolean' ? !value : 'other'
  const way = dice(12)
  if (way < 3) definitions.push(`$${id}: ${type} = ${literalOf(value)}`)
  else if (way < 5) definitions.push(`$${id}: ${type} = ${literalOf(other)}`)
  else definitions.push(`$${id}: ${type}!`)
  if (way === 11) variables[id] = String(value)
  else if (way >= 3) variables[id] = value
  return `$${id}`
}

function literalOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(literalOf).join(' ')}]`
  const fields = Object.entries(value).map(([key, inner]) => `${key}: ${literalOf(inner)}`)
  return `{${fields.join(', ')}}`
}

function argument(draft: Draft, type: string, value: unknown): string {
  if (draft.dice(2) === 0) return variable(draft, type, value)
  if (typeof value === 'string' && draft.dice(4) === 0) return `"""${value}"""`
  return literalOf(value)
}

function deed(draft: Draft): string {
  const { dice } = draft
  const id = `id${dice(3)}`
  const text = (value: string) => argument(draft, 'String', value)
  switch (dice(6)) {
    case 0:
      return `volumeDelete(volumeId: ${text(id)})`
    case 1:
      return `serviceDelete(id: ${text(id)}${dice(2) === 0 ? '' : `, environmentId: ${text('e')}`})`
    case 2:
      return 'userDelete'
    case 3: {
      const input = `{ name: ${text(id)}, environmentId: ${text('e')}, projectId: "p" }`
      return `variableDelete(input: ${input})`
    }
    case 4: {
      const patch = { volumes: { [id]: { isDeleted: dice(3) > 0 } }, services: {} }
      const given = argument(draft, 'EnvironmentConfig', patch)
      return `environmentPatchCommit(environmentId: "e", patch: ${given})`
    }
    default: {
      const kinds = ['DAILY', 'WEEKLY', 'MONTHLY'].slice(0, dice(4)).join()
      const given = `volumeInstanceId: ${text(id)}, kinds: [${kinds}]`
      return `volumeInstanceBackupScheduleUpdate(${given})`
    }
  }
}

function look(draft: Draft): readonly [field: string, below: string] {
  const id = argument(draft, 'String', `id${draft.dice(3)}`)
  const decrypt = argument(draft, 'Boolean', draft.dice(2) === 0)
  switch (draft.dice(4)) {
    case 0:
      return [`environment(id: ${id})`, `{ config(decryptVariables: ${decrypt}) }`]
    case 1:
      return [`environment(id: ${id})`, `{ ... { x: config(decryptVariables: ${decrypt}) } }`]
    case 2:
      return [`project(id: ${id})`, '{ name: id }']
    default:
      return ['me', '{ id }']
  }
}

function shuffle<T>(items: readonly T[], dice: Dice): readonly T[] {
  return items
    .map((item) => ({ item, rank: dice(1_000_000) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}
