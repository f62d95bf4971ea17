// An agent's session at one MCP server. What can act goes through the gate; the rest of the
// protocol goes by it, bounded.
import type {
  Gate,
  McpChannel,
  McpEvent,
  McpExchange,
  Refusal,
  Session,
  ToolPayload,
} from '../../domain/request.ts'
import type { UpstreamName } from '../../domain/names.ts'
import { errorCodes, errorText } from '../../wire/mcp/message.ts'
import type { Id, Message } from '../../wire/mcp/message.ts'
import { clientNotifications, mcpMethods } from '../../wire/mcp/methods.ts'
import { refusalText } from '../../wire/mcp/own-words.ts'
import { saysModern } from './check-headers.ts'
import { said, saidNothing } from './inbound.ts'
import type { Inbound } from './inbound.ts'

/** What takes an agent's messages, one at a time. */
export interface Seat {
  handle(message: Message, inbound: Inbound): Promise<McpExchange>
  /** What the server says of its own accord. */
  listen(after: string | null, signal: AbortSignal): Promise<McpExchange>
  close(): void
}

export interface SeatParts {
  readonly gate: Gate
  readonly session: Session
  readonly requestsMax: number
  /** aborts when the session is over */
  readonly over: AbortSignal
}

type Asked = Extract<Message, { kind: 'request' }>

export async function openSeat(
  parts: SeatParts,
  upstream: UpstreamName,
  inbound: Inbound,
): Promise<Seat | Refusal> {
  const { gate, session, over } = parts
  const payload: ToolPayload = { ...bare, upstream, form: 'open' }
  const { presented } = inbound
  const signal = AbortSignal.any([inbound.signal, over])
  const reply = await gate.pass({ door: 'mcp', session, presented, payload }, signal)
  if (reply.kind === 'refusal') return reply
  if (reply.kind !== 'mcp-opened') throw new TypeError(`a ${reply.kind} came for a session`)
  return new DirectSeat(parts, upstream, reply.channel)
}

const bare: Omit<ToolPayload, 'upstream' | 'form'> = {
  ...{ kind: 'tool', id: 0, method: '', name: '', params: '', headers: [] },
  ...{ definition: null, claims: 'nothing', unreadable: null },
}

class DirectSeat implements Seat {
  readonly #parts: SeatParts
  readonly #upstream: UpstreamName
  readonly #channel: McpChannel
  readonly #under = new Set<Id>()
  #initialized = false

  constructor(parts: SeatParts, upstream: UpstreamName, channel: McpChannel) {
    this.#parts = parts
    this.#upstream = upstream
    this.#channel = channel
  }

  async handle(message: Message, inbound: Inbound): Promise<McpExchange> {
    switch (message.kind) {
      case 'notification':
        // What nobody knows here may do anything; nobody waits for an answer to it.
        if (!clientNotifications.has(message.method)) return saidNothing(202)
        return this.#pass(message, inbound)
      case 'response': {
        const { id } = message
        const why = id === null ? 'it answers nothing' : this.#channel.mayAnswer(id)
        if (why !== null) return said(400, errorText(null, errorCodes.request, why))
        return this.#pass(message, inbound)
      }
      case 'request':
        return this.#request(message, inbound)
    }
  }

  listen(after: string | null, signal: AbortSignal): Promise<McpExchange> {
    return this.#channel.listen(after, AbortSignal.any([signal, this.#parts.over]))
  }

  close(): void {
    this.#channel.close()
  }

  #pass({ text }: Message, { headers, signal }: Inbound): Promise<McpExchange> {
    return this.#channel.pass(text, headers, AbortSignal.any([signal, this.#parts.over]))
  }

  async #request(message: Asked, inbound: Inbound): Promise<McpExchange> {
    const { id, method } = message
    const modern = saysModern(message, inbound)
    const row = mcpMethods.get(method)
    const no = (code: number, why: string, status = modern ? 400 : 200): McpExchange =>
      said(status, errorText(id, code, why))
    if (row === undefined || (modern && row.legacy === true)) {
      return no(errorCodes.method, `\`${method}\` is not taken here`, modern ? 404 : 200)
    }
    if (typeof id === 'string' && id.startsWith('holdpoint-')) {
      return no(errorCodes.request, 'ids that begin so are of the gate itself')
    }
    if (this.#under.has(id)) return no(errorCodes.request, 'a request with this id is under way')
    if (this.#under.size >= this.#parts.requestsMax) {
      return no(errorCodes.request, `more than ${this.#parts.requestsMax} requests at once`)
    }
    if (method === 'initialize' && this.#initialized) {
      return no(errorCodes.request, 'the session has begun already')
    }
    this.#initialized ||= method === 'initialize'
    this.#under.add(id)
    try {
      const exchange =
        row.kind === 'flow'
          ? await this.#pass(message, inbound)
          : await this.#judged(message, inbound, modern)
      return { ...exchange, events: this.#until(exchange, id) }
    } catch (fault) {
      this.#under.delete(id)
      throw fault
    }
  }

  async *#until({ events }: McpExchange, id: Id): AsyncGenerator<McpEvent> {
    try {
      yield* events
    } finally {
      this.#under.delete(id)
    }
  }

  async #judged(message: Asked, inbound: Inbound, modern: boolean): Promise<McpExchange> {
    const { id, method } = message
    const { gate, session, over } = this.#parts
    const name = nameOf(message)
    if (name === null) {
      const why = `\`${method}\` does not say what is meant`
      return said(modern ? 400 : 200, errorText(id, errorCodes.params, why))
    }
    const tool = method === 'tools/call' ? await this.#channel.tool(name, inbound.headers) : null
    const pinned = tool?.kind === 'pinned' ? tool : null
    const payload: ToolPayload = {
      ...{ kind: 'tool', upstream: this.#upstream, form: 'request', id, method, name },
      ...{ params: message.paramsText, headers: inbound.headers },
      definition: pinned?.definition ?? null,
      claims: pinned?.claims ?? 'nothing',
      unreadable: tool?.kind === 'withheld' ? tool.why : null,
    }
    const { presented } = inbound
    const signal = AbortSignal.any([inbound.signal, over])
    const reply = await gate.pass({ door: 'mcp', session, presented, payload }, signal)
    if (reply.kind === 'mcp-running') return reply.exchange
    if (reply.kind !== 'refusal') throw new TypeError(`a ${reply.kind} came for a call`)
    const form = { method, modern, structured: pinned?.structured === true }
    // Whatever else stands against it, this is what has to be done first.
    const told = tool?.kind === 'withheld' ? { ...reply, instead: tool.why } : reply
    return said(200, refusalText(id, told, form))
  }
}

/** What a request means, by the member that its method has for it; null where that is missing. */
function nameOf({ method, params }: Asked): string | null {
  const names = mcpMethods.get(method)?.names
  if (names === undefined) return ''
  const value = params[names]
  if (names !== 'ref') return typeof value === 'string' && value !== '' ? value : null
  if (typeof value !== 'object' || value === null) return null
  const meant: unknown = Reflect.get(value, 'name') ?? Reflect.get(value, 'uri')
  return typeof meant === 'string' ? meant : null
}
