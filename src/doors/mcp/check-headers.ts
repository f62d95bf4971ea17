// Headers repeat what the body says, so that others on the way can look at them; a server that goes
// by them must find in them what was judged. One that says otherwise is refused, as the
// specification has it.
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
import type { Message } from '../../wire/mcp/message.ts'
import { isModern, versionKey } from '../../wire/mcp/methods.ts'
import type { Inbound } from './inbound.ts'

/** The revision that a message is of, by its own word or its header; null where it says none. */
export function versionOf(message: Message, inbound: Inbound): string | null {
  const meta = message.kind === 'response' ? undefined : message.params['_meta']
  const inBody: unknown =
    typeof meta === 'object' && meta !== null && Object.hasOwn(meta, versionKey)
      ? Reflect.get(meta, versionKey)
      : undefined
  return typeof inBody === 'string' ? inBody : inbound.header('mcp-protocol-version')
}

/** Of a revision without sessions: by its body's own word, whatever that is, or by the header. */
export function saysModern(message: Message, inbound: Inbound): boolean {
  const meta = message.kind === 'response' ? undefined : message.params['_meta']
  const claims = typeof meta === 'object' && meta !== null && Object.hasOwn(meta, versionKey)
  return claims || isModern(inbound.header('mcp-protocol-version'))
}

/** What does not agree; null when all does. */
export function headerFault(message: Message, inbound: Inbound): string | null {
  if (message.kind === 'response') return null
  const version = versionOf(message, inbound)
  const named = inbound.header('mcp-protocol-version')
  if (named !== null && version !== named) {
    return 'the header MCP-Protocol-Version is not the version that the body says'
  }
  const modern = saysModern(message, inbound)
  if (modern && named === null) return 'the header MCP-Protocol-Version is missing'
  const method = inbound.header('mcp-method')
  if (modern && method === null) return 'the header Mcp-Method is missing'
  if (method !== null && method !== message.method) {
    return 'the header Mcp-Method is not the method of the body'
  }
  return nameFault(message, inbound, modern) ?? parameterFault(message, inbound)
}

/** What must be repeated, of which methods. */
const repeated: ReadonlyMap<string, 'name' | 'uri'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

type Asked = Exclude<Message, { kind: 'response' }>

function nameFault({ method, params }: Asked, inbound: Inbound, modern: boolean): string | null {
  const names = repeated.get(method)
  const given = inbound.header('mcp-name')
  const meant = names === undefined ? undefined : params[names]
  if (given === null) {
    return modern && typeof meant === 'string' ? 'the header Mcp-Name is missing' : null
  }
  return decoded(given) === meant ? null : 'the header Mcp-Name is not the name in the body'
}

const parameterPrefix = 'mcp-param-'

/** Each such header repeats an argument; one that repeats none is another request's. */
function parameterFault({ params }: Asked, inbound: Inbound): string | null {
  const given = inbound.headers.filter(([name]) => name.startsWith(parameterPrefix))
  if (given.length === 0) return null
  const values = new Set<string>()
  collect(params['arguments'], values, 0)
  for (const [name, value] of given) {
    const meant = decoded(value)
    if (meant === null || !(values.has(meant) || values.has(numeric(meant)))) {
      return `the header ${name} is not the argument in the body`
    }
  }
  return null
}

function numeric(text: string): string {
  return /^-?\d+(\.\d+)?$/.test(text) ? String(Number(text)) : text
}

const depthMax = 16

function collect(value: unknown, values: Set<string>, depth: number): void {
  if (depth > depthMax) return
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    values.add(String(value))
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) collect(one, values, depth + 1)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** null: it says that it is coded, and is not. */
function decoded(value: string): string | null {
  const coded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1]
  if (coded === undefined) return value
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(coded) || coded.length % 4 !== 0) return null
  try {
    return utf8.decode(Buffer.from(coded, 'base64'))
  } catch {
    return null
  }
}
