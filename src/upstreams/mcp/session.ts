// An agent's session at an MCP server. What can act is sent by `call` alone, after a clearance;
// what the server answers is read, cleaned of secrets, and told apart by whom it answers.
import { assert } from '../../domain/fault.ts'
import type { UpstreamName } from '../../domain/names.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type {
  McpChannel,
  McpEvent,
  McpExchange,
  McpHeaders,
  McpTool,
  ToolPayload,
} from '../../domain/request.ts'
import { elementsOf, membersOf } from '../../wire/mcp/members.ts'
import { errorCodes, errorText, readMessage, requestText } from '../../wire/mcp/message.ts'
import type { Id, Message } from '../../wire/mcp/message.ts'
import { clientNotifications, isModern, mcpMethods } from '../../wire/mcp/methods.ts'
import { serverRequests, toolsChanged } from '../../wire/mcp/methods.ts'
import { metaOfTheGate } from '../../wire/mcp/own-words.ts'
import { readDefinitions } from '../../wire/mcp/definitions.ts'
import type { ToolDefinition } from '../../wire/mcp/definitions.ts'
import { pageOf } from './inspect.ts'
import type { ToolBook } from './inspect.ts'
import type { Link, LinkExchange } from './link.ts'
import {
  callMilliseconds,
  freshMilliseconds,
  listMilliseconds,
  pagesMax,
  serverMessageLimits,
  toolsMax,
} from './limits.ts'

export interface McpSessionParts {
  readonly upstream: UpstreamName
  readonly link: Link
  readonly tools: ToolBook
  /** Takes secrets out of what a server says. */
  readonly clean: (text: string) => string
  readonly milliseconds: () => number
}

export interface Called {
  readonly exchange: McpExchange
  /** why nothing was sent; null where it left */
  readonly unsent: string | null
  readonly ended: Promise<Outcome>
}

/** what the gate itself asks has such an id; no client may use one */
export const ownIdPrefix = 'holdpoint-'

export class McpSession {
  readonly #parts: McpSessionParts
  /** asked by the client, not answered yet, and by which method */
  readonly #pending = new Map<Id, string>()
  /** asked by the server, not answered yet */
  readonly #asked = new Set<Id>()
  #listed: Readonly<{ at: number; tools: ReadonlyMap<string, ToolDefinition> }> | null = null
  #listing: Promise<void> | null = null
  #changes = 0
  #begun = false
  #own = 0
  /** why it is over; null: it is not */
  #over: string | null = null

