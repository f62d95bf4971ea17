// What a server says of its tools. Names that pass for others, and descriptions with text that
// people do not see or that talks to the model instead of describing, are told apart here.
import { isList, isObject, member } from '../../languages/json/value.ts'
import type { JsonObject, JsonValue } from '../../languages/json/value.ts'
import type { ToolClaim } from '../../domain/request.ts'
import { canonicalJson } from '../canonical-json.ts'

export interface ToolDefinition {
  readonly name: string
  /** equal for equal definitions, and for no others */
  readonly canonical: string
  readonly description: string
  readonly claims: ToolClaim
  /** it declares the form of its results */
  readonly structured: boolean
  /** why a person has to look at it first; null: nothing is odd about it */
  readonly odd: string | null
}

const namePattern = /^[A-Za-z0-9_][A-Za-z0-9_.\-/]{0,127}$/

/** Text that is there for a model and not for people. */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u

const instructing = [
  /<\s*\/?\s*(important|system|instructions?|secret|hidden)\s*>/i,
  /\b(ignore|disregard|forget)\b.{0,40}\b(previous|prior|above|earlier|other)\b.{0,30}\b(instruction|prompt|rule|message|tool)/is,
  /\b(do not|don't|never|without)\b.{0,30}\b(tell|mention|inform|show|reveal|telling|informing|notifying)\b.{0,40}\b(user|human|person|them)\b/is,
  /\bbefore (using|calling|invoking)\b.{0,80}\b(read|open|cat|fetch|send|include|pass)\b/is,
  /(~\/|\/home\/|\$HOME\/)?\.(ssh|aws|kube|gnupg)\/|\bid_(rsa|ed25519)\b/i,
]

/** null: no list of tools. */
export function readDefinitions(result: JsonValue | null): readonly ToolDefinition[] | null {
  const tools = isObject(result ?? undefined) ? member(result as JsonObject, 'tools') : undefined
  if (!isList(tools) || !tools.every((tool) => isObject(tool))) return null
  const read = tools.map((tool) => readDefinition(tool))
  const alike = new Map<string, Set<string>>()
  for (const { name } of read) {
    const skeleton = name.toLowerCase().replace(/[_.\-/]/g, '')
    alike.set(skeleton, (alike.get(skeleton) ?? new Set()).add(name))
  }
  const names = read.map(({ name }) => name)
  return read.map((one) => {
    if (names.indexOf(one.name) !== names.lastIndexOf(one.name)) {
      return { ...one, odd: 'two tools have this name' }
    }
    const others = alike.get(one.name.toLowerCase().replace(/[_.\-/]/g, ''))?.size ?? 1
    return others > 1 ? { ...one, odd: one.odd ?? 'another tool has nearly the same name' } : one
  })
}

function readDefinition(tool: JsonObject): ToolDefinition {
  const name = member(tool, 'name')
  const description = member(tool, 'description')
  const text = typeof description === 'string' ? description : ''
  return {
    name: typeof name === 'string' ? name : '',
    canonical: canonicalJson(tool),
    description: text,
    claims: claimsOf(member(tool, 'annotations')),
    structured: isObject(member(tool, 'outputSchema')),
    odd: oddityOf(typeof name === 'string' ? name : '', tool),
  }
}

function claimsOf(annotations: JsonValue | undefined): ToolClaim {
  if (!isObject(annotations)) return 'nothing'
  if (member(annotations, 'destructiveHint') === true) return 'destroys'
  return member(annotations, 'readOnlyHint') === false ? 'writes' : 'nothing'
}

/** Whether a tool may ever be called by this name. */
export function isToolName(name: string): boolean {
  return namePattern.test(name)
}

function oddityOf(name: string, tool: JsonObject): string | null {
  if (!isToolName(name)) return 'its name is not of letters, digits and `_.-/` alone'
  for (const text of textsOf(tool, 0)) {
    if (unseen.test(text)) return 'its description has characters that nobody sees'
    if (instructing.some((pattern) => pattern.test(text))) {
      return 'its description gives orders instead of describing'
    }
  }
  return null
}

const depthMax = 12

/** Every text that a model is shown of it: descriptions and titles, those of arguments too. */
function textsOf(value: JsonValue, depth: number): readonly string[] {
  if (depth > depthMax) return []
  if (isList(value)) return value.flatMap((one) => textsOf(one, depth + 1))
  if (!isObject(value)) return typeof value === 'string' ? [value] : []
  return Object.entries(value).flatMap(([key, one]) => [key, ...textsOf(one, depth + 1)])
}
