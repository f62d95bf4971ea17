// What arguments of a tool tell that no row speaks of: SQL, scripts and requests by the names that
// tools give them, and paths that lead to credentials. Finding something can only add to it.
import type { Carried } from '../../domain/carried.ts'
import { isList, isObject, member } from '../../languages/json/value.ts'
import type { JsonObject, JsonValue } from '../../languages/json/value.ts'

const depthMax = 8
const foundMax = 50

const sqlNames = /^(sql|statement|statements|sql_?query|sql_?text|raw_?sql|ddl)$/i
const maybeSqlNames = /^(query|queries|text|q)$/i
const sqlStart =
  /^\s*(--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*(select|insert|update|delete|drop|alter|truncate|create|with|grant|revoke|merge|copy|call|do|begin|vacuum|set)\b/i
const shellNames = /^(command|cmd|script|shell|bash|command_?line|shell_?command)$/i

export function carriedIn(args: JsonObject): readonly Carried[] {
  const found: Carried[] = []
  walk(args, 0, found)
  return found.slice(0, foundMax)
}

function walk(value: JsonValue, depth: number, found: Carried[]): void {
  if (depth > depthMax || found.length > foundMax) return
  if (isList(value)) for (const one of value) walk(one, depth + 1, found)
  if (!isObject(value)) return
  const request = requestIn(value)
  if (request !== null) found.push(request)
  for (const [name, one] of Object.entries(value)) {
    const text = wordsOf(one)
    if (text !== null) found.push(...carriedBy(name, text))
    else walk(one, depth + 1, found)
  }
}

/** A text, or a command as a list of its words. */
export function wordsOf(value: JsonValue): string | null {
  if (typeof value === 'string') return value
  if (!isList(value) || value.length === 0) return null
  if (!value.every((word) => typeof word === 'string')) return null
  return value.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function carriedBy(name: string, text: string): readonly Carried[] {
  if (sqlNames.test(name) || (maybeSqlNames.test(name) && sqlStart.test(text))) {
    return [{ kind: 'sql', engine: 'other', text, target: null }]
  }
  return shellNames.test(name) ? [{ kind: 'shell', text, directory: null }] : []
}

function requestIn(object: JsonObject): Carried | null {
  const url = member(object, 'url') ?? member(object, 'uri')
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) return null
  const method = member(object, 'method')
  const body = member(object, 'body') ?? member(object, 'data') ?? null
  return {
    kind: 'http',
    method: typeof method === 'string' ? method.toUpperCase() : 'GET',
    url,
    headers: [],
    body: body === null || typeof body === 'string' ? body : JSON.stringify(body),
  }
}

const credentialFile =
  /(^|\/)(\.env(\.[\w.-]+)?|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.(json|toml|ya?ml))?|application_default_credentials\.json|kubeconfig|[\w.-]+\.(pem|p12|pfx|key|kdbx))$|(^|\/)\.(ssh|aws|kube|gnupg|docker|railway|azure|config\/(gcloud|gh|hub|fly))\//i
const lookAlike = /(^|\/)\.env\.(example|sample|template|dist)$|\.pub$/i

/** Whether reading it is reading a secret. */
export function isCredentialFile(path: string): boolean {
  const plain = path.replace(/^file:\/\//, '').replaceAll('\\', '/')
  return credentialFile.test(plain) && !lookAlike.test(plain)
}

/** Every text in the arguments that could be a path. */
export function pathsIn(value: JsonValue, depth = 0): readonly string[] {
  if (depth > depthMax) return []
  if (typeof value === 'string') return /[/\\]|^\.?[\w-]+\.\w+$|^\.env/.test(value) ? [value] : []
  if (isList(value)) return value.flatMap((one) => pathsIn(one, depth + 1))
  if (!isObject(value)) return []
  return Object.values(value).flatMap((one) => pathsIn(one, depth + 1))
}
