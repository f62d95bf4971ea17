// The settings that a session begins with, as the statements that would set them: so that they are
// read and judged like any other.
// https://www.postgresql.org/docs/current/sql-set.html
import type { Parameter } from './startup.ts'

/** Empty for none. */
export function settingsText(settings: readonly Parameter[]): string {
  return settings.map(statement).join(' ')
}

function statement([name, value]: Parameter): string {
  // A list when a session begins with it; in SET, one string is one name.
  const values = name.toLowerCase() === 'search_path' ? namesOf(value) : [value]
  return `SET ${nameText(name)} TO ${values.map(valueText).join(', ')};`
}

/** Names between commas: quoted ones as they are, others in lower case. */
function namesOf(list: string): readonly string[] {
  const names = list.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? ['']
  return names.map((one) => {
    const name = one.trim()
    const quoted = /^"((?:[^"]|"")*)"$/.exec(name)?.[1]
    return quoted === undefined ? name.toLowerCase() : quoted.replaceAll('""', '"')
  })
}

/** `a.b` names a setting `b` of an extension `a`; names are not told apart by case. */
function nameText(name: string): string {
  const words = name.toLowerCase().split('.')
  return words.map((word) => `"${word.replaceAll('"', '""')}"`).join('.')
}

/** Read alike whatever `standard_conforming_strings` is. */
function valueText(value: string): string {
  const quoted = value.replaceAll("'", "''")
  return value.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}
