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

interface Shelf {
  readonly texts: Map<string, SqlRead>
  characters: number
}

export function createMemory(): Memory {
  const shelves = new Map<string, Shelf>()

  function shelfOf(catalogue: Catalogue | null, place: SqlPlace): Shelf {
    const key = JSON.stringify([catalogue?.version ?? null, place])
    let shelf = shelves.get(key)
    if (shelf === undefined) shelf = { texts: new Map(), characters: 0 }
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
      const { texts } = shelf(catalogue, place)
      const known = texts.get(text)
      if (known === undefined) return null
      texts.delete(text)
      texts.set(text, known)
      return known
    },
    set(catalogue, place, text, read) {
      const own = shelf(catalogue, place)
      if (text.length > charactersMax / 4) return
      if (!own.texts.has(text)) own.characters += text.length
      own.texts.set(text, read)
      for (const oldest of own.texts.keys()) {
        if (own.texts.size <= textsMax && own.characters <= charactersMax) break
        own.texts.delete(oldest)
        own.characters -= oldest.length
      }
    },
  }
}
