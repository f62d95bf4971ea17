// Routines with settings of their own: which of them change how their bodies are read.
import type { Catalogue, Routine } from './catalogue.ts'
import type { Context } from './context.ts'
import { namesOf } from './names.ts'
import type { Names } from './names.ts'

export function changesPath({ settings }: Routine): boolean {
  return settings.some((one) => one.startsWith('search_path='))
}

const derived = new WeakMap<Catalogue, Map<string, Names>>()

/** Names as that search path finds them; null when it cannot be told what it is. */
export function searchPathOf({ catalogue }: Context, { settings }: Routine): Names | null {
  const setting = settings.find((one) => one.startsWith('search_path=')) ?? ''
  const schemas = schemasIn(setting.slice('search_path='.length), catalogue.session.user)
  if (schemas === null) return null
  const { temporary } = catalogue.session
  const searchPath = schemas.map((one) => (one === 'pg_temp' ? temporary || one : one))
  if (!searchPath.includes('pg_catalog')) searchPath.unshift('pg_catalog')
  if (temporary !== '' && !searchPath.includes(temporary)) searchPath.unshift(temporary)
  const key = JSON.stringify(searchPath)
  let kept = derived.get(catalogue)
  if (kept === undefined) derived.set(catalogue, (kept = new Map<string, Names>()))
  let names = kept.get(key)
  if (names === undefined) {
    names = namesOf({ ...catalogue, session: { ...catalogue.session, searchPath } })
    kept.set(key, names)
  }
  return names
}

/** `"$user", public, "My Schema"`; null when it is not such a list. */
export function schemasIn(text: string, user: string): string[] | null {
  const schemas: string[] = []
  let rest = text.trim()
  if (rest === '' || rest === '""' || rest === "''") return schemas
  for (;;) {
    const found = /^(?:"((?:[^"]|"")*)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))\s*/.exec(rest)
    if (found === null) return null
    const [all, quoted, plain = ''] = found
    const name = quoted === undefined ? plain.toLowerCase() : quoted.replaceAll('""', '"')
    if (name !== '') schemas.push(name === '$user' ? user : name)
    rest = rest.slice(all.length)
    if (rest === '') return schemas
    if (!rest.startsWith(',')) return null
    rest = rest.slice(1).trim()
  }
}
