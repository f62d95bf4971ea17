import { documentLimits, parseDocument } from './document.ts'
import type { ParsedDocument } from './document.ts'

/** Agents send the same few documents again and again, with other variables. */
export interface DocumentCache {
  parse(text: string): ParsedDocument
  readonly size: number
}

const documentsMax = 500
/** A parsed document takes about a hundred times the room of its text. */
const totalCharactersMax = 262_144

/**
 * Remembers by the exact text, which is all that a parse depends on: nobody's document can stand
 * for another's. The one unused for longest goes first.
 */
export function createDocumentCache(): DocumentCache {
  const kept = new Map<string, ParsedDocument>()
  let characters = 0

  function parse(text: string): ParsedDocument {
    const known = kept.get(text)
    if (known !== undefined) {
      kept.delete(text)
      kept.set(text, known)
      return known
    }
    const parsed = parseDocument(text)
    if (text.length <= documentLimits.charactersMax) keep(text, parsed)
    return parsed
  }

  function keep(text: string, parsed: ParsedDocument): void {
    kept.set(text, parsed)
    characters += text.length
    for (const oldest of kept.keys()) {
      if (kept.size <= documentsMax && characters <= totalCharactersMax) break
      kept.delete(oldest)
      characters -= oldest.length
    }
  }

  return {
    parse,
    get size() {
      return kept.size
    },
  }
}
