import type { Action, Reader } from './domain/action.ts'
import { unreachable } from './domain/fault.ts'
import type { UpstreamName } from './domain/names.ts'
import type { NonEmpty } from './domain/nonempty.ts'
import type {
  HttpPayload,
  Request,
  SqlPayload,
  ToolPayload,
  TunnelPayload,
} from './domain/request.ts'
import type { Reading } from './parts.ts'
import { readTunnel } from './providers/egress/read.ts'

/** Headers that make some servers take another method or path than the request's own. */
const overriding = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
])

export interface InterpreterOptions {
  /** the reader of each upstream's provider */
  readonly readers: ReadonlyMap<UpstreamName, Reader<HttpPayload>>
}

export type SqlRequest = Request & Readonly<{ payload: SqlPayload }>

export type ToolRequest = Request & Readonly<{ payload: ToolPayload }>

type Interpret = (payload: HttpPayload | TunnelPayload) => NonEmpty<Action>

/** Request to actions. Total: what no reader can read is an illegible `unknown`, never nothing. */
export function createInterpreter({ readers }: InterpreterOptions): Interpret {
  function interpretHttp(payload: HttpPayload): NonEmpty<Action> {
    if (payload.unreadable !== null) return [illegible(payload, payload.unreadable)]
    if (isOverridden(payload)) return [illegible(payload, 'a header or parameter that overrides')]
    const actions = readers.get(payload.upstream)?.read(payload) ?? null
    return actions ?? [illegible(payload, `no reader for the upstream \`${payload.upstream}\``)]
  }

  return (payload) => {
    switch (payload.kind) {
      case 'http':
        return interpretHttp(payload)
      case 'tunnel':
        return readTunnel(payload)
      default:
        return unreachable(payload)
    }
  }
}

/** Of SQL only the request's own session can tell what names mean, so reading it takes time. What
 * a tool is given may hold SQL, or a script. */
export function createReading(
  interpret: Interpret,
  readSql: (request: SqlRequest) => Promise<Reading> | Reading,
  readTool: (request: ToolRequest) => Promise<Reading> | Reading,
): (request: Request) => Promise<Reading> | Reading {
  return (request) => {
    const { payload } = request
    if (payload.kind === 'tool') {
      const { unreadable: why, method, name } = payload
      if (why === null) return readTool({ ...request, payload })
      return { actions: [unreadable(method.slice(0, 80), name, why)], shape: null }
    }
    if (payload.kind !== 'sql') return { actions: interpret(payload), shape: null }
    if (payload.unreadable === null) return readSql({ ...request, payload })
    const verb = payload.form === 'open' ? 'connect' : 'SQL'
    return { actions: [unreadable(verb, payload.text, payload.unreadable)], shape: null }
  }
}

/** However it is spelled: underscores pass for hyphens in some servers, escapes for letters. */
function isOverridden({ headers, target }: HttpPayload): boolean {
  const named = headers.some(([name]) => overriding.has(name.toLowerCase().replaceAll('_', '-')))
  const [, ...search] = target.split('?')
  const names = search
    .join('?')
    .split(/[&;]/)
    .map((part) => part.split('=', 1)[0] ?? '')
  return named || names.some((name) => unescape(name).toLowerCase() === '_method')
}

function unescape(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function illegible({ method, target }: HttpPayload, why: string): Action {
  const [path = ''] = target.split('?', 1)
  return unreadable(method.slice(0, 80), `${method} ${path}`, why)
}

function unreadable(verb: string, excerpt: string, why: string): Action {
  return {
    verb,
    effects: [{ kind: 'unknown', why, legible: false }],
    evidence: {
      reader: 'interpret',
      excerpt: excerpt.slice(0, 200).toWellFormed(),
      span: null,
    },
  }
}
