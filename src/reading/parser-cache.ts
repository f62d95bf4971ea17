// Remembers parses by exact text: the bodies of functions and views are read again and again.
import type { Parsed, ParsedBody, SqlParser } from '../languages/sql/parse.ts'

const textsMax = 400
const charactersMax = 262_144

export function createParserCache(parser: SqlParser): SqlParser {
  return {
    parse: remembering<Parsed>((text) => parser.parse(text)),
    parseBody: remembering<ParsedBody>((text) => parser.parseBody(text)),
  }
}

/** The one unused for longest goes first. A refusal for size is not kept: it costs nothing. */
function remembering<T extends Parsed | ParsedBody>(
  parse: (text: string) => T,
): (text: string) => T {
  const kept = new Map<string, T>()
  let characters = 0
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) {
      kept.delete(text)
      kept.set(text, known)
      return known
    }
    const parsed = parse(text)
    if (parsed.kind === 'refused' || text.length > 8192) return parsed
    kept.set(text, parsed)
    characters += text.length
    for (const oldest of kept.keys()) {
      if (kept.size <= textsMax && characters <= charactersMax) break
      kept.delete(oldest)
      characters -= oldest.length
    }
    return parsed
  }
}
