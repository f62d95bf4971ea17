import { Fault } from '../../../domain/fault.ts'
import type { Collected, Key, SchemaObject } from './collected.ts'

export interface Edge {
  readonly from: Key
  readonly to: Key
}

export interface Ordered {
  readonly before: readonly SchemaObject[]
  readonly after: readonly SchemaObject[]
}

const data: SchemaObject = {
  ...{ key: 'data', name: 'the data', rank: 15, side: 'either', make: [], needs: [] },
}

/** Each after all that it leans on; otherwise by rank and name, so that it is always the same. */
export function order(collected: Collected, edges: readonly Edge[]): Ordered {
  const objects = new Map([...collected.objects, data].map((one) => [one.key, one]))
  const waits = new Map<Key, Set<Key>>([...objects.keys()].map((key) => [key, new Set()]))
  const named = (key: Key): Key => collected.aliases.get(key) ?? key
  const lean = (from: Key, to: Key): void => {
    if (from !== to && objects.has(from) && objects.has(to)) waits.get(from)?.add(to)
  }
  for (const { from, to } of edges) lean(named(from), named(to))
  for (const { key, needs, side } of collected.objects) {
    for (const need of needs) lean(key, named(need))
    if (side === 'before') lean(data.key, key)
    if (side === 'after') lean(key, data.key)
  }
  const sorted = sort(objects, waits)
  const at = sorted.indexOf(data)
  return { before: sorted.slice(0, at), after: sorted.slice(at + 1) }
}

function sort(
  objects: ReadonlyMap<Key, SchemaObject>,
  waits: ReadonlyMap<Key, Set<Key>>,
): readonly SchemaObject[] {
  const wanted = new Map<Key, Key[]>()
  for (const [key, needs] of waits) {
    for (const need of needs) wanted.set(need, [...(wanted.get(need) ?? []), key])
  }
  const ready = new Ranked()
  for (const [key, needs] of waits) if (needs.size === 0) ready.add(objects.get(key))
  const sorted: SchemaObject[] = []
  for (let next = ready.take(); next !== undefined; next = ready.take()) {
    sorted.push(next)
    for (const key of wanted.get(next.key) ?? []) {
      const needs = waits.get(key)
      needs?.delete(next.key)
      if (needs?.size === 0) ready.add(objects.get(key))
    }
  }
  if (sorted.length === objects.size) return sorted
  const done = new Set(sorted)
  const stuck = [...objects.values()].filter((one) => !done.has(one)).map(({ name }) => name)
  throw new Fault(
    'export-cycle',
    `these lean on one another, and cannot be made in any order: ${stuck.slice(0, 5).join(', ')}`,
  )
}

/** A shelf for each rank; of a rank, what came last. */
class Ranked {
  readonly #shelves = new Map<number, SchemaObject[]>()

  add(one: SchemaObject | undefined): void {
    if (one === undefined) return
    const shelf = this.#shelves.get(one.rank)
    if (shelf === undefined) this.#shelves.set(one.rank, [one])
    else shelf.push(one)
  }

  take(): SchemaObject | undefined {
    let least: number | null = null
    for (const rank of this.#shelves.keys()) if (least === null || rank < least) least = rank
    if (least === null) return undefined
    const shelf = this.#shelves.get(least)
    const one = shelf?.pop()
    if (shelf?.length === 0) this.#shelves.delete(least)
    return one
  }
}