  constructor(parts: McpSessionParts) {
    this.#parts = parts
    parts.link.onClose((why) => (this.#over = why))
    parts.link.onToolsChanged(() => this.#toolsChanged())
  }

  readonly channel: McpChannel = {
    pass: (text, headers, signal) => this.#pass(text, headers, signal),
    listen: async (after, signal) => this.#told(await this.#parts.link.listen(after, signal), null),
    tool: (name, headers) => this.#tool(name, headers),
    mayAnswer: (id) => (this.#asked.has(id) ? null : 'the server did not ask this'),
    close: () => this.#parts.link.close(),
    onClose: (listener) => this.#parts.link.onClose(listener),
  }

  /** Sends what was judged. The tool must be as it was judged, at this very moment. */
  async call(payload: ToolPayload, signal: AbortSignal): Promise<Called | { stale: string }> {
    const { method, name, id, params, headers, definition } = payload
    if (method === 'tools/call') {
      const tool = await this.#tool(name, headers)
      if (tool.kind === 'withheld' || tool.definition !== definition) return { stale: name }
    }
    const text = requestText(id, method, params)
    const message = readMessage(text, serverMessageLimits)
    assert(message.kind === 'request', 'what was judged is a request')
    const ending = AbortSignal.any([signal, AbortSignal.timeout(callMilliseconds)])
    this.#pending.set(id, method)
    const sent = await this.#parts.link.send(message, headers, ending)
    const { promise: ended, resolve: end } = Promise.withResolvers<Outcome>()
    const exchange = this.#told(sent, { id, end })
    if (!sent.left) this.#pending.delete(id)
    return { exchange, unsent: sent.left ? null : sent.fault, ended }
  }

  async #pass(text: string, headers: McpHeaders, given: AbortSignal): Promise<McpExchange> {
    const message = readMessage(text, serverMessageLimits)
    assert(message.kind !== 'refused', 'what is passed on was read')
    if (message.kind === 'response') {
      assert(message.id !== null && this.#asked.delete(message.id), 'the server asked it')
    } else if (message.kind === 'notification') {
      assert(clientNotifications.has(message.method), 'a notification of clients')
    } else {
      assert(mcpMethods.get(message.method)?.kind === 'flow', 'what can act is judged')
      if (message.method === 'tools/list') await this.#inspect(headers)
      this.#pending.set(message.id, message.method)
    }
    const signal = AbortSignal.any([given, AbortSignal.timeout(callMilliseconds)])
    const sent = await this.#parts.link.send(message, headers, signal)
    return this.#told(sent, message.kind === 'request' ? { id: message.id, end: null } : null)
  }

  #told(
    sent: LinkExchange,
    about: Readonly<{ id: Id; end: ((outcome: Outcome) => void) | null }> | null,
  ): McpExchange {
    const { status, form } = sent
    return { status, form, events: this.#events(sent, about) }
  }

  async *#events(
    sent: LinkExchange,
    about: Readonly<{ id: Id; end: ((outcome: Outcome) => void) | null }> | null,
  ): AsyncGenerator<McpEvent> {
    let answered = false
    try {
      for await (const event of sent.events) {
        const read = event.message === '' ? null : this.#read(event.message, sent.status, about?.id)
        if (read === null && event.message !== '') continue
        if (about !== null && read?.kind === 'response' && read.id === about.id) {
          answered = true
          about.end?.('unread' in read ? unread : outcomeOf(read, sent.status))
        }
        yield read === null ? event : { ...event, message: this.#parts.clean(read.text) }
      }
      if (about !== null && !answered && this.#over !== null) {
        // Nobody is left to answer: who asked need not wait until they give up.
        const why = about.end === null ? this.#over : `${this.#over}; it may have happened`
        yield { id: null, retry: null, message: errorText(about.id, errorCodes.internal, why) }
      }
    } finally {
      const why = 'the session ended, or its client left, before the answer came'
      if (!answered) about?.end?.({ kind: 'unknown', why: sent.fault ?? why })
    }
  }

  /** null: it is not for the client. */
  #read(
    text: string,
    status: number,
    about: Id | undefined,
  ): Message | (Message & Readonly<{ unread: true }>) | null {
    const message = readMessage(text, serverMessageLimits)
    switch (message.kind) {
      case 'refused': {
        const id = about ?? message.id
        if (id === null || !this.#pending.delete(id)) return null
        const why = `the server's answer cannot be read: ${message.why}`
        const answer = readMessage(errorText(id, errorCodes.internal, why), serverMessageLimits)
        return answer.kind === 'response' ? { ...answer, unread: true } : null
      }
      case 'response':
        return this.#answer(message, status)
      case 'notification':
        if (message.method === toolsChanged) this.#toolsChanged()
        return message
      case 'request':
        return this.#mayAsk(message) ? message : null
    }
  }

  /** Only what was asked is answered, and once; a bare error says why a message was not taken. */
  #answer(message: Extract<Message, { kind: 'response' }>, status: number): Message | null {
    const { id, error, result } = message
    if (id === null) return error !== null && status >= 400 ? message : null
    const method = this.#pending.get(id)
    if (method === undefined) return null
    this.#pending.delete(id)
    if (method === 'initialize' && result !== null) this.#begun = true
    return method === 'tools/list' && result !== null ? this.#withoutWithheld(message) : message
  }

  #mayAsk(message: Extract<Message, { kind: 'request' }>): boolean {
    const { id, method } = message
    const known = serverRequests.has(method)
    const early = !this.#begun && method !== 'ping'
    if (known && !early && !this.#asked.has(id)) {
      this.#asked.add(id)
      return true
    }
    const why = early ? 'nothing may be asked before the session has begun' : 'not taken here'
    const no = readMessage(errorText(id, errorCodes.method, why), serverMessageLimits)
    if (no.kind === 'response' && !this.#asked.has(id)) {
      void this.#parts.link.send(no, [], AbortSignal.timeout(listMilliseconds))
    }
    return false
  }

  #withoutWithheld(message: Extract<Message, { kind: 'response' }>): Message {
    const { text, result } = message
    const { tools, upstream } = this.#parts
    const definitions = readDefinitions(result) ?? []
    const kept = definitions.map((one) => tools.stand(upstream, one).kind === 'pinned')
    if (kept.every(Boolean)) return message
    const resultSpan = membersOf(text).get('result')
    const resultText = resultSpan === undefined ? '{}' : text.slice(...resultSpan)
    const listSpan = membersOf(resultText).get('tools')
    if (resultSpan === undefined || listSpan === undefined) return message
    const list = resultText.slice(...listSpan)
    const rest = elementsOf(list)
      .filter((_, i) => kept[i] === true)
      .map((span) => list.slice(...span))
    const start = resultSpan[0] + listSpan[0]
    const end = resultSpan[0] + listSpan[1]
    return { ...message, text: `${text.slice(0, start)}[${rest.join(',')}]${text.slice(end)}` }
  }

  async #tool(name: string, headers: McpHeaders): Promise<McpTool> {
    await this.#inspect(headers)
    const { tools, upstream } = this.#parts
    const found = this.#listed?.tools.get(name)
    if (found !== undefined) return tools.stand(upstream, found)
    return { kind: 'withheld', why: `\`${upstream}\` lists no tool \`${name.slice(0, 128)}\`` }
  }

