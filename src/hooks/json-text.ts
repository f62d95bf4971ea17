// JSON with comments and trailing commas, as agents' settings are written, with the place of every
// value: to change one thing and leave every other byte. What it cannot read it refuses.
// https://www.rfc-editor.org/rfc/rfc8259, and `//`, `/* */` and one trailing comma as in JSONC.
import { Fault } from '../domain/fault.ts'

export type JsonNode = Readonly<{ start: number; end: number }> &
  (
    | Readonly<{ kind: 'object'; members: readonly Member[] }>
    | Readonly<{ kind: 'array'; items: readonly JsonNode[] }>
    | Readonly<{ kind: 'text'; value: string }>
    | Readonly<{ kind: 'other'; text: string }>
  )

export interface Member {
  readonly start: number
  readonly key: string
  readonly value: JsonNode
}

export type ObjectNode = Extract<JsonNode, { kind: 'object' }>
export type ArrayNode = Extract<JsonNode, { kind: 'array' }>

const depthMax = 64
const charactersMax = 4_194_304

/** The whole document, an object; throws a Fault that says where it is not. */
export function readJsonText(text: string): ObjectNode {
  const reader = new Reader(text)
  const root = reader.document()
  if (root.kind !== 'object') throw reader.fault(root.start, 'an object was expected')
  return root
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    if (text.length > charactersMax) throw this.fault(0, 'it is too long')
    if (text.startsWith('\ufeff')) this.#at = 1
  }

  document(): JsonNode {
    const root = this.#value(0)
    this.#blank()
    if (this.#at < this.#text.length) throw this.fault(this.#at, 'something follows its end')
    return root
  }

  fault(at: number, why: string): Fault {
    const before = this.#text.slice(0, at).split('\n')
    const column = (before.at(-1)?.length ?? 0) + 1
    return new Fault('hook-settings', `${why}, at line ${before.length}, column ${column}`)
  }

  #value(depth: number): JsonNode {
    if (depth > depthMax) throw this.fault(this.#at, 'it is nested too deeply')
    this.#blank()
    const start = this.#at
    switch (this.#text[start]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return { kind: 'text', start, value: this.#string(), end: this.#at }
      default:
        return this.#other()
    }
  }

  #object(depth: number): JsonNode {
    const start = this.#at++
    const members: Member[] = []
    const seen = new Set<string>()
    while (this.#more('}', members.length)) {
      const at = this.#at
      if (this.#text[at] !== '"') throw this.fault(at, 'a name in quotes was expected')
      const key = this.#string()
      if (seen.has(key)) throw this.fault(at, `\`${key}\` is there twice`)
      seen.add(key)
      this.#blank()
      if (this.#text[this.#at] !== ':') throw this.fault(this.#at, 'a colon was expected')
      this.#at++
      members.push({ start: at, key, value: this.#value(depth + 1) })
    }
    return { kind: 'object', start, members, end: this.#at }
  }

  #array(depth: number): JsonNode {
    const start = this.#at++
    const items: JsonNode[] = []
    while (this.#more(']', items.length)) items.push(this.#value(depth + 1))
    return { kind: 'array', start, items, end: this.#at }
  }

  /** Past the comma to the next one; false past the bracket that closes. */
  #more(close: string, count: number): boolean {
    this.#blank()
    if (this.#text[this.#at] === close) {
      this.#at++
      return false
    }
    if (count > 0) {
      if (this.#text[this.#at] !== ',') throw this.fault(this.#at, 'a comma was expected')
      this.#at++
      this.#blank()
      if (this.#text[this.#at] === close) {
        this.#at++
        return false
      }
    }
    return true
  }

  #string(): string {
    const match = matchAt(
      /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y,
      this.#text,
      this.#at,
    )
    if (match === null) throw this.fault(this.#at, 'a text in quotes was expected')
    this.#at += match.length
    return JSON.parse(match) as string
  }

  #other(): JsonNode {
    const start = this.#at
    const pattern = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y
    const text = matchAt(pattern, this.#text, start)
    if (text === null) throw this.fault(start, 'a value was expected')
    this.#at += text.length
    return { kind: 'other', start, text, end: this.#at }
  }

  #blank(): void {
    const blank = matchAt(
      /(?:[ \t\r\n]|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y,
      this.#text,
      this.#at,
    )
    this.#at += blank?.length ?? 0
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

export function memberOf(object: ObjectNode, key: string): Member | null {
  return object.members.find((member) => member.key === key) ?? null
}

/** The value without its places. */
export function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ key, value }) => [key, plain(value)]))
    case 'array':
      return node.items.map(plain)
    case 'text':
      return node.value
    default:
      return JSON.parse(node.text) as unknown
  }
}
