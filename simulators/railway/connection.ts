// Relay's cursor connections, as Railway has them: forward by `first` and `after`, backward by
// `last` and `before`. https://relay.dev/graphql/connections.htm
import { refuse } from './access.ts'

export interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

const pageMax = 500

export function connection<I extends { readonly id: string }, T>(
  items: readonly I[],
  page: PageArguments,
  view: (item: I) => T,
): Connection<T> {
  const start = page.after == null ? 0 : position(items, page.after) + 1
  const end = page.before == null ? items.length : position(items, page.before)
  let from = start
  let to = Math.max(start, end)
  if (page.first != null) to = Math.min(to, from + Math.min(page.first, pageMax))
  else if (page.last != null) from = Math.max(from, to - Math.min(page.last, pageMax))
  const shown = items.slice(from, to)
  const edges = shown.map((item) => ({ cursor: cursorOf(item.id), node: view(item) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: to < items.length,
      hasPreviousPage: from > 0,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

function cursorOf(id: string): string {
  return Buffer.from(`cursor:${id}`).toString('base64')
}

function position(items: readonly { readonly id: string }[], cursor: string): number {
  const index = items.findIndex(({ id }) => cursorOf(id) === cursor)
  return index === -1 ? refuse('Invalid cursor') : index
}
