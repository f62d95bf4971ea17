import type { Mandate } from '../domain/mandate.ts'
import { mandateWords } from '../words/mandate.ts'

/** What the agent may do, what it may not, and how long: a line each. */
export function mandateLines(mandate: Mandate): readonly [string, string, string] {
  const { may, mayNot, until } = mandateWords(mandate)
  return [`may      ${may}`, `may not  ${mayNot}`, `until    ${until}`]
}