  /** Asks the server for all its tools, where what it said last is not fresh any more. */
  async #inspect(headers: McpHeaders): Promise<void> {
    const age = this.#parts.milliseconds() - (this.#listed?.at ?? Number.NEGATIVE_INFINITY)
    if (this.#listed !== null && age < freshMilliseconds) return
    this.#listing ??= this.#list(headers).finally(() => (this.#listing = null))
    await this.#listing
  }

  #toolsChanged(): void {
    this.#changes++
    this.#listed = null
  }

  async #list(headers: McpHeaders): Promise<void> {
    const found: ToolDefinition[] = []
    let cursor: string | null = null
    const changes = this.#changes
    const began = this.#parts.milliseconds()
    for (let page = 0; page < pagesMax; page++) {
      const read = pageOf(await this.#ask('tools/list', cursor, headers))
      if (read === null) break
      found.push(...read.definitions)
      cursor = read.next
      if (cursor === null || found.length > toolsMax) break
    }
    // More than may be, or no end of it: nothing of it counts.
    const whole = cursor === null && found.length <= toolsMax
    if (whole) await this.#parts.tools.learn(this.#parts.upstream, found)
    // What changed meanwhile is asked for again before the next call.
    const at = changes === this.#changes ? began : Number.NEGATIVE_INFINITY
    this.#listed = { at, tools: new Map(whole ? found.map((one) => [one.name, one]) : []) }
  }

  /** The gate's own question; null where it is not answered. */
  async #ask(method: string, cursor: string | null, given: McpHeaders) {
    const id = `${ownIdPrefix}${this.#own++}`
    const version = given.find(([name]) => name === 'mcp-protocol-version')?.[1] ?? null
    const modern = isModern(version)
    const params = {
      ...(cursor === null ? {} : { cursor }),
      ...(modern && version !== null ? { _meta: metaOfTheGate(version) } : {}),
    }
    const text = requestText(id, method, JSON.stringify(params))
    const message = readMessage(text, serverMessageLimits)
    assert(message.kind === 'request', 'the gate asks what it may')
    const named: McpHeaders = modern ? [['mcp-method', method]] : []
    const kept = version === null ? [] : [['mcp-protocol-version', version] as const]
    const signal = AbortSignal.timeout(listMilliseconds)
    const sent = await this.#parts.link.send(message, [...kept, ...named], signal)
    for await (const event of sent.events) {
      const read = readMessage(event.message, serverMessageLimits)
      if (read.kind === 'response' && read.id === id) return read.result
    }
    return null
  }
}

const unread: Outcome = { kind: 'unknown', why: "the server's answer cannot be read" }

/** Of the agent's own words nothing is in it: codes of servers are numbers. */
function outcomeOf({ error, result }: Extract<Message, { kind: 'response' }>, status: number) {
  if (error !== null) {
    const code = error['code']
    const said =
      typeof code === 'number' && Number.isInteger(code) ? `mcp-error${code}` : 'mcp-error'
    return { kind: 'failed', code: said, status } as const
  }
  const failed: unknown =
    typeof result === 'object' && result !== null && Reflect.get(result, 'isError')
  if (failed === true) return { kind: 'failed', code: 'tool-error', status } as const
  return { kind: 'succeeded', status } as const
}
