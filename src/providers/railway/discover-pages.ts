import { Fault } from '../../domain/fault.ts'
import type { Question } from './discover-ask.ts'
import type { Members } from './discover-check.ts'
import { flag, id, list, members, text } from './discover-check.ts'

// Relay connections, followed to their ends: half a list would show half an impact.
// https://relay.dev/graphql/connections.htm

const pageSize = 50
/** things asked for in one request */
const batchMax = 5
const leavesMax = 25

const page = (fields: string): string =>
  `{ edges { node { ${fields} } } pageInfo { hasNextPage endCursor } }`

/** How to ask for one kind of thing, and for the lists that hang off it. */
export interface Shape<L extends string> {
  /** `environment(id: $ID, projectId: $project)`; `$ID` is filled in */
  readonly field: string
  readonly own: string
  readonly lists: Readonly<Record<L, string>>
  /** variables besides the ids: `$project: String!` */
  readonly declares: string
  readonly variables: Readonly<Record<string, string>>
}

export interface Whole<L extends string> {
  readonly id: string
  readonly own: Members
  readonly lists: ReadonlyMap<L, readonly Members[]>
}

/** Everything of several things: a few at a time, each list to its end. */
export async function readWhole<L extends string>(
  question: Question,
  shape: Shape<L>,
  ids: readonly string[],
): Promise<readonly Whole<L>[]> {
  const all = ids.map((each) => new Reading(each, shape))
  for (;;) {
    const unfinished = all.filter(({ pending }) => pending.size > 0).slice(0, batchMax)
    if (unfinished.length === 0) break
    const { query, variables } = writeBatch(shape, unfinished)
    const data = await question(query, variables)
    unfinished.forEach((reading, i) => {
      reading.take(members(data[`n${i}`], shape.field))
    })
  }
  return all.map((reading) => reading.whole())
}

/** One thing, as far as it has been read. */
class Reading<L extends string> {
  readonly id: string
  readonly pending: Map<L, string | null>
  readonly #read: Map<L, Members[]>
  #own: Members = {}

  constructor(wanted: string, { lists }: Shape<L>) {
    const names = Object.keys(lists) as L[]
    this.id = wanted
    this.pending = new Map(names.map((each) => [each, null]))
    this.#read = new Map(names.map((each) => [each, []]))
  }

  take(answer: Members): void {
    if (id(answer['id'], 'id') !== this.id) {
      throw new Fault('discover-malformed', 'railway answered with a thing that nobody asked for')
    }
    this.#own = answer
    for (const [each, cursor] of this.pending) {
      const { nodes, next } = readPage(answer[each], each)
      this.#read.get(each)?.push(...nodes)
      if (next === null) this.pending.delete(each)
      else this.pending.set(each, advanced(cursor, next, each))
    }
  }

  whole(): Whole<L> {
    return { id: this.id, own: this.#own, lists: this.#read }
  }
}

interface Batch {
  readonly query: string
  readonly variables: Record<string, string | number | null>
}

function writeBatch<L extends string>(
  { field, own, lists, declares, variables }: Shape<L>,
  readings: readonly Reading<L>[],
): Batch {
  const values: Batch['variables'] = { ...variables, first: pageSize }
  const declared = ['$first: Int!', declares]
  const asked = readings.map((reading, i) => {
    values[`id${i}`] = reading.id
    declared.push(`$id${i}: String!`)
    const parts = [...reading.pending].map(([each, cursor], k) => {
      values[`after${i}x${k}`] = cursor
      declared.push(`$after${i}x${k}: String`)
      return `${each}(first: $first, after: $after${i}x${k}) ${page(lists[each])}`
    })
    return `n${i}: ${field.replace('$ID', `$id${i}`)} { ${own} ${parts.join(' ')} }`
  })
  return { query: `query (${declared.join(' ')}) { ${asked.join('\n')} }`, variables: values }
}

function readPage(
  value: unknown,
  where: string,
): { readonly nodes: readonly Members[]; readonly next: string | null } {
  const connection = members(value, where)
  const { hasNextPage, endCursor } = members(connection['pageInfo'], `${where}.pageInfo`)
  const nodes = list(connection['edges'], `${where}.edges`).map((edge) =>
    members(members(edge, where)['node'], `${where}.node`),
  )
  const more = flag(hasNextPage, `${where}.hasNextPage`)
  return { nodes, next: more ? text(endCursor, `${where}.endCursor`) : null }
}

function advanced(before: string | null, next: string, where: string): string {
  if (next !== '' && next !== before) return next
  throw new Fault('discover-malformed', `railway's list of \`${where}\` does not end`)
}

/** A list at the root, such as `projects`. */
export async function readList(
  question: Question,
  field: string,
  fields: string,
  workspaceId: string,
): Promise<readonly Members[]> {
  const query = `query ($workspaceId: String!, $first: Int!, $after: String) {
    ${field}(workspaceId: $workspaceId, first: $first, after: $after) ${page(fields)} }`
  const read: Members[] = []
  for (let after: string | null = null; ;) {
    const data: Members = await question(query, { workspaceId, first: pageSize, after })
    const { nodes, next } = readPage(data[field], field)
    read.push(...nodes)
    if (next === null) return read
    after = advanced(after, next, field)
  }
}

/** A list that has no pages and hangs off ids: `volumeInstanceBackupList(volumeInstanceId: $x)`. */
export interface Leaf {
  readonly field: string
  readonly fields: string
  readonly ids: Readonly<Record<string, string>>
}

/** One list for each leaf, in order; many leaves to a request. */
export async function readLeaves(
  question: Question,
  leaves: readonly Leaf[],
): Promise<readonly (readonly Members[])[]> {
  const read: (readonly Members[])[] = []
  for (let from = 0; from < leaves.length; from += leavesMax) {
    const some = leaves.slice(from, from + leavesMax)
    const variables: Record<string, string> = {}
    const asked = some.map(({ field, fields, ids }, i) => {
      const given = Object.entries(ids).map(([argument, value], k) => {
        variables[`v${i}x${k}`] = value
        return `${argument}: $v${i}x${k}`
      })
      return `n${i}: ${field}(${given.join(', ')}) { ${fields} }`
    })
    const declared = Object.keys(variables).map((each) => `$${each}: String!`)
    const data = await question(`query (${declared.join(' ')}) { ${asked.join('\n')} }`, variables)
    some.forEach(({ field }, i) => {
      read.push(list(data[`n${i}`], field).map((each) => members(each, field)))
    })
  }
  return read
}
