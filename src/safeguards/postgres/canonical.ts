// A schema as text that does not depend on the order in which it was read or on names of roles.
import { render } from './statement.ts'
import type { Statement } from './statement.ts'

/** What is on one side only, in a few words; null when both are the same. */
export function firstDifference(
  expected: readonly Statement[],
  found: readonly Statement[],
  originalRole: (name: string) => string,
): string | null {
  const wanted = expected.map((one) => textOf(one, (role) => role))
  const there = found.map((one) => textOf(one, originalRole))
  const exact = withoutPairs(wanted, there)
  const { missing, stray } = withoutPairs(
    exact.missing.map((text) => canonical(text)),
    exact.stray.map((text) => canonical(text)),
  )
  if (missing[0] !== undefined) return `\`${short(missing[0])}\` is missing`
  return stray[0] === undefined ? null : `\`${short(stray[0])}\` is there and should not be`
}

function textOf(statement: Statement, role: (name: string) => string): string {
  return render(statement, { role, database: 'database' })
}

interface Unpaired {
  readonly missing: readonly string[]
  readonly stray: readonly string[]
}

function withoutPairs(wanted: readonly string[], there: readonly string[]): Unpaired {
  const counts = new Map<string, number>()
  for (const text of there) counts.set(text, (counts.get(text) ?? 0) + 1)
  const missing = wanted.filter((text) => {
    const count = counts.get(text) ?? 0
    if (count > 0) counts.set(text, count - 1)
    return count === 0
  })
  return { missing, stray: [...counts].flatMap(([text, count]) => (count > 0 ? [text] : [])) }
}

/**
 * PostgreSQL prints some expressions another way once it has read what it printed: it moves casts
 * and parentheses. Outside of quotes, both are left out on both sides.
 */
function canonical(text: string): string {
  const pieces = text.split(/('(?:[^']|'')*'|"(?:[^"]|"")*"|\$\w*\$[\s\S]*)/)
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : bare(piece))).join('')
}

function bare(text: string): string {
  const words = text.replace(castPattern, '').replace(/[()\s]+/g, ' ')
  return words.replace(/ ?([^\w ]) ?/g, '$1').trim()
}

const castPattern =
  /::(?:[a-z_][\w.]*)(?: varying| precision| with(?:out)? time zone)*(?:\(\d+(?:,\d+)?\))?(?: with(?:out)? time zone)?(?:\[\])*/g

function short(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`
}
