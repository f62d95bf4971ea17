// What the parser lets pass and bash does not, or the other way round: such a text is refused.
import type { ParsedScript } from 'unbash'

/** Why it is no script that can be relied on; null: it is one. */
export function faultIn(text: string, script: ParsedScript): string | null {
  if (text.includes('\0')) return 'it has a NUL in it'
  const [error] = script.errors ?? []
  if (error !== undefined) return `not a script that bash reads: ${error.message}`
  return null
}
