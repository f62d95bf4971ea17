// Which views read a relation: from their definitions, once for each catalogue.
import { childrenOf, nodeOf, textOf } from '../../languages/sql/tree.ts'
import type { Tree } from '../../languages/sql/tree.ts'
import type { Catalogue, Relation } from './catalogue.ts'
import type { Context } from './context.ts'

const known = new WeakMap<Catalogue, ReadonlyMap<string, readonly Relation[]>>()

/** Views on the relation, views on those, and so on. */
export function readers(context: Context, relation: Relation): readonly Relation[] {
  let direct = known.get(context.catalogue)
  if (direct === undefined) {
    direct = directReaders(context)
    known.set(context.catalogue, direct)
  }
  const found = new Set<Relation>()
  const queue = [relation]
  for (const one of queue) {
    for (const view of direct.get(one.oid) ?? []) {
      if (found.has(view)) continue
      found.add(view)
      queue.push(view)
    }
  }
  return [...found]
}

function directReaders(context: Context): ReadonlyMap<string, readonly Relation[]> {
  const found = new Map<string, Relation[]>()
  for (const view of context.catalogue.relations) {
    if (view.definition === null) continue
    const parsed = context.parser.parse(view.definition)
    if (parsed.kind === 'refused') continue
    for (const statement of parsed.statements) {
      eachRange(statement.tree, (range) => {
        const target = context.names.relation(textOf(range, 'schemaname'), textOf(range, 'relname'))
        if (target.kind !== 'relation') return
        const list = found.get(target.relation.oid) ?? []
        list.push(view)
        found.set(target.relation.oid, list)
      })
    }
  }
  return found
}

/** Every relation named in a tree, in subqueries too. */
function eachRange(tree: Tree, visit: (range: Tree) => void): void {
  for (const field in tree) {
    const value = tree[field]
    if (typeof value !== 'object' || value === null) continue
    const parts = Array.isArray(value) ? childrenOf(tree, field) : [nodeOf(value)]
    for (const part of parts) {
      if (part === null) eachRange(value as Tree, visit)
      else if (part.kind === 'RangeVar') visit(part.tree)
      else eachRange(part.tree, visit)
    }
  }
}
