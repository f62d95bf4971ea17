// Readings by exact text, and by everything else that they depend on: the catalogue's version
// (which has the role, the search path, the server) and the place.
import type { Catalogue, SqlPlace, SqlRead } from '../providers/postgres/index.ts'

export interface Memory {
  get(catalogue: Catalogue | null, place: SqlPlace, text: string): SqlRead | null
  set(catalogue: Catalogue | null, place: SqlPlace, text: string, read: SqlRead): void
}

const contextsMax = 32
const textsMax = 2000
const charactersMax = 524_288

/**
 * Two generations: what is asked for moves to the young one, and when that is full the old one is
 * let go. A map kept in order of use would be rebuilt again and again.
 */
interface Shelf {
  young: Map<string, SqlRead>
  old: Map<string, SqlRead>
  /** of the young one */
  characters: number
}

export function createMemory(): Memory {
  const shelves = new Map<string, Shelf>()

  function shelfOf(catalogue: Catalogue | null, place: SqlPlace): Shelf {
    const key = JSON.stringify([catalogue?.version ?? null, place])
    let shelf = shelves.get(key)
    if (shelf === undefined) shelf = { young: new Map(), old: new Map(), characters: 0 }
    else shelves.delete(key)
    shelves.set(key, shelf)
    for (const oldest of shelves.keys()) {
      if (shelves.size <= contextsMax) break
      shelves.delete(oldest)
    }
    return shelf
  }

  // Sessions ask again and again with the same two objects.
  let last: Readonly<{ catalogue: Catalogue | null; place: SqlPlace; shelf: Shelf }> | null = null
  function shelf(catalogue: Catalogue | null, place: SqlPlace): Shelf {
    if (last?.catalogue !== catalogue || last.place !== place) {
      last = { catalogue, place, shelf: shelfOf(catalogue, place) }
    }
    return last.shelf
  }

  return {
    get(catalogue, place, text) {
      const own = shelf(catalogue, place)
      const young = own.young.get(text)
      if (young !== undefined) return young
      const old = own.old.get(text)
      if (old === undefined) return null
      put(own, text, old)
      return old
    },
    set(catalogue, place, text, read) {
      if (text.length <= charactersMax / 4) put(shelf(catalogue, place), text, read)
    },
  }
}

function put(shelf: Shelf, text: string, read: SqlRead): void {
  if (!shelf.young.has(text)) shelf.characters += text.length
  shelf.young.set(text, read)
  if (shelf.young.size <= textsMax / 2 && shelf.characters <= charactersMax / 2) return
  shelf.old = shelf.young
  shelf.young = new Map()
  shelf.characters = 0
}
